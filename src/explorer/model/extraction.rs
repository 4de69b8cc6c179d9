//! Extracting a file or a subtree: the request, its progress and its result. `explorer::run` does the work.

use crate::stack::NodeId;

/// Maximum width of a path in a message, in cells.
pub(crate) const PATH: usize = 40;

/// What to extract, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractionRequest {
    /// The path, with all below it.
    pub node: NodeId,
    /// The layer whose merged tree it is taken from.
    pub layer: usize,
    /// Destination, as typed.
    pub dest: String,
    /// Whether existing files may be overwritten.
    pub force: bool,
}

/// An extraction in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningExtraction {
    /// What is extracted.
    pub request: ExtractionRequest,
    /// Bytes written.
    pub done: u64,
    /// Bytes to write; 0 while unknown.
    pub total: u64,
}

/// The result of an extraction. Texts are raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtractionResult {
    /// The destination exists; nothing was written.
    Occupied,
    /// It ended; objects may have failed.
    Done {
        /// Objects created.
        objects: u64,
        /// Bytes written.
        bytes: u64,
        /// Objects that could not be created, or not with all attributes.
        failed: u64,
        /// The first failed object, and the error.
        first: Option<(Vec<u8>, String)>,
        /// Whether the user stopped it.
        stopped: bool,
    },
    /// It failed as a whole, with the error.
    Failed(String),
}

/// Index of the answer that overwrites. The cursor starts on the other one.
pub(crate) const OVERWRITE: usize = 1;
