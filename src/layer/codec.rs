//! Detects the encoding of a blob by its first bytes, never by its name or media type, and decodes it: one streaming
//! decoder for all encodings, with a small buffer. The decoded bytes are not interpreted.
//!
//! All encodings that images use are a sequence of independent members (gzip), frames (zstd) or streams (bzip2, xz),
//! possibly followed by padding. [`Decoder`] decodes the sequence by the trait of `member`, which `gzip`, `zstd`, `bzip2`
//! and `xz` implement. The other files serve all of them: `input` reads and counts the encoded bytes, `digest` hashes
//! them, `collector` saves checkpoints, `resume` starts at one.

pub(crate) mod bzip2;
pub(in crate::layer) mod collector;
pub(crate) mod digest;
pub(crate) mod gzip;
pub(crate) mod input;
pub mod member;
mod resume;
pub(crate) mod xz;
pub(crate) mod zstd;

use std::io;
use std::io::Read;

use crate::image::digest::{Digest, Hasher};
use crate::layer::blob::Blob;
use crate::layer::checkpoints::Checkpoints;
use crate::layer::codec::collector::{Collector, Spacing, StreamPosition};
use crate::layer::codec::digest::BoundedDigest;
pub(in crate::layer) use crate::layer::codec::gzip::Candidate;
use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member};
use crate::layer::encoding::Codec;
use crate::layer::listing::{Problem, Severity};
use crate::layer::tar;
use crate::layer::watch::Watch;

/// The number of bytes that [`sniff`] uses.
pub const SNIFFED: usize = 512;

/// The encoding of a blob with these first bytes; [`Codec::Plain`] if there is no known magic. A valid tar header is
/// checked first: the name of its first file may look like a magic.
#[must_use]
pub fn sniff(first_bytes: &[u8]) -> Codec {
    if tar::is_header(first_bytes) {
        return Codec::Plain;
    }
    let codecs = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];
    match codecs.into_iter().find(|&codec| begins(codec, first_bytes)) {
        Some(Codec::Zstd)
            if matches!(zstd::is_lz4_behind_skippable(&Blob::memory(first_bytes)), Ok(true)) =>
        {
            Codec::Plain
        }
        codec => codec.unwrap_or(Codec::Plain),
    }
}

/// Whether a member of this encoding begins with these bytes (at most [`MAGIC_MAX`] are needed).
fn begins(codec: Codec, start: &[u8]) -> bool {
    match codec {
        Codec::Plain => false,
        Codec::Gzip => gzip::begins(start),
        Codec::Zstd => zstd::begins(start),
        Codec::Bzip2 => bzip2::begins(start),
        Codec::Xz => xz::begins(start),
    }
}

/// [`sniff`]s the first bytes of a blob.
///
/// # Errors
/// If they cannot be read.
pub fn sniff_blob(blob: &Blob) -> io::Result<Codec> {
    let mut first = [0; SNIFFED];
    let count = blob.fill_at(&mut first, 0)?;
    match sniff(&first[..count]) {
        Codec::Zstd if zstd::is_lz4_behind_skippable(blob)? => Ok(Codec::Plain),
        codec => Ok(codec),
    }
}

/// The longest magic in bytes.
const MAGIC_MAX: usize = 10;

/// The state of a [`Decoder`].
#[derive(Clone, Debug)]
enum State {
    /// Before the first or after a complete member.
    Between,
    /// In the body of a member.
    Inside,
    /// After the last member. The rest was not read.
    Trailing,
    /// Decoding failed, for this reason.
    Failed(io::ErrorKind, String),
}

/// Decodes a blob front to back.
///
/// Errors are final: kind `UnexpectedEof` if the blob is truncated, `InvalidData` if it is corrupt, both with the
/// offset in the compressed blob. Everything that could be decoded is returned before the error.
pub struct Decoder {
    codec: Codec,
    input: Input,
    member: Option<Box<dyn Member>>,
    state: State,
    members: u64,
    produced: u64,
    collector: Option<Collector>,
    contents: Option<BoundedDigest>,
}

