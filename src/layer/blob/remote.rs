//! The interface of blobs that are downloaded when they are read.
//!
//! The digest of a remote blob is known before it is downloaded. Bytes are readable while they arrive, before the
//! digest is verified, so nothing read from it is final before [fetch_verified] succeeds.
//!
//! [fetch_verified]: RemoteBlob::fetch_verified

use std::fmt::Debug;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::{io, thread};

use crate::image::digest::Digest;
use crate::layer::Watch;
use crate::layer::blob::Blob;

/// The interval at which cancellation is checked.
const CANCEL_POLL: Duration = Duration::from_millis(50);

/// A blob that is downloaded on demand.
pub trait RemoteBlob: Debug + Send + Sync {
    /// The expected digest, `algorithm:hex`.
    fn digest(&self) -> &str;

    /// Reads at `offset`; waits for bytes that are being downloaded. They are not verified yet.
    ///
    /// # Errors
    /// Why the download failed.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Waits for the whole blob and its verification. With `retry`, a failed download is started again. Local bytes are
    /// those of [`Self::local`].
    ///
    /// # Errors
    /// `InvalidData` if the digest differs; else why the download failed.
    fn fetch_verified(&self, retry: bool) -> io::Result<Blob>;

    /// The bytes, if they are stored locally; does not wait. They were verified before they were stored, and the file may have
    /// been damaged since: a listing verifies them again.
    fn local(&self) -> Option<Blob>;

    /// Discards the local bytes, which are damaged: the next read downloads them again.
    fn discard(&self);

    /// Cancels the download.
    fn cancel(&self);

    /// Downloads `len` bytes from `offset`, unverified, without the rest of the blob.
    ///
    /// # Errors
    /// `Unsupported` if the server sends whole blobs only; else why the download failed.
    fn fetch_range(&self, offset: u64, len: u64) -> io::Result<Vec<u8>>;

    /// Downloads the zTOC of the blob and verifies its digest. `None` if there is none.
    ///
    /// # Errors
    /// If there is a zTOC and it cannot be downloaded or has another digest.
    fn ztoc(&self) -> io::Result<Option<Vec<u8>>>;

    /// A document about the blob that was [cached](Self::cache) under this digest. It must be verified: the file may be
    /// damaged.
    fn cached(&self, digest: &Digest) -> Option<Blob>;

    /// Caches a document about the blob, if possible.
    fn cache(&self, digest: &Digest, bytes: &[u8]);
}

/// Runs `wait`, which may block on a remote blob, and cancels the download when `watch` is cancelled.
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
