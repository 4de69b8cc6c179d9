//! Rows of the table of actions: finding and narrowing.

use super::Context::Panes;
use super::{Action, Entry, Group, hinted, row};

pub(super) const GROUP: Group = Group { name: "Find", rows: ROWS };

const ROWS: &[Entry] = &[
    hinted(
        row(
            Action::Search,
            "search",
            &["/"],
            &[Panes],
            "find a path in any layer, removed ones too",
        ),
        "find",
        1,
    ),
    hinted(
        row(
            Action::Filter,
            "filter",
            &["f"],
            &[Panes],
            "show only what fits: change, type, size, layer, setuid, name",
        ),
        "filter",
        5,
    ),
    row(Action::NextHit, "next-hit", &["n"], &[Panes], "next path found"),
    row(Action::PreviousHit, "previous-hit", &["N"], &[Panes], "previous path found"),
];
