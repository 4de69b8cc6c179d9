//! The explorer's answers as text and JSON, one file a question. The JSON is a contract: scripts rely on its keys.
//!
//! Everything is written to a `Write` that the caller gives, streamed, sorted by path bytes. Foreign text goes
//! through `text` on its way into text; JSON carries the exact bytes.

mod ci;
mod compare;
mod coverage;
mod diff;
mod entry;
mod find;
mod findings;
mod history;
mod images;
mod json;
mod layers;
mod lines;
mod ls;
pub mod pattern;
mod verify;
mod waste;
mod whole;

use std::sync::Arc;

use crate::image::Image;
use crate::load::LayerState;
pub use crate::report::ci::judged::Judged;
pub use crate::report::ci::{CiFormat, ci};
pub use crate::report::compare::{Comparison, Verdict, compare};
pub use crate::report::coverage::Unsure;
pub use crate::report::diff::{Range, diff};
pub use crate::report::find::find;
pub use crate::report::findings::findings;
pub use crate::report::history::history;
pub use crate::report::images::images;
pub use crate::report::json::json_line;
pub use crate::report::layers::layers;
pub use crate::report::lines::Lines;
pub use crate::report::ls::{Ls, ls};
pub use crate::report::verify::{Check, first_false, first_unknown, verify};
pub use crate::report::waste::waste;
pub use crate::report::whole::{Analysis, markdown, page, whole};
use crate::stack::Stack;

/// The contract that the keys of a document follow.
const SCHEMA: &str = "layertui/1";

/// Text for people, or JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns.
    Text,
    /// One object, or one object a line.
    Json,
}

/// A loaded image: what reports are about.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What it says of itself.
    pub image: &'a Image,
    /// Its union filesystem.
    pub stack: &'a Stack,
    /// What is known of each layer beyond the stack.
    pub states: &'a [Arc<LayerState>],
}
