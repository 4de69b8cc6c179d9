//! zstd by its reference library in C: the decoder with the feature `native`, which is the default.

use std::io;

use zstd::stream::raw::{Decoder, Operation};

use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member, Step};

/// Decodes one frame after another; a skippable frame decodes to nothing.
pub(in crate::layer::codec) struct Zstd(Decoder<'static>);

impl Zstd {
    pub(in crate::layer::codec) fn new() -> io::Result<Self> {
        Decoder::new().map(Self)
    }
}

impl Member for Zstd {
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
}

/// The library works in memory, so its errors are about the data.
fn corrupt(error: &io::Error) -> Fault {
    Fault::Corrupt(error.to_string())
}
