//! A feed of a plain tar: reads headers, skips payloads but the small ones between them ([`FINGERPRINTED`]).
//!
//! The best buffer size depends on where the file is. In the page cache, 16 KiB at the next header cost little and hold
//! several headers if files are small. On a disk, most headers are closer to each other than a seek is fast: sequential
//! reads of large blocks are faster than seeks, unless the gap is large. Each read is first tried without waiting for
//! the disk; if it would block, the file is read sequentially for a stretch. See [`ReadMode`].
//!
//! Reads are positional. A memory map would count as resident memory, and truncating the file would end the process.

use std::io;

use xxhash_rust::xxh3::xxh3_128;

use crate::layer::blob::Blob;
use crate::layer::tar::feed::{EndReason, Feed, PEEK_MAX};
use crate::layer::tar::header::is_zero;
use crate::layer::watch::Watch;
use crate::stack::kept::entry::Fingerprint;

/// Bytes read at once from the page cache.
const WINDOW_LEN: usize = 16 * 1024;

/// Bytes read at once from a disk.
const BLOCK: usize = 256 * 1024;

/// The smallest gap that is skipped on a disk rather than read.
const JUMP_MIN: u64 = 1 << 20;

/// The first and the longest stretch of sequential reads, in bytes. The read-ahead of the system is in the page cache
/// too, and must not be mistaken for the whole file.
const STRETCH_LEN: std::ops::Range<u64> = 8 << 20..256 << 20;

/// Files of at most so many bytes are fingerprinted, which later saves reading both versions of a path to compare them. They
/// cost no further read: the window that begins with such a file or before it mostly holds the next header too.
const FINGERPRINTED: usize = PEEK_MAX;

/// The interval of progress reports, in bytes.
const STRIDE: u64 = 512 * 1024;

/// The most bytes behind the end of an archive that are checked. Writers pad to 10 KiB, some to 1 MiB.
const REST_MAX: u64 = 16 << 20;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadMode {
    /// The file is in the page cache as far as is known: small reads, tried without waiting.
    Resident,
    /// The system cannot tell: small reads.
    Unknown,
    /// Large sequential reads up to this offset.
    Sequential(u64),
}

/// A [`Feed`] over a plain blob.
pub(in crate::layer) struct Window<'w> {
    blob: Blob,
    watch: &'w dyn Watch,
    buffer: Vec<u8>,
    /// Offset in the blob and number of the buffered bytes.
    start: u64,
    filled: usize,
    at: u64,
    reported: u64,
    /// The number of bytes of the blob that exist.
    present: u64,
    end_reason: Option<EndReason>,
    mode: ReadMode,
    /// Length of the next stretch, and end of the last one.
    stretch: u64,
    stretch_end: u64,
}

impl<'w> Window<'w> {
    /// At the start of `blob`.
    pub(in crate::layer) fn new(blob: &Blob, watch: &'w dyn Watch) -> Self {
        let (present, end_reason) = match blob.present() {
            Ok(present) => (present, None),
            Err(error) => (0, Some(EndReason::Failed(error))),
        };
        Self {
            blob: blob.clone(),
            watch,
            buffer: vec![0; WINDOW_LEN],
            start: 0,
            filled: 0,
            at: 0,
            reported: 0,
            present,
            end_reason,
            mode: ReadMode::Resident,
            stretch: STRETCH_LEN.start,
            stretch_end: 0,
        }
    }

    /// At an offset of `blob`.
    pub(in crate::layer) fn starting_at(blob: &Blob, watch: &'w dyn Watch, offset: u64) -> Self {
        Self { at: offset, start: offset, reported: offset, ..Self::new(blob, watch) }
    }

    /// Whether all reads so far came from the page cache.
    pub(in crate::layer) fn is_resident(&self) -> bool {
        self.mode == ReadMode::Resident && self.stretch_end == 0
    }

    /// The buffered bytes at the current position.
    fn buffered(&self) -> &[u8] {
        self.at
            .checked_sub(self.start)
            .and_then(|offset| usize::try_from(offset).ok())
            .and_then(|offset| self.buffer[..self.filled].get(offset..))
            .unwrap_or(&[])
    }

    fn refill(&mut self) {
        if self.at >= self.reported + STRIDE {
            self.reported = self.at;
            self.watch.progress(self.at);
        }
        let before = self.start + self.filled as u64;
        self.start = self.at;
        self.filled = 0;
        if self.end_reason.is_some() {
            return;
        }
        if self.watch.cancelled() {
            self.end_reason = Some(EndReason::Cancelled);
            return;
        }
        match self.fill(before) {
            Ok(count) => self.filled = count,
            Err(error) => self.end_reason = Some(EndReason::Failed(error)),
        }
    }

