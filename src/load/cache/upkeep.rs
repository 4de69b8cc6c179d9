//! Keeping the cache small and sound: what it holds, what goes when it is full, what was left behind.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::load::cache::envelope::Tag;
use crate::load::cache::key::Key;
use crate::load::cache::store::{EntryFile, Kind};
use crate::load::cache::{Cache, envelope};

/// What a cache holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Where it is.
    pub directory: PathBuf,
    /// Listings of layers known by their digest.
    pub layers: u64,
    /// Files that are known without being read, each an alias of a layer or a plain layer's own listing.
    pub files: u64,
    /// What was never finished: being written right now, or left behind by a process that was killed.
    pub unfinished: u64,
    /// Bytes all of it takes on disk.
    pub bytes: u64,
    /// Bytes it may take.
    pub limit: u64,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files.
    pub files: u64,
    /// Bytes they took on disk.
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
    /// Counts what is there, by name and size.
    ///
    /// # Errors
    /// Where the directory cannot be read; one that is not there is empty.
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

    /// Why nothing can be kept, where nothing can.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let error = self.store.probe().err()?;
        Some(format!("{} cannot be written to: {error}", self.directory().display()))
    }

    /// Removes all that is ours, and nothing else.
    ///
    /// # Errors
    /// Where the directory cannot be read, or a file of ours cannot be removed.
    pub fn clear(&self) -> io::Result<Pruned> {
        let mut pruned = Pruned::default();
        for held in self.store.entry_files()? {
            if !pruned.remove(&held) && held.path.symlink_metadata().is_ok() {
                return Err(io::Error::other(format!("{} cannot be removed", held.path.display())));
            }
        }
        Ok(pruned)
    }

    /// Removes what is of no use (left behind unfinished, damaged, of another version, an alias of what is gone), then
    /// the least recently used until the rest is within the limit.
    ///
    /// # Errors
    /// Where the directory cannot be read.
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

    /// After something was written: removes the least recently used where there is too much, and what was left behind.
    /// Nothing is read for it.
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

/// The name of the file that an alias leads to, which may not be there; `None` for what is no alias.
fn target(file: &[u8]) -> Option<OsString> {
    let (_, parts) = envelope::parse(file)?;
    let digest = std::str::from_utf8(parts.get(Tag::Alias)?).unwrap_or_default();
    Some(Key::digest(digest).map(|key| key.name().into()).unwrap_or_default())
}

/// Removes the least recently used until the rest takes at most `limit` bytes.
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
    fn what_is_of_no_use_is_removed_and_what_is_not_ours_is_left() {
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
