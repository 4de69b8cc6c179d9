//! Saves a checkpoint every few MB of a decoder: tracks its position, keeps the decoded bytes that a checkpoint needs,
//! and asks the decoder to stop at a block boundary.
//!
//! It is idle nearly always and costs two comparisons a buffer. If a checkpoint is due, it keeps the last 32 KiB of
//! output, takes the next block boundary, and compares the following 32 KiB with a trial decoding: they verify the
//! checkpoint, and show which of the bytes before it are referred to.

use crate::layer::blob::Blob;
use crate::layer::checkpoints::{Checkpoints, Point, Sums, WINDOW};
use crate::layer::codec::Candidate;
use crate::layer::encoding::Codec;

/// The least distances between checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// A checkpoint is due after this many bytes of the blob, or …
    pub input: u64,
    /// … after this many decoded bytes.
    pub output: u64,
}

impl Default for Spacing {
    /// 4 MiB of the blob: some 10 MiB of a typical layer, which take some 20 ms to decode. 16 MiB of output, for layers
    /// that compress better.
    fn default() -> Self {
        Self { input: 4 << 20, output: 16 << 20 }
    }
}

/// The checkpoints of a blob may take this fraction of its length.
const BUDGET_DIVISOR: u64 = 200;

/// The lower limit of the budget in bytes.
const BUDGET_MIN: u64 = 64 * 1024;

/// The position of a decoder.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::layer) struct StreamPosition {
    /// Offset in the blob of the next byte.
    pub(in crate::layer) input: u64,
    /// Offset in the uncompressed stream of the next byte.
    pub(in crate::layer) output: u64,
}

/// Collects the checkpoints of one blob, which is decoded from its start.
pub(in crate::layer) struct Collector {
    blob: Blob,
    codec: Codec,
    spacing: Spacing,
    budget: usize,
    last: StreamPosition,
    points: Vec<Point>,
    weight: usize,
    phase: Phase,
}

enum Phase {
    /// No checkpoint is due.
    Idle,
    /// The last decoded bytes, for the window of a checkpoint.
    Gathering(Vec<u8>),
    /// A possible checkpoint, and the bytes decoded after it.
    Verifying(Candidate, Vec<u8>),
}

impl Collector {
    pub(in crate::layer) fn new(blob: &Blob, codec: Codec, spacing: Spacing) -> Self {
        Self {
            blob: blob.clone(),
            codec,
            spacing,
            budget: usize::try_from((blob.len() / BUDGET_DIVISOR).max(BUDGET_MIN))
                .unwrap_or(usize::MAX),
            last: StreamPosition::default(),
            points: Vec::new(),
            weight: 0,
            phase: Phase::Idle,
        }
    }

    /// Whether the decoder must stop at the next block boundary.
    pub(in crate::layer) const fn needs_boundary(&self) -> bool {
        matches!(&self.phase, Phase::Gathering(history) if history.len() == WINDOW)
    }

    /// Called at the start of a member.
    pub(in crate::layer) fn member_begins(&mut self, at: StreamPosition) {
        if self.due(at) {
            self.save(Point { input: at.input, output: at.output, state: None });
        }
    }

    /// Called after each step: `bytes` were decoded up to the position `now`, which is between two blocks if `boundary`
    /// is `Some`.
    pub(in crate::layer) fn passed(
        &mut self,
        now: StreamPosition,
        bytes: &[u8],
        boundary: Option<Sums>,
    ) {
        match &mut self.phase {
            Phase::Idle => {
                // Only gzip can be resumed inside a member.
                if self.codec == Codec::Gzip && self.due(now) {
                    let mut history = Vec::with_capacity(WINDOW);
                    keep_last(&mut history, bytes);
                    self.phase = Phase::Gathering(history);
                }
            }
            Phase::Gathering(history) => {
                keep_last(history, bytes);
                if let Some(sums) = boundary
                    && history.len() == WINDOW
                {
                    let window = std::mem::take(history);
                    let candidate =
                        Candidate { input: now.input, output: now.output, sums, window };
                    self.phase = Phase::Verifying(candidate, Vec::with_capacity(WINDOW));
                }
            }
            Phase::Verifying(_, follow) => {
                follow.extend_from_slice(&bytes[..bytes.len().min(WINDOW - follow.len())]);
                if follow.len() == WINDOW {
                    self.verify();
                }
            }
        }
    }

    /// Called at the end of a member: later members do not refer to its bytes. A candidate with less than 32 KiB after
    /// it saves no time, and so few bytes cannot verify it: after none, any bit would do.
    pub(in crate::layer) fn member_ends(&mut self) {
        self.phase = Phase::Idle;
    }

    /// The checkpoints; `None` if there are none.
    pub(in crate::layer) fn finish(self) -> Option<Checkpoints> {
        let Self { codec, points, blob, .. } = self;
        (!points.is_empty()).then(|| Checkpoints { codec, blob_len: blob.len(), points })
    }

    const fn due(&self, now: StreamPosition) -> bool {
        now.input >= self.last.input.saturating_add(self.spacing.input)
            || now.output >= self.last.output.saturating_add(self.spacing.output)
    }

    /// Verifies and saves the candidate.
    fn verify(&mut self) {
        let Phase::Verifying(candidate, follow) = std::mem::replace(&mut self.phase, Phase::Idle)
        else {
            return;
        };
        // If it is not valid, the next checkpoint is due after the usual distance.
        self.last = StreamPosition { input: candidate.input, output: candidate.output };
        if let Some(point) = candidate.verify(&self.blob, &follow) {
            self.save(point);
        }
    }

    /// Saves a checkpoint. If they exceed the budget, every second one is removed and the distance doubled.
    fn save(&mut self, point: Point) {
        self.last = StreamPosition { input: point.input, output: point.output };
        self.weight += point.weight();
        self.points.push(point);
        while self.weight > self.budget && self.points.len() > 1 {
            let mut index = 0;
            self.points.retain(|_| {
                index += 1;
                index % 2 == 0
            });
            self.weight = self.points.iter().map(Point::weight).sum();
            self.spacing.input = self.spacing.input.saturating_mul(2);
            self.spacing.output = self.spacing.output.saturating_mul(2);
        }
    }
}

/// Appends `bytes`, and keeps the last 32 KiB.
fn keep_last(history: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[bytes.len().saturating_sub(WINDOW)..];
    let surplus = (history.len() + bytes.len()).saturating_sub(WINDOW);
    history.drain(..surplus.min(history.len()));
    history.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_points_are_thinned_out() {
        let blob = Blob::memory(vec![0; 1000]);
        let mut collector =
            Collector::new(&blob, Codec::Zstd, Spacing { input: 1, output: u64::MAX });
        for at in 1..100_000 {
            collector.member_begins(StreamPosition { input: at, output: at });
        }
        assert!(collector.weight <= BUDGET_MIN as usize);
        let points = collector.finish().unwrap().points;
        assert!(points.len() > 100);
        assert!(points.windows(2).all(|pair| pair[0].input < pair[1].input));
        assert!(points[0].input < 2_000, "the front is covered as well");
    }

    #[test]
    fn the_last_bytes_are_remembered() {
        let mut history = Vec::new();
        keep_last(&mut history, &[1; 5]);
        keep_last(&mut history, &vec![2; WINDOW - 5]);
        assert_eq!(history[..5], [1; 5]);
        keep_last(&mut history, &[3; 2]);
        assert_eq!((history[2], history[3], history.len()), (1, 2, WINDOW));
        keep_last(&mut history, &vec![4; WINDOW + 7]);
        assert!(history.len() == WINDOW && history.iter().all(|&byte| byte == 4));
    }
}
