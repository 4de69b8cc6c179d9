//! zstd (RFC 8878): frames and skippable frames, by the reference library.

use std::io;

use zstd::stream::raw::{Decoder, Operation};

use super::input::Input;
use super::{Fault, Member, Step};

/// Whether the bytes begin a frame or a skippable frame (`0x184D2A50` to `0x184D2A5F`).
pub(super) fn begins(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Decodes one frame after another; a skippable frame decodes to nothing.
pub(super) struct Zstd(Decoder<'static>);

impl Zstd {
    pub(super) fn new() -> io::Result<Self> {
        Decoder::new().map(Self)
    }
}

impl Member for Zstd {
    fn begins(&self, start: &[u8]) -> bool {
        begins(start)
    }

    fn start(&mut self, _input: &mut Input) -> Result<(), Fault> {
        self.0.reinit().map_err(|error| corrupt(&error))
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let status = self.0.run_on_buffers(input, output).map_err(|error| corrupt(&error))?;
        Ok(Step {
            consumed: status.bytes_read,
            produced: status.bytes_written,
            ended: status.remaining == 0,
            boundary: None,
        })
    }

    fn end(&mut self, _input: &mut Input) -> Result<(), Fault> {
        Ok(())
    }
}

/// The library works in memory: its errors speak of the data, never of the file.
fn corrupt(error: &io::Error) -> Fault {
    Fault::Corrupt(error.to_string())
}