    /// Fills the buffer at the current position. `before` is the end of the last read.
    fn fill(&mut self, before: u64) -> io::Result<usize> {
        if matches!(self.mode, ReadMode::Sequential(until) if self.at >= until) {
            self.mode = ReadMode::Resident;
            self.stretch_end = self.at;
        }
        if self.mode == ReadMode::Resident {
            let window = &mut self.buffer[..WINDOW_LEN];
            let wanted = (self.present - self.at.min(self.present)).min(WINDOW_LEN as u64);
            match self.blob.read_resident_at(window, self.at) {
                Ok(count) if count as u64 >= wanted => return Ok(count),
                // Not in the page cache, or only its start.
                Ok(_) => self.start_sequential(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.start_sequential(),
                // Not supported by the system or the file system. Other errors are returned by the next read.
                Err(_) => self.mode = ReadMode::Unknown,
            }
        }
        if !matches!(self.mode, ReadMode::Sequential(_)) {
            return self.blob.fill_at(&mut self.buffer[..WINDOW_LEN], self.at);
        }
        self.buffer.resize(BLOCK, 0);
        self.read_through(before)?;
        self.blob.fill_at(&mut self.buffer, self.at)
    }

    /// Starts a sequential stretch: twice as long if the last one ended only shortly before.
    fn start_sequential(&mut self) {
        let again = self.stretch_end > 0 && self.at - self.stretch_end < self.stretch;
        self.stretch =
            if again { (self.stretch * 2).min(STRETCH_LEN.end) } else { STRETCH_LEN.start };
        self.mode = ReadMode::Sequential(self.at + self.stretch);
    }

    /// Reads the gap before the current position, unless it is larger than [`JUMP_MIN`]: a disk is faster that way than
    /// with a seek, and the read-ahead of the system continues.
    fn read_through(&mut self, before: u64) -> io::Result<()> {
        let mut from = before;
        while from < self.at && self.at - from < JUMP_MIN && !self.watch.cancelled() {
            let wanted = (self.at - from).min(BLOCK as u64) as usize;
            match self.blob.fill_at(&mut self.buffer[..wanted], from)? {
                0 => break,
                count => from += count as u64,
            }
        }
        Ok(())
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
        let mut fingerprint = None;
        if count <= FINGERPRINTED as u64 {
            let payload = self.peek(count as usize);
            if payload.len() as u64 == count {
                fingerprint = Some(Fingerprint::Xxh3(xxh3_128(payload) as u64));
            }
        }
        (self.skip(count), fingerprint)
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

    fn end_reason(&mut self) -> EndReason {
        self.end_reason.take().unwrap_or({
            if self.present < self.blob.len() {
                EndReason::Short(self.present, self.blob.len())
            } else {
                EndReason::End
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::layer::watch::Unwatched;

    const MODES: [ReadMode; 3] =
        [ReadMode::Resident, ReadMode::Unknown, ReadMode::Sequential(u64::MAX)];

    fn in_mode(blob: &Blob, mode: ReadMode) -> Window<'static> {
        Window { mode, ..Window::new(blob, &Unwatched) }
    }

    /// Bytes that differ at every offset.
    fn bytes(count: u32) -> Vec<u8> {
        (0..count.div_ceil(4)).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_gap_is_skipped_in_every_mode() {
        let bytes = bytes(6 << 20);
        let blob = Blob::whole(file(&bytes)).unwrap();
        for mode in MODES {
            // Within a block, beyond one, just below the limit and far above.
            for gap in [100, 300_000, JUMP_MIN - 1, JUMP_MIN, 3 << 20] {
                let mut window = in_mode(&blob, mode);
                assert_eq!(window.peek(512), &bytes[..512]);
                window.consume(512);
                assert_eq!(window.skip(gap), gap);
                let at = 512 + gap as usize;
                assert_eq!(window.peek(512), &bytes[at..at + 512], "{mode:?} {gap}");
            }
        }
    }

    #[test]
    fn a_file_cut_while_it_is_read_ends_early_in_every_mode() {
        let bytes = bytes(2 << 20);
        for mode in MODES {
            let file = file(&bytes);
            let mut window = in_mode(&Blob::whole(file.try_clone().unwrap()).unwrap(), mode);
            assert_eq!(window.peek(512).len(), 512);
            file.set_len(1 << 20).unwrap();
            window.skip((1 << 20) - 100);
            assert_eq!(window.peek(512), &bytes[(1 << 20) - 100..1 << 20], "{mode:?}");
            window.skip(1 << 19);
            assert_eq!(window.peek(512), b"", "{mode:?}");
        }
    }

    #[test]
    fn stretches_grow_while_reads_would_block() {
        let mut window = in_mode(&Blob::memory(&b""[..]), ReadMode::Resident);
        let mut reached = Vec::new();
        for _ in 0..8 {
            window.start_sequential();
            let ReadMode::Sequential(until) = window.mode else { unreachable!() };
            reached.push((until - window.at) >> 20);
            (window.at, window.stretch_end) = (until, until);
        }
        assert_eq!(reached, [8, 16, 32, 64, 128, 256, 256, 256]);
        // Far behind the last stretch, its length is reset.
        window.at += 1 << 30;
        window.start_sequential();
        assert_eq!(window.stretch, STRETCH_LEN.start);
    }

    proptest! {
        #[test]
        fn any_walk_reads_the_same_bytes_in_every_mode(
            steps in prop::collection::vec((1usize..PEEK_MAX, 0u64..200_000), 1..40),
        ) {
            static WALKED: LazyLock<(Vec<u8>, Blob)> = LazyLock::new(|| {
                let bytes = bytes(2 << 20);
                let blob = Blob::whole(file(&bytes)).unwrap();
                (bytes, blob)
            });
            let (bytes, blob) = &*WALKED;
            for mode in MODES {
                let mut window = in_mode(blob, mode);
                for &(shown_len, skip) in &steps {
                    let at = window.position() as usize;
                    let shown = window.peek(shown_len);
                    prop_assert_eq!(shown, &bytes[at..bytes.len().min(at + shown_len)]);
                    let passed = window.skip(skip);
                    prop_assert_eq!(passed, skip.min((bytes.len() - at) as u64));
                }
            }
        }
    }
}
