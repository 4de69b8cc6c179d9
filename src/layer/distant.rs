//! Blobs that lie elsewhere and come when they are read: what a layer needs to know of them.
//!
//! A distant blob is known by its digest before a byte of it is here. Reading it makes it come, from the front on; what
//! is read may turn out to be something else at the very end, so nothing of it counts before its [verdict].
//!
//! [verdict]: Distant::verdict

use std::fmt::Debug;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::blob::Blob;
use super::{Listing, Problem, Severity, Watch};
use crate::image::digest::Digest;

/// How long whoever stops waiting may have to wait for that.
const ATTENTIVE: Duration = Duration::from_millis(50);

/// A blob that lies elsewhere.
pub trait Distant: Debug + Send + Sync {
    /// `algorithm:hex` that the bytes have, or are refused.
    fn digest(&self) -> &str;

    /// Reads at `offset`, waiting for bytes that are on their way. They are not verified.
    ///
    /// # Errors
    /// Why they do not come.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// All of it, once it is here and verified. Where an earlier attempt failed, another is made.
    ///
    /// # Errors
    /// `InvalidData` where the bytes are not those that were promised; else why they did not come.
    fn verdict(&self, again: bool) -> io::Result<Blob>;

    /// The verified bytes, where they are here already: nothing is waited for.
    fn here(&self) -> Option<Blob>;

    /// The bytes that were here are damaged: they are to come anew.
    fn discard(&self);

    /// Stops waiting: what is on its way is not wanted any more.
    fn give_up(&self);

    /// `len` bytes from `offset` on, and nothing else of the blob. Nobody verified them.
    ///
    /// # Errors
    /// `Unsupported` where only the whole blob is to be had; else why they do not come.
    fn part(&self, offset: u64, len: u64) -> io::Result<Vec<u8>>;

    /// A zTOC of the blob that lies beside it, verified by its digest. `None` where nobody knows of one.
    ///
    /// # Errors
    /// Where there is one, and it does not come or is another than was promised.
    fn table(&self) -> io::Result<Option<Vec<u8>>>;

    /// A document about the blob that was [kept](Self::keep) under this digest. It may have been damaged since.
    fn kept(&self, digest: &Digest) -> Option<Blob>;

    /// Keeps a document about the blob for the next time, if it can be kept.
    fn keep(&self, digest: &Digest, bytes: &[u8]);
}

/// Lists a distant layer while it comes.
///
/// Rows are told nobody before the layer is verified. Where it breaks off, what came is listed, with the reason; where
/// it is not what was promised, nothing is.
#[must_use]
pub fn list(blob: &Blob, distant: &dyn Distant, watch: &dyn Watch) -> Listing {
    if let Some(here) = distant.here() {
        let listing = super::list(&here, watch);
        match &listing.blob_digest {
            Some(found) if found != distant.digest() && found.starts_with("sha256:") => {
                distant.discard();
            }
            _ => return known_as(distant, listing),
        }
    }
    attentively(distant, watch, || {
        let listing = super::list(blob, &Silent(watch));
        let verdict = distant.verdict(false);
        judged(distant, listing, verdict)
    })
}

/// Does what may wait for a distant blob, and stops the waiting when `watch` says so.
pub(super) fn attentively<T>(
    distant: &dyn Distant,
    watch: &dyn Watch,
    wait: impl FnOnce() -> T,
) -> T {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(ATTENTIVE) == Err(RecvTimeoutError::Timeout) {
                if watch.cancelled() {
                    return distant.give_up();
                }
            }
        });
        let waited = wait();
        drop(done);
        waited
    })
}

fn judged(distant: &dyn Distant, listing: Listing, verdict: io::Result<Blob>) -> Listing {
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
fn known_as(distant: &dyn Distant, mut listing: Listing) -> Listing {
    if listing.blob_digest.is_none() && !listing.cancelled && !listing.faulty {
        listing.blob_digest = Some(distant.digest().to_owned());
    }
    listing
}

fn failed(error: &io::Error) -> Listing {
    let message = format!("the layer cannot be read: {error}");
    let problems = vec![Problem { severity: Severity::Error, message }];
    Listing { problems, faulty: true, ..Listing::default() }
}

/// Passes on how far it is, and no rows.
struct Silent<'w>(&'w dyn Watch);

impl Watch for Silent<'_> {
    fn progress(&self, done: u64) {
        self.0.progress(done);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
