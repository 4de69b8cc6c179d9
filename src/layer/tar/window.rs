//! The bytes of a plain tar through a small window: headers are read, payloads jumped over.
//!
//! A window of 16 KiB holds several headers where files are small, and costs little where they are large and each
//! header needs a read of its own. Positional reads, not a memory map: a map shows as resident memory and dies with
//! the process when the file is truncated meanwhile.

use super::feed::{Fate, Feed, PEEK_MAX};
use super::header::is_zero;
use crate::layer::blob::Blob;
use crate::layer::listing::Watch;
use crate::stack::entry::Fingerprint;

const WINDOW: usize = 16 * 1024;

/// How often progress is told.
const STRIDE: u64 = 512 * 1024;

/// How much behind the end of an archive is looked at. Writers pad to 10 KiB, some to 1 MiB.
const REST_MAX: u64 = 16 << 20;

/// A [`Feed`] over a plain blob.
pub(in crate::layer) struct Window<'w> {
    blob: Blob,
    watch: &'w dyn Watch,
    buffer: Box<[u8]>,
    /// Offset in the blob of the buffered bytes, and how many there are.
    start: u64,
    filled: usize,
    at: u64,
    told: u64,
    /// What is really there of the blob.
    present: u64,
    fate: Option<Fate>,
}

impl<'w> Window<'w> {
    /// At the start of `blob`.
    pub(in crate::layer) fn new(blob: &Blob, watch: &'w dyn Watch) -> Self {
        let (present, fate) = match blob.present() {
            Ok(present) => (present, None),
            Err(error) => (0, Some(Fate::Failed(error))),
        };
        Self {
            blob: blob.clone(),
            watch,
            buffer: vec![0; WINDOW].into_boxed_slice(),
            start: 0,
            filled: 0,
            at: 0,
            told: 0,
            present,
            fate,
        }
    }

    /// The buffered bytes from the position on.
    fn buffered(&self) -> &[u8] {
        self.at
            .checked_sub(self.start)
            .and_then(|offset| usize::try_from(offset).ok())
            .and_then(|offset| self.buffer[..self.filled].get(offset..))
            .unwrap_or(&[])
    }

    fn refill(&mut self) {
        if self.at >= self.told + STRIDE {
            self.told = self.at;
            self.watch.progress(self.at);
        }
        self.start = self.at;
        self.filled = 0;
        if self.fate.is_some() {
            return;
        }
        if self.watch.cancelled() {
            self.fate = Some(Fate::Cancelled);
            return;
        }
        match self.blob.fill_at(&mut self.buffer, self.at) {
            Ok(count) => self.filled = count,
            Err(error) => self.fate = Some(Fate::Failed(error)),
        }
    }
}

impl Feed for Window<'_> {
    fn position(&self) -> u64 {
        self.at
    }

    fn peek(&mut self, count: usize) -> &[u8] {
        let count = count.min(PEEK_MAX);
        if self.buffered().len() < count {
            self.refill();
        }
        let buffered = self.buffered();
        &buffered[..buffered.len().min(count)]
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
    }

    fn skip(&mut self, count: u64) -> u64 {
        let count = count.min(self.present.saturating_sub(self.at));
        self.at += count;
        count
    }

    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>) {
        (self.skip(count), None)
    }

    fn rest(&mut self) -> Option<u64> {
        let end = self.at.saturating_add(REST_MAX);
        while self.at < end {
            let shown = self.peek(PEEK_MAX);
            if shown.is_empty() {
                break;
            }
            if !is_zero(shown) {
                let offset = shown.iter().position(|&byte| byte != 0).unwrap_or(0);
                return Some(self.at + offset as u64);
            }
            let count = shown.len();
            self.consume(count);
        }
        None
    }

    fn fate(&mut self) -> Fate {
        self.fate.take().unwrap_or({
            if self.present < self.blob.len() {
                Fate::Short(self.present, self.blob.len())
            } else {
                Fate::End
            }
        })
    }
}
