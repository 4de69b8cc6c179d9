//! The directory: entries read whole, written to a temporary name and renamed, the least recently used removed.
//!
//! Nothing is locked. A rename replaces an entry as a whole, so whoever reads sees the old or the new one; two writers
//! of one entry write the same. What a killed process or a full disk leaves behind is a temporary file, or (after the
//! machine itself went down) an entry whose checksum does not hold: both are found and replaced.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use crate::load::cache::key::{BY_DIGEST, BY_FILE, Key};
use crate::load::cache::{envelope, location};

/// What names of files begin with that are still being written.
const UNFINISHED: &str = ".new-";

/// Nobody writes an entry for as long as this: whoever began is gone.
const ABANDONED: Duration = Duration::from_hours(1);

/// An entry used again within this time is not marked again.
const MARKED: Duration = Duration::from_mins(1);

/// No entry is larger: the table of the largest layer that is listed at all.
const ENTRY_MAX: u64 = 2 << 30;

/// A directory is looked through no further than this.
const FILES_MAX: usize = 1_000_000;

/// What a file takes on disk is counted in blocks of this.
const BLOCK: u64 = 4096;

/// Files by key in one directory.
#[derive(Clone, Debug)]
pub(super) struct Store {
    directory: PathBuf,
    /// The directory is there, and no other user may write to it.
    trusted: Arc<AtomicBool>,
}

/// A file of ours.
#[derive(Clone, Debug)]
pub(super) struct EntryFile {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    /// Bytes on disk, about.
    pub(super) size: u64,
    /// When it was used last.
    pub(super) used: SystemTime,
}

/// What a file of ours is, by its name.
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

    /// The whole file of that key, and that it was used now.
    pub(super) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        self.check().ok()?;
        let path = self.path(key);
        let (bytes, used) = read(&path)?;
        let now = SystemTime::now();
        if now.duration_since(used).is_ok_and(|age| age > MARKED) {
            // In a cache that cannot be written to, nothing is ever removed either.
            let _ = File::open(&path).and_then(|file| file.set_modified(now));
        }
        Some(bytes)
    }

    /// Puts `bytes` under that key.
    pub(super) fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        // Mode 0600, removed again where anything fails.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.directory)?;
        file.write_all(bytes)?;
        file.persist(self.path(key))?;
        Ok(())
    }

    /// Does all that writing an entry takes, and leaves nothing.
    pub(super) fn probe(&self) -> io::Result<()> {
        self.make()?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.directory)?;
        file.write_all(&[0; BLOCK as usize])
    }

    /// All files that are ours. A directory that is not there holds none.
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
            // Somebody else may be removing it.
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

    /// Checks that what is there is this user's alone: others may have made it since the program began.
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
    /// Whether nobody can be writing it any more.
    pub(super) fn abandoned(&self) -> bool {
        self.kind == Kind::Unfinished && self.used.elapsed().is_ok_and(|age| age > ABANDONED)
    }

    /// The file's bytes, where it is sound and under its own name.
    pub(super) fn sound(&self) -> Option<Vec<u8>> {
        let (bytes, _) = read(&self.path)?;
        envelope::parse(&bytes)?;
        Some(bytes)
    }

    /// Removes it; whether it was there to be removed.
    pub(super) fn remove(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}

fn kind(name: &str) -> Option<Kind> {
    [(BY_DIGEST, Kind::ByDigest), (BY_FILE, Kind::ByFile), (UNFINISHED, Kind::Unfinished)]
        .into_iter()
        .find_map(|(prefix, kind)| name.starts_with(prefix).then_some(kind))
}

/// A regular file's bytes and when it was changed last.
fn read(path: &Path) -> Option<(Vec<u8>, SystemTime)> {
    // To open something that is no file might wait for ever (a pipe), and would follow a link that is not ours.
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
    fn what_is_written_is_read_and_belongs_to_the_user_alone() {
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
    fn what_is_not_ours_is_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "blob", ".newer"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("blob-dir")).unwrap();
        assert!(Store::new(folder.path().to_owned()).entry_files().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_entry_and_is_replaced() {
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
