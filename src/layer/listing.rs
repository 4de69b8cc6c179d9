//! What comes out of reading a layer, and the word with whoever waits for it.

use std::sync::Arc;

use super::checkpoints::Checkpoints;
use super::codec::Codec;
pub use crate::image::problem::{Hidden, Problem, Severity};
use crate::stack::table::Table;

/// What a layer turned out to hold.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Its rows in tar order.
    pub table: Table,
    /// What was odd or broken, worst first. Empty for a sound layer. At most a few hundred; where there were
    /// more, one says how many.
    pub problems: Vec<Problem>,
    /// Objects that are no content (aufs bookkeeping, eStargz landmarks and TOC), hidden from trees. At most
    /// [`super::HIDDEN_MAX`]; a problem then says how many more there were.
    pub hidden: Vec<Hidden>,
    /// How the bytes were encoded, found by their magic.
    pub codec: Option<Codec>,
    /// `sha256:…` over the blob as stored, where the whole blob was read anyway.
    pub blob_digest: Option<String>,
    /// `sha256:…` over the uncompressed stream (the diff ID), where it was computed.
    pub diff_id: Option<String>,
    /// Length of the uncompressed stream, where it was read to its end.
    pub uncompressed: Option<u64>,
    /// Places from where a file is opened without decoding all that lies before it, where the layer is compressed and
    /// large enough.
    pub checkpoints: Option<Arc<Checkpoints>>,
    /// Reading stopped because [`Watch::cancelled`] said so: the rows are a part only.
    pub cancelled: bool,
    /// Reading failed where the bytes themselves are not to blame: another time they may list better, so this listing
    /// is not one to keep.
    pub faulty: bool,
}

/// Whoever waits for a listing: is told how far it is, and may ask it to stop.
pub trait Watch: Sync {
    /// `done` bytes of the blob as stored have been dealt with. Called a few times per MB at the most.
    fn progress(&self, done: u64);
    /// Whether to stop; what was read so far is then returned, with a problem that says so.
    fn cancelled(&self) -> bool;
    /// The rows read so far, told every few thousand of them. [`Listing::table`] will begin with these very bytes.
    fn rows(&self, _table: &Table) {}
    /// Whether a processor has nothing to do. Whoever is told so has it: one more thread may be started for the listing.
    fn spare(&self) -> bool {
        false
    }
}

/// Nobody waits: never cancelled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _done: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// What a layer may cost at the most, so that a few compressed bytes that say a great deal exhaust nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Objects: rows and hidden ones. Directories that names imply are limited where they are made, in `stack`.
    pub rows: u64,
    /// Bytes that the rows take in a [`Table`].
    pub table_bytes: usize,
}

impl Default for Limits {
    /// Far beyond any real layer: 50 million rows, 2 GB of them.
    fn default() -> Self {
        Self { rows: 50_000_000, table_bytes: 2_000_000_000 }
    }
}
