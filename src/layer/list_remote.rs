//! Lists a layer that is still being downloaded from a registry or an engine.

use std::io;

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, with_cancellation};
use crate::layer::encoding::Codec;
use crate::layer::list::unreadable;
use crate::layer::{Examine, Listing, Watch, blob_digest};

/// Lists a remote layer: its local bytes if they have its digest, else while it is downloaded.
///
/// No downloaded rows are reported before the digest is verified. If the download breaks off, the rows read so far are
/// listed with the reason; if the digest differs, none are. Local bytes that have another digest are discarded.
#[must_use]
pub fn list(blob: &Blob, remote: &dyn RemoteBlob, watch: &dyn Watch) -> Listing {
    if let Some(here) = remote.local() {
        let listing = crate::layer::list::list(&here, watch);
        if listing.cancelled {
            return listing;
        }
        match has_digest(&here, &listing, remote.digest(), watch) {
            Some(true) => return known_as(remote, listing),
            None if watch.cancelled() => return Listing { cancelled: true, ..listing },
            Some(false) | None => remote.discard(),
        }
    }
    with_cancellation(remote, watch, || {
        let listing = crate::layer::list::list(blob, &Muted(watch));
        let verdict = remote.fetch_verified(false);
        judged(remote, listing, verdict)
    })
}

/// Whether the bytes have the digest. A listing that decoded them hashed them as well, unless by another algorithm; else they
/// are read once more. `None` if they cannot be read, or if `watch` was cancelled.
fn has_digest(here: &Blob, listing: &Listing, digest: &str, watch: &dyn Watch) -> Option<bool> {
    let stated = Digest::parse(digest)?;
    let known = listing.blob_digest.as_deref().and_then(Digest::parse);
    if let Some(known) = known.filter(|known| known.algorithm() == stated.algorithm()) {
        return Some(known == stated);
    }
    let found = blob_digest::of_blob(here, Hasher::new(stated.algorithm())?, &Silent(watch));
    Some(found.ok()? == stated)
}

fn judged(remote: &dyn RemoteBlob, listing: Listing, verdict: io::Result<Blob>) -> Listing {
    match verdict {
        Ok(_) => known_as(remote, listing),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => unreadable(&error),
        Err(error) if listing.table.is_empty() => {
            Listing { cancelled: listing.cancelled, ..unreadable(&error) }
        }
        Err(_) => Listing { faulty: true, blob_digest: None, ..listing },
    }
}

/// Adds the digest, which was verified, to a whole listing. The diff ID of a plain layer is the same digest.
fn known_as(remote: &dyn RemoteBlob, mut listing: Listing) -> Listing {
    if listing.blob_digest.is_none() && !listing.cancelled && !listing.faulty {
        listing.blob_digest = Some(remote.digest().to_owned());
    }
    if listing.codec == Some(Codec::Plain) {
        listing.diff_id.clone_from(&listing.blob_digest);
    }
    listing
}

/// Forwards progress, cancellation and what examines files, but no rows: the bytes are not verified yet. What an examiner
/// found counts only with the rows of the listing.
struct Muted<'w>(&'w dyn Watch);

impl Watch for Muted<'_> {
    fn progress(&self, done: u64) {
        self.0.progress(done);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn examiner(&self) -> Option<Box<dyn Examine + '_>> {
        self.0.examiner()
    }
}

/// Forwards cancellation only: bytes that are hashed were counted when they were listed.
struct Silent<'w>(&'w dyn Watch);

impl Watch for Silent<'_> {
    fn progress(&self, _done: u64) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
