//! What comes out of reading a layer, and the word with whoever waits for it.

use std::sync::Arc;

pub use crate::image::problem::{Hidden, Problem, Severity};
use crate::layer::checkpoints::Checkpoints;
use crate::layer::encoding::Codec;
use crate::stack::kept::table::Table;

/// How many rows are read before whoever waits is told of them.
pub(crate) const ROWS_AT_ONCE: u64 = 2048;

/// What a layer turned out to hold.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Its rows in tar order.
    pub table: Table,
    /// What was odd or broken, worst first. Empty for a sound layer. At most a few hundred; where there were
    /// more, one says how many.
    pub problems: Vec<Problem>,
    /// Objects that are no content (aufs bookkeeping, eStargz landmarks and TOC), hidden from trees. At most
    /// [`crate::layer::HIDDEN_MAX`]; a problem then says how many more there were.
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
