//! A cache of blobs: one file each, named by its digest; the least recently used are removed first.
//!
//! A file is renamed to its digest only after it was verified. A disk can damage it later: what is kept of it, such as the
//! listing of a layer, is verified again.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use tempfile::NamedTempFile;

use crate::image::digest::Digest;
use crate::layer::blob::Blob;
use crate::source::disk::given;

/// The prefix of incomplete files.
const PARTIAL: &str = ".coming-";

/// The age after which an incomplete file is abandoned.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// The most files that are read of the directory.
const MOST_FILES: usize = 1_000_000;

/// A directory of blobs.
#[derive(Clone, Debug)]
pub struct BlobCache {
    directory: PathBuf,
    limit: u64,
}

/// The contents of a cache, or what was removed from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUsage {
    /// Blobs.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
}

struct Held {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    whole: bool,
}

impl BlobCache {
    /// The default limit: 2 GiB.
    pub const LIMIT: u64 = 2 << 30;

    /// A cache of at most `limit` bytes in `directory`, which is created when the first blob is stored.
    #[must_use]
    pub const fn new(directory: PathBuf, limit: u64) -> Self {
        Self { directory, limit }
    }

    /// The limit in bytes.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// The blob with this digest, if it is cached and has the expected size.
    pub(super) fn find(&self, digest: &Digest, size: u64) -> Option<Blob> {
        self.any(digest).filter(|blob| blob.len() == size)
    }

    /// The blob with this digest, whatever its size.
    pub(super) fn any(&self, digest: &Digest) -> Option<Blob> {
        let file = given::open(&self.path(digest)?).ok()?;
        // If the directory is not writable, nothing can be removed either.
        let _ = file.set_modified(SystemTime::now());
        Blob::whole(file).ok()
    }

    /// A file for a blob that is being fetched; `None` if it would not be stored.
    pub(super) fn begin(&self, digest: &Digest, size: u64) -> Option<NamedTempFile> {
        self.path(digest).filter(|_| size <= self.limit)?;
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.directory).ok()?;
        tempfile::Builder::new().prefix(PARTIAL).tempfile_in(&self.directory).ok()
    }

    /// Renames a verified blob to its digest and removes others over the limit.
    pub(super) fn keep(&self, file: NamedTempFile, digest: &Digest) {
        if let Some(path) = self.path(digest)
            && file.persist(&path).is_ok()
        {
            let _ = self.shrink(Some(&path));
        }
    }

    /// Stores a verified document.
    pub(super) fn put(&self, digest: &Digest, bytes: &[u8]) {
        if let Some(mut file) = self.begin(digest, bytes.len() as u64)
            && file.write_all(bytes).is_ok()
        {
            self.keep(file, digest);
        }
    }

    /// Removes a damaged blob.
    pub(super) fn remove(&self, digest: &Digest) {
        if let Some(path) = self.path(digest) {
            let _ = fs::remove_file(path);
        }
    }

    /// Counts files and bytes.
    ///
    /// # Errors
    /// If the directory cannot be read. A missing directory is empty.
    pub fn usage(&self) -> io::Result<CacheUsage> {
        let mut usage = CacheUsage::default();
        for held in self.held()?.iter().filter(|held| held.whole) {
            usage.blobs += 1;
            usage.bytes += held.bytes;
        }
        Ok(usage)
    }

    /// Removes everything.
    ///
    /// # Errors
    /// If the directory cannot be read, or a file cannot be removed.
    pub fn clear(&self) -> io::Result<CacheUsage> {
        let mut removed = CacheUsage::default();
        for held in self.held()? {
            fs::remove_file(&held.path).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", held.path.display()))
            })?;
            removed.add(&held);
        }
        Ok(removed)
    }

    /// Removes abandoned files, and the least recently used blobs over the limit.
    ///
    /// # Errors
    /// Where the directory cannot be read.
    pub fn prune(&self) -> io::Result<CacheUsage> {
        self.shrink(None)
    }

    fn shrink(&self, new: Option<&Path>) -> io::Result<CacheUsage> {
        let mut held = self.held()?;
        held.sort_by_key(|held| held.used);
        // Incomplete files do not count: they are limited by their age.
        let whole = held.iter().filter(|held| held.whole);
        let mut total: u64 = whole.map(|held| held.bytes).sum();
        let now = SystemTime::now();
        let mut removed = CacheUsage::default();
        for held in held {
            let old = now.duration_since(held.used).is_ok_and(|age| age > ABANDONED_AFTER);
            let goes = if held.whole { total > self.limit } else { old };
            if goes && Some(held.path.as_path()) != new && fs::remove_file(&held.path).is_ok() {
                total -= if held.whole { held.bytes } else { 0 };
                removed.add(&held);
            }
        }
        Ok(removed)
    }

    fn held(&self) -> io::Result<Vec<Held>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let held = entries.take(MOST_FILES).filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let whole = name.split_once('-').is_some_and(|(algorithm, hex)| {
                Digest::parse(&format!("{algorithm}:{hex}")).is_some()
            });
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let ours = whole || name.starts_with(PARTIAL);
            let used = metadata.modified().ok()?;
            ours.then(|| Held { path: entry.path(), bytes: metadata.len(), used, whole })
        });
        Ok(held.collect())
    }

    fn path(&self, digest: &Digest) -> Option<PathBuf> {
        let known = matches!(digest.algorithm(), "sha256" | "sha512");
        let name = format!("{}-{}", digest.algorithm(), digest.encoded());
        known.then(|| self.directory.join(name))
    }
}

