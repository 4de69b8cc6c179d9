//! Reads the small files of a data root: size-limited, links out of the root not followed, errors with the file name.

use std::io;
use std::path::{Path, PathBuf};

use crate::image::document;
use crate::layer::blob::Blob;
use crate::source::documents::folder::Folder;
use crate::source::documents::found::Missing;

/// Maximum size in bytes of a file that contains one ID, number or time.
const LONGEST_TEXT: u64 = 4096;

/// The files of a data root.
#[derive(Clone, Debug)]
pub(super) struct Records(Folder);

impl Records {
    /// The records below `root`.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        Folder::new(root).map(Self)
    }

    /// The canonical path of the root.
    pub(super) fn root(&self) -> &Path {
        self.0.root()
    }

    /// A file; `None` if it does not exist.
    pub(super) fn file(&self, path: &str) -> Result<Option<Blob>, String> {
        present(path, self.0.find(path).map(|found| found.blob))
    }

    /// The bytes of a JSON document, up to [`document::LIMIT`].
    pub(super) fn document(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        self.read(path, document::LIMIT)
    }

    /// A file with one word, trimmed; `None` if it is empty or does not exist.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, String> {
        let Some(bytes) = self.read(path, LONGEST_TEXT)? else { return Ok(None) };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(_) => Err(format!("`{path}`: not a text")),
        }
    }

    /// The sorted names in a directory; empty if it does not exist.
    pub(super) fn names(&self, path: &str) -> Result<Vec<String>, String> {
        present(path, self.0.names(path)).map(Option::unwrap_or_default)
    }

    /// The path of a directory; `None` if it does not exist.
    pub(super) fn directory(&self, path: &str) -> Result<Option<PathBuf>, String> {
        present(path, self.0.directory(path))
    }

    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, String> {
        let Some(blob) = self.file(path)? else { return Ok(None) };
        blob.read_all(limit).map(Some).map_err(|error| format!("`{path}`: {error}"))
    }
}

fn present<T>(path: &str, found: Result<T, Missing>) -> Result<Option<T>, String> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Missing::Absent) => Ok(None),
        Err(missing) => Err(format!("`{path}`: {missing}")),
    }
}
