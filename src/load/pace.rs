//! How often progress is reported.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::load::Event;

/// Thins out progress: more than some thirty reports a second are seen by nobody.
pub(crate) struct Pace {
    start: Instant,
    /// Milliseconds from `start` before which nothing more is let through.
    next: AtomicU64,
}

impl Pace {
    const GAP: u64 = 33;

    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), next: AtomicU64::new(0) }
    }

    /// Whether this event is to be passed on. Only progress is ever held back.
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
