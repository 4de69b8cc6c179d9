//! gzip (RFC 1952): headers and trailers here, deflate by flate2.
//!
//! The container format is read by hand because members follow one another (eStargz has one a file): one inflater is
//! reset for each where a library's reader would allocate anew. This file is the only one that knows which inflater.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::input::Input;
use super::{Fault, Member, Step};

const HAS_CRC: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// More than any writer puts into a member's name or comment.
const TEXT_MAX: usize = 1 << 20;

/// Whether the bytes begin a gzip member with the only compression method there is.
pub(super) fn begins(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b, 8])
}

/// Decodes one member after another.
pub(super) struct Gzip {
    inflate: Decompress,
    crc: Crc,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { inflate: Decompress::new(false), crc: Crc::new() }
    }
}

impl Member for Gzip {
    fn begins(&self, start: &[u8]) -> bool {
        begins(start)
    }

    fn start(&mut self, input: &mut Input) -> Result<(), Fault> {
        self.inflate.reset(false);
        self.crc.reset();
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
        let (total_in, total_out) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(input, output, FlushDecompress::None)
            .map_err(|error| Fault::Corrupt(error.to_string()))?;
        let consumed = (self.inflate.total_in() - total_in) as usize;
        let produced = (self.inflate.total_out() - total_out) as usize;
        self.crc.update(&output[..produced]);
        Ok(Step { consumed, produced, ended: status == Status::StreamEnd })
    }

    fn end(&mut self, input: &mut Input) -> Result<(), Fault> {
        let sum = u32::from_le_bytes(take(input)?);
        let length = u32::from_le_bytes(take(input)?);
        if sum != self.crc.sum() {
            return Err(Fault::Corrupt(
                "a member's checksum does not match its contents".to_owned(),
            ));
        }
        if length != self.crc.amount() {
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
