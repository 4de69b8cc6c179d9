//! Moves in the entries of a layer that is not merged yet.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::own_entries;

/// Puts the cursor of a pane on a row of the entries, if it shows them.
pub fn go_to_row(state: &mut State, pane: Pane, row: usize) {
    if let Some(entries) = own_entries::shown(state, pane) {
        let (row, top) = own_entries::position(state, pane, entries, row);
        let view = state.view_mut(pane);
        (view.row, view.top) = (row, top);
    }
}

/// Moves the cursor in the entries by rows, which scrolls them, if the pane shows them.
pub fn scroll(state: &mut State, pane: Pane, by: isize) {
    go_to_row(state, pane, state.view(pane).row.saturating_add_signed(by));
}
