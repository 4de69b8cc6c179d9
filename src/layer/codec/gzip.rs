//! gzip (RFC 1952): headers and trailers are read here, deflate is decoded by zlib-rs.
//!
//! The container format is read here because members follow one another (eStargz has one for each file): one inflater
//! is reset for each, where a reader of a library would allocate a new one; and because decoding can stop and resume
//! between two blocks of a member (see [`restart`]).

mod restart;

use zlib_rs::crc32::crc32;
use zlib_rs::{Inflate, InflateFlush, Status};

use crate::layer::checkpoints::{DeflateState, Sums};
pub(in crate::layer) use crate::layer::codec::gzip::restart::Candidate;
use crate::layer::codec::gzip::restart::WINDOW_BITS;
use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member, Step};

const HAS_CRC: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// The longest name or comment of a member that is accepted.
const TEXT_MAX: usize = 1 << 20;

/// Whether a gzip member begins with these bytes; deflate is the only compression method.
pub(super) fn begins(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b, 8])
}

/// Decodes one member after another.
pub(super) struct Gzip {
    inflate: Inflate,
    sums: Sums,
    /// Whether `sums` are of the whole member: not if it was resumed without the sums up to there.
    summed: bool,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { inflate: Inflate::new(false, WINDOW_BITS), sums: Sums::default(), summed: true }
    }

    /// Resumes in the body of a member, behind the byte `last`. `None` if `state` is not consistent.
    pub(super) fn resume(state: &DeflateState, last: u8) -> Option<Self> {
        let mut gzip = Self { sums: state.sums, ..Self::new() };
        let window = state.window.unpack()?;
        restart::begin(&mut gzip.inflate, &window, state.unread, last)?;
        Some(gzip)
    }

    /// Resumes in the body of a member, of which only the last decoded bytes are known.
    pub(super) fn between(window: &[u8], unread: u8, last: u8) -> Option<Self> {
        let mut gzip = Self { summed: false, ..Self::new() };
        restart::begin(&mut gzip.inflate, window, unread, last)?;
        Some(gzip)
    }

    fn inflate(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        flush: InflateFlush,
    ) -> Result<(Step, Status), Fault> {
        let (total_in, total_out) = (self.inflate.total_in(), self.inflate.total_out());
        let status =
            self.inflate.decompress(input, output, flush).map_err(|error| self.corrupt(error))?;
        let consumed = (self.inflate.total_in() - total_in) as usize;
        let produced = (self.inflate.total_out() - total_out) as usize;
        self.sums.crc = crc32(self.sums.crc, &output[..produced]);
        // The trailer, too, has the length modulo 2³².
        self.sums.length = self.sums.length.wrapping_add(produced as u32);
        let ended = status == Status::StreamEnd;
        Ok((Step { consumed, produced, ended, boundary: None }, status))
    }

    fn corrupt(&self, error: zlib_rs::InflateError) -> Fault {
        Fault::Corrupt(self.inflate.error_message().unwrap_or(error.as_str()).to_owned())
    }
}

impl Member for Gzip {
    fn start(&mut self, input: &mut Input) -> Result<(), Fault> {
        self.inflate.reset(false);
        (self.sums, self.summed) = (Sums::default(), true);
        let [_, _, _, flags, ..] = take::<10>(input)?;
        if flags & RESERVED != 0 {
            return Err(Fault::Corrupt("a member's header has unknown flags".to_owned()));
        }
        if flags & HAS_EXTRA != 0 {
            for _ in 0..u16::from_le_bytes(take(input)?) {
                take::<1>(input)?;
            }
        }
        for _ in 0..u32::from(flags & HAS_NAME != 0) + u32::from(flags & HAS_COMMENT != 0) {
            skip_text(input)?;
        }
        if flags & HAS_CRC != 0 {
            take::<2>(input)?;
        }
        Ok(())
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        self.inflate(input, output, InflateFlush::NoFlush).map(|(step, _)| step)
    }

    fn run_to_boundary(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let (mut step, status) = self.inflate(input, output, InflateFlush::Block)?;
        // With input and output left there is no other reason to stop.
        let stopped = status == Status::Ok
            && step.consumed > 0
            && step.consumed < input.len()
            && step.produced < output.len();
        step.boundary = stopped.then_some(self.sums);
        Ok(step)
    }

    fn end(&mut self, input: &mut Input) -> Result<(), Fault> {
        let sum = u32::from_le_bytes(take(input)?);
        let length = u32::from_le_bytes(take(input)?);
        if !self.summed {
            return Ok(());
        }
        if sum != self.sums.crc {
            return Err(Fault::Corrupt(
                "a member's checksum does not match its contents".to_owned(),
            ));
        }
        if length != self.sums.length {
            return Err(Fault::Corrupt("a member's length does not match its contents".to_owned()));
        }
        Ok(())
    }
}

fn take<const N: usize>(input: &mut Input) -> Result<[u8; N], Fault> {
    let bytes = *input.peek(N)?.first_chunk().ok_or(Fault::Truncated)?;
    input.consume(N);
    Ok(bytes)
}

fn skip_text(input: &mut Input) -> Result<(), Fault> {
    for _ in 0..TEXT_MAX {
        match input.byte()? {
            None => return Err(Fault::Truncated),
            Some(0) => return Ok(()),
            Some(_) => {}
        }
    }
    Err(Fault::Corrupt("a member's name does not end".to_owned()))
}
