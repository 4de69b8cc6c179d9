//! Errors that end the explorer.

use std::io;

use thiserror::Error;

use crate::source;

#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Open(#[from] source::Error),
    /// The reason was shown until the user left: nothing else was opened.
    #[error("{0}")]
    NotOpened(String),
    #[error("the terminal cannot be used for the explorer: {0}")]
    Unusable(io::Error),
    #[error("the connection to the terminal was lost: {0}")]
    TerminalLost(io::Error),
    #[error("a thread cannot be started: {0}")]
    Thread(io::Error),
    /// The number of the signal; the terminal is restored.
    #[error("ended by signal {0}")]
    Signal(i32),
}
