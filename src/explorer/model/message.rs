//! What reaches the explorer from outside, and what it asks of the outside.

use crate::content::Contents;
use crate::explorer::model::extraction::{ExtractionRequest, ExtractionResult};
use crate::explorer::model::file::ReadRequest;
use crate::explorer::model::geometry::Size;
use crate::explorer::model::key::Key;
use crate::explorer::model::owners::Owners;
use crate::image::platform::Platform;
use crate::image::problem::{Hidden, Problem};
use crate::image::{Image, Other};
use crate::stack::EventId;
use crate::text::Visible;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// Nothing happened: go on with what was begun.
    Continue,
    /// A key.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(Size),
    /// Several images are there: one has to be chosen.
    Choices(Vec<Choice>),
    /// The image was described; its layers will be read. The stack handed over with this message is new.
    Image(Box<Image>),
    /// How far a layer is read, in bytes of its blob; `total` 0 where that is not known.
    Reading {
        /// Which layer.
        layer: usize,
        /// Bytes dealt with.
        done: u64,
        /// Bytes to deal with.
        total: u64,
    },
    /// So many bytes of layers are read in a second just now.
    Rate(u64),
    /// A layer was read and waits for those below it to be folded.
    Listed {
        /// Which layer.
        layer: usize,
    },
    /// A layer is part of the stack now. Layers below it came before.
    Folded {
        /// Which layer.
        layer: usize,
        /// What was odd or broken in it.
        problems: Vec<Problem>,
        /// What it stores that is no content.
        hidden: Vec<Hidden>,
    },
    /// So many pairs of files still have to be compared to tell modified from rewritten.
    Deciding {
        /// Pairs left; 0 when done.
        left: u64,
    },
    /// All that was to be read was read, or reading was stopped.
    Finished,
    /// The file that these layers lie in was written to while it was open.
    Changed(Vec<usize>),
    /// What else there is about the image, of which nothing was known when it was described.
    Attachments(Vec<Other>),
    /// There will be no image, or no more of it, and this is why. Raw.
    Failed(String),
    /// What was asked for of a file, or why it cannot be read. Raw.
    PartRead {
        /// The number of the question.
        number: u64,
        /// The answer.
        answer: Result<Box<Contents>, String>,
    },
    /// What package databases say that were asked for.
    Packages(Box<Owners>),
    /// So many bytes of the image to compare with were read.
    ComparisonProgress(u64),
    /// There will be no comparison, and this is why. Raw.
    ComparisonFailed(String),
    /// So many bytes of what is being extracted were written.
    ExtractionProgress(u64),
    /// Extracting is over.
    ExtractionEnded(ExtractionResult),
    /// The pager ended, and the terminal is ours again.
    PagerClosed,
    /// Something to tell the user. Raw.
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
    /// Its names, or what stands for one.
    pub name: String,
    /// What tells it from others: platform, ID, number of layers, …
    pub detail: String,
    /// The store it is in, where several are shown: a heading over all of one store.
    pub group: Option<String>,
    /// It is a container, not an image.
    pub container: bool,
    /// Nothing of it is here: its registry would be asked.
    pub remote: bool,
}

/// Something to be done in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Give the terminal back to the shell until it continues us.
    Suspend,
    /// Stop reading layers, keep what was read.
    StopReading,
    /// Go on reading the layers that were not read.
    ResumeReading,
    /// Send this to the clipboard.
    Copy(Visible<'static>),
    /// The choice with this number was made.
    OpenChoice(usize),
    /// Open the same image for another platform.
    OpenPlatform(Platform),
    /// This layer is looked at: what its tree is made of is wanted before the rest.
    ShowLayer(usize),
    /// The choice that is being opened is not wanted any more.
    CancelChoice,
    /// Read a part of a file.
    ReadPart(ReadRequest),
    /// Show this version of a file in the user's pager.
    OpenPager(EventId),
    /// Read the package databases that the tree of this layer has.
    ReadPackages {
        /// Comes back with the answer.
        database_layer: usize,
        /// The layer.
        layer: usize,
    },
    /// Compare this image, as it is at the selected layer, with the one of that reference.
    StartComparison(String),
    /// Stop making the comparison.
    StopComparison,
    /// Back from a comparison to the image.
    LeaveComparison,
    /// Extract this; messages will tell how it goes.
    StartExtraction(ExtractionRequest),
    /// Stop extracting, keep what is there.
    StopExtraction,
    /// Take the mouse, or give it back.
    CaptureMouse(bool),
    /// Draw every cell again.
    Redraw,
    /// These rows are on the screen and their contents are not compared yet: the event and the one before it.
    Prefer(Vec<(EventId, EventId)>),
}
