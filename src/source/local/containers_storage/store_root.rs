//! One root of a store: the graphroot, a separate image store, an additional store, or the runroot.
//!
//! The size of documents is bounded, and links out of the root are not followed. A layer's directory is opened
//! without following any link, so additional *layer* stores, which put a link there, are not supported.

use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::image::document;
use crate::layer::blob::Blob;
use crate::layer::directory::IdMaps;
use crate::source::Error;
use crate::source::disk::given;
use crate::source::documents::folder::Folder;
use crate::source::documents::found::Missing;
use crate::source::local::containers_storage::driver::Driver;
use crate::source::local::containers_storage::owners::Accounts;
use crate::source::local::containers_storage::records::Record;
use crate::source::local::containers_storage::{owners, records};

/// Maximum size of a list of records, in bytes: more than a hundred thousand layers.
const LARGEST_LIST: u64 = 64 << 20;

/// Maximum size of the table of contents of a layer, in bytes: the limit of containers/storage itself.
const LARGEST_CONTENTS: u64 = 150 << 20;

/// A root of a store, with the driver it is read for.
#[derive(Debug)]
pub(super) struct StoreRoot {
    /// The path as given, for messages and references.
    root: PathBuf,
    folder: Folder,
    driver: Driver,
    /// Map from IDs in the store's user namespace to IDs on disk.
    pub(super) owners: IdMaps,
}

impl StoreRoot {
    /// Opens the root at `path` for one driver.
    pub(super) fn new(path: &Path, driver: Driver, accounts: &Accounts) -> io::Result<Self> {
        let folder = Folder::new(path)?;
        let owners = owners::of(folder.root(), accounts)?;
        Ok(Self { root: path.to_path_buf(), folder, driver, owners })
    }

    /// Path of a file in the directory of images, layers or containers (`what`).
    fn path(&self, what: &str, file: &str) -> String {
        format!("{}-{what}/{file}", self.driver.name())
    }

    /// Reads a list of records; empty if the file does not exist.
    pub(super) fn records<R: Record>(
        &self,
        what: &str,
        file: &str,
        problems: &mut Vec<String>,
    ) -> Result<Vec<R>, Error> {
        let path = self.path(what, file);
        let found = match self.folder.find(&path) {
            Ok(found) => found,
            Err(Missing::Absent) => return Ok(Vec::new()),
            Err(missing) => return Err(self.unreadable(&path, &missing.to_string())),
        };
        let bytes = found.blob.read_all(LARGEST_LIST);
        let bytes = bytes.map_err(|error| self.unreadable(&path, &error.to_string()))?;
        records::read(&bytes, &path, problems).map_err(|reason| self.unreadable(&path, &reason))
    }

    fn unreadable(&self, path: &str, reason: &str) -> Error {
        let file = self.root.join(path);
        if is_closed(&file) {
            return Error::Closed { place: self.root.display().to_string() };
        }
        Error::Records { place: file.display().to_string(), reason: reason.to_owned() }
    }

    /// Big data of an image.
    pub(super) fn image_data(&self, id: &str, key: &str) -> Result<Vec<u8>, String> {
        self.data("images", id, key, document::LIMIT)
    }

    /// Big data of a layer.
    pub(super) fn layer_data(&self, id: &str, key: &str) -> Result<Vec<u8>, String> {
        self.data("layers", id, key, LARGEST_CONTENTS)
    }

    /// The bundle's `config.json` of a container, which is there once it was started.
    pub(super) fn bundle(&self, id: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.path("containers", &format!("{id}/userdata/config.json"));
        match self.folder.find(&path) {
            Ok(found) => {
                found.blob.read_all(document::LIMIT).map(Some).map_err(|e| format!("`{path}`: {e}"))
            }
            Err(Missing::Absent) => Ok(None),
            Err(missing) => Err(format!("`{path}`: {missing}")),
        }
    }

    fn data(&self, what: &str, id: &str, key: &str, limit: u64) -> Result<Vec<u8>, String> {
        let path = self.path(what, &format!("{id}/{}", file_name(key)));
        let found = self.folder.find(&path).map_err(|missing| format!("`{key}`: {missing}"))?;
        found.blob.read_all(limit).map_err(|error| format!("`{key}`: {error}"))
    }

    /// The tar-split of a layer; `None` if it has none.
    pub(super) fn tar_split(&self, id: &str) -> Result<Option<Blob>, String> {
        let path = self.path("layers", &format!("{id}.tar-split.gz"));
        match self.folder.find(&path) {
            Ok(found) => Ok(Some(found.blob)),
            Err(Missing::Absent) => Ok(None),
            Err(missing) => Err(format!("{}: {missing}", self.root.join(path).display())),
        }
    }

    /// The directory of a layer's files; `None` if it does not exist.
    pub(super) fn contents(&self, id: &str) -> Result<Option<PathBuf>, String> {
        let mut at = self.folder.root().to_path_buf();
        for part in self.driver.contents(id).split('/') {
            at.push(part);
            let what = match fs::symlink_metadata(&at) {
                Ok(metadata) if metadata.is_dir() => continue,
                Ok(metadata) if metadata.is_symlink() => {
                    "a symbolic link, not followed (an additional layer store has one here)"
                        .to_owned()
                }
                Ok(_) => "no directory".to_owned(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => error.to_string(),
            };
            return Err(format!("{}: {what}", at.display()));
        }
        Ok(Some(at))
    }
}

/// The file name for a big-data key (`makeBigDataBaseName` of containers/storage).
fn file_name(key: &str) -> String {
    let plain = |c: u8| c == b'.' || c.is_ascii_digit() || c.is_ascii_lowercase();
    if key.bytes().all(plain) { key.to_owned() } else { format!("={}", STANDARD.encode(key)) }
}

/// Whether this user lacks permission to read a path.
pub(super) fn is_closed(path: &Path) -> bool {
    let read = fs::metadata(path)
        .and_then(|metadata| if metadata.is_file() { given::open(path).map(drop) } else { Ok(()) });
    read.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_file_names_as_in_containers_storage() {
        assert_eq!(file_name("manifest"), "manifest");
        assert_eq!(file_name("a.0"), "a.0");
        assert_eq!(file_name("zstd-chunked-manifest"), "=enN0ZC1jaHVua2VkLW1hbmlmZXN0");
        assert!(file_name("sha256:00").starts_with("=c2hhMjU2OjAw"));
        assert!(file_name("Manifest").starts_with('='));
    }

    #[test]
    fn a_layers_directory_is_opened_without_links() {
        let store = tempfile::tempdir().unwrap();
        let place = || StoreRoot::new(store.path(), Driver::Overlay, &Accounts::default()).unwrap();
        fs::create_dir_all(store.path().join("overlay/a/diff")).unwrap();
        assert!(place().contents("a").unwrap().unwrap().ends_with("overlay/a/diff"));
        assert_eq!(place().contents("b"), Ok(None));
        std::os::unix::fs::symlink("/etc", store.path().join("overlay/b")).unwrap();
        assert!(place().contents("b").unwrap_err().contains("symbolic link"));
        fs::write(store.path().join("overlay/c"), "").unwrap();
        assert!(place().contents("c").unwrap_err().contains("no directory"));
    }
}
