//! The changes pane of a layer that was read but is not merged yet: its own entries.

use crate::explorer::model::own_entries::OwnEntries;
use crate::explorer::model::state::{LoadStatus, Pane, State};
use crate::explorer::view::trees::{rows_shown, scrolled};
use crate::text::{Visible, size, visible};

/// The entries that a pane shows in place of a tree: the changes those of the selected layer, the tree those of the lowest
/// one. `None` where it has a tree, or nothing to show.
#[must_use]
pub fn shown(state: &State, pane: Pane) -> Option<&OwnEntries> {
    let (from, to) = state.range();
    let layer = match pane {
        Pane::Stack => return None,
        // The tree of the lowest layer is what that layer has.
        Pane::Tree => 0,
        Pane::Diff if from != to => return None,
        Pane::Diff => to,
    };
    let load = state.loads.get(layer).filter(|load| load.status != LoadStatus::Folded)?;
    Some(&load.entries).filter(|entries| !entries.rows.is_empty())
}

/// The row of the cursor and the first row on the screen, for a cursor on `row`.
#[must_use]
pub fn position(state: &State, pane: Pane, entries: &OwnEntries, row: usize) -> (usize, usize) {
    let len = entries.rows.len();
    let row = row.min(len.saturating_sub(1));
    (row, scrolled(row, state.view(pane).top, rows_shown(state, pane), len))
}

/// What the entries are.
#[must_use]
pub fn remark(entries: &OwnEntries) -> Visible<'static> {
    if entries.left_out == 0 {
        return "not merged, not compared".into();
    }
    let all = entries.rows.len() as u64 + entries.left_out;
    visible!["not merged: some of ", size::count(all), " entries"]
}
