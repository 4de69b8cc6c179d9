//! Cache of listings on disk: one file per layer, shared by all images with the layer.
//!
//! An entry is found in two ways. A digest that an archive claims is not one of them; the digest of a remote blob is,
//! because the download is verified:
//!
//! - **by digest**: of bytes that were read and hashed here. Listing a compressed layer computes its digest on the way.
//!   If there is an entry for a claimed digest, the blob is hashed first, which is several times cheaper than decoding
//!   it; only the computed digest counts.
//! - **by file**: the same region of the same unchanged file ([`Identity`]), without reading it. Such an entry is an
//!   alias of one by digest or, for plain layers, which are never hashed, the listing itself.
//!
//! Entries contain the result of [`Source::list`], complete and without facts of a particular image. Cache errors are
//! never fatal: an entry that cannot be read is listed anew, one that cannot be written is skipped.

mod envelope;
mod frame;
mod key;
mod location;
mod record;
mod store;
#[cfg(unix)]
mod trust;
mod upkeep;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::image::digest::Hasher;
use crate::layer;
use crate::layer::blob::{Blob, Identity};
use crate::layer::encoding::Codec;
use crate::layer::{Checkpoints, Listing, Watch};
use crate::load::cache::envelope::{Parts, Tag};
use crate::load::cache::key::Key;
pub use crate::load::cache::location::{check, directory};
use crate::load::cache::store::Store;
pub use crate::load::cache::upkeep::{Pruned, Survey};
use crate::source::Source;

/// Limits of the cache.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Maximum size on disk in bytes; beyond it the least recently used entries are removed.
    pub limit: u64,
    /// A file modified less than this before it was read gets no entry by file: another change might not show in its
    /// timestamps.
    pub settle: Duration,
    /// Minimum blob size in bytes; smaller ones are not cached.
    pub least_blob: u64,
    /// Minimum number of rows of a plain layer; smaller ones are not cached.
    pub least_rows: u64,
}

impl Default for Rules {
    /// 512 MiB are thousands of layers. 3 seconds, because timestamps of some file systems have a resolution of 2. 32
    /// KiB are decoded in the time it takes to open one or two files. 20,000 headers are read in some 15 ms.
    fn default() -> Self {
        Self {
            limit: 512 << 20,
            settle: Duration::from_secs(3),
            least_blob: 32 << 10,
            least_rows: 20_000,
        }
    }
}

/// A cache of listings.
#[derive(Debug)]
pub struct Cache {
    store: Store,
    rules: Rules,
    /// A write failed: no more writes are tried.
    write_failed: AtomicBool,
    /// Something was written since the last check of the limit.
    written: AtomicBool,
}

/// How to store a listing that was not in the cache.
#[derive(Debug)]
pub(super) struct Keep {
    blob: Blob,
    /// The file, if its timestamps would show a change.
    identity: Option<Identity>,
    /// The listing is already stored by digest.
    listed: bool,
}

impl Cache {
    /// A cache in `directory`, which is created by the first write.
    #[must_use]
    pub fn new(directory: PathBuf, rules: Rules) -> Self {
        Self {
            store: Store::new(directory),
            rules,
            write_failed: AtomicBool::new(false),
            written: AtomicBool::new(false),
        }
    }

