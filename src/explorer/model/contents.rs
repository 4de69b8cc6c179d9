//! A search of contents: what is searched for, and the lines found so far.

use crate::load::grep::VersionHit;
use crate::stack::NodeId;

/// Lines that are listed at the most; the search ends there.
pub const HITS_MAX: usize = 2000;

/// A search of contents below a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentsSearch {
    /// Its number: answers to an earlier one are ignored.
    pub number: u64,
    /// The regular expression, as typed.
    pub pattern: String,
    /// The directory.
    pub below: NodeId,
    /// The lines, in the order in which they were found.
    pub hits: Vec<VersionHit>,
    /// Files searched so far.
    pub files: u64,
    /// How it ended; `None` while it runs.
    pub ended: Option<SearchEnd>,
}

/// How a search of contents ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchEnd {
    /// All files were searched, but for so many that could not be read.
    Done(usize),
    /// The user stopped it.
    Stopped,
    /// [`HITS_MAX`] lines were found.
    Full,
}

impl ContentsSearch {
    /// Whether files are being searched.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.ended.is_none()
    }
}
