//! Writes to standard output and standard error.

use std::io;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use crate::cli::failure::{Failure, Outcome};
use crate::report::Lines;
use crate::text;

/// Prints a notice on standard error.
pub(crate) fn notice(message: &str) {
    // A closed standard error cannot be reported.
    let _ = writeln!(io::stderr(), "layertui: {}", text::visible(message));
}

/// Prints an error and returns the exit code of the process.
pub(crate) fn fail(message: &str, code: u8) -> ExitCode {
    notice(message);
    ExitCode::from(code)
}

/// As [`output`], but a closed pipe is not a failure: the exit code still reports the answer.
pub(crate) fn output_verdict(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
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

/// As [`output`], for text through [`Lines`]: foreign text cannot control the terminal or begin a line.
pub(crate) fn lines<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    output(|out| write(&mut Lines::new(out)))
}
