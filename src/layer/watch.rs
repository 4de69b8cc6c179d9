//! Progress of reading a layer, and its cancellation.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::stack::kept::table::Table;

/// Receives the progress of a listing and can cancel it.
pub trait Watch: Sync {
    /// `done` bytes of the blob as stored were processed. Called at most a few times per MB.
    fn progress(&self, done: u64);
    /// Whether to stop. The listing then has the rows read so far, and a problem that says so.
    fn cancelled(&self) -> bool;
    /// The rows read so far, reported every few thousand rows. The final [`crate::layer::Listing::table`] begins with
    /// the same bytes.
    fn rows(&self, _table: &Table) {}
    /// Takes an idle CPU, if there is one: on `true` the listing may start one more thread.
    fn take_idle_cpu(&self) -> bool {
        false
    }
    /// Reads the contents of the files, where the listing decodes them in any case.
    fn examiner(&self) -> Option<Box<dyn Examine + '_>> {
        None
    }
}

/// Reads the contents of files while a compressed layer is listed, so that it is decoded once.
pub trait Examine {
    /// A file without holes: its stored name, the offset of its payload in the uncompressed layer, the length of the payload
    /// in bytes, and the payload. What is not read of it is skipped. A cut layer ends the payload early.
    fn file(&mut self, name: &[u8], offset: u64, length: u64, payload: &mut dyn Read);
}

/// Ignores progress and is never cancelled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _done: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// The watch of one of several layers that are read at once: reports the sum of all to a common one.
pub(crate) struct OneOfMany<'w> {
    watch: &'w dyn Watch,
    total: &'w AtomicU64,
    /// Bytes of this layer.
    own: AtomicU64,
}

impl<'w> OneOfMany<'w> {
    /// `total` is shared by all.
    pub(crate) fn new(watch: &'w dyn Watch, total: &'w AtomicU64) -> Self {
        Self { watch, total, own: AtomicU64::new(0) }
    }
}

impl Watch for OneOfMany<'_> {
    fn progress(&self, done: u64) {
        let more = done.saturating_sub(self.own.swap(done, Ordering::Relaxed));
        self.watch.progress(self.total.fetch_add(more, Ordering::Relaxed) + more);
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }
}
