//! One member or frame of a compressed stream, whatever its format.

use std::io;

use crate::layer::checkpoints::Sums;
use crate::layer::codec::input::Input;

/// What one encoding must be able to do for [`Decoder`].
pub(crate) trait Member: Send {
    /// Whether a member begins with these bytes (up to [`MAGIC_MAX`] of them; fewer at the end of the blob).
    fn begins(&self, start: &[u8]) -> bool;

    /// Makes ready for the next member and passes its header, where that is read apart from the body.
    fn start(&mut self, input: &mut Input) -> Result<(), Fault>;

    /// Decodes some of `input` into some of `output`. No progress at all with empty input means that more is needed.
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault>;

    /// As [`Self::run`], but stops where decoding could begin anew inside the member, if that can be.
    fn run_to_boundary(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        self.run(input, output)
    }

    /// Checks what follows the body, where that is read apart from it.
    fn end(&mut self, input: &mut Input) -> Result<(), Fault>;
}

/// What one call of [`Member::run`] did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) consumed: usize,
    pub(crate) produced: usize,
    /// The body of the member is complete.
    pub(crate) ended: bool,
    /// It stopped where decoding could begin anew.
    pub(crate) boundary: Option<Sums>,
}

/// Why decoding cannot go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The blob ends inside a member.
    Truncated,
    /// The bytes break the encoding's rules.
    Corrupt(String),
    /// The blob itself could not be read.
    Unreadable(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}
