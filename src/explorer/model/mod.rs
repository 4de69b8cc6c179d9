//! The data of the explorer: state, messages, actions, keys, configuration. Nothing here reads the state as a whole.

pub mod action;
pub mod appearance;
pub mod columns;
pub mod comparison;
pub mod completion;
pub mod config;
pub mod contents;
pub mod ever;
pub mod extraction;
pub mod file;
pub mod filter;
pub(crate) mod filtered_pane;
pub mod findings;
pub mod geometry;
pub mod input;
pub mod key;
pub mod keymap;
pub mod load;
pub mod map;
pub mod message;
pub mod overlay;
pub mod own_entries;
pub mod owners;
pub mod pane;
pub mod range;
pub mod reload;
pub mod role;
pub mod search;
pub mod state;
pub mod tree_view;
pub mod waste;

pub use crate::explorer::model::appearance::{Glyphs, Theme};
pub use crate::explorer::model::geometry::{Rect, Shape, Size};
pub use crate::explorer::model::overlay::{Overlay, OverlayKind};
pub use crate::explorer::model::role::{Role, Span};
pub use crate::explorer::model::state::{LoadStatus, Pane, Phase, State};
