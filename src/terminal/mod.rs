//! The terminal: entering and leaving it, drawing to it, its input and signals, its clipboard.
//!
//! Whatever happens (an error, a panic, SIGTERM, a suspend) the terminal is left as it was found. Knows the explorer's
//! messages, because input becomes messages here; knows nothing of what is drawn.

mod backend;
mod input;
mod lending;
mod session;
mod signals;

pub use input::spawn as spawn_input;
pub use session::Session;
pub use signals::{Signal, spawn as spawn_signals};

use crate::app::state::Theme;

/// The theme the environment asks for: no colour under a non-empty `NO_COLOR` (<https://no-color.org>) and on a
/// terminal that has none.
#[must_use]
pub fn theme() -> Theme {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
    if no_colour || dumb { Theme::Mono } else { Theme::Default }
}
