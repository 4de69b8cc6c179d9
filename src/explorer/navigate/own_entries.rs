//! Moves in the entries of a layer that is not merged yet.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::own_entries;

/// Puts the cursor of the changes on a row of the entries, if the pane shows them.
pub fn go_to_row(state: &mut State, pane: Pane, row: usize) {
    if let Some(entries) = own_entries::shown(state, pane) {
        (state.diff.row, state.diff.top) = own_entries::position(state, entries, row);
    }
}

/// Moves the cursor in the entries by rows, which scrolls them, if the pane shows them.
pub fn scroll(state: &mut State, pane: Pane, by: isize) {
    go_to_row(state, pane, state.view(pane).row.saturating_add_signed(by));
}
