//! The one table of what a user can do. Keys, help, footer hints and the README's table all come from it.

mod finding;
mod looking;
mod moving;
mod screen;

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
    /// In the notation of [`super::key::Key`]; the first is the one that hints show.
    pub keys: &'static [&'static str],
    /// Where the keys work.
    pub contexts: &'static [Context],
    /// One line.
    pub help: &'static str,
    /// A word for the footer, and its rank there: the lowest ranks are kept longest. Empty: no hint.
    pub hint: (&'static str, u8),
}

use Context::{Overlay, Panes, Typing};

const EVERYWHERE: &[Context] = &[Panes, Overlay, Typing];

const fn row(
    action: Action,
    id: &'static str,
    keys: &'static [&'static str],
    contexts: &'static [Context],
    help: &'static str,
) -> Entry {
    Entry { action, id, keys, contexts, help, hint: ("", u8::MAX) }
}

#[expect(clippy::needless_pass_by_value, reason = "a row of the table is made from another")]
const fn hinted(entry: Entry, word: &'static str, rank: u8) -> Entry {
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

/// The table, in the order that help shows.
pub const GROUPS: [Group; 4] = [moving::GROUP, finding::GROUP, looking::GROUP, screen::GROUP];

/// Every row of the table.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    const ALL: &[Group] = &GROUPS;
    ALL.iter().flat_map(|group| group.rows)
}

/// The keys as a Markdown table, for the README.
#[must_use]
pub fn markdown_table() -> String {
    let mut out = String::from("| keys | what they do |\n|---|---|\n");
    for entry in all() {
        let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
        out.extend(["| ", &keys.join(" "), " | ", entry.help, " |\n"]);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_says_all_it_has_to() {
        let mut ids = HashSet::new();
        for entry in all() {
            assert!(ids.insert(entry.id), "{} twice", entry.id);
            assert!(!entry.keys.is_empty() && !entry.contexts.is_empty() && !entry.help.is_empty());
        }
    }

    #[test]
    fn the_markdown_table_has_every_row() {
        let table = markdown_table();
        assert_eq!(table.lines().count(), all().count() + 2);
        assert!(table.contains("| `w` | who wrote this path"));
    }
}
