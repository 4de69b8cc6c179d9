//! Lists the layers of an archive that can be read only once, while it is copied.
//!
//! Layers are recognised by their first bytes and identified by the digest of their uncompressed bytes, so names and
//! manifests, which may come last, are not needed. Memory holds a few buffers.
//!
//! ```text
//! stream ─► headers ──────────────────────────────► ArchiveSink::write
//!              └─► a layer ─► pipe ─► codec ─► list ─► ArchiveSink::layer
//! ```

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::{io, thread};

use crate::layer::codec::{Decoder, SNIFFED};
use crate::layer::encoding::Codec;
use crate::layer::list::{list_compressed, unreadable};
use crate::layer::listing::{Limits, Listing};
use crate::layer::problems::Problems;
use crate::layer::tar::feed::{EndReason, Feed, PEEK_MAX};
use crate::layer::tar::walker::Walker;
use crate::layer::watch::Unwatched;
use crate::layer::{codec, tar};
use crate::stack::kept::entry::Fingerprint;

const BUFFER: usize = 128 * 1024;

/// Buffers that wait for the listing thread.
const QUEUE_LEN: usize = 4;

/// Larger members are neither layers nor documents that would be read.
const DOCUMENT_MAX: u64 = 64 << 20;

/// Receives the bytes and layers of an archive.
pub trait ArchiveSink {
    /// Stores the next bytes of the archive.
    ///
    /// # Errors
    /// Why they cannot be stored; reading then stops.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Skips the next `count` bytes, which will not be read: those of a layer whose contents are not needed.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn skip(&mut self, count: u64) -> io::Result<()>;

    /// A complete layer, listed from its uncompressed bytes; [`Listing::diff_id`] is their digest.
    fn layer(&mut self, listing: Listing);
}

/// Reads an archive to its end. Without `contents`, the bytes of layers are skipped in `sink`.
///
/// # Errors
/// Errors of `stream` or `sink`. A damaged archive is not an error: what was stored is read again later.
pub fn archive(
    stream: &mut dyn Read,
    contents: bool,
    sink: &mut dyn ArchiveSink,
) -> io::Result<()> {
    let mut walker = Walker::new(StreamFeed {
        stream,
        contents,
        sink,
        buffer: vec![0; BUFFER].into_boxed_slice(),
        start: 0,
        end: 0,
        fetched: 0,
        failed: None,
    });
    // Reading the stored bytes later finds the same problems.
    let mut problems = Problems::default();
    while walker.next(&mut problems).is_some() {}
    let mut feed = walker.into_feed();
    feed.skip(u64::MAX);
    feed.failed.map_or(Ok(()), Err)
}

/// Reads a tar that is itself a layer to its end and lists it. `keep` receives all of its bytes.
///
/// # Errors
/// Errors of `stream` or `keep`. A damaged tar is not an error: its listing has the problem.
pub fn layer(
    stream: &mut dyn Read,
    keep: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Listing> {
    let (send, lister) = lister(Codec::Plain, Limits::default())?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                keep(&buffer[..count])?;
                // The receiver is gone if the listing ended early.
                let _ = send.send(Some(buffer[..count].to_vec()));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let _ = send.send(None);
    lister.join().map_err(|_| io::Error::other("listing it failed"))
}

/// The channel to the listing thread; `None` marks the end of the layer.
type Chunks = SyncSender<Option<Vec<u8>>>;

/// Starts a thread that lists the layer whose chunks are sent to it.
fn lister(codec: Codec, limits: Limits) -> io::Result<(Chunks, JoinHandle<Listing>)> {
    let (send, chunks) = sync_channel(QUEUE_LEN);
    let pipe = Pipe { chunks, chunk: Vec::new(), at: 0, ended: false };
    let lister = thread::Builder::new().name("list".to_owned());
    Ok((send, lister.spawn(move || list(pipe, codec, limits))?))
}

struct StreamFeed<'s> {
    stream: &'s mut dyn Read,
    contents: bool,
    sink: &'s mut dyn ArchiveSink,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Offset in the archive of the end of the buffered bytes.
    fetched: u64,
    failed: Option<io::Error>,
}

