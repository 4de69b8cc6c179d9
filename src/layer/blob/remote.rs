//! Blobs that lie elsewhere and come when they are read: what a layer needs to know of them.
//!
//! A distant blob is known by its digest before a byte of it is here. Reading it makes it come, from the front on; what
//! is read may turn out to be something else at the very end, so nothing of it counts before its [verdict].
//!
//! [verdict]: RemoteBlob::fetch_verified

use std::fmt::Debug;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::{io, thread};

use crate::image::digest::Digest;
use crate::layer::Watch;
use crate::layer::blob::Blob;

/// How long whoever stops waiting may have to wait for that.
const CANCEL_POLL: Duration = Duration::from_millis(50);

/// A blob that lies elsewhere.
pub trait RemoteBlob: Debug + Send + Sync {
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
    fn fetch_verified(&self, retry: bool) -> io::Result<Blob>;

    /// The verified bytes, where they are here already: nothing is waited for.
    fn local(&self) -> Option<Blob>;

    /// The bytes that were here are damaged: they are to come anew.
    fn discard(&self);

    /// Stops waiting: what is on its way is not wanted any more.
    fn cancel(&self);

    /// `len` bytes from `offset` on, and nothing else of the blob. Nobody verified them.
    ///
    /// # Errors
    /// `Unsupported` where only the whole blob is to be had; else why they do not come.
    fn fetch_range(&self, offset: u64, len: u64) -> io::Result<Vec<u8>>;

    /// A zTOC of the blob that lies beside it, verified by its digest. `None` where nobody knows of one.
    ///
    /// # Errors
    /// Where there is one, and it does not come or is another than was promised.
    fn ztoc(&self) -> io::Result<Option<Vec<u8>>>;

    /// A document about the blob that was [kept](Self::cache) under this digest. It may have been damaged since.
    fn cached(&self, digest: &Digest) -> Option<Blob>;

    /// Keeps a document about the blob for the next time, if it can be kept.
    fn cache(&self, digest: &Digest, bytes: &[u8]);
}

/// Does what may wait for a distant blob, and stops the waiting when `watch` says so.
pub(crate) fn with_cancellation<T>(
    remote: &dyn RemoteBlob,
    watch: &dyn Watch,
    wait: impl FnOnce() -> T,
) -> T {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(CANCEL_POLL) == Err(RecvTimeoutError::Timeout) {
                if watch.cancelled() {
                    return remote.cancel();
                }
            }
        });
        let waited = wait();
        drop(done);
        waited
    })
}
