//! The screen: state as plain data, `update(state, stack, message) -> effects`, and what draws and runs it.
//!
//! ```text
//! model <- view <- navigate <- update       data, what is shown, small moves, what a message does
//!             draw                          writes the frame
//!             terminal                      owns the terminal, reads keys and mouse
//!             run                           the event loop: carries out effects on other threads
//! ```
//!
//! `model`, `view`, `navigate`, `update` and `draw` do no I/O and read no clock. Paging and the mouse need the geometry of
//! the panes, so [`view::layout`] computes it and `draw` uses exactly these rectangles.

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
