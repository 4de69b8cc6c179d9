//! Rows of the table of actions: going about.

use crate::explorer::model::action::entry::Context::{File, Overlay, Panes, Trees};
use crate::explorer::model::action::entry::{Action, EVERYWHERE, Entry, Group, hinted, row};

pub(super) const GROUP: Group = Group { name: "Move", rows: ROWS };

const ROWS: &[Entry] = &[
    row(Action::Down, "down", &["j", "down"], EVERYWHERE, "next row"),
    row(Action::Up, "up", &["k", "up"], EVERYWHERE, "previous row"),
    row(
        Action::Right,
        "right",
        &["l", "right"],
        &[Panes, File],
        "open the directory, or step into it",
    ),
    row(
        Action::Left,
        "left",
        &["h", "left"],
        &[Panes, File],
        "fold the directory, or go to its parent",
    ),
    row(Action::Top, "top", &["g", "home"], &[Panes, Overlay], "first row"),
    row(Action::Bottom, "bottom", &["G", "end"], &[Panes, Overlay], "last row"),
    row(Action::HalfDown, "half-down", &["ctrl-d"], &[Panes, Overlay], "half a page on"),
    row(Action::HalfUp, "half-up", &["ctrl-u"], &[Panes, Overlay], "half a page back"),
    row(Action::PageDown, "page-down", &["pgdn", "ctrl-f"], EVERYWHERE, "a page on"),
    row(Action::PageUp, "page-up", &["pgup", "ctrl-b"], EVERYWHERE, "a page back"),
    row(Action::NextPane, "next-pane", &["tab"], &[Panes], "focus the next pane"),
    row(Action::PreviousPane, "previous-pane", &["shift-tab"], &[Panes], "focus the previous pane"),
    row(Action::FocusStack, "focus-stack", &["1"], &[Panes], "focus the layer stack"),
    row(Action::FocusTree, "focus-tree", &["2"], &[Panes], "focus the merged tree"),
    row(Action::FocusDiff, "focus-diff", &["3", "d"], &[Panes], "focus the layer's changes"),
    row(Action::PreviousLayer, "previous-layer", &["["], &[Panes], "select the layer below"),
    hinted(
        row(Action::NextLayer, "next-layer", &["]"], &[Panes], "select the layer above"),
        "layer",
        3,
    ),
    row(
        Action::PreviousChange,
        "previous-change",
        &["{"],
        &[Panes],
        "previous path this layer changed",
    ),
    hinted(
        row(Action::NextChange, "next-change", &["}"], &[Panes], "next path this layer changed"),
        "change",
        7,
    ),
    row(Action::Fold, "fold", &["space"], &[Trees], "fold or unfold the directory"),
    row(Action::FoldAll, "fold-all", &["-"], &[Trees], "fold everything"),
    row(Action::UnfoldAll, "unfold-all", &["="], &[Trees], "unfold everything"),
];
