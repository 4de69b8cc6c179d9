//! Actions, the contexts in which a key means one, and rows of the action table.

use Context::{Overlay, Panes, Typing};

/// Something a user can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says of each what it does, and only the table")]
pub enum Action {
    Down,
    Up,
    Left,
    Right,
    Open,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    NextPane,
    PreviousPane,
    FocusStack,
    FocusTree,
    FocusDiff,
    PreviousLayer,
    NextLayer,
    PreviousChange,
    NextChange,
    Fold,
    FoldAll,
    UnfoldAll,
    Mark,
    Sort,
    ReverseSort,
    Search,
    Filter,
    NextHit,
    PreviousHit,
    History,
    View,
    Pager,
    TextDiff,
    MarkVersion,
    Hex,
    Wrap,
    LayerDetails,
    ImageDetails,
    Images,
    Platforms,
    Problems,
    Waste,
    Compare,
    Treemap,
    TileLeft,
    TileRight,
    Descend,
    Parent,
    Extract,
    Copy,
    CopyCommand,
    Zoom,
    Narrower,
    Wider,
    Theme,
    Mouse,
    Redraw,
    Palette,
    Help,
    Cancel,
    Resume,
    Close,
    Suspend,
    Quit,
    Interrupt,
}

/// Where keys go. Each situation consults a few of these in order.
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
    /// Text is being typed: only keys that type nothing are looked up here.
    Typing,
}

/// One row of the table.
#[derive(Debug)]
pub struct Entry {
    /// What is done.
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
