//! The only door for foreign text on its way to a screen, standard output or the clipboard.
//!
//! Names, link targets, commands, labels and error texts come from images that anybody may have made. Here they are
//! made visible ([`visible()`]), measured and cut to cells ([`width`]), shortened ([`shorten`]), wrapped ([`wrap()`]), and
//! numbers are given their fixed columns ([`size`], [`time`]). Pure: strings in, strings out; no terminal, no I/O.
//!
//! Two kinds of strings pass through this room, and only the first function may mix them: *raw* ones, as the image has
//! them, and *visible* ones, which [`visible()`] made and which every other function here takes. A visible string is
//! never made visible again: its backslashes would be doubled.

pub mod command;
pub mod mode;
pub mod pattern;
pub mod shorten;
pub mod size;
pub mod time;
pub mod visible;
pub mod width;
mod wrap;

pub use visible::{visible, visible_str};
pub use wrap::wrap;
