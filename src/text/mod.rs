//! The only way of foreign text to a screen, standard output or the clipboard.
//!
//! Names, link targets, commands, labels and error texts come from images that anybody may have made. Here they are
//! made visible ([`visible()`], [`marked()`] for a screen), escaped for markup ([`markup`]), measured and cut to cells ([`width`]), shortened
//! ([`shorten`]), wrapped ([`wrap()`]), and numbers are given their fixed columns ([`size`], [`time`]). Pure: strings in,
//! strings out; no terminal, no I/O.

pub mod command;
pub mod control;
pub mod foreign;
pub mod markup;
pub mod mode;
pub mod pattern;
pub mod shorten;
pub mod size;
pub mod time;
pub mod visible;
pub mod width;
mod wrap;

pub use crate::text::foreign::{Foreign, Raw};
pub use crate::text::visible::{marked, marked_str, visible, visible_str};
pub use crate::text::wrap::wrap;
