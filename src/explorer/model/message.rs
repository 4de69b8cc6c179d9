//! Messages: what the state is updated with. Effects: what the event loop does for it.

use crate::content::Contents;
use crate::explorer::model::comparison::LayerPair;
use crate::explorer::model::completion::Listed;
use crate::explorer::model::extraction::{ExtractionRequest, ExtractionResult};
use crate::explorer::model::file::ReadRequest;
use crate::explorer::model::findings::FindingsReport;
use crate::explorer::model::geometry::Size;
use crate::explorer::model::key::Key;
use crate::explorer::model::own_entries::OwnEntries;
use crate::explorer::model::owners::Owners;
use crate::explorer::model::reload::Reread;
use crate::image::Image;
use crate::image::platform::Platform;
use crate::image::problem::{Hidden, Problem};
use crate::load::grep::VersionHit;
use crate::source::Attachments;
use crate::stack::{EventId, NodeId};
use crate::text::Visible;

/// An event that changes the state.
#[derive(Debug)]
pub enum Message {
    /// No event is queued: continue the filter.
    Continue,
    /// A key.
    Key(Key),
    /// A gesture of the mouse.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(Size),
    /// Several images, one of which has to be chosen.
    Choices(Vec<Choice>),
    /// The image was described; its layers will be read. The stack passed with this message is new.
    Image(Box<Image>),
    /// Progress of a layer, in bytes of its blob; `total` is 0 if unknown.
    Reading {
        /// Which layer.
        layer: usize,
        /// Bytes dealt with.
        done: u64,
        /// Bytes to deal with.
        total: u64,
    },
    /// The current read rate, bytes per second.
    Rate(u64),
    /// A layer was read; it is folded after those below it.
    Listed {
        /// Which layer.
        layer: usize,
        /// What it states of paths.
        entries: OwnEntries,
    },
    /// A layer was folded into the stack, after all layers below it.
    Folded {
        /// Which layer.
        layer: usize,
        /// Problems of the layer.
        problems: Vec<Problem>,
        /// What the layer stores besides content.
        hidden: Vec<Hidden>,
    },
    /// The first entries of the lowest layer, which is being read.
    FirstRows(OwnEntries),
    /// Pairs of files are being compared to tell modified from rewritten.
    Deciding {
        /// Pairs left; 0 when done.
        left: u64,
    },
    /// All layers were read, or reading was stopped.
    Finished,
    /// The file that contains these layers was written to while it was open.
    Changed(Vec<usize>),
    /// Attachments of the image, found after it was described.
    Attachments(Attachments),
    /// The image cannot be opened, or not read further: the reason. Raw.
    Failed(String),
    /// The answer to [`Effect::ReadPart`]: the contents, or why they cannot be read. Raw.
    PartRead {
        /// The number of the request.
        number: u64,
        /// The answer.
        answer: Result<Box<Contents>, String>,
    },
    /// The answer to [`Effect::ReadPackages`].
    Packages(Box<Owners>),
    /// Files that were examined for findings so far.
    FindingsProgress(u64),
    /// The answer to [`Effect::FindProblems`].
    Findings(Box<FindingsReport>),
    /// Lines found by [`Effect::SearchContents`] since the last message.
    ContentsFound {
        /// The number of the search.
        number: u64,
        /// Files searched so far.
        files: u64,
        /// The lines.
        hits: Vec<VersionHit>,
    },
    /// A search of contents ended.
    ContentsEnded {
        /// The number of the search.
        number: u64,
        /// Files that could not be read.
        unread: usize,
    },
    /// The answer to [`Effect::ListPaths`].
    PathsListed(Listed),
    /// The followed container wrote to its layer.
    Written,
    /// Bytes read of the image that is read again.
    ReloadProgress(u64),
    /// The image cannot be read again: the reason. Raw.
    ReloadFailed(String),
    /// The image was read again. The stack passed with this message is new.
    Reread(Box<Reread>),
    /// The image is shown again that a comparison was started from.
    Returned,
    /// Bytes read of the image to compare with.
    ComparisonProgress(u64),
    /// The comparison failed: the reason. Raw.
    ComparisonFailed(String),
    /// The layers of both images of the comparison were compared.
    LayersCompared(Vec<LayerPair>),
    /// Bytes written by the extraction.
    ExtractionProgress(u64),
    /// The extraction ended.
    ExtractionEnded(ExtractionResult),
    /// The pager ended; the terminal was taken again.
    PagerClosed,
    /// A notice for the user. Raw.
    Notice(String),
}

