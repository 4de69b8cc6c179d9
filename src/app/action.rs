//! The one table of what a user can do. Keys, help, footer hints and the README's table all come from it.

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
    Search,
    NextHit,
    PreviousHit,
    History,
    View,
    TextDiff,
    Pager,
    MarkVersion,
    Hex,
    Wrap,
    LayerDetails,
    ImageDetails,
    Images,
    Problems,
    Copy,
    Zoom,
    Narrower,
    Wider,
    Theme,
    Mouse,
    Redraw,
    Help,
    Cancel,
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
    /// Under which heading help lists it.
    pub group: &'static str,
    /// In the notation of [`super::key::Key`]; the first is the one that hints show.
    pub keys: &'static [&'static str],
    /// Where the keys work.
    pub contexts: &'static [Context],
    /// One line.
    pub help: &'static str,
    /// A word for the footer, and its rank there: the lowest ranks are kept longest. Empty: no hint.
    pub hint: (&'static str, u8),
}

use Context::{File, Overlay, Panes, Trees, Typing};

const EVERYWHERE: &[Context] = &[Panes, Overlay, Typing];

const fn row(
    action: Action,
    id: &'static str,
    group: &'static str,
    keys: &'static [&'static str],
    contexts: &'static [Context],
    help: &'static str,
) -> Entry {
    Entry { action, id, group, keys, contexts, help, hint: ("", u8::MAX) }
}

#[expect(clippy::needless_pass_by_value, reason = "a row of the table is made from another")]
const fn hinted(entry: Entry, word: &'static str, rank: u8) -> Entry {
    Entry { hint: (word, rank), ..entry }
}

const MOVE: &str = "Move";
const LOOK: &str = "Look closer";
const FIND: &str = "Find";
const SCREEN: &str = "Screen";

