//! What comparing the layers of two images may take of memory.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What all pairs of layers together may take of memory: this much of each is left.
#[derive(Debug)]
pub(super) struct Limits {
    /// Bytes of entries that wait for their counterparts.
    pub(super) waiting: AtomicUsize,
    /// Differences that are listed; the rest is counted.
    pub(super) listed: AtomicUsize,
}

impl Default for Limits {
    /// 512 MiB, which are some 1.5 million entries in another order, and a million differences.
    fn default() -> Self {
        Self { waiting: AtomicUsize::new(512 << 20), listed: AtomicUsize::new(1_000_000) }
    }
}

/// Takes `count` of what is left; `false` where less is left.
pub(super) fn take(left: &AtomicUsize, count: usize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(count)).is_ok()
}

/// Memory that was taken of what all pairs may take, given back at the end.
pub(super) struct Held<'l> {
    limits: &'l Limits,
    bytes: usize,
}

impl<'l> Held<'l> {
    /// Nothing yet.
    pub(super) const fn of(limits: &'l Limits) -> Self {
        Self { limits, bytes: 0 }
    }

    /// Takes that many bytes.
    ///
    /// # Errors
    /// Where less is left.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), String> {
        if !take(&self.limits.waiting, bytes) {
            return Err("comparing its entries takes more memory than is allowed".to_owned());
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Gives some of them back before the end.
    pub(super) fn give_back(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.limits.waiting.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.limits.waiting.fetch_add(self.bytes, Ordering::Relaxed);
    }
}
