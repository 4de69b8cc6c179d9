//! Reads the bytes of a blob or a stream front to back: buffered, counted and optionally hashed.
//!
//! All input of a decoder is read here, so this is the place of its position in the blob and of the SHA-256.

use std::io;
use std::io::Read;
use std::sync::Arc;

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::codec::digest::{Digester, QUEUE_LEN};

/// Bytes of one read: few system calls, and the buffer stays in the L2 cache.
const BUFFER: usize = 128 * 1024;

/// Bytes of one read if the same thread hashes and decodes: the piece stays in the L1 cache.
const DIGESTED_PIECE: usize = 32 * 1024;

/// Space before the bytes of a buffer for those left over from the one before: as many as [`Input::peek`] can return.
const PEEK_MARGIN: usize = 16;

/// The source of the bytes.
enum Origin {
    Blob(Blob),
    /// Can be read once.
    Stream(Box<dyn Read + Send>),
}

impl Origin {
    /// Reads at `offset`, which is the current position of a stream.
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Blob(blob) => blob.read_at(buffer, offset),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

/// A cursor over a blob or a stream.
pub(crate) struct Input {
    origin: Origin,
    /// Offset in the blob of the end of the buffered bytes.
    fetched: u64,
    /// Filled in turn: the hashing thread may be a few behind.
    buffers: Vec<Arc<[u8]>>,
    current: usize,
    start: usize,
    end: usize,
    /// Bytes of one read.
    piece: usize,
    digester: Option<Digester>,
}

impl Input {
    /// Starts at an offset of `blob`.
    pub(super) fn new(blob: &Blob, at: u64) -> Self {
        Self::of(Origin::Blob(blob.clone()), at)
    }

    /// Starts at the current position of `stream`.
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

    /// Also hashes the bytes that are read. Must be called at the start.
    pub(super) fn digesting(self, hasher: Hasher) -> Self {
        Self { digester: Some(Digester::new(hasher)), piece: DIGESTED_PIECE, ..self }
    }

    /// Moves the hashing to a thread of its own.
    pub(super) fn digest_on_thread(&mut self) {
        if self.digester.as_mut().is_some_and(Digester::move_to_thread) {
            self.piece = BUFFER;
            // One is decoded, one is hashed, the others are in the queue.
            self.buffers.resize_with(QUEUE_LEN + 2, buffer);
        }
    }

    /// Offset in the blob of the end of the bytes read, consumed or not.
    pub(super) const fn fetched(&self) -> u64 {
        self.fetched
    }

    /// Offset in the blob of the next byte.
    pub(super) const fn position(&self) -> u64 {
        self.fetched - (self.end - self.start) as u64
    }

    /// The buffered bytes; empty at the end of the blob.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fetch()?;
        }
        Ok(&self.buffers[self.current][self.start..self.end])
    }

    /// The next `count` bytes (at most [`PEEK_MARGIN`]), or fewer at the end of the blob.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let count = count.min(PEEK_MARGIN);
        while self.end - self.start < count && self.fetch()? {}
        let end = self.end.min(self.start + count);
        Ok(&self.buffers[self.current][self.start..end])
    }

    /// Consumes the next byte.
    pub(super) fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.fill()?.first().copied();
        self.start += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Consumes `count` bytes that [`Self::fill`] or [`Self::peek`] returned.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// The digest of all bytes read, if they were hashed.
    pub(super) fn digest(self) -> Option<Digest> {
        self.digester?.finish()
    }

    /// Reads more bytes, keeping the buffered ones, which must be fewer than [`PEEK_MARGIN`]; `false` at the end.
    fn fetch(&mut self) -> io::Result<bool> {
        let mut left = [0; PEEK_MARGIN];
        let count = self.end - self.start;
        left[..count].copy_from_slice(&self.buffers[self.current][self.start..self.end]);
        self.current = (self.current + 1) % self.buffers.len();
        let shared = &mut self.buffers[self.current];
        // By then the hashing thread has released the buffer; otherwise it is copied.
        let buffer = Arc::make_mut(shared);
        self.start = PEEK_MARGIN - count;
        buffer[self.start..PEEK_MARGIN].copy_from_slice(&left[..count]);
        // If reading fails, the left-over bytes are still buffered.
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
    fn peeking_does_not_consume_and_crosses_the_end_of_the_buffer() {
        let bytes: Vec<u8> = (0..BUFFER + 5).map(|index| index as u8).collect();
        let mut input = Input::new(&Blob::memory(bytes.clone()), 0).digesting(Hasher::sha256());
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
