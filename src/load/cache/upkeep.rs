//! Survey, clearing and pruning of the cache.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::load::cache::envelope::Tag;
use crate::load::cache::key::Key;
use crate::load::cache::store::{EntryFile, Kind};
use crate::load::cache::{Cache, envelope};

/// Counts and sizes of a cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The cache directory.
    pub directory: PathBuf,
    /// Number of listings by digest.
    pub layers: u64,
    /// Number of entries by file: aliases, or listings of plain layers.
    pub files: u64,
    /// Number of unfinished files: being written, or left by a killed process.
    pub unfinished: u64,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Maximum size on disk in bytes.
    pub limit: u64,
}

/// Count and size of removed files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Number of files.
    pub files: u64,
    /// Their size on disk in bytes.
    pub bytes: u64,
}

impl Pruned {
    fn remove(&mut self, held: &EntryFile) -> bool {
        let removed = held.remove();
        if removed {
            self.files += 1;
            self.bytes += held.size;
        }
        removed
    }
}

impl Cache {
    /// Counts the files by name and size.
    ///
    /// # Errors
    /// If the directory cannot be read; a missing one counts as empty.
    pub fn survey(&self) -> io::Result<Survey> {
        let mut survey = Survey {
            directory: self.directory().to_owned(),
            limit: self.rules.limit,
            ..Survey::default()
        };
        for held in self.store.entry_files()? {
            survey.bytes += held.size;
            match held.kind {
                Kind::ByDigest => survey.layers += 1,
                Kind::ByFile => survey.files += 1,
                Kind::Unfinished => survey.unfinished += 1,
            }
        }
        Ok(survey)
    }

    /// Why the cache cannot be written to; `None` if it can.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let error = self.store.probe().err()?;
        Some(format!("{} cannot be written to: {error}", self.directory().display()))
    }

    /// Removes all files of the cache, and nothing else.
    ///
    /// # Errors
    /// If the directory cannot be read or a file cannot be removed.
    pub fn clear(&self) -> io::Result<Pruned> {
        let mut pruned = Pruned::default();
        for held in self.store.entry_files()? {
            if !pruned.remove(&held) && held.path.symlink_metadata().is_ok() {
                return Err(io::Error::other(format!("{} cannot be removed", held.path.display())));
            }
        }
        Ok(pruned)
    }

    /// Removes useless files (abandoned, damaged, of another version, alias without target), then the least recently
    /// used until the rest is within the limit.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn prune(&self) -> io::Result<Pruned> {
        let mut pruned = Pruned::default();
        let mut listings = HashSet::new();
        let mut sound = Vec::new();
        for held in self.store.entry_files()? {
            let used = match held.kind {
                Kind::Unfinished if !held.abandoned() => continue,
                Kind::Unfinished => None,
                Kind::ByDigest | Kind::ByFile => held.sound(),
            };
            let Some(bytes) = used else {
                pruned.remove(&held);
                continue;
            };
            let target = target(&bytes);
            if target.is_none() {
                listings.insert(held.path.file_name().map(ToOwned::to_owned));
            }
            sound.push((held, target));
        }
        let mut kept = Vec::new();
        for (held, target) in sound {
            if target.is_none_or(|target| listings.contains(&Some(target))) {
                kept.push(held);
            } else {
                pruned.remove(&held);
            }
        }
        evict(kept, self.rules.limit, &mut pruned);
        Ok(pruned)
    }

    /// After a write: removes abandoned files and, beyond the limit, the least recently used ones. Reads no file.
    pub(in crate::load) fn shrink(&self) {
        if !self.written.swap(false, Ordering::Relaxed) {
            return;
        }
        let Ok(held) = self.store.entry_files() else { return };
        let (unfinished, held): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|held| held.kind == Kind::Unfinished);
        for left in unfinished.iter().filter(|held| held.abandoned()) {
            left.remove();
        }
        evict(held, self.rules.limit, &mut Pruned::default());
    }
}

