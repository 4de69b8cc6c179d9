//! Lists a layer that a registry or engine still delivers.

use std::io;

use crate::layer::blob::Blob;
use crate::layer::blob::remote::{RemoteBlob, attentively};
use crate::layer::{Listing, Problem, Severity, Watch};

/// Lists a distant layer while it comes.
///
/// Rows are told nobody before the layer is verified. Where it breaks off, what came is listed, with the reason; where
/// it is not what was promised, nothing is.
#[must_use]
pub fn list(blob: &Blob, distant: &dyn RemoteBlob, watch: &dyn Watch) -> Listing {
    if let Some(here) = distant.here() {
        let listing = crate::layer::list::list(&here, watch);
        match &listing.blob_digest {
            Some(found) if found != distant.digest() && found.starts_with("sha256:") => {
                distant.discard();
            }
            _ => return known_as(distant, listing),
        }
    }
    attentively(distant, watch, || {
        let listing = crate::layer::list::list(blob, &Muted(watch));
        let verdict = distant.verdict(false);
        judged(distant, listing, verdict)
    })
}

fn judged(distant: &dyn RemoteBlob, listing: Listing, verdict: io::Result<Blob>) -> Listing {
    match verdict {
        Ok(_) => known_as(distant, listing),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => failed(&error),
        Err(error) if listing.table.is_empty() => {
            Listing { cancelled: listing.cancelled, ..failed(&error) }
        }
        Err(_) => Listing { faulty: true, blob_digest: None, ..listing },
    }
}

/// The digest that was verified belongs to the listing, whether the layer was decoded or not.
fn known_as(distant: &dyn RemoteBlob, mut listing: Listing) -> Listing {
    if listing.blob_digest.is_none() && !listing.cancelled && !listing.faulty {
        listing.blob_digest = Some(distant.digest().to_owned());
    }
    listing
}

pub(crate) fn failed(error: &io::Error) -> Listing {
    let message = format!("the layer cannot be read: {error}");
    let problems = vec![Problem { severity: Severity::Error, message }];
    Listing { problems, faulty: true, ..Listing::default() }
}

/// Passes on how far it is, and no rows.
struct Muted<'w>(&'w dyn Watch);

impl Watch for Muted<'_> {
    fn progress(&self, done: u64) {
        self.0.progress(done);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
