//! The contents of one layer, wherever they are.

use std::io;
use std::sync::Arc;

use crate::layer::blob::Blob;
use crate::layer::blob::remote::RemoteBlob;
use crate::layer::directory::Tree;
use crate::layer::split::Split;
use crate::layer::toc::{SociLayer, TocLayer};

/// The contents of one layer.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A tar, compressed or not.
    Blob {
        /// The bytes.
        blob: Blob,
        /// Equal for equal bytes.
        key: String,
        /// If the blob is remote: lists and reads it by a zTOC.
        soci: Option<Arc<SociLayer>>,
    },
    /// A remote tar with a table of contents.
    Toc {
        /// Reads by the table, or the whole blob.
        toc: Arc<TocLayer>,
        /// Equal for equal bytes and tables.
        key: String,
    },
    /// A tar-split listing with the files' contents in a directory.
    Split(Split),
    /// A directory tree.
    Tree(Tree),
    /// The reason why there are no bytes.
    Absent(String),
}

/// The blob; a remote one after it was fetched and verified.
pub(super) fn settled(blob: &Blob) -> io::Result<Blob> {
    blob.as_remote().map_or_else(|| Ok(blob.clone()), |remote| remote.fetch_verified(true))
}

/// The blob, if it is local or was fetched.
pub(super) fn here(blob: &Blob) -> Option<Blob> {
    blob.as_remote().map_or_else(|| Some(blob.clone()), RemoteBlob::local)
}
