//! How a command ends, other than well.

use std::io;

use crate::explorer::run;
use crate::source;

/// How a command ended, other than well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer is no: exit 1, with a sentence.
    No(String),
    /// It could not be done: exit 2, with a sentence. Raw text, made visible when it is printed.
    Error(String),
    /// Several images, none chosen: exit 2, with a line for each.
    Choices {
        /// What is asked for.
        message: String,
        /// What to ask for.
        choices: Vec<String>,
    },
    /// The output has said it all: this exit code.
    Told(u8),
    /// Whoever read the output went away.
    ClosedPipe,
    /// A signal ended it; the terminal is restored.
    Signal(i32),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Error(format!("writing the output: {error}"))
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
