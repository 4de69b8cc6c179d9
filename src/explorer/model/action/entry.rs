//! Actions, the contexts in which a key means one, and rows of the action table.

use Context::{Overlay, Panes, Typing};

/// Something a user can ask for. Actions that one handler takes are an enum of their own, so that every match over
/// actions is exhaustive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Moves the cursor, or scrolls where there is none.
    Move(Move),
    /// Folds a directory; scrolls the viewer.
    Left,
    /// Unfolds a directory; scrolls the viewer.
    Right,
    /// Enter.
    Open,
    /// Esc.
    Cancel,
    /// Closes an overlay.
    Close,
    /// Search in the panes and in the viewer.
    Find(FindAction),
    /// Opens a version of a file.
    Version(VersionAction),
    /// Asks where to extract the path under the cursor to.
    Extract,
    /// Opens the treemap; in it, changes what it shows.
    Treemap,
    /// Lists intermediate images too, or not.
    Intermediate,
    /// Opens help.
    Help,
    /// Opens the palette.
    Palette,
    /// In the panes.
    Pane(PaneAction),
    /// In the tree and the diff.
    Tree(TreeAction),
    /// In the viewer.
    File(FileAction),
    /// In the treemap.
    Map(MapAction),
    /// Everywhere.
    Program(ProgramAction),
}

/// Moves of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum Move {
    Down,
    Up,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Top,
    Bottom,
}

impl Move {
    /// Rows to move by where a page has `page` rows; down is positive. To the first and the last row: the least and the
    /// largest number.
    #[must_use]
    pub const fn rows(self, page: isize) -> isize {
        let half = if page < 2 { 1 } else { page / 2 };
        match self {
            Self::Down => 1,
            Self::Up => -1,
            Self::HalfDown => half,
            Self::HalfUp => -half,
            Self::PageDown => page,
            Self::PageUp => -page,
            Self::Top => isize::MIN,
            Self::Bottom => isize::MAX,
        }
    }
}

/// Actions of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum FindAction {
    Search,
    Contents,
    NextHit,
    PreviousHit,
}

/// Actions on one version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum VersionAction {
    View,
    Pager,
    TextDiff,
    MarkVersion,
}

/// Actions of the panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum PaneAction {
    NextPane,
    PreviousPane,
    FocusStack,
    FocusTree,
    FocusDiff,
    PreviousLayer,
    NextLayer,
    PreviousChange,
    NextChange,
    Filter,
    Ever,
    Mark,
    FromBase,
    ThisLayer,
    Sort,
    ReverseSort,
    LayerDetails,
    ImageDetails,
    Images,
    Platforms,
    Problems,
    Waste,
    Compare,
    Copy,
    CopyCommand,
    Resume,
    Reload,
    Follow,
    Zoom,
    Narrower,
    Wider,
    Theme,
    Mouse,
    Quit,
}

/// Actions of the tree and the diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum TreeAction {
    Fold,
    FoldAll,
    UnfoldAll,
    FoldToggle,
    HideAdded,
    HideRemoved,
    HideModified,
    HideUnchanged,
    History,
    Follow,
}

/// Actions of the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum FileAction {
    Hex,
    Wrap,
}

/// Actions of the treemap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum MapAction {
    TileLeft,
    TileRight,
    Descend,
    Parent,
}

/// Actions that mean the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of actions says what each does")]
pub enum ProgramAction {
    Redraw,
    Suspend,
    Interrupt,
}

/// Where a key has a meaning. [`crate::explorer::model::state::State::contexts`] lists those that apply, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// The stack pane has the focus.
    Stack,
    /// The tree or the diff pane has the focus.
    Trees,
    /// Any pane has the focus.
    Panes,
    /// An overlay is open.
    Overlay,
    /// The viewer is open.
    File,
    /// The treemap is open.
    Map,
    /// Text is being typed: only keys that type no character are looked up.
    Typing,
}

/// One row of the table.
#[derive(Debug)]
pub struct Entry {
    /// What its keys do.
    pub action: Action,
    /// A name for configuration files and the palette.
    pub id: &'static str,
    /// In the notation of [`crate::explorer::model::key::Key`]; the first is the one that hints show.
    pub keys: &'static [&'static str],
    /// Where the keys work.
    pub contexts: &'static [Context],
    /// One line.
    pub help: &'static str,
    /// A word for the footer, and its rank there: the lowest ranks are kept longest. Empty: no hint.
    pub hint: (&'static str, u8),
}

pub(crate) const EVERYWHERE: &[Context] = &[Panes, Overlay, Typing];

pub(crate) const fn row(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    contexts: &'static [Context],
    help: &'static str,
) -> Entry {
    Entry { action, id, keys, contexts, help, hint: ("", u8::MAX) }
}

#[expect(clippy::needless_pass_by_value, reason = "a row of the table is made from another")]
pub(crate) const fn hinted(entry: Entry, word: &'static str, rank: u8) -> Entry {
    Entry { hint: (word, rank), ..entry }
}

/// Rows under one heading of help.
#[derive(Debug)]
pub struct Group {
    /// The heading.
    pub name: &'static str,
    /// Its rows, in the order that help shows.
    pub rows: &'static [Entry],
}
