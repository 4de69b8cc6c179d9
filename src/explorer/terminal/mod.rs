//! The terminal: entering and leaving it, drawing to it, its input and signals, its clipboard.
//!
//! On an error, a panic, SIGTERM or a suspend the terminal is restored. Input becomes messages of the explorer here;
//! nothing here depends on what is drawn.

mod backend;
pub mod background;
mod handover;
mod input;
mod session;
mod signals;

pub use crate::explorer::terminal::input::spawn as spawn_input;
pub use crate::explorer::terminal::session::Session;
pub use crate::explorer::terminal::signals::{Signal, spawn as spawn_signals};

/// Whether the environment asks for no colour: a non-empty `NO_COLOR` (<https://no-color.org>), or a terminal without any.
#[must_use]
pub fn is_colourless() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb()
}

/// Whether `TERM` names a terminal without capabilities, or none.
#[must_use]
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty())
}