impl StreamFeed<'_> {
    /// Reads more bytes into the buffer; `false` at the end.
    fn refill(&mut self) -> bool {
        while self.failed.is_none() {
            match self.stream.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    self.fetched += count as u64;
                    return count > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.failed = Some(error),
            }
        }
        false
    }

    /// Consumes up to `count` bytes in pieces: shows each to `show`, and stores or skips it. Returns the number of
    /// bytes.
    fn pass(&mut self, count: u64, keep: bool, mut show: impl FnMut(&[u8])) -> u64 {
        let mut left = count;
        while left > 0 && self.failed.is_none() {
            if self.start == self.end {
                (self.start, self.end) = (0, 0);
                if !self.refill() {
                    break;
                }
            }
            let there = self.end - self.start;
            let length = there.min(usize::try_from(left).unwrap_or(usize::MAX));
            let bytes = &self.buffer[self.start..self.start + length];
            show(bytes);
            let kept = if keep { self.sink.write(bytes) } else { self.sink.skip(length as u64) };
            self.failed = kept.err();
            self.start += length;
            left -= length as u64;
        }
        count - left
    }

    /// Consumes a layer of `count` bytes and lists it meanwhile.
    fn layer(&mut self, count: u64, codec: Codec) -> u64 {
        let (send, lister) = match lister(codec, Limits::of_stored(count)) {
            Ok(started) => started,
            Err(error) => {
                self.failed = Some(error);
                return 0;
            }
        };
        // The receiver is gone if the listing ended early.
        let passed = self.pass(count, self.contents, |bytes| {
            let _ = send.send(Some(bytes.to_vec()));
        });
        if passed == count {
            let _ = send.send(None);
        }
        drop(send);
        if let Ok(listing) = lister.join()
            && passed == count
            && !listing.faulty
        {
            self.sink.layer(listing);
        }
        passed
    }
}

impl Feed for StreamFeed<'_> {
    fn position(&self) -> u64 {
        self.fetched - (self.end - self.start) as u64
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
        self.pass(count as u64, true, |_| {});
    }

    fn skip(&mut self, count: u64) -> u64 {
        self.pass(count, true, |_| {})
    }

    fn contents(&mut self, count: u64) -> (u64, Option<Fingerprint>) {
        let first = self.peek(SNIFFED);
        let first = &first[..first.len().min(usize::try_from(count).unwrap_or(usize::MAX))];
        let passed = match layer_in(first) {
            Some(codec) => self.layer(count, codec),
            None => self.pass(count, self.contents || count <= DOCUMENT_MAX, |_| {}),
        };
        (passed, None)
    }

    fn rest(&mut self) -> Option<u64> {
        self.skip(u64::MAX);
        None
    }

    fn end_reason(&mut self) -> EndReason {
        EndReason::End
    }
}

/// The encoding of a layer with these first bytes; `None` if it is not a layer.
fn layer_in(first: &[u8]) -> Option<Codec> {
    let codec = codec::sniff(first);
    // An empty layer consists of the zero blocks that end a tar.
    let empty = first.len() == SNIFFED && first.iter().all(|&byte| byte == 0);
    (codec != Codec::Plain || empty || tar::is_header(first)).then_some(codec)
}

/// Lists the uncompressed bytes of a layer and computes their digest.
fn list(pipe: Pipe, codec: Codec, limits: Limits) -> Listing {
    let decoded = match codec {
        Codec::Plain => Ok(Box::new(pipe) as Box<dyn Read + Send>),
        codec => Decoder::from_stream(Box::new(pipe), codec, false)
            .map(|decoder| Box::new(decoder) as Box<dyn Read + Send>),
    };
    let decoder = match decoded {
        Ok(decoded) => Decoder::from_stream(decoded, Codec::Plain, true),
        Err(error) => return unreadable(&error),
    };
    let mut listing = list_compressed(decoder, &Unwatched, limits);
    listing.codec = Some(Codec::Plain);
    listing.diff_id.clone_from(&listing.blob_digest);
    listing
}

/// Reads the bytes of one layer from the channel. A channel that closes without the end mark is an error.
struct Pipe {
    /// `None` marks the end.
    chunks: Receiver<Option<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        if self.at == self.chunk.len() {
            match self.chunks.recv() {
                Ok(Some(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Ok(None) => {
                    self.ended = true;
                    return Ok(0);
                }
                Err(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let count = buffer.len().min(self.chunk.len() - self.at);
        buffer[..count].copy_from_slice(&self.chunk[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
