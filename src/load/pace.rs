//! How often progress is reported.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::load::Event;

/// Limits progress events to one per [`Self::GAP`].
pub(crate) struct Pace {
    start: Instant,
    /// Earliest time of the next event, in milliseconds since `start`.
    next: AtomicU64,
}

impl Pace {
    const GAP: u64 = 33;

    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), next: AtomicU64::new(0) }
    }

    /// Whether to report this event. Only progress is ever dropped.
    pub(crate) fn allows(&self, event: &Event) -> bool {
        if !matches!(event, Event::Reading { .. } | Event::Deciding { left: 1.. }) {
            return true;
        }
        let now = self.start.elapsed().as_millis() as u64;
        let next = self.next.load(Ordering::Relaxed);
        now >= next
            && self
                .next
                .compare_exchange(next, now + Self::GAP, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}
