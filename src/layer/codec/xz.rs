//! xz: one stream, or several one after another.

use lzma_rust2::{Action, Status, XzStream};

use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member, Step};

/// The dictionary size is stated by the header: `xz -9` needs 64 MiB. Streams that need more than this are refused.
const MEMORY_MAX_KIB: u32 = 256 * 1024;

/// Whether a stream begins with these bytes.
pub(super) fn begins(start: &[u8]) -> bool {
    start.starts_with(b"\xfd7zXZ\0")
}

/// Decodes one stream after another.
pub(super) struct Xz(XzStream);

impl Xz {
    pub(super) fn new() -> Self {
        Self(XzStream::new_mem_limit(false, MEMORY_MAX_KIB))
    }
}

impl Member for Xz {
    fn start(&mut self, _input: &mut Input) -> Result<(), Fault> {
        *self = Self::new();
        Ok(())
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let result = self
            .0
            .process(input, output, Action::Run)
            .map_err(|error| Fault::Corrupt(error.to_string()))?;
        Ok(Step {
            consumed: result.bytes_consumed,
            produced: result.bytes_produced,
            ended: result.status == Status::StreamEnd,
            boundary: None,
        })
    }
}
