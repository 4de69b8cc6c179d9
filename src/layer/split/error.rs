//! Why a layer's tar cannot be put together again.

use std::io;

use thiserror::Error;

/// What keeps [`crate::layer::split::Split::assemble`] from writing the exact tar.
#[derive(Debug, Error)]
pub enum Error {
    /// The tar-split itself is damaged.
    #[error("{0}")]
    Listing(#[source] io::Error),
    /// A file's contents are not what went into the layer, or cannot be read.
    #[error("{how}")]
    Changed {
        /// The file's name, as the tar has it.
        path: Vec<u8>,
        /// A sentence that names it and says what differs: missing, another length, other bytes.
        how: String,
    },
    /// The contents are nowhere to be had, for this reason.
    #[error("{0}")]
    Unavailable(String),
    /// Whoever takes the tar failed.
    #[error("writing the layer: {0}")]
    Write(#[source] io::Error),
}