/// The table, in the order that help shows.
pub const ACTIONS: &[Entry] = &[
    row(Action::Down, "down", MOVE, &["j", "down"], EVERYWHERE, "next row"),
    row(Action::Up, "up", MOVE, &["k", "up"], EVERYWHERE, "previous row"),
    row(
        Action::Right,
        "right",
        MOVE,
        &["l", "right"],
        &[Panes, File],
        "open the directory, or step into it",
    ),
    row(
        Action::Left,
        "left",
        MOVE,
        &["h", "left"],
        &[Panes, File],
        "fold the directory, or go to its parent",
    ),
    row(Action::Top, "top", MOVE, &["g", "home"], &[Panes, Overlay], "first row"),
    row(Action::Bottom, "bottom", MOVE, &["G", "end"], &[Panes, Overlay], "last row"),
    row(Action::HalfDown, "half-down", MOVE, &["ctrl-d"], &[Panes, Overlay], "half a page on"),
    row(Action::HalfUp, "half-up", MOVE, &["ctrl-u"], &[Panes, Overlay], "half a page back"),
    row(Action::PageDown, "page-down", MOVE, &["pgdn", "ctrl-f"], EVERYWHERE, "a page on"),
    row(Action::PageUp, "page-up", MOVE, &["pgup", "ctrl-b"], EVERYWHERE, "a page back"),
    row(Action::NextPane, "next-pane", MOVE, &["tab"], &[Panes], "focus the next pane"),
    row(
        Action::PreviousPane,
        "previous-pane",
        MOVE,
        &["shift-tab"],
        &[Panes],
        "focus the previous pane",
    ),
    row(Action::FocusStack, "focus-stack", MOVE, &["1"], &[Panes], "focus the layer stack"),
    row(Action::FocusTree, "focus-tree", MOVE, &["2"], &[Panes], "focus the merged tree"),
    row(Action::FocusDiff, "focus-diff", MOVE, &["3"], &[Panes], "focus the layer's changes"),
    row(Action::PreviousLayer, "previous-layer", MOVE, &["["], &[Panes], "select the layer below"),
    hinted(
        row(Action::NextLayer, "next-layer", MOVE, &["]"], &[Panes], "select the layer above"),
        "layer",
        3,
    ),
    row(
        Action::PreviousChange,
        "previous-change",
        MOVE,
        &["{"],
        &[Panes],
        "previous path this layer changed",
    ),
    hinted(
        row(
            Action::NextChange,
            "next-change",
            MOVE,
            &["}"],
            &[Panes],
            "next path this layer changed",
        ),
        "change",
        7,
    ),
    row(Action::Fold, "fold", MOVE, &["space"], &[Trees], "fold or unfold the directory"),
    row(Action::FoldAll, "fold-all", MOVE, &["-"], &[Trees], "fold everything"),
    row(Action::UnfoldAll, "unfold-all", MOVE, &["="], &[Trees], "unfold everything"),
    hinted(
        row(
            Action::Search,
            "search",
            FIND,
            &["/"],
            &[Panes, File],
            "find a path in any layer, removed ones too",
        ),
        "find",
        1,
    ),
    row(Action::NextHit, "next-hit", FIND, &["n"], &[Panes, File], "next path found"),
    row(Action::PreviousHit, "previous-hit", FIND, &["N"], &[Panes, File], "previous path found"),
    hinted(
        row(
            Action::History,
            "history",
            LOOK,
            &["w"],
            &[Trees],
            "who wrote this path: its history in every layer",
        ),
        "history",
        2,
    ),
    hinted(
        row(
            Action::View,
            "view",
            LOOK,
            &["v"],
            &[Trees, Overlay],
            "view the file, as this layer has it or had it",
        ),
        "view",
        3,
    ),
    row(
        Action::TextDiff,
        "text-diff",
        LOOK,
        &["D"],
        &[Trees, Overlay],
        "what changed in the file since the version before",
    ),
    row(Action::Pager, "pager", LOOK, &["o"], &[Trees, Overlay], "the file in your pager"),
    row(
        Action::MarkVersion,
        "mark-version",
        LOOK,
        &["m"],
        &[Overlay],
        "in a history: mark a version for D to compare with",
    ),
    row(Action::Hex, "hex", LOOK, &["x"], &[File], "in a file: its bytes, and back"),
    row(Action::Wrap, "wrap", LOOK, &["w"], &[File], "in a file: wrap long lines or not"),
    row(
        Action::Open,
        "open",
        LOOK,
        &["enter"],
        EVERYWHERE,
        "open: a directory, a path's history, a layer's details; in lists, choose",
    ),
    row(
        Action::LayerDetails,
        "layer-details",
        LOOK,
        &["L"],
        &[Panes],
        "the selected layer: command, digests, sizes",
    ),
    hinted(
        row(
            Action::ImageDetails,
            "image-details",
            LOOK,
            &["i"],
            &[Panes],
            "the image: config, labels, Dockerfile",
        ),
        "image",
        5,
    ),
    row(
        Action::Images,
        "images",
        LOOK,
        &["I"],
        &[Panes],
        "back to the list of images this one was chosen from",
    ),
    hinted(
        row(Action::Problems, "problems", LOOK, &["!"], &[Panes], "what was odd or broken"),
        "problems",
        8,
    ),
    row(
        Action::Copy,
        "copy",
        LOOK,
        &["y"],
        &[Panes],
        "send the path to the clipboard (in the stack, the digest)",
    ),
    hinted(
        row(Action::Zoom, "zoom", SCREEN, &["+"], &[Panes], "this pane alone, or all again"),
        "zoom",
        9,
    ),
    row(Action::Narrower, "narrower", SCREEN, &["<"], &[Panes], "make the pane narrower"),
    row(Action::Wider, "wider", SCREEN, &[">"], &[Panes], "make the pane wider"),
    row(Action::Theme, "theme", SCREEN, &["t"], &[Panes], "next theme: colours, none"),
    row(
        Action::Mouse,
        "mouse",
        SCREEN,
        &["M"],
        &[Panes],
        "mouse on or off (off: the terminal selects text)",
    ),
    row(Action::Redraw, "redraw", SCREEN, &["ctrl-l"], EVERYWHERE, "draw the whole screen again"),
    hinted(
        row(
            Action::Help,
            "help",
            SCREEN,
            &["?"],
            &[Panes, Overlay],
            "this help; type to search it",
        ),
        "help",
        4,
    ),
    row(
        Action::Cancel,
        "cancel",
        SCREEN,
        &["esc"],
        EVERYWHERE,
        "close, then end the search, then stop reading",
    ),
    hinted(row(Action::Quit, "quit", SCREEN, &["q"], &[Panes], "quit"), "quit", 6),
    row(Action::Close, "close", SCREEN, &["q"], &[Overlay], "close what is open"),
    row(Action::Interrupt, "interrupt", SCREEN, &["ctrl-c"], EVERYWHERE, "quit from anywhere"),
    row(
        Action::Suspend,
        "suspend",
        SCREEN,
        &["ctrl-z"],
        EVERYWHERE,
        "back to the shell; `fg` returns",
    ),
];

/// The keys as a Markdown table, for the README.
#[must_use]
pub fn markdown_table() -> String {
    let mut out = String::from("| keys | what they do |\n|---|---|\n");
    for entry in ACTIONS {
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
        for entry in ACTIONS {
            assert!(ids.insert(entry.id), "{} twice", entry.id);
            assert!(!entry.keys.is_empty() && !entry.contexts.is_empty() && !entry.help.is_empty());
        }
    }

    #[test]
    fn the_markdown_table_has_every_row() {
        let table = markdown_table();
        assert_eq!(table.lines().count(), ACTIONS.len() + 2);
        assert!(table.contains("| `w` | who wrote this path"));
    }
}
