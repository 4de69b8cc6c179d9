//! The index of the chunks of a layer's files, and the reader of one file by its chunks.

use std::collections::HashMap;
use std::io;
use std::io::Read;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::layer::blob::Blob;
use crate::layer::codec::Decoder;
use crate::layer::encoding::Codec;
use crate::layer::problems::quote;

/// The files of a layer by normalised path; of several entries with one path the last.
#[derive(Debug, Default)]
pub(super) struct Index {
    files: HashMap<Vec<u8>, usize>,
    /// In the order of the files.
    chunks: Vec<Chunk>,
    /// For each file its first chunk, and the end of its bytes in the blob if stated (else 0).
    firsts: Vec<(usize, u64)>,
}

/// A part of a file.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    len: u64,
    at: Location,
}

/// The location of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Location {
    /// Not stored: all zeros.
    Zeros,
    /// After `inner` decoded bytes of the members or frames between `offset` and `end` of the blob.
    Stored { offset: u64, end: u64, inner: u64, digest: [u8; 32] },
}

impl Index {
    /// Starts the next file. Its bytes end at `end` of the blob, if that is not 0.
    pub(super) fn begin(&mut self, path: &[u8], end: u64) {
        self.files.insert(path.to_vec(), self.firsts.len());
        self.firsts.push((self.chunks.len(), end));
    }

    /// Adds a chunk to the last file.
    pub(super) fn push(&mut self, len: u64, at: Location) {
        self.chunks.push(Chunk { len, at });
    }

    /// Sets the end of each chunk's members: the start of the next, the end of the file, or `last`.
    ///
    /// # Errors
    /// If a chunk has no bytes.
    pub(super) fn set_chunk_ends(&mut self, last: u64) -> Result<(), String> {
        let mut begins: Vec<u64> = self.chunks.iter().filter_map(Chunk::offset).collect();
        begins.sort_unstable();
        begins.dedup();
        let ends = self.firsts.iter().map(|(first, _)| *first).skip(1).chain([self.chunks.len()]);
        let files: Vec<_> = self.firsts.iter().zip(ends).collect();
        for (&(first, stated), next) in files {
            let stated = if stated == 0 { last } else { stated };
            for chunk in &mut self.chunks[first..next] {
                let Location::Stored { offset, end, .. } = &mut chunk.at else { continue };
                let after = begins.partition_point(|begin| *begin <= *offset);
                *end = begins.get(after).map_or(last, |&begin| begin).min(stated).min(last);
                if *end <= *offset {
                    return Err(format!(
                        "a file is said to begin at byte {offset}: no bytes there"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The chunks of a file of `size` bytes.
    ///
    /// # Errors
    /// If the TOC does not have it, or has it with another size.
    fn file(&self, path: &[u8], size: u64) -> io::Result<&[Chunk]> {
        let chunks = self.files.get(path).map(|&at| {
            let next = self.firsts.get(at + 1).map_or(self.chunks.len(), |(first, _)| *first);
            &self.chunks[self.firsts[at].0..next]
        });
        chunks
            .filter(|chunks| chunks.iter().map(|chunk| chunk.len).sum::<u64>() == size)
            .ok_or_else(|| {
                let message = format!("{} is not in the layer's table of contents", quote(path));
                io::Error::new(io::ErrorKind::NotFound, message)
            })
    }
}

impl Chunk {
    const fn offset(&self) -> Option<u64> {
        match self.at {
            Location::Stored { offset, .. } => Some(offset),
            Location::Zeros => None,
        }
    }
}

/// Gaps of at most this many bytes between two chunks are downloaded, rather than starting another request.
const GAP_MAX: u64 = 64 << 10;

/// Length of the first request for a file in bytes: much larger than a chunk, and little more than its start needs.
const FIRST_PART: u64 = 1 << 20;

/// Reads a file chunk by chunk. Neighbouring chunks share requests. A chunk with another digest is an error before its
/// last bytes.
pub(super) struct File {
    blob: Blob,
    codec: Codec,
    path: Vec<u8>,
    /// In reverse order.
    ahead: Vec<Chunk>,
    current: Option<Current>,
    /// The range of the blob that neighbouring chunks share, and its reader.
    shared: Option<(Range<u64>, Blob)>,
}

struct Current {
    bytes: Box<dyn Read + Send>,
    left: u64,
    /// The digest so far, and the expected one.
    sum: Option<(Sha256, [u8; 32])>,
}

impl File {
    /// `blob` is that of the layer, local or remote.
    ///
    /// # Errors
    /// If the TOC does not have the file.
    pub(super) fn new(
        blob: Blob,
        codec: Codec,
        index: &Index,
        path: &[u8],
        size: u64,
    ) -> io::Result<Self> {
        let ahead = index.file(path, size)?.iter().rev().copied().collect();
        Ok(Self { blob, codec, path: path.to_vec(), ahead, current: None, shared: None })
    }

    fn begin(&mut self, chunk: Chunk) -> io::Result<Current> {
        let left = chunk.len;
        let Location::Stored { offset, end, inner, digest } = chunk.at else {
            return Ok(Current { bytes: Box::new(io::repeat(0)), left, sum: None });
        };
        let region = self.region(offset..end);
        let mut decoder = Decoder::new(&region, self.codec)?;
        let passed = io::copy(&mut (&mut decoder).take(inner), &mut io::sink())?;
        if passed < inner {
            return Err(self.damaged("its bytes end before it begins"));
        }
        Ok(Current { bytes: Box::new(decoder), left, sum: Some((Sha256::new(), digest)) })
    }

    /// The bytes of a chunk, within the range that it shares with the following ones.
    fn region(&mut self, chunk: Range<u64>) -> Blob {
        let covers = |whole: &Range<u64>| whole.start <= chunk.start && chunk.end <= whole.end;
        let shared = self.shared.take().filter(|(whole, _)| covers(whole));
        let (whole, region) = shared.unwrap_or_else(|| {
            let whole = chunk.start..self.merged_end(&chunk);
            let len = whole.end - whole.start;
            let pieces = self.blob.in_ranges(whole.start, len, FIRST_PART);
            (whole.clone(), pieces.unwrap_or_else(|| self.blob.slice(whole.start, len)))
        });
        let bytes = region.slice(chunk.start - whole.start, chunk.end - chunk.start);
        self.shared = Some((whole, region));
        bytes
    }

    /// The end of the last of the following chunks with small gaps.
    fn merged_end(&self, chunk: &Range<u64>) -> u64 {
        let mut reached = chunk.end;
        for next in self.ahead.iter().rev() {
            let Location::Stored { offset, end, .. } = next.at else { continue };
            if offset < chunk.start || offset > reached.saturating_add(GAP_MAX) {
                break;
            }
            reached = reached.max(end);
        }
        reached
    }

    fn damaged(&self, how: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {how}", quote(&self.path)))
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut current = match self.current.take() {
            Some(current) => current,
            None => match self.ahead.pop() {
                Some(chunk) => self.begin(chunk)?,
                None => return Ok(0),
            },
        };
        let wanted = usize::try_from(current.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = current.bytes.read(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(self.damaged("its bytes end too early"));
        }
        current.left -= count as u64;
        if let Some((sum, _)) = &mut current.sum {
            sum.update(&buffer[..count]);
        }
        if current.left > 0 {
            self.current = Some(current);
        } else if let Some((sum, stated)) = current.sum
            && <[u8; 32]>::from(sum.finalize()) != stated
        {
            // The last bytes are not returned: a caller may stop reading at the last byte.
            return Err(self.damaged("its bytes do not match the table of contents"));
        }
        Ok(count)
    }
}