impl Decoder {
    /// Starts at the beginning of `blob`. [`Codec::Plain`] returns the bytes unchanged.
    ///
    /// # Errors
    /// If the decompression library cannot be initialised.
    pub fn new(blob: &Blob, codec: Codec) -> io::Result<Self> {
        Self::with_input(Input::new(blob, 0), codec)
    }

    /// As [`Self::new`]; also computes the SHA-256 of the blob (see [`Self::drain`]) and, of small layers, that of the
    /// contents, and saves checkpoints at the distances `spacing`.
    ///
    /// # Errors
    /// If the decompression library cannot be initialised.
    pub fn for_listing(blob: &Blob, codec: Codec, spacing: Spacing) -> io::Result<Self> {
        let mut decoder = Self::digesting(blob, codec, Hasher::sha256())?;
        decoder.collector = Some(Collector::new(blob, codec, spacing));
        decoder.contents = Some(BoundedDigest::within(crate::layer::DIGESTED));
        Ok(decoder)
    }

    /// As [`Self::new`]; also computes the digest of the blob (see [`Self::drain`]).
    ///
    /// # Errors
    /// If the decompression library cannot be initialised.
    pub(in crate::layer) fn digesting(
        blob: &Blob,
        codec: Codec,
        hasher: Hasher,
    ) -> io::Result<Self> {
        Self::with_input(Input::new(blob, 0).digesting(hasher), codec)
    }

    /// Decodes a stream; with `digested`, also computes its SHA-256.
    pub(in crate::layer) fn from_stream(
        stream: Box<dyn Read + Send>,
        codec: Codec,
        digested: bool,
    ) -> io::Result<Self> {
        let input = Input::from_stream(stream);
        Self::with_input(if digested { input.digesting(Hasher::sha256()) } else { input }, codec)
    }

    fn with_input(input: Input, codec: Codec) -> io::Result<Self> {
        let member: Option<Box<dyn Member>> = match codec {
            Codec::Plain => None,
            Codec::Gzip => Some(Box::new(gzip::Gzip::new())),
            Codec::Zstd => Some(Box::new(zstd::Zstd::new()?)),
            Codec::Bzip2 => Some(Box::new(bzip2::Bzip2::new())),
            Codec::Xz => Some(Box::new(xz::Xz::new())),
        };
        Ok(Self {
            codec,
            input,
            member,
            state: State::Between,
            members: 0,
            produced: 0,
            collector: None,
            contents: None,
        })
    }

    /// Moves the computation of the digest, if there is one, to a thread of its own.
    pub(in crate::layer) fn digest_on_thread(&mut self) {
        self.input.digest_on_thread();
    }

