//! Compares two images: files, settings, layers and packages. The result is written by `report` and shown by `explorer`.
//!
//! ```text
//! two stacks ─► files (one walk over both trees) ─► undecided ones ─► contents (fingerprints, else bytes) ─► rewritten ─► Files
//! two layer stacks ─► layers: why each layer has another digest
//! two configs ─► settings     two layer lists ─► layers     two databases ─► packages
//! ```

mod comparison_source;
mod contents;
mod difference;
mod files;
pub mod layers;
mod links;
mod packages;
mod rewritten;
mod same;
mod settings;
mod terms;

pub use crate::compare::comparison_source::ComparisonSource;
pub use crate::compare::difference::{Difference, Meaning};
pub use crate::compare::files::{Directory, Files, SetAside};
pub use crate::compare::links::{Link, LinkChange};
pub use crate::compare::packages::{PackageChange, packages};
pub use crate::compare::settings::{
    Setting, layers_differ, matched_layers, settings, shared_layers,
};
pub use crate::compare::terms::Terms;
use crate::source::Source;
use crate::stack::Stack;

/// One of the two images at one of its layers.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The source of the image.
    pub source: &'a dyn Source,
    /// All layers up to `layer`, folded.
    pub stack: &'a Stack,
    /// The top layer of the compared tree.
    pub layer: usize,
}
