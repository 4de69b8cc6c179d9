//! Rows of the table of actions: the group "Find", searching and narrowing.

use crate::explorer::model::action::entry::Context::{File, Overlay, Panes, Trees};
use crate::explorer::model::action::entry::{
    Action, Entry, FindAction, Group, PaneAction, TreeAction, hinted, row,
};

pub(super) const GROUP: Group = Group { name: "Find", rows: ROWS };

const ROWS: &[Entry] = &[
    hinted(
        row(
            Action::Find(FindAction::Search),
            "search",
            &["/"],
            &[Panes, Overlay],
            "find a path in any layer, removed ones too; in the stack a command, in a file or list a text",
        ),
        "find",
        1,
    ),
    row(
        Action::Find(FindAction::Contents),
        "contents",
        &["ctrl-s"],
        &[Panes, Overlay],
        "search the contents of all files below the directory, in every layer: a regular expression",
    ),
    hinted(
        row(
            Action::Pane(PaneAction::Filter),
            "filter",
            &["f"],
            &[Panes],
            "show only what fits: change, shadowed, ghost, type, size, layer, name",
        ),
        "filter",
        5,
    ),
    hinted(
        row(
            Action::Pane(PaneAction::Ever),
            "everything-ever",
            &["."],
            &[Panes],
            "all that any layer had: removed files stay in the tree; again: without",
        ),
        "everything ever",
        7,
    ),
    row(
        Action::Pane(PaneAction::Mark),
        "mark",
        &["m"],
        &[Panes],
        "mark the layer: the changes are then those from it to the selected one",
    ),
    row(
        Action::Pane(PaneAction::FromBase),
        "from-base",
        &["alt-b"],
        &[Panes],
        "the changes of all layers up to the selected one, taken together",
    ),
    row(
        Action::Pane(PaneAction::ThisLayer),
        "this-layer",
        &["alt-l"],
        &[Panes],
        "the changes of the selected layer alone",
    ),
    row(
        Action::Tree(TreeAction::HideAdded),
        "hide-added",
        &["alt-a"],
        &[Trees],
        "hide what the layer adds, or show it",
    ),
    row(
        Action::Tree(TreeAction::HideRemoved),
        "hide-removed",
        &["alt-r"],
        &[Trees],
        "hide what the layer removes, or show it",
    ),
    row(
        Action::Tree(TreeAction::HideModified),
        "hide-modified",
        &["alt-m"],
        &[Trees],
        "hide what the layer modifies, or show it",
    ),
    row(
        Action::Tree(TreeAction::HideUnchanged),
        "hide-unchanged",
        &["alt-u"],
        &[Trees],
        "hide what the layer leaves as it is, or show it",
    ),
    row(
        Action::Pane(PaneAction::Sort),
        "sort",
        &["s"],
        &[Panes],
        "sort by size, by change, by name",
    ),
    row(
        Action::Pane(PaneAction::ReverseSort),
        "reverse-sort",
        &["S"],
        &[Panes],
        "the same order backwards",
    ),
    row(Action::Find(FindAction::NextHit), "next-hit", &["n"], &[Panes, File], "next found"),
    row(
        Action::Find(FindAction::PreviousHit),
        "previous-hit",
        &["N"],
        &[Panes, File],
        "previous found",
    ),
];
