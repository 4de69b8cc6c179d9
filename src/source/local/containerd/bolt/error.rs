//! Errors of the bbolt reader.

use std::io;

use thiserror::Error;

/// Why a database or a part of it cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An I/O error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Neither meta page has a valid checksum.
    #[error("no valid meta page at its beginning: it is damaged, or no bbolt database")]
    NoMeta,
    /// A page is damaged.
    #[error("page {page} at byte {offset}: {what}")]
    Page {
        /// Page number.
        page: u64,
        /// Offset in the file of the page or of the damaged part, in bytes.
        offset: u64,
        /// Description of the damage.
        what: String,
    },
    /// The read budget is exhausted: pages refer to each other repeatedly.
    #[error("its pages lead to each other again and again: it is damaged")]
    TooMuch,
    /// A writer commits faster than the file can be read.
    #[error(
        "it changed {attempts} times while it was being read: try again when its engine is less busy"
    )]
    Busy {
        /// Number of attempts.
        attempts: u32,
    },
}

impl Error {
    pub(super) const fn page(page: u64, offset: u64, what: String) -> Self {
        Self::Page { page, offset, what }
    }
}
