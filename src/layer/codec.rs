//! How a blob is encoded, by its first bytes; never by its name or media type. And the way back: one streaming
//! decoder for all encodings, which holds a window of the bytes and never the whole.
//!
//! All encodings that images use are the same in outline: a sequence of independent members (gzip), frames (zstd) or
//! streams (bzip2, xz), possibly followed by padding. [`Decoder`] drives that sequence; the files below this one
//! know one encoding each. What the bytes mean once decoded is not decided here.

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

/// How many first bytes [`sniff`] makes use of.
pub const SNIFFED: usize = 512;

/// The encoding that the first bytes of a blob speak of; [`Codec::Plain`] where they speak of none. A whole tar
/// header wins over any magic: a file may be *named* like one.
#[must_use]
pub fn sniff(first_bytes: &[u8]) -> Codec {
    if tar::is_header(first_bytes) {
        Codec::Plain
    } else if gzip::begins(first_bytes) {
        Codec::Gzip
    } else if zstd::begins(first_bytes) {
        let read = |frame: &mut [u8], at: u64| {
            let rest = usize::try_from(at).ok().and_then(|at| first_bytes.get(at..));
            let rest = rest.unwrap_or_default();
            let count = rest.len().min(frame.len());
            frame[..count].copy_from_slice(&rest[..count]);
            Ok::<_, std::convert::Infallible>(count)
        };
        match zstd::is_lz4_behind_skippable(read) {
            Ok(true) => Codec::Plain,
            Ok(false) => Codec::Zstd,
        }
    } else if bzip2::begins(first_bytes) {
        Codec::Bzip2
    } else if xz::begins(first_bytes) {
        Codec::Xz
    } else {
        Codec::Plain
    }
}

/// [`sniff`]s the first bytes of a blob.
///
/// # Errors
/// Where they cannot be read.
pub fn sniff_blob(blob: &Blob) -> io::Result<Codec> {
    let mut first = [0; SNIFFED];
    let count = blob.fill_at(&mut first, 0)?;
    match sniff(&first[..count]) {
        Codec::Zstd if zstd::is_lz4_behind_skippable(|frame, at| blob.fill_at(frame, at))? => {
            Ok(Codec::Plain)
        }
        codec => Ok(codec),
    }
}

/// The longest magic of any encoding.
const MAGIC_MAX: usize = 10;

/// Where a [`Decoder`] stands.
#[derive(Clone, Debug)]
enum State {
    /// Before the first or after a whole member.
    Between,
    /// In the body of a member.
    Inside,
    /// After the last member. What follows has not been looked at.
    Trailing,
    /// Nothing more will come, for this reason.
    Failed(io::ErrorKind, String),
}

/// Decodes a blob front to back.
///
/// Errors are final and say where: kind `UnexpectedEof` where the blob ends too early, `InvalidData` where it is
/// corrupt, both with the offset in the compressed blob. All that could be decoded comes before the error.
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
    /// A decoder at the start of `blob`. [`Codec::Plain`] passes the bytes through.
    ///
    /// # Errors
    /// Where the decompression library cannot be set up.
    pub fn new(blob: &Blob, codec: Codec) -> io::Result<Self> {
        Self::with_input(Input::new(blob, 0), codec)
    }

    /// As [`Self::new`]; also computes the SHA-256 of the blob while its bytes go by (see [`Self::drain`]), and saves
    /// checkpoints so far apart.
    ///
    /// # Errors
    /// Where the decompression library cannot be set up.
    pub fn for_listing(blob: &Blob, codec: Codec, spacing: Spacing) -> io::Result<Self> {
        let mut decoder = Self::with_input(Input::new(blob, 0).digesting(), codec)?;
        decoder.collector = Some(Collector::new(blob, codec, spacing));
        decoder.contents = Some(BoundedDigest::within(crate::layer::DIGESTED));
        Ok(decoder)
    }

    /// A decoder of what passes by once; also computes the SHA-256 of it if it is to be `digested`.
    pub(in crate::layer) fn from_stream(
        stream: Box<dyn Read + Send>,
        codec: Codec,
        digested: bool,
    ) -> io::Result<Self> {
        let input = Input::from_stream(stream);
        Self::with_input(if digested { input.digesting() } else { input }, codec)
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

    /// Has the digest, if there is one, computed on a thread of its own from here on.
    pub(in crate::layer) fn digest_on_thread(&mut self) {
        self.input.digest_on_thread();
    }

    /// Bytes of the blob that were read so far.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.input.fetched()
    }

    /// Bytes decoded so far.
    #[must_use]
    pub const fn produced(&self) -> u64 {
        self.produced
    }

    /// Whether the last member is complete.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Trailing)
    }

    /// Reads what is left of the blob without decoding it, so that its digest is whole. Where the last member was
    /// complete: says whether what follows is anything but zeros (which pad, and mean nothing). Stops early where
    /// `watch` says so.
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
                "what follows the end of the {} data from byte {offset} of the blob is neither padding nor more of it; ignored",
                self.codec.name()
            ),
        }))
    }

    /// `sha256:…` over the blob, once all of it was read by a decoder made with [`Self::for_listing`].
    #[must_use]
    pub fn digest(self) -> Option<String> {
        self.input.digest()
    }

    /// `sha256:…` over what was decoded, once the last member is complete: of a decoder made with [`Self::for_listing`], where
    /// that was little enough.
    pub(in crate::layer) fn contents_digest(&mut self) -> Option<String> {
        self.contents.take().filter(|_| self.is_complete())?.finish()
    }

    /// The checkpoints that a decoder made with [`Self::for_listing`] saved.
    pub fn checkpoints(&mut self) -> Option<Checkpoints> {
        self.collector.take()?.finish()
    }

    /// One step of decoding into `output`, which is not empty: how many bytes it gave, or `None` after the last.
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
            if !member.begins(start) {
                if self.members == 0 && !start.is_empty() {
                    return Err(Fault::Corrupt("it does not begin as such data does".to_owned()));
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
            // What the body gave is delivered even where the check behind it fails.
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
                Fault::Corrupt("it makes no sense".to_owned())
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