    /// Bytes of the blob that were read.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.input.fetched()
    }

    /// Bytes decoded.
    #[must_use]
    pub const fn produced(&self) -> u64 {
        self.produced
    }

    /// Whether the last member is complete.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Trailing)
    }

    /// Reads the rest of the blob without decoding it, to complete the digest. If the last member was complete, returns
    /// a problem if the rest is anything but zeros (padding). Stops early if `watch` is cancelled.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn drain(&mut self, watch: &dyn Watch) -> io::Result<Option<Problem>> {
        let complete = self.is_complete();
        let mut garbage = None;
        loop {
            let at = self.input.position();
            let chunk = self.input.fill()?;
            if chunk.is_empty() || watch.cancelled() {
                break;
            }
            if complete && garbage.is_none() {
                garbage = chunk.iter().position(|&byte| byte != 0).map(|index| at + index as u64);
            }
            let count = chunk.len();
            self.input.consume(count);
        }
        Ok(garbage.map(|offset| Problem {
            severity: Severity::Warning,
            message: format!(
                "what follows the end of the {} data from byte {offset} of the blob is neither padding nor another member; ignored",
                self.codec.name()
            ),
        }))
    }

    /// The digest of the bytes read, which are the whole blob after [`Self::drain`]; `None` if it was not computed.
    #[must_use]
    pub fn digest(self) -> Option<Digest> {
        self.input.digest()
    }

    /// `sha256:…` of the contents, if decoding is complete and they have at most the limit of [`Self::for_listing`].
    pub(in crate::layer) fn contents_digest(&mut self) -> Option<String> {
        self.contents.take().filter(|_| self.is_complete())?.finish()
    }

    /// The checkpoints saved since [`Self::for_listing`].
    pub fn checkpoints(&mut self) -> Option<Checkpoints> {
        self.collector.take()?.finish()
    }

    /// Decodes one step into `output`, which must not be empty: the number of bytes, or `None` at the end.
    fn step(&mut self, output: &mut [u8]) -> Result<Option<usize>, Fault> {
        let Some(member) = self.member.as_mut() else {
            let chunk = self.input.fill()?;
            let count = chunk.len().min(output.len());
            output[..count].copy_from_slice(&chunk[..count]);
            self.input.consume(count);
            return Ok((count > 0).then_some(count));
        };
        if matches!(self.state, State::Between) {
            let start = self.input.peek(MAGIC_MAX)?;
            if !begins(self.codec, start) {
                if self.members == 0 && !start.is_empty() {
                    return Err(Fault::Corrupt("it does not begin like such data".to_owned()));
                }
                return Ok(None);
            }
            if let Some(collector) = &mut self.collector {
                let here = StreamPosition { input: self.input.position(), output: self.produced };
                collector.member_begins(here);
            }
            member.start(&mut self.input)?;
            self.state = State::Inside;
        }
        let chunk = self.input.fill()?;
        let at_end = chunk.is_empty();
        let step = match &self.collector {
            Some(collector) if collector.needs_boundary() => member.run_to_boundary(chunk, output),
            _ => member.run(chunk, output),
        }?;
        self.input.consume(step.consumed);
        if let Some(collector) = &mut self.collector {
            let output_now = self.produced + step.produced as u64;
            let now = StreamPosition { input: self.input.position(), output: output_now };
            collector.passed(now, &output[..step.produced], step.boundary);
            if step.ended {
                collector.member_ends();
            }
        }
        if step.ended {
            // The decoded bytes are returned even if the check behind them fails.
            if let Err(fault) = member.end(&mut self.input) {
                self.fail(fault);
                return Ok(Some(step.produced));
            }
            self.members += 1;
            self.state = State::Between;
        } else if step.produced == 0 && step.consumed == 0 {
            return Err(if at_end {
                Fault::Truncated
            } else {
                Fault::Corrupt("invalid data".to_owned())
            });
        }
        Ok(Some(step.produced))
    }

    fn fail(&mut self, fault: Fault) {
        let (at, end) = (self.input.position(), self.input.fetched());
        let codec = self.codec.name();
        let (kind, message) = match fault {
            Fault::Truncated => (
                io::ErrorKind::UnexpectedEof,
                format!("truncated: the blob ends at byte {end}, inside its {codec} data"),
            ),
            Fault::Corrupt(why) => (
                io::ErrorKind::InvalidData,
                format!("corrupt {codec} data near byte {at} of the blob: {why}"),
            ),
            Fault::Unreadable(error) => {
                (error.kind(), format!("the blob cannot be read at byte {at}: {error}"))
            }
        };
        self.state = State::Failed(kind, message);
    }
}

impl Read for Decoder {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match &self.state {
                State::Failed(kind, message) => return Err(io::Error::new(*kind, message.clone())),
                State::Trailing => return Ok(0),
                State::Between | State::Inside => {}
            }
            match self.step(output) {
                Ok(Some(0)) => {}
                Ok(Some(count)) => {
                    self.produced += count as u64;
                    if let Some(contents) = &mut self.contents {
                        contents.update(&output[..count]);
                    }
                    return Ok(count);
                }
                Ok(None) => self.state = State::Trailing,
                Err(fault) => self.fail(fault),
            }
        }
    }
}

#[cfg(test)]
mod tests;
