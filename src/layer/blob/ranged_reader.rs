//! A region of a distant blob, fetched in parts by whoever reads it front to back: a few bytes at first, then more; or
//! in spans of which the digests are known.
//!
//! Only spans are verified here; else whoever reads has a digest or a fingerprint of what the bytes become.

use std::io;
use std::sync::{Arc, Mutex};

use crate::image::digest::Digest;
use crate::layer::blob::remote::RemoteBlob;
use crate::sync;

/// No part is longer: that much is held in memory.
const LONGEST: u64 = 4 << 20;

/// The last part that was fetched of a distant blob.
#[derive(Debug)]
pub(super) struct RangedReader {
    remote: Arc<dyn RemoteBlob>,
    cuts: Cuts,
    last: Mutex<FetchedRange>,
}

/// Where the parts begin and end.
#[derive(Debug)]
enum Cuts {
    /// Wherever somebody reads; nothing behind `end` is asked for.
    Growing { end: u64 },
    /// In order, without gaps.
    Spans(Arc<[Span]>),
}

/// A part of a blob that has a digest of its own.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    /// The last byte is the next span's first as well: some count it to that one only.
    pub(crate) shared: bool,
    pub(crate) digest: Digest,
}

#[derive(Debug)]
struct FetchedRange {
    at: u64,
    bytes: Vec<u8>,
    /// How long the next one is to be.
    next: u64,
}

impl RangedReader {
    /// Of a blob up to `end`; the first part has `first` bytes, each further one twice as many.
    pub(super) fn new(remote: Arc<dyn RemoteBlob>, end: u64, first: u64) -> Self {
        Self::cut(remote, Cuts::Growing { end }, first)
    }

    /// Of a blob in these spans. Those that were [kept](RemoteBlob::cache) need not come.
    pub(super) fn spans(remote: Arc<dyn RemoteBlob>, spans: Arc<[Span]>) -> Self {
        Self::cut(remote, Cuts::Spans(spans), 1)
    }

    fn cut(remote: Arc<dyn RemoteBlob>, cuts: Cuts, first: u64) -> Self {
        let last =
            Mutex::new(FetchedRange { at: 0, bytes: Vec::new(), next: first.clamp(1, LONGEST) });
        Self { remote, cuts, last }
    }

    /// Reads at `offset` what the last part has of it, or fetches the next.
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
            // Then all of it comes, once; from then on there are parts of it.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.remote.fetch_verified(true)?;
                self.remote.fetch_range(offset, len)
            }
            part => part,
        }
    }

    /// A span's bytes, verified.
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
