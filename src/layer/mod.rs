//! One layer's bytes, turned into rows: codecs, tar, whiteouts, directory walks.
//!
//! This room reads a [`blob::Blob`] or a directory and fills a [`crate::stack::table::Table`]. It knows nothing of
//! images, manifests or where the bytes came from, and decides nothing about the layers below.

pub mod blob;
pub mod codec;

use crate::stack::table::Table;

/// What a layer turned out to hold.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Its rows in tar order.
    pub table: Table,
    /// What was odd or broken, worst first. Empty for a sound layer.
    pub problems: Vec<Problem>,
    /// Objects that are no content (aufs bookkeeping, eStargz landmarks and TOC), hidden from trees.
    pub hidden: Vec<Hidden>,
    /// How the bytes were encoded, found by their magic.
    pub codec: Option<codec::Codec>,
    /// `sha256:…` over the blob as stored, where the whole blob was read anyway.
    pub blob_digest: Option<String>,
    /// `sha256:…` over the uncompressed stream (the diff ID), where it was computed.
    pub diff_id: Option<String>,
    /// Length of the uncompressed stream, where it was read to its end.
    pub uncompressed: Option<u64>,
}

/// A row of a layer's own troubles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, where (offset or path) and, where there is one, the remedy. Foreign bytes in it are raw:
    /// whoever prints it takes it through `text`.
    pub message: String,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; everything was read.
    Note,
    /// The layer breaks a rule of its format; what it means was decided by the specification.
    Warning,
    /// Part of the layer could not be read.
    Error,
}

/// An object that is stored in the layer but is no content of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Its normalised path.
    pub path: Vec<u8>,
    /// Its payload in bytes.
    pub size: u64,
}

/// Whoever waits for a listing: is told how far it is, and may ask it to stop.
pub trait Watch: Sync {
    /// `done` bytes of the blob as stored have been dealt with. Called a few times per MB at the most.
    fn progress(&self, done: u64);
    /// Whether to stop; what was read so far is then returned, with a problem that says so.
    fn cancelled(&self) -> bool;
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