impl CacheUsage {
    const fn add(&mut self, held: &Held) {
        self.blobs += 1;
        self.bytes += held.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(blob_cache: &BlobCache, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        blob_cache.put(&digest, bytes);
        digest
    }

    fn age(blob_cache: &BlobCache, digest: &Digest, hours: u64) {
        let file = fs::File::open(blob_cache.path(digest).unwrap()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_hours(hours)).unwrap();
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let blob_cache = BlobCache::new(folder.path().join("blobs"), 10);
        let (old, used) = (put(&blob_cache, b"aaaa"), put(&blob_cache, b"bbbb"));
        age(&blob_cache, &old, 2);
        age(&blob_cache, &used, 3);
        assert!(blob_cache.find(&used, 4).is_some(), "and is used now");
        let new = put(&blob_cache, b"cccc");
        let there = [&old, &used, &new].map(|digest| blob_cache.find(digest, 4).is_some());
        assert_eq!(there, [false, true, true]);
        assert_eq!(blob_cache.usage().unwrap(), CacheUsage { blobs: 2, bytes: 8 });
    }

    #[test]
    fn incomplete_files_take_no_space_of_whole_blobs() {
        let folder = tempfile::tempdir().unwrap();
        let blob_cache = BlobCache::new(folder.path().to_owned(), 10);
        let digest = put(&blob_cache, b"aaaa");
        fs::write(folder.path().join(".coming-one"), "a much longer beginning").unwrap();
        assert_eq!(blob_cache.prune().unwrap(), CacheUsage::default());
        assert!(blob_cache.find(&digest, 4).is_some());
    }

    #[test]
    fn what_is_too_long_or_has_another_length_is_not_here() {
        let folder = tempfile::tempdir().unwrap();
        let blob_cache = BlobCache::new(folder.path().to_owned(), 10);
        assert!(blob_cache.begin(&Digest::of(b"x"), 11).is_none());
        let digest = put(&blob_cache, b"abc");
        assert!(blob_cache.find(&digest, 4).is_none());
        blob_cache.remove(&digest);
        assert!(blob_cache.find(&digest, 3).is_none());
    }

    #[test]
    fn only_what_is_ours_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blob_cache = BlobCache::new(folder.path().to_owned(), 10);
        put(&blob_cache, b"abc");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("notes.txt"), "mine").unwrap();
        fs::write(at(".coming-young"), "x").unwrap();
        fs::write(at(".coming-old"), "xx").unwrap();
        let days = Duration::from_hours(50);
        fs::File::open(at(".coming-old")).unwrap().set_modified(SystemTime::now() - days).unwrap();
        assert_eq!(blob_cache.prune().unwrap(), CacheUsage { blobs: 1, bytes: 2 });
        assert_eq!(blob_cache.clear().unwrap().blobs, 2);
        assert!(at("notes.txt").exists());
    }
}
