//! The rate at which layers are read, from the progress of each. The caller passes the time.

use std::time::{Duration, Instant};

/// The shortest time to average over, so that the number is readable.
const SPAN: Duration = Duration::from_millis(500);

/// Bytes read of each layer, and their sum and the time when the rate was last returned.
pub(super) struct Rate {
    done: Vec<u64>,
    since: Instant,
    then: u64,
}

impl Rate {
    /// Of an image whose layers are read from now on.
    pub(super) fn new(layers: usize, now: Instant) -> Self {
        Self { done: vec![0; layers], since: now, then: 0 }
    }

    /// Records the bytes read of a layer. Returns bytes per second, at most once per [`SPAN`].
    pub(super) fn read(&mut self, layer: usize, done: u64, now: Instant) -> Option<u64> {
        // A layer that begins anew after a broken connection has not been read backwards.
        let known = self.done.get_mut(layer)?;
        *known = (*known).max(done);
        let span = now.saturating_duration_since(self.since);
        if span < SPAN {
            return None;
        }
        let sum: u64 = self.done.iter().sum();
        let rate = (sum - self.then) as f64 / span.as_secs_f64();
        (self.since, self.then) = (now, sum);
        Some(rate as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_all_layers_over_the_time_they_took() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut rate = Rate::new(2, start);
        assert_eq!(rate.read(0, 1000, at(100)), None, "too soon to tell");
        assert_eq!(rate.read(1, 3000, at(1000)), Some(4000));
        assert_eq!(rate.read(0, 2000, at(1400)), None);
        assert_eq!(rate.read(0, 500, at(1500)), Some(2000), "never backwards");
        assert_eq!(rate.read(0, 2000, at(2500)), Some(0), "it stalls");
        assert_eq!(rate.read(9, 1, at(9000)), None, "no such layer");
    }
}
