//! The compressed bytes of a blob, front to back: buffered, counted and, on request, digested.
//!
//! Everything a decoder reads comes through here, so that this is the one place that knows how far into the blob a
//! decoder is and what the SHA-256 of the passed bytes is.

use std::fmt::Write as _;
use std::io;

use sha2::{Digest, Sha256};

use crate::layer::blob::Blob;

/// Reads of this size keep the system calls rare and the buffer in the processor's second cache.
const BUFFER: usize = 128 * 1024;

/// A cursor over a blob.
pub(super) struct Input {
    blob: Blob,
    /// Offset in the blob of the end of the buffered bytes.
    fetched: u64,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    digest: Option<Sha256>,
}

impl Input {
    /// A cursor at a byte of `blob`.
    pub(super) fn new(blob: &Blob, at: u64) -> Self {
        Self {
            blob: blob.clone(),
            fetched: at,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            digest: None,
        }
    }

    /// A cursor at the start of `blob`; its bytes are digested as they are fetched.
    pub(super) fn digesting(blob: &Blob) -> Self {
        Self { digest: Some(Sha256::new()), ..Self::new(blob, 0) }
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
            self.start = 0;
            self.end = 0;
            self.fetch()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// The next `count` bytes (a few), or all that follow where the blob ends before.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            while self.end < count && self.fetch()? {}
        }
        let end = self.end.min(self.start + count);
        Ok(&self.buffer[self.start..end])
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
        let digest = self.digest?.finalize();
        let mut text = String::from("sha256:");
        for byte in digest {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }

    /// Fetches more bytes behind those buffered; whether there were any.
    fn fetch(&mut self) -> io::Result<bool> {
        let count = loop {
            match self.blob.read_at(&mut self.buffer[self.end..], self.fetched) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if let Some(digest) = &mut self.digest {
            digest.update(&self.buffer[self.end..self.end + count]);
        }
        self.end += count;
        self.fetched += count as u64;
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peeking_does_not_pass_and_reaches_over_the_buffer() {
        let bytes: Vec<u8> = (0..BUFFER + 5).map(|index| index as u8).collect();
        let mut input = Input::digesting(&Blob::memory(bytes.clone()));
        let count = input.fill().unwrap().len();
        assert_eq!(count, BUFFER);
        input.consume(BUFFER - 2);
        assert_eq!(input.peek(4).unwrap(), &bytes[BUFFER - 2..BUFFER + 2]);
        assert_eq!(input.position(), BUFFER as u64 - 2);
        assert_eq!(input.byte().unwrap(), Some(bytes[BUFFER - 2]));
        assert_eq!(input.peek(100).unwrap().len(), 6);
        assert_eq!(input.fetched(), bytes.len() as u64);
    }
}
