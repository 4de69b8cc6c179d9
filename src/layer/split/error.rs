//! Why a layer's tar cannot be put together again.

use std::io;

use thiserror::Error;

use crate::layer::problems::quote;

/// What keeps [`super::Split::assemble`] from writing the exact tar.
#[derive(Debug, Error)]
pub enum Error {
    /// The tar-split itself is damaged.
    #[error("the tar-split is damaged: {0}")]
    Listing(String),
    /// A file's contents are not what went into the layer.
    #[error("{} {how}", quote(.path))]
    Changed {
        /// The file's name, as the tar has it.
        path: Vec<u8>,
        /// What differs: missing, another length, another checksum.
        how: String,
    },
    /// The contents are nowhere to be had.
    #[error("{0}")]
    Unavailable(String),
    /// Whoever takes the tar does not want it any more.
    #[error("writing the layer: {0}")]
    Write(#[source] io::Error),
}
