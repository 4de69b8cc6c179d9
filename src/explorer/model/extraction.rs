//! Getting a file or a subtree out of the image: what is meant, where it is to go, and what came of it. The work is
//! done elsewhere; here is the conversation about it.

use crate::stack::NodeId;

/// Cells of a path in a message.
pub(crate) const PATH: usize = 40;

/// Something to be extracted, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractionRequest {
    /// What: with all that lies below.
    pub node: NodeId,
    /// As the merged tree of this layer has it.
    pub layer: usize,
    /// Where to, as typed.
    pub dest: String,
    /// It was said that what is there may be overwritten.
    pub force: bool,
}

/// One that is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningExtraction {
    /// What it is about.
    pub request: ExtractionRequest,
    /// Bytes written.
    pub done: u64,
    /// Bytes to write.
    pub total: u64,
}

/// How one ended. Raw text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtractionResult {
    /// Something is there already: nothing was done.
    Occupied,
    /// It was done, or as much of it as could be.
    Done {
        /// Objects made.
        objects: u64,
        /// Bytes written.
        bytes: u64,
        /// Objects that could not be made as they are.
        failed: u64,
        /// The first of them and why.
        first: Option<(Vec<u8>, String)>,
        /// The user stopped it.
        stopped: bool,
    },
    /// Nothing, or nothing more, could be done.
    Failed(String),
}

/// The item of the question that overwrites; the other one, on which the cursor starts, does not.
pub(crate) const OVERWRITE: usize = 1;
