//! The compressed bytes of a blob or of a stream, front to back: buffered, counted and, on request, digested.
//!
//! Everything a decoder reads comes through here, so that this is the one place that knows how far into the blob a
//! decoder is and what the SHA-256 of the passed bytes is.

use std::io;
use std::io::Read;
use std::sync::Arc;

use crate::layer::blob::Blob;
use crate::layer::codec::digest::{Digester, QUEUE_LEN};

/// Reads of this size keep the system calls rare and the buffer in the processor's second cache.
const BUFFER: usize = 128 * 1024;

/// Where the same thread digests and decodes what was read, it is read in pieces that stay in the first cache.
const DIGESTED_PIECE: usize = 32 * 1024;

/// Room before the bytes of a buffer for the few that were left of the one before: as many as a [`Input::peek`] shows.
const PEEK_MARGIN: usize = 16;

/// Where the bytes come from.
enum Origin {
    Blob(Blob),
    /// They pass by once.
    Stream(Box<dyn Read + Send>),
}

impl Origin {
    /// Reads what is at `offset`, which a stream has reached just then.
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Blob(blob) => blob.read_at(buffer, offset),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

/// A cursor over a blob, or over a stream.
pub(crate) struct Input {
    origin: Origin,
    /// Offset in the blob of the end of the buffered bytes.
    fetched: u64,
    /// Filled in turn: whoever digests may be a few behind.
    buffers: Vec<Arc<[u8]>>,
    current: usize,
    start: usize,
    end: usize,
    /// How many bytes are read at once.
    piece: usize,
    digester: Option<Digester>,
}

impl Input {
    /// A cursor at a byte of `blob`.
    pub(super) fn new(blob: &Blob, at: u64) -> Self {
        Self::of(Origin::Blob(blob.clone()), at)
    }

    /// A cursor over what `stream` gives.
    pub(super) fn from_stream(stream: Box<dyn Read + Send>) -> Self {
        Self::of(Origin::Stream(stream), 0)
    }

    fn of(origin: Origin, at: u64) -> Self {
        Self {
            origin,
            fetched: at,
            buffers: vec![buffer()],
            current: 0,
            start: PEEK_MARGIN,
            end: PEEK_MARGIN,
            piece: BUFFER,
            digester: None,
        }
    }

    /// The same cursor, at its start; the bytes are digested as they are fetched.
    pub(super) fn digesting(self) -> Self {
        Self { digester: Some(Digester::new()), piece: DIGESTED_PIECE, ..self }
    }

    /// Has the digest computed on a thread of its own from here on: a processor has nothing else to do.
    pub(super) fn digest_on_thread(&mut self) {
        if self.digester.as_mut().is_some_and(Digester::move_to_thread) {
            self.piece = BUFFER;
            // One is decoded, one digested, the others wait.
            self.buffers.resize_with(QUEUE_LEN + 2, buffer);
        }
    }

    /// Offset in the blob of the end of the fetched bytes, passed or not.
    pub(super) const fn fetched(&self) -> u64 {
        self.fetched
    }

    /// Offset in the blob of the next byte.
    pub(super) const fn position(&self) -> u64 {
        self.fetched - (self.end - self.start) as u64
    }

    /// The bytes that follow: none at the end of the blob, else as many as are at hand.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fetch()?;
        }
        Ok(&self.buffers[self.current][self.start..self.end])
    }

    /// The next `count` bytes (at most [`PEEK_MARGIN`]), or all that follow where the blob ends before.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let count = count.min(PEEK_MARGIN);
        while self.end - self.start < count && self.fetch()? {}
        let end = self.end.min(self.start + count);
        Ok(&self.buffers[self.current][self.start..end])
    }

    /// The next byte, passed.
    pub(super) fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.fill()?.first().copied();
        self.start += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Passes `count` bytes that [`Self::fill`] or [`Self::peek`] has shown.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// `sha256:…` over all bytes fetched, if they were digested.
    pub(super) fn digest(self) -> Option<String> {
        self.digester?.finish()
    }

    /// Fetches more bytes behind those at hand, which are fewer than [`PEEK_MARGIN`]; whether there were any.
    fn fetch(&mut self) -> io::Result<bool> {
        let mut left = [0; PEEK_MARGIN];
        let count = self.end - self.start;
        left[..count].copy_from_slice(&self.buffers[self.current][self.start..self.end]);
        self.current = (self.current + 1) % self.buffers.len();
        let shared = &mut self.buffers[self.current];
        // By its turn nobody else has the buffer any more.
        let buffer = Arc::make_mut(shared);
        self.start = PEEK_MARGIN - count;
        buffer[self.start..PEEK_MARGIN].copy_from_slice(&left[..count]);
        // Should reading fail, these are still at hand.
        self.end = PEEK_MARGIN;
        let count = loop {
            match self.origin.read(&mut buffer[PEEK_MARGIN..PEEK_MARGIN + self.piece], self.fetched)
            {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if let Some(digester) = &mut self.digester
            && count > 0
        {
            digester.update(shared, PEEK_MARGIN..PEEK_MARGIN + count);
        }
        self.end += count;
        self.fetched += count as u64;
        Ok(count > 0)
    }
}

fn buffer() -> Arc<[u8]> {
    vec![0; PEEK_MARGIN + BUFFER].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peeking_does_not_pass_and_reaches_over_the_buffer() {
        let bytes: Vec<u8> = (0..BUFFER + 5).map(|index| index as u8).collect();
        let mut input = Input::new(&Blob::memory(bytes.clone()), 0).digesting();
        input.digest_on_thread();
        let count = input.fill().unwrap().len();
        assert_eq!(count, BUFFER);
        input.consume(BUFFER - 2);
        assert_eq!(input.peek(4).unwrap(), &bytes[BUFFER - 2..BUFFER + 2]);
        assert_eq!(input.position(), BUFFER as u64 - 2);
        assert_eq!(input.byte().unwrap(), Some(bytes[BUFFER - 2]));
        assert_eq!(input.peek(PEEK_MARGIN).unwrap().len(), 6);
        assert_eq!(input.fetched(), bytes.len() as u64);
    }
}
