//! A file found in a folder or archive, or why there is none.

use thiserror::Error;

use crate::layer::blob::Blob;

/// More links than this on the way to one file go round in circles.
pub(super) const MOST_LINKS: usize = 40;

/// A file that is there.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its bytes.
    pub(crate) blob: Blob,
    /// Equal for equal files of one place, whatever name led to them.
    pub(crate) key: String,
    /// The archive ends before the file does: this many bytes it should have.
    pub(crate) cut_from: Option<u64>,
}

/// Why a file is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Missing {
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
pub(crate) struct Link {
    /// Its own path.
    pub(super) name: String,
    /// Its target, as stored.
    pub(crate) target: String,
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
