//! The interface of a destination: a disk or a tar stream.

use std::io;

use crate::load::files::pass::Contents;
use crate::load::files::plan::Item;

/// An error that ends an extraction.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The destination is a directory that is not empty, without `--force`.
    #[error("{0} already exists and is not empty; use --force to write into it")]
    Exists(String),
    /// The destination cannot be opened or created.
    #[error("{0}: {1}")]
    Destination(String, #[source] io::Error),
    /// The contents of this file could not be read while a tar was written, which ends there.
    #[error("{0}: {1}; the tar ends there")]
    Reading(String, #[source] io::Error),
    /// Writing failed in a way that all further writes would.
    #[error("writing: {0}")]
    Writing(#[source] io::Error),
}

/// The failure of one item.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Only this item fails.
    Item(io::Error),
    /// The contents could not be read, and the destination cannot take back what was written of the item.
    Unreadable(io::Error),
    /// All further items would fail as well.
    Fatal(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error.kind() {
            BrokenPipe | QuotaExceeded | ReadOnlyFilesystem | StorageFull => Self::Fatal(error),
            _ => Self::Item(error),
        }
    }
}

/// A destination of items.
pub(crate) trait Sink {
    /// A sink to the same destination for another thread, which creates files beside this one; `None` if the destination takes
    /// one after the other.
    fn another(&self) -> Option<Box<dyn Sink + Send>> {
        None
    }
    /// Creates a directory that allows writing to it.
    fn directory(&mut self, item: &Item) -> Result<(), Failure>;
    /// Creates a regular file.
    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Failure>;
    /// Creates a hard link to the file `first`, which exists.
    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Failure>;
    /// Creates a symbolic link, a device, a pipe or a socket.
    fn node(&mut self, item: &Item) -> Result<(), Failure>;
    /// Sets the attributes of a directory whose children are all created.
    fn finish_directory(&mut self, item: &Item) -> Result<(), Failure>;
}
