//! Foreign text, and how it is shown: no other module makes it safe for a screen, standard output or the clipboard.
//!
//! Names, link targets, commands, labels and error texts come from untrusted images: [`Foreign`]. Here they are made
//! [`Visible`] ([`visible()`]), escaped for markup ([`markup`]), measured and cut to cells ([`width`]), shortened
//! ([`shorten`]), wrapped ([`wrap()`]), and numbers are formatted ([`size`], [`time`]). Pure: no terminal, no I/O.

pub mod command;
pub mod control;
pub mod escape;
pub mod foreign;
pub mod letters;
pub mod markup;
pub mod mode;
pub mod pattern;
pub mod shorten;
pub mod size;
pub mod time;
pub mod visible;
pub mod width;
mod wrap;

pub use crate::text::foreign::Foreign;
pub use crate::text::visible::{ToVisible, Visible, visible};
pub use crate::text::wrap::wrap;
pub use crate::visible;
