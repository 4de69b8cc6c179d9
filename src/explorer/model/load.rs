//! How far a layer was read, and what was found in it.

use crate::explorer::model::own_entries::OwnEntries;
use crate::image::problem::{Hidden, Problem};

/// Progress and problems of one layer.
#[derive(Clone, Debug, Default)]
pub struct LayerLoad {
    /// Progress.
    pub status: LoadStatus,
    /// Bytes to read of it, as its source states, once reading began.
    pub bytes: Option<u64>,
    /// Problems found while reading it.
    pub problems: Vec<Problem>,
    /// Stored entries that are no content of the image, as tar-split padding.
    pub hidden: Vec<Hidden>,
    /// Its entries, from when it was read until it is folded.
    pub entries: OwnEntries,
}

/// Progress of one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadStatus {
    /// Not started.
    #[default]
    Waiting,
    /// Being read.
    Reading {
        /// Bytes of the blob read.
        done: u64,
        /// Bytes of the blob; 0 where unknown.
        total: u64,
    },
    /// Read, but a layer below is not folded yet.
    Listed,
    /// Folded into the stack.
    Folded,
}
