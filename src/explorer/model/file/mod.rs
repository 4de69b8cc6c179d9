//! The viewer: a file as text, as bytes or as facts, or the difference between two versions of it. It reads nothing itself.
//!
//! Of a large file only a window is kept. Moving towards its edge requests the next window, and the scroll position stays.
//! `view::file_rows` makes the rows of the screen.

use crate::content::{Contents, Window};
use crate::stack::EventId;
use crate::text::Visible;

/// Cells of one horizontal step.
pub(crate) const SIDE: usize = 8;

/// What the viewer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewTarget {
    /// One version of a file.
    Version(EventId),
    /// The difference between two versions: the older and the newer.
    Two(EventId, EventId),
}

/// The part of a file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadPart {
    /// A window around the byte at this offset.
    At(u64),
    /// A window at the end.
    End,
    /// A window around the next match from an offset on, or the last one before it.
    Find {
        /// As typed.
        text: String,
        /// Byte offset in the file.
        from: u64,
        /// Whether to search towards the end.
        forward: bool,
    },
}

/// A request for a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    /// Repeated in the reply; replies to older requests are ignored.
    pub number: u64,
    /// The file.
    pub what: ViewTarget,
    /// The part.
    pub part: ReadPart,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewMode {
    /// Lines of text.
    Text,
    /// Bytes in hexadecimal.
    Hex,
    /// Type, size and other facts.
    Facts,
}

/// The open file.
#[derive(Clone, Debug)]
pub struct File {
    /// The version or the two versions that are shown.
    pub what: ViewTarget,
    /// Path, and layer or layers.
    pub title: (Visible<'static>, Visible<'static>),
    /// The current window, or the error; `None` before the first reply. Errors are raw.
    pub contents: Option<Result<Box<Contents>, String>>,
    /// Current mode.
    pub form: ViewMode,
    /// Whether long lines are wrapped.
    pub wrap: bool,
    /// First row of the window on the screen.
    pub top: usize,
    /// Screen rows of a wrapped first row that are above the screen.
    pub part: usize,
    /// Byte offset of the first row of bytes on the screen.
    pub hex_top: u64,
    /// Horizontal scroll position in cells.
    pub left: usize,
    /// The text searched for.
    pub search: String,
    /// Byte offset of the last match.
    pub found: Option<u64>,
    /// Message about the search.
    pub message: Option<Visible<'static>>,
    /// Number and part of the latest request, until its reply.
    pub(crate) awaited: Option<(u64, ReadPart)>,
}

impl File {
    /// A file of which nothing is read yet.
    pub(crate) const fn new(what: ViewTarget, title: (Visible<'static>, Visible<'static>)) -> Self {
        Self {
            what,
            title,
            contents: None,
            form: ViewMode::Text,
            wrap: false,
            top: 0,
            part: 0,
            hex_top: 0,
            left: 0,
            search: String::new(),
            found: None,
            message: None,
            awaited: None,
        }
    }

    /// The current window, if the file could be read.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        Some(&self.contents.as_ref()?.as_ref().ok()?.window)
    }

    /// Whether a request is pending.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        self.awaited.is_some()
    }
}
