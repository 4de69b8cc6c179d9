//! Events that the explorer's threads send to its event loop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tempfile::NamedTempFile;

use crate::explorer::model::message::Message;
use crate::explorer::model::reload::Since;
use crate::explorer::run::comparing::Made;
use crate::explorer::terminal::Signal;
use crate::image::platform::Platform;
use crate::load::{Event, LayerState, Loader};
use crate::source::{Error, Opened, Source};

/// An opened choice.
pub(super) struct Chosen {
    pub(super) reference: Option<String>,
    /// The platform, if it was asked for.
    pub(super) platform: Option<Platform>,
    pub(super) opened: Result<Box<dyn Source>, Error>,
}

/// A temporary file for the pager, deleted on drop; or why there is none.
pub(super) type Ready = Result<NamedTempFile, String>;

/// An image that was read again.
pub(super) struct Rebuilt {
    pub(super) loader: Loader,
    pub(super) states: Vec<Arc<LayerState>>,
    /// The layer that was selected when that was asked for.
    pub(super) layer: usize,
    /// What differs in its tree.
    pub(super) differences: Vec<(Vec<u8>, Since)>,
}

/// An event for the loop. The numbers say which request it answers: events of an earlier request are ignored.
pub(super) enum RunEvent {
    Input(io::Result<Message>),
    Signal(Signal),
    Opened(Result<Opened, Error>),
    /// A choice was opened, or failed to.
    ChoiceOpened(u64, Chosen),
    /// From the loader.
    Load(u64, Event),
    /// About no image.
    Message(Message),
    /// About the image that was shown when it was asked for.
    Answer(u64, Message),
    /// A file for the pager was written, or failed to be.
    PagerReady(u64, Ready),
    /// The comparison is ready to be explored.
    ComparisonReady(u64, Box<Made>),
    /// A followed container wrote to its layer. The flag is the one that stops following.
    Written(Arc<AtomicBool>),
    /// The image was read again.
    Reloaded(u64, Box<Rebuilt>),
}
