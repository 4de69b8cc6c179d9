//! Where extracted entries go.

use std::io;

use crate::load::files::pass::Contents;
use crate::load::files::plan::Item;

/// Why nothing, or nothing more, was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is something already, and it was not said that it may be overwritten.
    #[error("{0} is there already and not empty; --force writes into it")]
    Exists(String),
    /// The place could not be entered or made.
    #[error("{0}: {1}")]
    Place(String, #[source] io::Error),
    /// Writing failed for a reason that the next file would meet, too.
    #[error("writing: {0}")]
    Writing(#[source] io::Error),
}

/// Why one object was not made.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It alone.
    One(io::Error),
    /// No other will be, either.
    All(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error.kind() {
            BrokenPipe | QuotaExceeded | ReadOnlyFilesystem | StorageFull => Self::All(error),
            _ => Self::One(error),
        }
    }
}

/// Where objects go.
pub(crate) trait Sink {
    /// A directory, open for what goes into it.
    fn directory(&mut self, item: &Item) -> Result<(), Trouble>;
    /// A regular file.
    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Trouble>;
    /// One more name for a file that is there.
    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Trouble>;
    /// A symbolic link, a device, a pipe or a socket.
    fn node(&mut self, item: &Item) -> Result<(), Trouble>;
    /// A directory into which all has been put.
    fn settle(&mut self, item: &Item) -> Result<(), Trouble>;
}
