//! What can be wrong with a database.

use std::io;

use thiserror::Error;

/// Why a database, or a part of it, cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Neither meta page holds.
    #[error("no valid meta page at its beginning: it is damaged, or no bbolt database")]
    NoMeta,
    /// A page is not what it should be.
    #[error("page {page} at byte {offset}: {what}")]
    Page {
        /// Its number.
        page: u64,
        /// Where in the file it (or what is wrong with it) begins, in bytes.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// Following the pages has no end.
    #[error("its pages lead to each other again and again: it is damaged")]
    TooMuch,
    /// A writer commits more often than the file can be read.
    #[error(
        "it changed {attempts} times while it was being read: try again when its engine is less busy"
    )]
    Busy {
        /// How often reading was tried.
        attempts: u32,
    },
}

impl Error {
    pub(super) const fn page(page: u64, offset: u64, what: String) -> Self {
        Self::Page { page, offset, what }
    }
}
