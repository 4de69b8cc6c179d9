//! [`Listing`], which every reader of a layer returns: the table of its rows, problems, digests, and checkpoints to open
//! files by; and [`Limits`] on foreign data that they obey.

use std::sync::Arc;

pub use crate::image::problem::{Hidden, Problem, Severity};
use crate::layer::checkpoints::Checkpoints;
use crate::layer::encoding::Codec;
use crate::stack::kept::table::Table;

/// The number of rows at the first call of [`crate::layer::Watch::rows`] for a layer that is decoded: a screen of them.
pub(crate) const FIRST_ROWS: u64 = 64;

/// The number of rows between two calls of [`crate::layer::Watch::rows`].
pub(crate) const ROWS_AT_ONCE: u64 = 2048;

/// The contents of a layer.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Rows in tar order.
    pub table: Table,
    /// Problems, most severe first; empty for a sound layer. At most a few hundred; if there were more, one of them
    /// states the number of the others.
    pub problems: Vec<Problem>,
    /// Why objects may have extended attributes that are not in the table, which only directories have: the first problem
    /// about it.
    pub unread_attributes: Option<String>,
    /// Objects that are not content (aufs bookkeeping, eStargz landmarks and TOC), hidden from trees. At most
    /// [`crate::layer::HIDDEN_MAX`]; a problem then states the number of the others.
    pub hidden: Vec<Hidden>,
    /// The encoding, detected by magic bytes.
    pub codec: Option<Codec>,
    /// `sha256:…` of the blob as stored, if all of it was read.
    pub blob_digest: Option<String>,
    /// `sha256:…` of the uncompressed tar (the diff ID), if it was computed.
    pub diff_id: Option<String>,
    /// Length of the uncompressed tar in bytes, if it was read to its end.
    pub uncompressed: Option<u64>,
    /// Offsets at which decoding can start, if the layer is compressed and large enough.
    pub checkpoints: Option<Arc<Checkpoints>>,
    /// Reading was stopped by [`crate::layer::Watch::cancelled`]; the rows are incomplete.
    pub cancelled: bool,
    /// Reading failed for a reason outside the bytes, such as an I/O error: another attempt may succeed, so the listing
    /// must not be cached.
    pub faulty: bool,
}

/// Limits on the memory for one layer, so that a small compressed blob cannot exhaust it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows and hidden objects. Implied parent directories are limited in `stack`.
    pub rows: u64,
    /// Bytes of the [`Table`].
    pub table_bytes: usize,
}

impl Default for Limits {
    /// 50 million rows and 2 GB, far more than any real layer has.
    fn default() -> Self {
        Self { rows: 50_000_000, table_bytes: 2_000_000_000 }
    }
}

impl Limits {
    /// The limits of a layer that takes `stored` bytes, compressed or not: a megabyte of link targets or extended attributes
    /// compresses to a kilobyte, so an image of a few megabytes could fill the memory of any machine.
    #[must_use]
    pub fn of_stored(stored: u64) -> Self {
        let all = Self::default();
        let bytes = usize::try_from(rows_max(stored)).unwrap_or(usize::MAX);
        Self { table_bytes: all.table_bytes.min(bytes), ..all }
    }
}

/// The most bytes of rows for `stored` bytes of a layer. Rows of nothing but empty files with equal attributes take up to ten
/// times what the layer takes compressed. An image may have a hundred small layers, so the part that all have is small.
pub(super) const fn rows_max(stored: u64) -> u64 {
    stored.saturating_mul(32).saturating_add(4 << 20)
}
