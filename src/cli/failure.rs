//! How a command fails.

use std::io;

use crate::explorer::run;
use crate::source;

/// How a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer is no: exit 1, with a message. Raw text, made visible when it is printed.
    No(String),
    /// It could not be done: exit 2, with a message. Raw text, made visible when it is printed.
    Error(String),
    /// The reference means several images: exit 2, with a line for each.
    Choices {
        /// The message.
        message: String,
        /// A reference and names of each image.
        choices: Vec<String>,
    },
    /// The message has been printed; the exit code.
    ExitCode(u8),
    /// The reader closed the pipe.
    ClosedPipe,
    /// Ended by this signal; the terminal is restored.
    Signal(i32),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Error(format!("cannot write to standard output: {error}"))
    }
}

impl From<source::Error> for Failure {
    fn from(error: source::Error) -> Self {
        match error {
            // A long list is read line by line.
            source::Error::NoSuchImage { place, what, pick, available } if available.len() > 1 => {
                let message = format!("{place}: no {what}{pick} here; there is:");
                Self::Choices { message, choices: available }
            }
            error => Self::Error(error.to_string()),
        }
    }
}

impl From<run::Error> for Failure {
    fn from(error: run::Error) -> Self {
        match error {
            run::Error::Open(error) => error.into(),
            run::Error::Signal(number) => Self::Signal(number),
            error => Self::Error(error.to_string()),
        }
    }
}

pub(crate) type Outcome = Result<(), Failure>;