/// What the mouse did, and where (column, row, from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
}

/// Gestures of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The first button went down.
    Press,
    /// It went down a second time, at once and at the same place.
    DoublePress,
    /// It moved while down.
    Drag,
    /// It went up.
    Release,
    /// The wheel turned towards the user.
    WheelDown,
    /// The wheel turned away.
    WheelUp,
}

/// One of several images to choose from. Raw text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Its names, or its reference if it has none.
    pub name: String,
    /// What distinguishes it from others: platform, ID, …
    pub detail: String,
    /// Bytes of its layers as stored; 0 where unknown.
    pub bytes: u64,
    /// How long ago it was created, if that is known.
    pub age: Visible<'static>,
    /// Number of layers, if it is known.
    pub layers: Option<usize>,
    /// What it is.
    pub kind: ChoiceKind,
    /// The store it is in, where several are shown; its first word is its kind.
    pub group: Option<String>,
}

/// What one of several images is, in the order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChoiceKind {
    /// An image with a name.
    #[default]
    Image,
    /// An image of which nothing is stored locally: opening it reads from its registry.
    Remote,
    /// A container.
    Container,
    /// An image without a name.
    Untagged,
    /// An untagged image of a build that another was built on: not listed until asked for.
    Intermediate,
}

/// An effect that the event loop carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Stop the process, with the terminal restored, until the shell continues it.
    Suspend,
    /// Stop reading layers, keep what was read.
    StopReading,
    /// Read the layers that were not read.
    ResumeReading,
    /// Send this to the clipboard.
    Copy(Visible<'static>),
    /// Open the choice with this number.
    OpenChoice(usize),
    /// Open the same image for another platform.
    OpenPlatform(Platform),
    /// This layer is selected: read the layers of its tree before the rest.
    ShowLayer(usize),
    /// Cancel the opening of a choice.
    CancelChoice,
    /// Read a part of a file.
    ReadPart(ReadRequest),
    /// Show this version of a file in the user's pager.
    OpenPager(EventId),
    /// Read the package databases in the tree of this layer.
    ReadPackages {
        /// Repeated in the answer.
        database_layer: usize,
        /// The layer.
        layer: usize,
    },
    /// Look for problems to fix.
    FindProblems,
    /// Search the contents of all files below a directory.
    SearchContents {
        /// Repeated in the answers.
        number: u64,
        /// The regular expression.
        pattern: String,
        /// The directory.
        below: NodeId,
    },
    /// Stop searching contents.
    StopContents,
    /// List what may follow this text of a prompt for a path of the disk.
    ListPaths(String),
    /// Look once a second whether the container wrote to its layer, or stop that.
    Follow(bool),
    /// Read the image again and compare it at this layer with what is shown.
    Reload(usize),
    /// Stop reading the image again.
    StopReload,
    /// Compare this image, as it is at the selected layer, with the one of that reference.
    StartComparison(String),
    /// Stop making the comparison.
    StopComparison,
    /// Back from a comparison to the image.
    LeaveComparison,
    /// Extract this. Progress and result come as messages.
    StartExtraction(ExtractionRequest),
    /// Stop extracting, keep what is there.
    StopExtraction,
    /// Capture the mouse, or release it.
    CaptureMouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Compare the contents of these pairs first, an event and the one before it: their rows are on the screen.
    Prefer(Vec<(EventId, EventId)>),
}
