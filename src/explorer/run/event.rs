//! Events that the explorer's threads send to its event loop.

use std::io;

use tempfile::NamedTempFile;

use crate::explorer::model::comparison::ComparedImages;
use crate::explorer::model::message::Message;
use crate::explorer::model::owners::Owners;
use crate::explorer::terminal::Signal;
use crate::image::Other;
use crate::load::Event;
use crate::source::{Error, Opened, Source};

/// What became of a choice: how to ask for it, and what opened.
pub(super) type Chosen = (Option<String>, Result<Box<dyn Source>, Error>);

/// A file that is ready for the pager; gone when this is dropped.
pub(super) type Ready = Result<NamedTempFile, String>;

/// Something that happened.
pub(super) enum RunEvent {
    Input(io::Result<Message>),
    Signal(Signal),
    Opened(Result<Opened, Error>),
    /// A choice was opened, for the request with this number; what an older one brings is not wanted any more.
    ChoiceOpened(u64, Chosen),
    /// From the loader with this number; an older one's news are no news.
    Load(u64, Event),
    /// From a thread that was given something to do: the viewer's answers, how extracting goes.
    Message(Message),
    /// What the package databases say of the image of the loader with this number.
    Packages(u64, Box<Owners>),
    /// A file is ready for the pager, or cannot be; of the request with this number.
    PagerReady(u64, Ready),
    /// The image of the loader with this number was compared.
    ComparisonReady(u64, Box<(Box<dyn Source>, ComparedImages)>),
    /// What else there is about the image of the loader with this number.
    Attachments(u64, Vec<Other>),
    /// A thread of ours panicked; its message has been printed.
    Crashed,
}