    /// The cache directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.store.directory()
    }

    /// The listing of a layer from the cache or from the source; in the second case with how to [`Self::keep`] it.
    pub(super) fn list(
        &self,
        source: &dyn Source,
        layer: usize,
        watch: &dyn Watch,
    ) -> (Listing, Option<Keep>) {
        if let Some(digest) = source.verified_by(layer) {
            return self.list_verified(source, layer, digest, watch);
        }
        let Some(blob) = source.blob(layer).filter(|blob| blob.len() >= self.rules.least_blob)
        else {
            return (source.list(layer, watch), None);
        };
        if let Some(distant) = blob.as_remote() {
            // A download with another digest would be refused, so the listing is known without one.
            let known = Key::digest(distant.digest()).and_then(|digest| self.listing(&digest));
            if let Some(listing) = known {
                watch.progress(blob.len());
                pass_checkpoints(source, layer, &listing);
                return (listing, None);
            }
            let keep = Keep { blob: blob.clone(), identity: None, listed: false };
            return (source.list(layer, watch), Some(keep));
        }
        let identity = blob.identity();
        if let Some(listing) = identity.as_ref().and_then(|identity| self.by_file(identity)) {
            watch.progress(blob.len());
            pass_checkpoints(source, layer, &listing);
            return (listing, None);
        }
        // Taken before the bytes are read, so that any later change has a later timestamp.
        let identity = identity.filter(|identity| self.settled(identity, SystemTime::now()));
        let keep = Keep { blob: blob.clone(), identity, listed: false };
        let claimed = source.image().layers.get(layer).and_then(|layer| layer.digest.as_deref());
        if let Some(listing) = claimed.and_then(|claimed| self.by_digest(blob, claimed, watch)) {
            pass_checkpoints(source, layer, &listing);
            return (listing, Some(Keep { listed: true, ..keep }));
        }
        (source.list(layer, watch), Some(keep))
    }

    /// As [`Self::list`] for a remote blob, whose digest is verified.
    fn list_verified(
        &self,
        source: &dyn Source,
        layer: usize,
        digest: &str,
        watch: &dyn Watch,
    ) -> (Listing, Option<Keep>) {
        if let Some(listing) = Key::digest(digest).and_then(|digest| self.listing(&digest)) {
            watch.progress(source.listing_cost(layer));
            return (listing, None);
        }
        let keep = Keep { blob: Blob::memory([]), identity: None, listed: false };
        (source.list(layer, watch), Some(keep))
    }

    /// Stores a listing if it is complete and large enough. Errors are ignored.
    pub(super) fn keep(&self, keep: &Keep, listing: &Listing) {
        if listing.cancelled || listing.faulty || self.write_failed.load(Ordering::Relaxed) {
            return;
        }
        self.written.store(true, Ordering::Relaxed);
        if self.try_to_keep(keep, listing).is_err() {
            self.write_failed.store(true, Ordering::Relaxed);
        }
    }

    fn try_to_keep(&self, keep: &Keep, listing: &Listing) -> std::io::Result<()> {
        // Only if the file is unchanged since reading began.
        let same = |identity: &&Identity| keep.blob.identity().as_ref() == Some(*identity);
        let file = keep.identity.as_ref().filter(same).map(Key::file);
        let digest = listing.blob_digest.as_deref().and_then(Key::digest);
        let Some(digest) = digest else {
            let plain = listing.codec == Some(Codec::Plain);
            return match file {
                Some(file) if plain && listing.table.len() >= self.rules.least_rows => {
                    self.write_listing(&file, listing)
                }
                _ => Ok(()),
            };
        };
        if !keep.listed {
            self.write_listing(&digest, listing)?;
        }
        match file {
            Some(file) => {
                let alias = envelope::seal(file.bytes(), &[(Tag::Alias, digest.bytes())]);
                self.store.write(&file, &alias)
            }
            None => Ok(()),
        }
    }

    fn write_listing(&self, key: &Key, listing: &Listing) -> std::io::Result<()> {
        let Some(record) = record::write(listing) else { return Ok(()) };
        let checkpoints = listing.checkpoints.as_ref().map(|points| points.to_bytes());
        let mut parts = vec![(Tag::Listing, &record[..])];
        parts.extend(checkpoints.as_deref().map(|points| (Tag::Checkpoints, points)));
        self.store.write(key, &envelope::seal(key.bytes(), &parts))
    }

    fn by_file(&self, identity: &Identity) -> Option<Listing> {
        let key = Key::file(identity);
        let file = self.store.read(&key)?;
        let parts = envelope::open(&file, key.bytes())?;
        match parts.get(Tag::Alias) {
            Some(digest) => self.listing(&Key::digest(std::str::from_utf8(digest).ok()?)?),
            None => unpack(parts),
        }
    }

    /// If there is an entry for the claimed digest, hashes the blob and returns the listing of the computed digest.
    fn by_digest(&self, blob: &Blob, claimed: &str, watch: &dyn Watch) -> Option<Listing> {
        let claimed = Key::digest(claimed)?;
        let listing = self.listing(&claimed)?;
        let found =
            Key::digest(layer::blob_digest::of_blob(blob, Hasher::sha256(), watch).ok()?.as_str())?;
        if found == claimed { Some(listing) } else { self.listing(&found) }
    }

    /// The listing stored by digest.
    fn listing(&self, digest: &Key) -> Option<Listing> {
        let file = self.store.read(digest)?;
        let parts = envelope::open(&file, digest.bytes())?;
        let listing = unpack(parts)?;
        let own = listing.blob_digest.as_ref().is_some_and(|own| own.as_bytes() == digest.bytes());
        own.then_some(listing)
    }

    /// Whether a change of the file after `now` would show in its timestamps.
    fn settled(&self, identity: &Identity, now: SystemTime) -> bool {
        let Ok(now) = now.duration_since(SystemTime::UNIX_EPOCH) else { return false };
        let Some(before) = now.checked_sub(self.rules.settle) else { return false };
        let before = (before.as_secs() as i64, before.subsec_nanos());
        identity.mtime <= before && identity.ctime <= before
    }
}

