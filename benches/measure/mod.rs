//! Fair timing: contenders in turn, medians, ratios within one run.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Whether to measure (`cargo bench`), rather than to test that the benchmark runs (`cargo test --benches`).
#[must_use]
pub fn in_earnest() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Times of one contender.
#[derive(Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Runs `work` once and records its time.
    pub fn take<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = black_box(work());
        self.0.push(start.elapsed());
        result
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }
}

/// The ratio of two medians.
#[must_use]
pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}
