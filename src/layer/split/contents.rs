//! Where the contents of a split layer's files are, and the way to one of them.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

/// Where an engine keeps the contents of a layer's files.
#[derive(Clone, Debug)]
pub enum Contents {
    /// A directory tree in which each file lies under its own path.
    Directory(PathBuf),
    /// A directory in which files lie under the SHA-256 of their contents (`xx/` and 62 more digits), as composefs
    /// stores of containers/storage keep them.
    ByDigest {
        /// The directory.
        root: PathBuf,
        /// Each file's digest, 64 hexadecimal digits, by its normalised path.
        digests: Arc<HashMap<Vec<u8>, String>>,
    },
    /// Nowhere that can be read, for this reason.
    Unavailable(String),
}

impl Contents {
    /// Opens a file.
    pub(super) fn open(&self, _path: &[u8], _stored: u64) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::Unavailable(why) => Err(io::Error::other(why.clone())),
            Self::Directory(_) | Self::ByDigest { .. } => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
