//! Files by name, in a directory or in an archive.
//!
//! Names come from foreign JSON. They are clamped to the root (`..` does not leave it, a leading slash means the root)
//! and links are followed only inside it, so that no file elsewhere can be read.

use std::collections::HashMap;

use crate::image::digest::Digest;
use crate::image::document;
use crate::layer::blob::Blob;
use crate::source::documents::archive::Archive;
use crate::source::documents::folder::Folder;
use crate::source::documents::found::{Found, Missing};

/// A set of files.
#[derive(Debug)]
pub(crate) enum Files {
    /// The members of a tar.
    Archive(Archive),
    /// A directory.
    Folder(Folder),
    /// Blobs by name.
    Known(HashMap<String, Blob>),
}

impl Files {
    /// Finds a file.
    pub(crate) fn find(&self, path: &str) -> Result<Found, Missing> {
        if path.is_empty() {
            return Err(Missing::Absent);
        }
        match self {
            Self::Archive(archive) => archive.find(path.as_bytes()),
            Self::Folder(folder) => folder.find(path),
            Self::Known(files) => {
                let blob = files.get(path).cloned().ok_or(Missing::Absent)?;
                Ok(Found { blob, key: path.to_owned(), cut_from: None })
            }
        }
    }

    /// Finds a file that is named by its digest. Links that leave the directory are followed (rules_oci and lxc store
    /// blobs so), since the digest decides whether the bytes are the right ones.
    pub(crate) fn find_blob(&self, path: &str, digest: &Digest) -> Result<Found, Missing> {
        match (self, self.find(path)) {
            (Self::Folder(folder), Err(Missing::Outside(link))) => {
                folder.find_outside(path, digest, &link)
            }
            (_, found) => found,
        }
    }

    /// Whether the file exists.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// Reads a whole document.
    pub(crate) fn document(&self, path: &str) -> Result<Vec<u8>, Missing> {
        read(&self.find(path)?)
    }

    /// The top-level directories that hold a file called `json`: the images of a v1 archive. Sorted.
    pub(crate) fn v1_ids(&self) -> Vec<String> {
        let mut ids = match self {
            Self::Archive(archive) => archive.v1_ids(),
            Self::Folder(folder) => folder.v1_ids(),
            Self::Known(_) => Vec::new(),
        };
        ids.sort();
        ids
    }

    /// The defect of the archive as a whole.
    pub(crate) fn problem(&self) -> Option<&str> {
        match self {
            Self::Archive(archive) => archive.problem(),
            Self::Folder(_) | Self::Known(_) => None,
        }
    }
}

/// Reads a document of at most the size that manifests and configs may have.
pub(crate) fn read(found: &Found) -> Result<Vec<u8>, Missing> {
    found.blob.read_all(document::LIMIT).map_err(|error| Missing::Refused(error.to_string()))
}
