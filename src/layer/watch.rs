//! Progress of reading a layer, and its cancellation.

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
