//! One member or frame of a compressed stream, whatever its format.

use std::io;

use crate::layer::checkpoints::Sums;
use crate::layer::codec::input::Input;

/// The interface of an encoding for [`crate::layer::codec::Decoder`].
pub(crate) trait Member: Send {
    /// Starts the next member, and reads its header if that is not part of `run`.
    fn start(&mut self, input: &mut Input) -> Result<(), Fault>;

    /// Decodes some of `input` into some of `output`. No progress with empty input means that the member is truncated.
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault>;

    /// As [`Self::run`], but stops at a boundary where decoding could be resumed, if the encoding has any.
    fn run_to_boundary(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        self.run(input, output)
    }

    /// Checks the trailer, if that is not part of `run`.
    fn end(&mut self, _input: &mut Input) -> Result<(), Fault> {
        Ok(())
    }
}

/// The result of [`Member::run`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) consumed: usize,
    pub(crate) produced: usize,
    /// The body of the member is complete.
    pub(crate) ended: bool,
    /// It stopped at a boundary, with these sums.
    pub(crate) boundary: Option<Sums>,
}

/// Why decoding failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The blob ends inside a member.
    Truncated,
    /// The bytes are not valid in this encoding.
    Corrupt(String),
    /// The blob could not be read.
    Unreadable(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}
