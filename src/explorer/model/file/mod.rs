//! The viewer: a file as text, as bytes, or as facts; the difference of two versions of it. Reads nothing: it asks.
//!
//! Of a large file only a window is here. Moving towards its edge asks for the next one, and the place that was on the
//! screen stays there. What the screen shows is made in [`rows`].

use crate::content::{Contents, Window};
use crate::stack::EventId;
use crate::text::Visible;

/// Cells that one step to the side moves.
pub(crate) const SIDE: usize = 8;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewTarget {
    /// One version of a file.
    Version(EventId),
    /// The older and the newer of two.
    Two(EventId, EventId),
}

/// Which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadPart {
    /// Round the byte at this offset.
    At(u64),
    /// The end.
    End,
    /// Where the text stands next from an offset on, or last before it.
    Find {
        /// As typed.
        text: String,
        /// An offset in the file.
        from: u64,
        /// Towards the end.
        forward: bool,
    },
}

/// A part of a file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    /// Comes back with the answer; only the answer to the newest is taken.
    pub number: u64,
    /// What.
    pub what: ViewTarget,
    /// Which part.
    pub part: ReadPart,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewMode {
    /// Lines.
    Text,
    /// Bytes.
    Hex,
    /// What it is.
    Facts,
}

/// The file that is looked at.
#[derive(Clone, Debug)]
pub struct File {
    /// What it is.
    pub what: ViewTarget,
    /// Its path and which version.
    pub title: (Visible<'static>, Visible<'static>),
    /// What was read of it; `None` while nothing was. Raw, where it could not be read.
    pub contents: Option<Result<Box<Contents>, String>>,
    /// How it is shown.
    pub form: ViewMode,
    /// Long lines go on in the next row of the screen.
    pub wrap: bool,
    /// The first row on the screen, of those of the window.
    pub top: usize,
    /// How many rows of the screen, of a wrapped row, are above it.
    pub part: usize,
    /// Where the first row of bytes on the screen begins in the file.
    pub hex_top: u64,
    /// Cells that are left of the screen.
    pub left: usize,
    /// What is looked for.
    pub search: String,
    /// The place of it that was found last: an offset in the file.
    pub found: Option<u64>,
    /// A word about the search.
    pub message: Option<Visible<'static>>,
    /// The newest question and its number, while it is unanswered.
    pub(crate) awaited: Option<(u64, ReadPart)>,
}

impl File {
    /// The window, where there is one.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        Some(&self.contents.as_ref()?.as_ref().ok()?.window)
    }

    /// Whether more of it is being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        self.awaited.is_some()
    }
}
