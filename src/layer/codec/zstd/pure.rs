//! zstd by ruzstd: without C, and about three times slower.
//!
//! ruzstd decodes whole blocks, and reads beyond the end of a frame if it can. So a frame is divided here, and it gets
//! one header or one block at a time.

use std::io;
use std::io::Read;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member, Step};
use crate::layer::codec::zstd::is_skippable;

/// `Block_Maximum_Size` never exceeds it (RFC 8878, section 3.1.1.2.4).
const BLOCK_MAX: usize = 128 * 1024;

/// Magic and frame header descriptor.
const START: usize = 5;

/// Magic and length of a skippable frame.
const SKIPPABLE: usize = 8;

const BLOCK_HEADER: usize = 3;

const CHECKSUM: usize = 4;

/// Decodes one frame after another; a skippable frame decodes to nothing.
pub(in crate::layer::codec) struct Zstd {
    decoder: FrameDecoder,
    /// The bytes of the next part so far.
    part: Vec<u8>,
    next: Next,
    checksum: bool,
}

/// The next part of a frame.
#[derive(Clone, Copy)]
enum Next {
    /// Magic and descriptor, from which the length of the frame header follows.
    Start,
    /// The frame header; its length includes magic and descriptor.
    Header(usize),
    /// A skippable frame's length.
    SkippableHeader,
    /// The contents of a skippable frame: the remaining bytes.
    Skippable(u64),
    BlockHeader,
    /// A block; its length includes the block header (and, for the last block, the frame's checksum).
    Block(usize),
    /// The end of the frame.
    End,
}

impl Zstd {
    #[expect(clippy::unnecessary_wraps, reason = "the reference library can fail here")]
    pub(in crate::layer::codec) fn new() -> io::Result<Self> {
        let decoder = FrameDecoder::new();
        Ok(Self { decoder, part: Vec::new(), next: Next::Start, checksum: false })
    }

    /// Copies missing bytes of the next part from `input`; returns their number, and whether the part is complete.
    fn gather(&mut self, input: &[u8]) -> (usize, bool) {
        let wanted = match self.next {
            Next::Start => START,
            Next::SkippableHeader => SKIPPABLE,
            Next::BlockHeader => BLOCK_HEADER,
            Next::Header(len) | Next::Block(len) => len,
            Next::Skippable(left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                self.next = Next::Skippable(left - count as u64);
                return (count, left == count as u64);
            }
            Next::End => 0,
        };
        let count = wanted.saturating_sub(self.part.len()).min(input.len());
        self.part.extend_from_slice(&input[..count]);
        (count, self.part.len() >= wanted)
    }

    /// Decodes a complete part.
    fn take(&mut self) -> Result<(), Fault> {
        self.next = match self.next {
            Next::Start if is_skippable(&self.part) => Next::SkippableHeader,
            Next::Start => {
                let descriptor = self.part.last().copied().unwrap_or_default();
                self.checksum = descriptor & 4 != 0;
                Next::Header(START + header_rest(descriptor))
            }
            Next::Header(_) => {
                self.decoder.reset(&self.part[..]).map_err(corrupt)?;
                self.part.clear();
                Next::BlockHeader
            }
            Next::SkippableHeader => {
                let len = self.part.last_chunk().map_or(0, |len| u32::from_le_bytes(*len));
                Next::Skippable(u64::from(len))
            }
            Next::BlockHeader => Next::Block(self.block_len()?),
            Next::Block(_) => {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let last = self.decoder.decode_blocks(&self.part[..], one).map_err(corrupt)?;
                self.part.clear();
                if last { Next::End } else { Next::BlockHeader }
            }
            Next::Skippable(_) | Next::End => Next::End,
        };
        Ok(())
    }

    /// The length of the block with its header (RFC 8878, section 3.1.1.2).
    fn block_len(&self) -> Result<usize, Fault> {
        let [low, middle, high] = self.part.first_chunk().copied().unwrap_or_default();
        let header = u32::from_le_bytes([low, middle, high, 0]);
        let (last, kind, size) = (header & 1 != 0, header >> 1 & 3, (header >> 3) as usize);
        if kind == 3 || size > BLOCK_MAX {
            return Err(Fault::Corrupt("a block has an invalid header".to_owned()));
        }
        let body = if kind == 1 { 1 } else { size };
        let checksum = if last && self.checksum { CHECKSUM } else { 0 };
        Ok(BLOCK_HEADER + body + checksum)
    }

    /// Compares the checksum of the frame, if it has one, with that of the decoded bytes.
    fn check(&self) -> Result<(), Fault> {
        let sums = (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
        match sums {
            (Some(stated), Some(found)) if self.checksum && stated != found => {
                Err(Fault::Corrupt("a frame's checksum does not match its contents".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Member for Zstd {
    fn start(&mut self, _input: &mut Input) -> Result<(), Fault> {
        self.part.clear();
        self.next = Next::Start;
        self.checksum = false;
        Ok(())
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let mut step = Step { consumed: 0, produced: 0, ended: false, boundary: None };
        loop {
            if matches!(self.next, Next::BlockHeader | Next::Block(_) | Next::End)
                && self.decoder.can_collect() > 0
            {
                step.produced = self.decoder.read(output)?;
                return Ok(step);
            }
            if matches!(self.next, Next::End) {
                self.check()?;
                step.ended = true;
                return Ok(step);
            }
            // Every iteration consumes bytes, except at the end of an empty block or frame.
            let (consumed, whole) = self.gather(&input[step.consumed..]);
            step.consumed += consumed;
            if !whole {
                return Ok(step);
            }
            self.take()?;
        }
    }
}

/// Bytes of a frame header behind its descriptor (RFC 8878, section 3.1.1.1).
const fn header_rest(descriptor: u8) -> usize {
    let single_segment = descriptor & 0x20 != 0;
    let window = if single_segment { 0 } else { 1 };
    let dictionary = match descriptor & 3 {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => 4,
    };
    let content_size = match descriptor >> 6 {
        0 if single_segment => 1,
        0 => 0,
        1 => 2,
        2 => 4,
        _ => 8,
    };
    window + dictionary + content_size
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn corrupt(error: impl ToString) -> Fault {
    Fault::Corrupt(error.to_string())
}
