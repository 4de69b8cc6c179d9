//! Errors of restoring a tar.

use std::io;

use thiserror::Error;

/// An error of [`crate::layer::split::Split::assemble`].
#[derive(Debug, Error)]
pub enum Error {
    /// The tar-split itself is damaged.
    #[error("{0}")]
    Listing(#[source] io::Error),
    /// The contents of a file have changed, or cannot be read.
    #[error("{how}")]
    Changed {
        /// The file's name, as the tar has it.
        path: Vec<u8>,
        /// A sentence with the name and the difference: missing, another length, other bytes.
        how: String,
    },
    /// The contents are not available, for this reason.
    #[error("{0}")]
    Unavailable(String),
    /// Writing the tar failed.
    #[error("writing the layer: {0}")]
    Write(#[source] io::Error),
}
