//! Progress of reading a layer, and its cancellation.

use crate::stack::kept::table::Table;

/// Whoever waits for a listing: is told how far it is, and may ask it to stop.
pub trait Watch: Sync {
    /// `done` bytes of the blob as stored have been dealt with. Called a few times per MB at the most.
    fn progress(&self, done: u64);
    /// Whether to stop; what was read so far is then returned, with a problem that says so.
    fn cancelled(&self) -> bool;
    /// The rows read so far, told every few thousand of them. [`Listing::table`] will begin with these very bytes.
    fn rows(&self, _table: &Table) {}
    /// Whether a processor has nothing to do. Whoever is told so has it: one more thread may be started for the listing.
    fn take_idle_cpu(&self) -> bool {
        false
    }
}

/// Nobody waits: never cancelled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _done: u64) {}
    fn cancelled(&self) -> bool {
        false
    }
}
