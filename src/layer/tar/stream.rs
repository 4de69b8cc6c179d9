//! A feed of decoded bytes, which fingerprints the contents of each file.

use std::io;
use std::io::Read;

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::layer::codec::Decoder;
use crate::layer::tar::feed::{EndReason, Feed, PEEK_MAX};
use crate::layer::watch::{Examine, Watch};
use crate::stack::kept::entry::Fingerprint;

/// The buffer of decoded bytes: small enough for the L2 cache.
const BUFFER: usize = 128 * 1024;

/// The interval, in bytes of the blob, of progress reports and of checks for an idle CPU.
const STRIDE: u64 = 512 * 1024;

/// A [`Feed`] over a decoder.
pub(in crate::layer) struct Stream<'w> {
    decoder: Decoder,
    watch: &'w dyn Watch,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Offset in the decoded stream of the end of the buffered bytes.
    decoded: u64,
    reported: u64,
    /// The digest is computed on a thread of its own.
    digest_threaded: bool,
    end_reason: Option<EndReason>,
    hasher: Box<Xxh3>,
    examiner: Option<Box<dyn Examine + 'w>>,
    /// The name of the file that is examined next.
    name: Vec<u8>,
}

/// The payload of one file for an examiner; fingerprinted as it is read.
struct Payload<'s, 'w> {
    stream: &'s mut Stream<'w>,
    left: u64,
}

impl Read for Payload<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let length = self.stream.chunk().len().min(most);
        let start = self.stream.start;
        let bytes = &self.stream.buffer[start..start + length];
        buffer[..length].copy_from_slice(bytes);
        self.stream.hasher.update(bytes);
        self.stream.start += length;
        self.left -= length as u64;
        Ok(length)
    }
}

impl<'w> Stream<'w> {
    /// Starts at the position of the decoder.
    pub(in crate::layer) fn new(decoder: Decoder, watch: &'w dyn Watch) -> Self {
        Self {
            decoder,
            watch,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            decoded: 0,
            reported: 0,
            digest_threaded: false,
            end_reason: None,
            hasher: Box::new(Xxh3::new()),
            examiner: watch.examiner(),
            name: Vec::new(),
        }
    }

    /// The decoder, with what is left to decode.
    pub(in crate::layer) fn into_decoder(self) -> Decoder {
        self.decoder
    }

    /// Decodes more bytes into the buffer, which must have space; `false` at the end.
    fn refill(&mut self) -> bool {
        if self.end_reason.is_some() {
            return false;
        }
        if self.watch.cancelled() {
            self.end_reason = Some(EndReason::Cancelled);
            return false;
        }
        let consumed = self.decoder.consumed();
        if consumed >= self.reported + STRIDE {
            self.reported = consumed;
            self.watch.progress(consumed);
            if !self.digest_threaded && self.watch.take_idle_cpu() {
                self.digest_threaded = true;
                self.decoder.digest_on_thread();
            }
        }
        match self.decoder.read(&mut self.buffer[self.end..]) {
            Ok(count) => {
                self.end += count;
                self.decoded += count as u64;
                count > 0
            }
            Err(error) => {
                self.end_reason = Some(EndReason::Failed(error));
                false
            }
        }
    }

    /// The buffered bytes: at least one, unless the stream has ended.
    fn chunk(&mut self) -> &[u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            self.refill();
        }
        &self.buffer[self.start..self.end]
    }

    /// The contents of a file, shown to the examiner.
    fn examined(&mut self, examiner: &mut dyn Examine, count: u64) -> (u64, Option<Fingerprint>) {
        self.hasher.reset();
        let (name, offset) = (std::mem::take(&mut self.name), self.position());
        let mut payload = Payload { stream: self, left: count };
        examiner.file(&name, offset, count, &mut payload);
        let left = payload.left;
        let passed = count - left + self.pass(left, Xxh3::update);
        let fingerprint = Fingerprint::Xxh3(self.hasher.digest128() as u64);
        (passed, (passed == count).then_some(fingerprint))
    }

    /// Consumes up to `count` bytes in pieces, and shows each to `show`; returns the number of bytes.
    fn pass(&mut self, count: u64, mut show: impl FnMut(&mut Xxh3, &[u8])) -> u64 {
        let mut left = count;
        while left > 0 {
            let length = self.chunk().len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if length == 0 {
                break;
            }
            show(&mut self.hasher, &self.buffer[self.start..self.start + length]);
            self.start += length;
            left -= length as u64;
        }
        count - left
    }
}

impl Feed for Stream<'_> {
    fn position(&self) -> u64 {
        self.decoded - (self.end - self.start) as u64
    }

    fn peek(&mut self, count: usize) -> &[u8] {
        let count = count.min(PEEK_MAX);
        if self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            while self.end < count && self.refill() {}
        }
        &self.buffer[self.start..self.end.min(self.start + count)]
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    fn skip(&mut self, count: u64) -> u64 {
        self.pass(count, |_, _| {})
    }

    fn wants_names(&self) -> bool {
        self.examiner.is_some()
    }

    fn announce(&mut self, name: Vec<u8>) {
        self.name = name;
    }

    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>) {
        if let Some(mut examiner) = self.examiner.take() {
            let examined = self.examined(&mut *examiner, count);
            self.examiner = Some(examiner);
            return examined;
        }
        if let Ok(length) = usize::try_from(count)
            && length <= self.end - self.start
        {
            // Most files are small and completely buffered: one call hashes them.
            let hash = xxh3_128(&self.buffer[self.start..self.start + length]);
            self.start += length;
            return (count, Some(Fingerprint::Xxh3(hash as u64)));
        }
        self.hasher.reset();
        let passed = self.pass(count, Xxh3::update);
        let fingerprint = Fingerprint::Xxh3(self.hasher.digest128() as u64);
        (passed, (passed == count).then_some(fingerprint))
    }

    fn rest(&mut self) -> Option<u64> {
        let mut first = None;
        loop {
            let at = self.position();
            let chunk = self.chunk();
            if chunk.is_empty() {
                return first;
            }
            if first.is_none() {
                first = chunk.iter().position(|&byte| byte != 0).map(|index| at + index as u64);
            }
            self.start = self.end;
        }
    }

    fn end_reason(&mut self) -> EndReason {
        self.end_reason.take().unwrap_or(EndReason::End)
    }
}
