//! Progress events of a loader.

use std::sync::Arc;

use crate::layer::{Examine, Hidden, Listing, Problem};
use crate::stack::EventId;
use crate::stack::kept::table::Table;

/// How far [`super::Loader::run`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The merged trees. Whether an equal-sized file of a plain layer was modified may stay undecided.
    Tree,
    /// Also decides all undecided files by their contents.
    Kinds,
}

/// Reads the contents of files while their layers are listed. Called for the first of several layers with the same bytes, and
/// not for a layer whose listing is known or needs no decoding.
pub trait Examiners: Send + Sync {
    /// What reads the files of a layer.
    fn of(&self, layer: usize) -> Option<Box<dyn Examine + '_>>;
}

/// An undecided event of the stack and the event before it on the same path.
pub type Pair = (EventId, EventId);

/// A progress event.
#[derive(Clone, Debug)]
pub enum Event {
    /// A layer is being read.
    Reading {
        /// Index of the layer.
        layer: usize,
        /// Bytes of the blob read so far.
        done: u64,
        /// Length of the blob in bytes; 0 if unknown.
        total: u64,
    },
    /// The first rows of the lowest layer, while it is read; once, and again when there are more than fit a screen.
    Rows(Table),
    /// A layer was listed but not yet folded.
    Listed(usize, Arc<Listing>),
    /// A layer became part of the stack.
    Folded(usize, Arc<LayerState>),
    /// Pairs of files are being compared to decide whether they were modified.
    Deciding {
        /// Pairs left.
        left: usize,
    },
    /// The last event of a run.
    Finished,
}

/// Facts about a layer beside its rows.
#[derive(Clone, Debug, Default)]
pub struct LayerState {
    /// Problems, worst first.
    pub problems: Vec<Problem>,
    /// Why objects may have extended attributes that could not be read. Foreign text.
    pub unread_attributes: Option<String>,
    /// Objects that are not content of the image.
    pub hidden: Vec<Hidden>,
}
