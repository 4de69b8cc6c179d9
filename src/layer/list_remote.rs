//! Lists a layer that is still being downloaded from a registry or an engine.

use std::io;

use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, with_cancellation};
use crate::layer::encoding::Codec;
use crate::layer::list::unreadable;
use crate::layer::{Examine, Listing, Watch};

/// Lists a remote layer while it is downloaded.
///
/// No rows are reported before the digest is verified. If the download breaks off, the rows read so far are listed with
/// the reason; if the digest differs, none are.
#[must_use]
pub fn list(blob: &Blob, remote: &dyn RemoteBlob, watch: &dyn Watch) -> Listing {
    if let Some(here) = remote.local() {
        let listing = crate::layer::list::list(&here, watch);
        match &listing.blob_digest {
            Some(found) if found != remote.digest() && found.starts_with("sha256:") => {
                remote.discard();
            }
            _ => return known_as(remote, listing),
        }
    }
    with_cancellation(remote, watch, || {
        let listing = crate::layer::list::list(blob, &Muted(watch));
        let verdict = remote.fetch_verified(false);
        judged(remote, listing, verdict)
    })
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

/// Adds the verified digest to a whole listing. The diff ID of a plain layer is the same digest.
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
