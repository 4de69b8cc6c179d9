//! Two images side by side: which files, settings, layers and packages differ. The question alone: how it is written is
//! `report`'s affair, how it is shown the explorer's.
//!
//! ```text
//! two stacks ─► files (one walk over both trees) ─► undecided ones ─► contents (fingerprints, else bytes) ─► Files
//! two configs ─► settings     two layer lists ─► layers     two databases ─► packages
//! ```

mod beside;
mod contents;
mod files;
mod links;
mod packages;
mod settings;

pub use crate::compare::beside::ComparisonSource;
pub use crate::compare::files::{Difference, Directory, Files, Meaning, Metadata};
pub use crate::compare::links::{Link, LinkChange};
pub use crate::compare::packages::{PackageChange, packages};
pub use crate::compare::settings::{
    Setting, layers_differ, matched_layers, settings, shared_layers,
};
use crate::source::Source;
use crate::stack::Stack;

/// One of the two images, at one of its layers.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Where its bytes are.
    pub source: &'a dyn Source,
    /// Its union filesystem.
    pub stack: &'a Stack,
    /// The layer whose view counts.
    pub layer: usize,
}
