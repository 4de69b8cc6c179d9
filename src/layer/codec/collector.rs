//! Saves a checkpoint every few MB while a decoder runs: watches where it is, keeps the bytes that a place needs, and
//! says when it would like to stop at the next block.
//!
//! Nearly always it rests and costs two comparisons a buffer. Where a checkpoint is due, it gathers 32 KiB of output,
//! takes the next block boundary behind them, and waits for the 32 KiB that follow: they verify that decoding really
//! can begin there, and show which of the bytes before are referred to.

use crate::layer::blob::Blob;
use crate::layer::checkpoints::{Checkpoints, Point, Sums, WINDOW};
use crate::layer::codec::Candidate;
use crate::layer::encoding::Codec;

/// How far apart checkpoints are at the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Bytes of the blob. A checkpoint is due where so many were read since the last, or where …
    pub input: u64,
    /// … so many bytes came out.
    pub output: u64,
}

impl Default for Spacing {
    /// 4 MiB of the blob: some 10 MiB of a usual layer, which take some 20 ms to decode. 16 MiB of output, where a
    /// layer is smaller than usual for its contents.
    fn default() -> Self {
        Self { input: 4 << 20, output: 16 << 20 }
    }
}

/// What all checkpoints of a blob may take: a small part of it, so that they are worth keeping.
const BUDGET_DIVISOR: u64 = 200;

/// Less than that is not worth saving on.
const BUDGET_MIN: u64 = 64 * 1024;

/// Where a decoder stands.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::layer) struct StreamPosition {
    /// Offset in the blob of the next byte.
    pub(in crate::layer) input: u64,
    /// Offset in the uncompressed stream.
    pub(in crate::layer) output: u64,
}

/// Collects the checkpoints of one blob while it is decoded from its front.
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
    /// The last bytes that came out, to become a window.
    Gathering(Vec<u8>),
    /// A place, and the bytes that came out behind it so far.
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

    /// Whether the decoder is to stop at the next block boundary.
    pub(in crate::layer) const fn needs_boundary(&self) -> bool {
        matches!(&self.phase, Phase::Gathering(history) if history.len() == WINDOW)
    }

    /// A member begins here.
    pub(in crate::layer) fn member_begins(&mut self, at: StreamPosition) {
        if self.due(at) {
            self.save(Point { input: at.input, output: at.output, state: None });
        }
    }

    /// The decoder gave `bytes` and now stands at `now`; with `boundary`, that is between two blocks.
    pub(in crate::layer) fn passed(
        &mut self,
        now: StreamPosition,
        bytes: &[u8],
        boundary: Option<Sums>,
    ) {
        match &mut self.phase {
            Phase::Idle => {
                // Only gzip can begin anew inside a member.
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

    /// The member is complete: nothing behind it refers to its bytes.
    pub(in crate::layer) fn member_ends(&mut self) {
        self.verify();
        self.phase = Phase::Idle;
    }

    /// The checkpoints, if there are any.
    pub(in crate::layer) fn finish(self) -> Option<Checkpoints> {
        let Self { codec, points, blob, .. } = self;
        (!points.is_empty()).then(|| Checkpoints { codec, blob_len: blob.len(), points })
    }

    const fn due(&self, now: StreamPosition) -> bool {
        now.input >= self.last.input.saturating_add(self.spacing.input)
            || now.output >= self.last.output.saturating_add(self.spacing.output)
    }

    /// Makes a checkpoint of the place in question, if it is one.
    fn verify(&mut self) {
        let Phase::Verifying(candidate, follow) = std::mem::replace(&mut self.phase, Phase::Idle)
        else {
            return;
        };
        // A place that proves nothing is passed over: the next is due after the usual distance.
        self.last = StreamPosition { input: candidate.input, output: candidate.output };
        if let Some(point) = candidate.verify(&self.blob, &follow) {
            self.save(point);
        }
    }

    /// Keeps a checkpoint; where they take too much in all, every second is given up and the distance doubled.
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

/// Appends `bytes` and keeps the last 32 KiB of all.
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
