//! The explorer's state as plain data and what changes it: `update(state, stack, message) → effects`.
//!
//! No I/O, no clock, no terminal, no drawing: messages come in (keys, mouse, what the loader found), the state
//! changes, and what has to be done in the world goes out as [`Effect`]s. Geometry is here too ([`layout`]), because
//! paging and mouse need it; `ui` draws into exactly these rectangles.
//!
//! ```text
//! key ─► action (the one table) ─► navigate, layers, find, overlay ─► state
//! mouse ─► mouse ──────────────────────────────────────────────────►
//! loader ─► reading ────────────────────────────────────────────────►
//! ```

pub mod action;
pub mod columns;
pub mod comparison;
pub mod config;
pub mod coverage;
pub mod extraction;
pub mod file;
pub mod filter;
pub mod find;
mod fuzzy;
pub mod input;
pub mod key;
pub mod keymap;
pub mod layers;
pub mod layout;
pub mod look;
pub mod map;
pub mod marker;
pub mod message;
mod mouse;
mod narrowed;
pub mod navigate;
pub mod overlay;
pub mod owners;
pub mod page;
pub mod palette;
pub mod pane;
pub mod range;
mod reading;
pub mod role;
pub mod sort;
pub mod state;
pub mod treemap;
mod update;
pub mod waste;

pub use message::{Choice, Effect, Message};
pub use state::State;
pub use update::update;
