//! A feed of the headers in a tar-split; contents of files are skipped by their length.

use crate::layer::blob::Blob;
use crate::layer::split::lines::{Item, Lines};
use crate::layer::tar::feed::{EndReason, Feed, PEEK_MAX};
use crate::layer::watch::Watch;
use crate::stack::kept::entry::Fingerprint;

/// The interval of progress reports, in bytes of the tar-split as stored.
const STRIDE: u64 = 64 * 1024;

/// A [`Feed`] over a tar-split.
pub(super) struct SplitFeed<'w> {
    lines: Lines,
    watch: &'w dyn Watch,
    /// Bytes of segments; those before `start` were consumed.
    real: Vec<u8>,
    start: usize,
    /// Contents that follow the buffered bytes.
    gap: Gap,
    /// Offset in the tar.
    at: u64,
    reported: u64,
    end_reason: Option<EndReason>,
}

/// The contents of a file, which are not in the tar-split.
#[derive(Clone, Copy, Default)]
struct Gap {
    left: u64,
    crc: Option<u64>,
}

impl<'w> SplitFeed<'w> {
    /// At the start of the tar.
    pub(super) fn new(blob: &Blob, watch: &'w dyn Watch) -> std::io::Result<Self> {
        Ok(Self {
            lines: Lines::new(blob)?,
            watch,
            real: Vec::new(),
            start: 0,
            gap: Gap::default(),
            at: 0,
            reported: 0,
            end_reason: None,
        })
    }

    /// The number of lines read.
    pub(super) const fn lines(&self) -> u64 {
        self.lines.count()
    }

    fn shown(&self) -> &[u8] {
        &self.real[self.start..]
    }

    /// Reads the next line; `false` at the end, or if contents must be skipped first.
    fn load(&mut self) -> bool {
        if self.gap.left > 0 || self.end_reason.is_some() {
            return false;
        }
        if self.lines.consumed() >= self.reported + STRIDE {
            self.reported = self.lines.consumed();
            self.watch.progress(self.reported);
            if self.watch.cancelled() {
                self.end_reason = Some(EndReason::Cancelled);
                return false;
            }
        }
        if self.start == self.real.len() {
            self.real.clear();
            self.start = 0;
        } else if self.start > PEEK_MAX {
            self.real.drain(..self.start);
            self.start = 0;
        }
        match self.lines.next() {
            Ok(None) => return false,
            Ok(Some(Item::Segment(bytes))) => self.real.extend_from_slice(bytes),
            Ok(Some(Item::Entry { size, crc, .. })) => self.gap = Gap { left: size, crc },
            Err(error) => {
                self.end_reason = Some(EndReason::Failed(error));
                return false;
            }
        }
        true
    }

    fn pass_real(&mut self, count: u64) -> u64 {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.shown().len());
        self.start += count;
        self.at += count as u64;
        count as u64
    }

    fn pass_gap(&mut self, count: u64) -> u64 {
        let count = count.min(self.gap.left);
        self.gap.left -= count;
        self.at = self.at.saturating_add(count);
        count
    }

    /// Ends the feed: the headers contradict the tar-split.
    fn mismatch(&mut self, what: String) {
        if self.end_reason.is_none() {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidData, what);
            self.end_reason = Some(EndReason::Failed(error));
        }
    }
}

impl Feed for SplitFeed<'_> {
    fn position(&self) -> u64 {
        self.at
    }

    fn peek(&mut self, count: usize) -> &[u8] {
        let count = count.min(PEEK_MAX);
        while self.shown().len() < count && self.load() {}
        if self.shown().len() < count && self.gap.left > 0 {
            let line = self.lines();
            self.mismatch(format!(
                "the tar-split is damaged: line {line} has contents where the tar has a header"
            ));
        }
        let shown = self.shown();
        &shown[..shown.len().min(count)]
    }

    fn consume(&mut self, count: usize) {
        self.pass_real(count as u64);
    }

    fn skip(&mut self, count: u64) -> u64 {
        let mut left = count;
        while left > 0 {
            let passed = self.pass_real(left);
            let passed = if passed > 0 { passed } else { self.pass_gap(left) };
            if passed == 0 && !self.load() {
                break;
            }
            left -= passed;
        }
        count - left
    }

    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>) {
        if count == 0 {
            return (0, Some(Fingerprint::Crc64(0)));
        }
        while self.shown().is_empty() && self.load() {}
        let Gap { left, crc } = self.gap;
        if !self.shown().is_empty() || (left != count && left > 0) {
            let line = self.lines();
            self.mismatch(format!(
                "the tar-split is damaged: line {line} has {left} bytes of contents, the tar's header says {count}"
            ));
            return (0, None);
        }
        (self.pass_gap(count), crc.map(Fingerprint::Crc64))
    }

    fn rest(&mut self) -> Option<u64> {
        let mut first = None;
        loop {
            let (at, zeros) = (self.at, self.shown().iter().take_while(|&&byte| byte == 0).count());
            if zeros < self.shown().len() || self.gap.left > 0 {
                first = first.or(Some(at + zeros as u64));
            }
            self.pass_real(u64::MAX);
            self.pass_gap(u64::MAX);
            if !self.load() {
                return first;
            }
        }
    }

    fn end_reason(&mut self) -> EndReason {
        self.end_reason.take().unwrap_or(EndReason::End)
    }
}
