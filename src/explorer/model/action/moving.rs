//! Rows of the table of actions: going about.

use crate::explorer::model::action::entry::Context::{File, Overlay, Panes, Trees};
use crate::explorer::model::action::entry::{
    Action, EVERYWHERE, Entry, Group, Move, PaneAction, TreeAction, hinted, row,
};

pub(super) const GROUP: Group = Group { name: "Move", rows: ROWS };

const ROWS: &[Entry] = &[
    row(Action::Move(Move::Down), "down", &["j", "down"], EVERYWHERE, "next row"),
    row(Action::Move(Move::Up), "up", &["k", "up"], EVERYWHERE, "previous row"),
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
    row(Action::Move(Move::Top), "top", &["g", "home"], &[Panes, Overlay], "first row"),
    row(Action::Move(Move::Bottom), "bottom", &["G", "end"], &[Panes, Overlay], "last row"),
    row(
        Action::Move(Move::HalfDown),
        "half-down",
        &["ctrl-d"],
        &[Panes, Overlay],
        "half a page on",
    ),
    row(Action::Move(Move::HalfUp), "half-up", &["ctrl-u"], &[Panes, Overlay], "half a page back"),
    row(Action::Move(Move::PageDown), "page-down", &["pgdn", "ctrl-f"], EVERYWHERE, "a page on"),
    row(Action::Move(Move::PageUp), "page-up", &["pgup", "ctrl-b"], EVERYWHERE, "a page back"),
    row(
        Action::Pane(PaneAction::NextPane),
        "next-pane",
        &["tab"],
        &[Panes, Overlay],
        "focus the next pane; in what to fix, between waste and findings",
    ),
    row(
        Action::Pane(PaneAction::PreviousPane),
        "previous-pane",
        &["shift-tab"],
        &[Panes, Overlay],
        "focus the previous pane",
    ),
    row(
        Action::Pane(PaneAction::FocusStack),
        "focus-stack",
        &["1"],
        &[Panes],
        "focus the layer stack",
    ),
    row(
        Action::Pane(PaneAction::FocusTree),
        "focus-tree",
        &["2"],
        &[Panes],
        "focus the merged tree",
    ),
    row(
        Action::Pane(PaneAction::FocusDiff),
        "focus-diff",
        &["3", "d"],
        &[Panes],
        "focus the layer's changes",
    ),
    row(
        Action::Pane(PaneAction::PreviousLayer),
        "previous-layer",
        &["["],
        &[Panes],
        "select the layer below",
    ),
    hinted(
        row(
            Action::Pane(PaneAction::NextLayer),
            "next-layer",
            &["]"],
            &[Panes],
            "select the layer above",
        ),
        "layer",
        3,
    ),
    row(
        Action::Pane(PaneAction::PreviousChange),
        "previous-change",
        &["{"],
        &[Panes],
        "previous path this layer changed",
    ),
    hinted(
        row(
            Action::Pane(PaneAction::NextChange),
            "next-change",
            &["}"],
            &[Panes],
            "next path this layer changed",
        ),
        "change",
        7,
    ),
    row(
        Action::Tree(TreeAction::Fold),
        "fold",
        &["space"],
        &[Trees],
        "fold or unfold the directory",
    ),
    row(Action::Tree(TreeAction::FoldAll), "fold-all", &["-"], &[Trees], "fold everything"),
    row(
        Action::Tree(TreeAction::FoldToggle),
        "fold-toggle",
        &["alt-space"],
        &[Trees],
        "unfold everything, or fold it where it is unfolded",
    ),
    row(Action::Tree(TreeAction::UnfoldAll), "unfold-all", &["="], &[Trees], "unfold everything"),
];
