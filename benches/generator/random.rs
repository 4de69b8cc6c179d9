//! Numbers that look random and are always the same (SplitMix64).

/// A sequence of numbers.
pub struct Random(u64);

impl Random {
    /// The sequence that belongs to a number.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number, scaled to `0..end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        ((self.number() as u128 * end as u128) >> 64) as u64
    }

    /// The next number, scaled to `0.0..1.0`, never 0.
    pub fn unit(&mut self) -> f64 {
        ((self.number() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A file size as they are in a Debian /usr: log-normal, median 1.5 KB, p90 18 KB, p99 131 KB; and one file in
    /// 2,500 is a binary of 5 to 50 MB.
    pub fn file_size(&mut self) -> u64 {
        if self.below(2500) == 0 {
            return 5_000_000 + self.below(45_000_000);
        }
        let angle = std::f64::consts::TAU * self.unit();
        let normal = (-2.0 * self.unit().ln()).sqrt() * angle.cos();
        ((1500.0 * (1.93 * normal).exp()) as u64).min(4_000_000)
    }
}
