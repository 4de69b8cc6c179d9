//! Reads a region of a remote blob in ranges: small ones first, then larger ones; or in spans with known digests.
//!
//! Only spans are verified here. In the other case the caller verifies the decoded bytes by a digest or a fingerprint.

use std::io;
use std::sync::{Arc, Mutex};

use crate::image::digest::Digest;
use crate::layer::blob::remote::RemoteBlob;
use crate::sync;

/// The longest range in bytes; one range is held in memory.
const LONGEST: u64 = 4 << 20;

/// A remote blob and the range that was fetched last.
#[derive(Debug)]
pub(super) struct RangedReader {
    remote: Arc<dyn RemoteBlob>,
    cuts: Cuts,
    last: Mutex<FetchedRange>,
}

/// How the blob is divided into ranges.
#[derive(Debug)]
enum Cuts {
    /// At the offset of the read, each range twice as long as the one before; never past `end`.
    Growing { end: u64 },
    /// In order, without gaps.
    Spans(Arc<[Span]>),
}

/// A range of a blob with its own digest.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    /// The last byte is also the first of the next span; some writers leave it out of the digest of this one.
    pub(crate) shared: bool,
    pub(crate) digest: Digest,
}

#[derive(Debug)]
struct FetchedRange {
    at: u64,
    bytes: Vec<u8>,
    /// Length of the next range.
    next: u64,
}

impl RangedReader {
    /// Reads up to `end`; the first range has `first` bytes.
    pub(super) fn new(remote: Arc<dyn RemoteBlob>, end: u64, first: u64) -> Self {
        Self::cut(remote, Cuts::Growing { end }, first)
    }

    /// Reads in spans. Spans that were [cached](RemoteBlob::cache) are not downloaded.
    pub(super) fn spans(remote: Arc<dyn RemoteBlob>, spans: Arc<[Span]>) -> Self {
        Self::cut(remote, Cuts::Spans(spans), 1)
    }

    fn cut(remote: Arc<dyn RemoteBlob>, cuts: Cuts, first: u64) -> Self {
        let last =
            Mutex::new(FetchedRange { at: 0, bytes: Vec::new(), next: first.clamp(1, LONGEST) });
        Self { remote, cuts, last }
    }

    /// Reads at `offset` from the last range, or fetches the next one.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut last = sync::lock(&self.last);
        let within = offset.checked_sub(last.at).is_some_and(|it| it < last.bytes.len() as u64);
        if !within {
            let next = (last.next * 2).min(LONGEST);
            let found = match &self.cuts {
                Cuts::Growing { end } => {
                    let len = last.next.min(end.saturating_sub(offset));
                    (len > 0).then(|| self.part(offset, len).map(|bytes| (offset, bytes)))
                }
                Cuts::Spans(spans) => {
                    let after = spans.partition_point(|span| span.begin <= offset);
                    let span = after.checked_sub(1).map(|at| &spans[at]);
                    let span = span.filter(|span| offset < span.end);
                    span.map(|span| self.span(span).map(|bytes| (span.begin, bytes)))
                }
            };
            let Some(found) = found else { return Ok(0) };
            let (at, bytes) = found?;
            *last = FetchedRange { at, bytes, next };
        }
        let there = &last.bytes[(offset - last.at) as usize..];
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn part(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        match self.remote.fetch_range(offset, len) {
            // Without range requests the whole blob is downloaded; ranges are then read from it.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.remote.fetch_verified(true)?;
                self.remote.fetch_range(offset, len)
            }
            part => part,
        }
    }

    /// The verified bytes of a span.
    fn span(&self, span: &Span) -> io::Result<Vec<u8>> {
        let holds = |bytes: &[u8]| span.digest.verify(bytes) == Some(true);
        let len = span.end - span.begin;
        let kept = self.remote.cached(&span.digest).and_then(|blob| blob.read_all(len).ok());
        if let Some(bytes) = kept.filter(|bytes| holds(bytes)) {
            return Ok(bytes);
        }
        let mut bytes = self.part(span.begin, len)?;
        if !holds(&bytes) {
            let last = if span.shared { bytes.pop() } else { None };
            if last.is_none() || !holds(&bytes) {
                let (digest, at) = (&span.digest, span.begin);
                let message =
                    format!("what came from byte {at} on does not have the digest {digest}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        self.remote.cache(&span.digest, &bytes);
        Ok(bytes)
    }
}
