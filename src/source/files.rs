//! Files by name, whether they lie in a directory or in an archive.
//!
//! Names come from foreign JSON. They are clamped to the place (`..` does not leave it, a leading slash means its
//! top) and links are followed only inside it, so nothing here can be made to read a file elsewhere.

use std::collections::HashMap;

use thiserror::Error;

use super::archive::Archive;
use super::folder::Folder;
use crate::image::digest::Digest;
use crate::image::document;
use crate::layer::blob::Blob;

/// More links than this on the way to one file go round in circles.
pub(super) const MOST_LINKS: usize = 40;

/// A place that holds files.
#[derive(Debug)]
pub(super) enum Files {
    /// The members of a tar.
    Archive(Archive),
    /// A directory.
    Folder(Folder),
    /// These, by name.
    Known(HashMap<String, Blob>),
}

/// A file that is there.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its bytes.
    pub(super) blob: Blob,
    /// Equal for equal files of one place, whatever name led to them.
    pub(super) key: String,
    /// The archive ends before the file does: this many bytes it should have.
    pub(super) cut_from: Option<u64>,
}

/// Why a file is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Missing {
    /// It is not there.
    #[error("not here")]
    Absent,
    /// Something of that name is there that is no file: a directory, a device.
    #[error("no regular file")]
    NoFile,
    /// A link on the way to it leads to nothing.
    #[error("{0}, which is not here")]
    Dangling(Link),
    /// A symbolic link on the way to it leads out of the directory.
    #[error("{0}, which leads out of the directory: not followed")]
    Outside(Link),
    /// It is there, or might be, and cannot be read.
    #[error("{0}")]
    Refused(String),
}

/// A link among the files of a place. Foreign text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{name}` is a link to `{target}`")]
pub(super) struct Link {
    /// Its own path.
    pub(super) name: String,
    /// Its target, as stored.
    pub(super) target: String,
}

impl Files {
    /// The file of that name.
    pub(super) fn find(&self, path: &str) -> Result<Found, Missing> {
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

    /// The file of that name, which is named by its digest. As what has that digest is the same wherever it lies, links
    /// that lead out of a directory are followed to it (rules_oci and lxc keep blobs so), and only to it.
    pub(super) fn find_blob(&self, path: &str, digest: &Digest) -> Result<Found, Missing> {
        match (self, self.find(path)) {
            (Self::Folder(folder), Err(Missing::Outside(link))) => {
                folder.find_outside(path, digest, &link)
            }
            (_, found) => found,
        }
    }

    /// Whether there is a file of that name.
    pub(super) fn has(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// The whole of a small file.
    pub(super) fn document(&self, path: &str) -> Result<Vec<u8>, Missing> {
        read(&self.find(path)?)
    }

    /// Directories at the top that hold a file called `json`: the images of a v1 archive. Sorted.
    pub(super) fn v1_ids(&self) -> Vec<String> {
        let mut ids = match self {
            Self::Archive(archive) => archive.v1_ids(),
            Self::Folder(folder) => folder.v1_ids(),
            Self::Known(_) => Vec::new(),
        };
        ids.sort();
        ids
    }

    /// What is wrong with the place as a whole.
    pub(super) fn problem(&self) -> Option<&str> {
        match self {
            Self::Archive(archive) => archive.problem(),
            Self::Folder(_) | Self::Known(_) => None,
        }
    }
}

/// Reads a document, which no manifest or config exceeds.
pub(super) fn read(found: &Found) -> Result<Vec<u8>, Missing> {
    found.blob.read_all(document::LIMIT).map_err(|error| Missing::Refused(error.to_string()))
}

/// The components of a foreign path, clamped to its root.
pub(super) fn components(path: &[u8]) -> Vec<&[u8]> {
    let mut kept = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            part => kept.push(part),
        }
    }
    kept
}
