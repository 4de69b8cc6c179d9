//! The data of the explorer: state, messages, actions, keys, configuration. Nothing here reads the state as a whole.

pub mod action;
pub mod appearance;
pub mod columns;
pub mod comparison;
pub mod config;
pub mod extraction;
pub mod file;
pub mod filter;
pub(crate) mod filtered_pane;
pub mod geometry;
pub mod input;
pub mod key;
pub mod keymap;
pub mod map;
pub mod message;
pub mod overlay;
pub mod owners;
pub mod pane;
pub mod range;
pub mod role;
pub mod search;
pub mod state;
pub mod waste;
