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

pub mod draw;
pub mod model;
pub mod navigate;
pub(crate) mod run;
pub mod terminal;
mod update;
pub mod view;

pub use crate::explorer::model::message::{Choice, Effect, Message};
pub use crate::explorer::model::state::State;
pub use crate::explorer::update::update;
