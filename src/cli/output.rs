//! Writes to standard output and standard error.

use std::io;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use crate::cli::failure::{Failure, Outcome};
use crate::report::Lines;
use crate::text;

/// Says something beside the output.
pub(crate) fn remark(message: &str) {
    // Nothing is left to be done if standard error is closed.
    let _ = writeln!(io::stderr(), "layertui: {}", text::visible(message));
}

pub(crate) fn complain(message: &str, code: u8) -> ExitCode {
    remark(message);
    ExitCode::from(code)
}

/// As [`output`], for an answer that the exit code gives as well: who closed the pipe early still hears that.
pub(crate) fn answer(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    match output(write) {
        Err(Failure::ClosedPipe) => Ok(()),
        written => written,
    }
}

/// Runs `write` with a buffered standard output.
pub(crate) fn output<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let value = write(&mut out)?;
    out.flush()?;
    Ok(value)
}

/// As [`output`], for text: what is foreign in it can neither obey nor begin a line.
pub(crate) fn lines<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    output(|out| write(&mut Lines::new(out)))
}