/// The file name of an alias's target, which may be missing; `None` if the file is not an alias.
fn target(file: &[u8]) -> Option<OsString> {
    let (_, parts) = envelope::parse(file)?;
    let digest = std::str::from_utf8(parts.get(Tag::Alias)?).unwrap_or_default();
    Some(Key::digest(digest).map(|key| key.name().into()).unwrap_or_default())
}

/// Removes the least recently used files until the rest has at most `limit` bytes.
fn evict(mut held: Vec<EntryFile>, limit: u64, pruned: &mut Pruned) {
    let mut bytes: u64 = held.iter().map(|held| held.size).sum();
    if bytes <= limit {
        return;
    }
    held.sort_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
    for held in held {
        if bytes <= limit {
            break;
        }
        if pruned.remove(&held) {
            bytes -= held.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::layer::Listing;
    use crate::load::cache::{Rules, envelope};

    fn digest(byte: u8) -> String {
        format!("sha256:{}", format!("{byte:02x}").repeat(32))
    }

    /// A cache of four listings of a block each, the first used longest ago.
    fn four(limit: u64) -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let roomy = Cache::new(folder.path().to_owned(), Rules::default());
        for byte in 0..4 {
            let listing = Listing { blob_digest: Some(digest(byte)), ..Listing::default() };
            let key = Key::digest(&digest(byte)).unwrap();
            roomy.write_listing(&key, &listing).unwrap();
            let day = Duration::from_hours(24);
            let file = File::open(folder.path().join(key.name())).unwrap();
            file.set_modified(SystemTime::now() - day * (4 - u32::from(byte))).unwrap();
        }
        let rules = Rules { limit, ..Rules::default() };
        let cache = Cache::new(folder.path().to_owned(), rules);
        (folder, cache)
    }

    fn left(cache: &Cache) -> Vec<u8> {
        let has = |&byte: &u8| cache.listing(&Key::digest(&digest(byte)).unwrap()).is_some();
        (0..4).filter(has).collect()
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let (_folder, cache) = four(2 * 4096);
        assert!(cache.listing(&Key::digest(&digest(0)).unwrap()).is_some());
        assert_eq!(cache.prune().unwrap(), Pruned { files: 2, bytes: 2 * 4096 });
        assert_eq!(left(&cache), [0, 3]);
    }

    #[test]
    fn writing_keeps_within_the_limit() {
        let (_folder, cache) = four(3 * 4096);
        let listing = Listing { blob_digest: Some(digest(9)), ..Listing::default() };
        cache.write_listing(&Key::digest(&digest(9)).unwrap(), &listing).unwrap();
        cache.written.store(true, Ordering::Relaxed);
        cache.shrink();
        assert_eq!(left(&cache), [2, 3]);
        assert_eq!(cache.survey().unwrap().layers, 3);
    }

    #[test]
    fn pruning_removes_useless_entries_and_no_foreign_files() {
        let (folder, cache) = four(u64::MAX);
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("notes.txt"), "mine").unwrap();
        std::fs::write(at(".new-young"), "").unwrap();
        std::fs::write(at(".new-old"), "").unwrap();
        let hours = Duration::from_hours(2);
        File::open(at(".new-old")).unwrap().set_modified(SystemTime::now() - hours).unwrap();
        std::fs::write(at("blob-damaged"), "layertui").unwrap();
        let lost = envelope::seal(b"x", &[(Tag::Alias, digest(7).as_bytes())]);
        std::fs::write(at("file-lost"), lost).unwrap();
        let alias = envelope::seal(b"x", &[(Tag::Alias, digest(1).as_bytes())]);
        std::fs::write(at("file-known"), alias).unwrap();
        assert_eq!(cache.prune().unwrap().files, 3);
        let survey = cache.survey().unwrap();
        assert_eq!((survey.layers, survey.files, survey.unfinished), (4, 1, 1));
        assert_eq!(cache.clear().unwrap().files, 6);
        assert!(at("notes.txt").exists());
        assert_eq!(cache.survey().unwrap().bytes, 0);
    }
}
