//! The output of commands as text and JSON, one file per command. The JSON is a contract: scripts rely on its keys.
//!
//! Output is streamed to a `Write` of the caller, sorted by path bytes. Foreign text is made visible by `text` in text output;
//! JSON has the exact text.

mod cache;
mod ci;
mod command;
mod compare;
mod compare_layers;
mod coverage;
mod diff;
mod dive;
mod dockerfile;
mod entry;
mod find;
mod findings;
mod grep;
mod history;
mod images;
mod json;
mod layers;
mod lines;
mod ls;
mod packages;
pub mod pattern;
mod plan;
mod sbom;
mod verify;
mod waste;
mod whole;

use std::sync::Arc;

use crate::image::Image;
use crate::load::LayerState;
pub use crate::report::cache::{CacheContents, cache, removed};
pub use crate::report::ci::judged::{Judged, RulesFile};
pub use crate::report::ci::{CiFormat, ci};
pub use crate::report::compare::{Comparison, Verdict, compare};
pub use crate::report::compare_layers::{LayersReport, compare_layers};
pub use crate::report::coverage::Unsure;
pub use crate::report::diff::{Range, diff};
pub use crate::report::dive::dive;
pub use crate::report::dockerfile::dockerfile;
pub use crate::report::find::find;
pub use crate::report::findings::{findings, unread_files};
pub use crate::report::grep::Grep;
pub use crate::report::history::history;
pub use crate::report::images::images;
pub use crate::report::json::json_line;
pub use crate::report::layers::layers;
pub use crate::report::lines::Lines;
pub use crate::report::ls::{Ls, Sort, ls};
pub use crate::report::packages::{package_events, packages};
pub use crate::report::plan::plan;
pub use crate::report::sbom::{Materials, Sbom, sbom};
pub use crate::report::verify::{Check, first_mismatch, first_unknown, verify};
pub use crate::report::waste::waste;
pub use crate::report::whole::{Analysis, markdown, page, whole};
use crate::stack::Stack;

/// The version of the JSON contract, in the key `schema`.
const SCHEMA: &str = "layertui/1";

/// The output format of most commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text in columns.
    Text,
    /// JSON: one object, or one object per line.
    Json,
}

/// A loaded image, the subject of a report.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Manifest, config and history.
    pub image: &'a Image,
    /// Its union filesystem.
    pub stack: &'a Stack,
    /// The state of each layer: problems, digests.
    pub states: &'a [Arc<LayerState>],
}
