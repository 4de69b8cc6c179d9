//! Reading a data root's small files: each bounded, none followed out of the root, each failure with its file's name.

use std::io;
use std::path::{Path, PathBuf};

use crate::image::document;
use crate::layer::blob::Blob;
use crate::source::documents::folder::Folder;
use crate::source::documents::found::Missing;

/// Files that hold one ID, number or time may have this many bytes.
const LONGEST_TEXT: u64 = 4096;

/// A data root, as a place of records.
#[derive(Clone, Debug)]
pub(super) struct Records(Folder);

impl Records {
    /// The records below `root`.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        Folder::new(root).map(Self)
    }

    /// The root, without links.
    pub(super) fn root(&self) -> &Path {
        self.0.root()
    }

    /// A file; `None` where there is none of that name.
    pub(super) fn file(&self, path: &str) -> Result<Option<Blob>, String> {
        present(path, self.0.find(path).map(|found| found.blob))
    }

    /// A whole document.
    pub(super) fn document(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        self.read(path, document::LIMIT)
    }

    /// A file that holds one word, without the white space around it. An empty one is none.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, String> {
        let Some(bytes) = self.read(path, LONGEST_TEXT)? else { return Ok(None) };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(_) => Err(format!("`{path}`: not a text")),
        }
    }

    /// The names in a directory, sorted; none where it is not there.
    pub(super) fn names(&self, path: &str) -> Result<Vec<String>, String> {
        present(path, self.0.names(path)).map(Option::unwrap_or_default)
    }

    /// The place of a directory.
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