/// Passes the checkpoints of a cached listing to the source.
fn pass_checkpoints(source: &dyn Source, layer: usize, listing: &Listing) {
    if let Some(checkpoints) = &listing.checkpoints {
        source.set_checkpoints(layer, Arc::clone(checkpoints));
    }
}

/// Decodes a listing with its checkpoints.
fn unpack(parts: Parts<'_>) -> Option<Listing> {
    let mut listing = record::read(parts.get(Tag::Listing)?)?;
    let checkpoints = parts.get(Tag::Checkpoints).and_then(Checkpoints::from_bytes);
    listing.checkpoints = checkpoints.map(Arc::new);
    Some(listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer;

    /// A cache of everything in a folder of its own.
    fn cache(folder: &tempfile::TempDir) -> Cache {
        let rules =
            Rules { settle: Duration::ZERO, least_blob: 0, least_rows: 0, ..Rules::default() };
        Cache::new(folder.path().join("cache"), rules)
    }

    /// The end of an archive, gzipped: a layer without entries.
    fn empty_layer() -> Blob {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&[0; 1024]).unwrap();
        Blob::memory(gzip.finish().unwrap())
    }

    #[test]
    fn an_alias_to_an_entry_of_another_digest_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        let listing = layer::list(&empty_layer(), &layer::Unwatched);
        let own = Key::digest(listing.blob_digest.as_deref().unwrap()).unwrap();
        let other = Key::digest(&format!("sha256:{}", "7".repeat(64))).unwrap();
        for key in [&own, &other] {
            cache.write_listing(key, &listing).unwrap();
        }
        assert!(cache.listing(&own).is_some());
        assert!(cache.listing(&other).is_none());
    }

    /// A compressed layer that was not hashed was not read to its end.
    #[test]
    fn without_a_digest_only_plain_layers_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        for (codec, kept) in [(Codec::Gzip, false), (Codec::Plain, true)] {
            let path = folder.path().join(codec.name());
            std::fs::write(&path, [0; 1024]).unwrap();
            let blob = Blob::whole(std::fs::File::open(&path).unwrap()).unwrap();
            let identity = blob.identity().unwrap();
            let keep = Keep { blob, identity: Some(identity.clone()), listed: false };
            cache.keep(&keep, &Listing { codec: Some(codec), ..Listing::default() });
            assert_eq!(cache.by_file(&identity).is_some(), kept, "{}", codec.name());
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layer.tar");
        std::fs::write(&path, [0; 1024]).unwrap();
        for changes in [false, true] {
            let blob = Blob::whole(std::fs::File::open(&path).unwrap()).unwrap();
            let identity = blob.identity().unwrap();
            let keep = Keep { blob: blob.clone(), identity: Some(identity), listed: false };
            let listing = layer::list(&blob, &layer::Unwatched);
            if changes {
                std::fs::write(&path, [0; 2048]).unwrap();
            }
            let cache = Cache {
                store: Store::new(folder.path().join(changes.to_string())),
                ..cache(&folder)
            };
            cache.keep(&keep, &listing);
            let kept = cache.by_file(keep.identity.as_ref().unwrap()).is_some();
            assert_eq!(kept, !changes);
        }
    }

    #[test]
    fn a_recently_modified_file_is_not_settled() {
        let cache = Cache::new(PathBuf::new(), Rules::default());
        let identity = |mtime, ctime| Identity {
            device: 1,
            inode: 1,
            size: 1,
            mtime: (mtime, 0),
            ctime: (ctime, 0),
            offset: 0,
            len: 1,
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
        for (mtime, ctime, settled) in [
            (97, 97, true),
            (-5, 97, true),
            (98, 97, false),
            // A time that was set back does not hide that something happened.
            (5, 98, false),
            (200, 97, false),
        ] {
            assert_eq!(cache.settled(&identity(mtime, ctime), now), settled, "{mtime} {ctime}");
        }
    }
}
