//! bzip2: one stream, or several one after another (parallel compressors write many).

use bzip2::{Decompress, Status};

use crate::layer::codec::input::Input;
use crate::layer::codec::member::{Fault, Member, Step};

/// Whether a stream begins with these bytes: `BZh`, the block size, and the magic of a block or of the end of an empty
/// stream.
pub(super) fn begins(start: &[u8]) -> bool {
    matches!(start, [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
        if rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90"))
}

/// Decodes one stream after another.
pub(super) struct Bzip2(Decompress);

impl Bzip2 {
    pub(super) fn new() -> Self {
        Self(Decompress::new(false))
    }
}

impl Member for Bzip2 {
    fn start(&mut self, _input: &mut Input) -> Result<(), Fault> {
        self.0 = Decompress::new(false);
        Ok(())
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let (total_in, total_out) = (self.0.total_in(), self.0.total_out());
        let status =
            self.0.decompress(input, output).map_err(|error| Fault::Corrupt(error.to_string()))?;
        Ok(Step {
            consumed: (self.0.total_in() - total_in) as usize,
            produced: (self.0.total_out() - total_out) as usize,
            ended: status == Status::StreamEnd,
            boundary: None,
        })
    }
}
