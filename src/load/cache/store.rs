//! The cache directory: entries are read whole, and written to a temporary file that is renamed.
//!
//! There are no locks. A rename replaces an entry atomically, so readers see the old or the new one, and two writers
//! of an entry write the same bytes. A killed process or a full disk leaves a temporary file, a crash of the machine
//! possibly an entry with a wrong checksum; both are detected and replaced.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use crate::load::cache::key::{BY_DIGEST, BY_FILE, Key};
use crate::load::cache::{envelope, location};

/// Prefix of files that are being written.
const UNFINISHED: &str = ".new-";

/// Age of an unfinished file after which its writer is taken to be dead.
const ABANDONED: Duration = Duration::from_hours(1);

/// Minimum interval between updates of an entry's time of last use.
const MARKED: Duration = Duration::from_mins(1);

/// Maximum size of an entry in bytes: the table of the largest layer that is listed at all.
const ENTRY_MAX: u64 = 2 << 30;

/// Maximum number of directory entries to read.
const FILES_MAX: usize = 1_000_000;

/// Block size in bytes, to estimate the size on disk.
const BLOCK: u64 = 4096;

/// Files by key in a directory.
#[derive(Clone, Debug)]
pub(super) struct Store {
    directory: PathBuf,
    /// The directory exists, and no other user may write to it.
    trusted: Arc<AtomicBool>,
}

/// A file of the cache.
#[derive(Clone, Debug)]
pub(super) struct EntryFile {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    /// Approximate size on disk in bytes.
    pub(super) size: u64,
    /// Time of last use: the modification time.
    pub(super) used: SystemTime,
}

/// The kind of a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ByDigest,
    ByFile,
    Unfinished,
}

impl Store {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, trusted: Arc::default() }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads the file of a key and updates its time of last use.
    pub(super) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        self.check().ok()?;
        let path = self.path(key);
        let (bytes, used) = read(&path)?;
        let now = SystemTime::now();
        if now.duration_since(used).is_ok_and(|age| age > MARKED) {
            // Errors are ignored: a read-only cache does not remove entries either.
            let _ = File::open(&path).and_then(|file| file.set_modified(now));
        }
        Some(bytes)
    }

    /// Writes the file of a key.
    pub(super) fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        // Mode 0600; deleted on drop if anything fails.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.directory)?;
        file.write_all(bytes)?;
        file.persist(self.path(key))?;
        Ok(())
    }

    /// Tests whether an entry can be written; leaves no file.
    pub(super) fn probe(&self) -> io::Result<()> {
        self.make()?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.directory)?;
        file.write_all(&[0; BLOCK as usize])
    }

    /// All files of the cache; empty if the directory does not exist.
    pub(super) fn entry_files(&self) -> io::Result<Vec<EntryFile>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut held = Vec::new();
        for entry in entries.take(FILES_MAX) {
            let Ok(entry) = entry else { continue };
            let Some(kind) = entry.file_name().to_str().and_then(kind) else { continue };
            // Another process may be removing it.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                continue;
            }
            held.push(EntryFile {
                path: entry.path(),
                kind,
                size: metadata.len().next_multiple_of(BLOCK),
                used: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            });
        }
        Ok(held)
    }

    fn make(&self) -> io::Result<()> {
        if self.trusted.load(Ordering::Relaxed) {
            return Ok(());
        }
        location::make(&self.directory)?;
        self.check()
    }

    /// Checks that no other user may write to the directory: another user may have created it since the program
    /// started.
    fn check(&self) -> io::Result<()> {
        if !self.trusted.load(Ordering::Relaxed) {
            location::check(&self.directory).map_err(io::Error::other)?;
            self.trusted.store(self.directory.is_dir(), Ordering::Relaxed);
        }
        Ok(())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(key.name())
    }
}

impl EntryFile {
    /// Whether its writer is taken to be dead.
    pub(super) fn abandoned(&self) -> bool {
        self.kind == Kind::Unfinished && self.used.elapsed().is_ok_and(|age| age > ABANDONED)
    }

    /// The bytes of the file if it is valid and has the name of its key.
    pub(super) fn sound(&self) -> Option<Vec<u8>> {
        let (bytes, _) = read(&self.path)?;
        envelope::parse(&bytes)?;
        Some(bytes)
    }

    /// Removes the file; returns whether it was removed.
    pub(super) fn remove(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}

fn kind(name: &str) -> Option<Kind> {
    [(BY_DIGEST, Kind::ByDigest), (BY_FILE, Kind::ByFile), (UNFINISHED, Kind::Unfinished)]
        .into_iter()
        .find_map(|(prefix, kind)| name.starts_with(prefix).then_some(kind))
}

/// The bytes of a regular file and its modification time.
fn read(path: &Path) -> Option<(Vec<u8>, SystemTime)> {
    // Opening something else could block forever (a pipe) or follow a link.
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if metadata.len() > ENTRY_MAX {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()? + 1);
    file.take(ENTRY_MAX).read_to_end(&mut bytes).ok()?;
    Some((bytes, metadata.modified().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::digest(&format!("sha256:{}", format!("{byte:02x}").repeat(32))).unwrap()
    }

    #[test]
    fn an_entry_is_read_back_and_private_to_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("a/b"));
        assert!(store.read(&key(1)).is_none() && store.entry_files().unwrap().is_empty());
        store.write(&key(1), b"one").unwrap();
        store.write(&key(1), b"two").unwrap();
        assert_eq!(store.read(&key(1)).unwrap(), b"two");
        assert_eq!(store.entry_files().unwrap().len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(store.directory()), 0o700);
            assert_eq!(mode(&store.path(&key(1))), 0o600);
        }
    }

    #[test]
    fn foreign_files_are_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "blob", ".newer"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("blob-dir")).unwrap();
        assert!(Store::new(folder.path().to_owned()).entry_files().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_an_entry_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "mine").unwrap();
        std::os::unix::fs::symlink(&elsewhere, store.path(&key(1))).unwrap();
        assert!(store.read(&key(1)).is_none());
        store.write(&key(1), b"entry").unwrap();
        assert_eq!(store.read(&key(1)).unwrap(), b"entry");
        assert_eq!(fs::read(&elsewhere).unwrap(), b"mine");
    }
}
