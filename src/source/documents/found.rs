//! A file found in a folder or archive, or the reason for its absence.

use thiserror::Error;

use crate::layer::blob::Blob;

/// The most links that are followed for one file; more are a loop.
pub(super) const MOST_LINKS: usize = 40;

/// A file that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its bytes.
    pub(crate) blob: Blob,
    /// Equal for the same file of one archive or directory, whatever name it was found by.
    pub(crate) key: String,
    /// The stated size of a file that the end of the archive truncates.
    pub(crate) cut_from: Option<u64>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Missing {
    /// The file is absent.
    #[error("not here")]
    Absent,
    /// The name belongs to a directory, a device or another special file.
    #[error("no regular file")]
    NoFile,
    /// A link in the path has a missing target.
    #[error("{0}, which is not here")]
    Dangling(Link),
    /// A symbolic link in the path leaves the directory.
    #[error("{0}, which leads out of the directory: not followed")]
    Outside(Link),
    /// Reading failed.
    #[error("{0}")]
    Refused(String),
}

/// A link between the files of an archive or directory. Foreign text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{name}` is a link to `{target}`")]
pub(crate) struct Link {
    /// The path of the link.
    pub(super) name: String,
    /// The target as stored.
    pub(crate) target: String,
}

/// Splits a foreign path into components, clamped to its root.
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
