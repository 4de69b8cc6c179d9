//! The stack pane: selecting a layer, and how its rows lie on lines.
//!
//! Where all layers fit with two lines each they get them; else only the selected one has its second line (sizes); in
//! a low pane none.

use crate::stack::Stack;

use super::navigate;
use super::state::{Pane, State};

/// Which layers take two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// All.
    Two,
    /// The selected one.
    Selected,
    /// None.
    One,
}

/// The density for so many layers in so many rows.
#[must_use]
pub const fn density(layers: usize, rows: usize) -> Density {
    if rows < 7 {
        Density::One
    } else if layers * 2 <= rows {
        Density::Two
    } else {
        Density::Selected
    }
}

/// The line on which a layer begins.
#[must_use]
pub const fn line_of(density: Density, layer: usize, selected: usize) -> usize {
    match density {
        Density::Two => layer * 2,
        Density::Selected if layer > selected => layer + 1,
        Density::Selected | Density::One => layer,
    }
}

/// The layer on a line, and whether the line is its second.
#[must_use]
pub const fn layer_at(density: Density, line: usize, selected: usize) -> (usize, bool) {
    match density {
        Density::Two => (line / 2, line % 2 == 1),
        Density::Selected if line == selected + 1 => (selected, true),
        Density::Selected if line > selected => (line - 1, false),
        Density::Selected | Density::One => (line, false),
    }
}

/// Selects a layer; the trees keep their cursors on their paths.
pub fn select(state: &mut State, stack: &Stack, layer: usize) {
    state.layer = layer.min(state.layer_count().saturating_sub(1));
    keep_in_view(state);
    navigate::settle(state, stack);
}

/// Selects the layer so many above (positive) or below.
pub fn step(state: &mut State, stack: &Stack, by: isize) {
    let layer = state.layer.saturating_add_signed(by);
    select(state, stack, layer);
}

/// Scrolls the pane so that the selected layer shows whole.
pub fn keep_in_view(state: &mut State) {
    let rows = navigate::rows_shown(state, Pane::Stack);
    let density = density(state.layer_count(), rows);
    let lines = line_of(density, state.layer_count(), state.layer);
    let first = line_of(density, state.layer, state.layer);
    let top = navigate::scrolled(first, state.stack_top, rows, lines);
    let last = line_of(density, state.layer + 1, state.layer).saturating_sub(1);
    state.stack_top = top.max((last + 1).saturating_sub(rows)).min(first);
}

/// Scrolls the pane without selecting another layer.
pub fn scroll(state: &mut State, by: isize) {
    let rows = navigate::rows_shown(state, Pane::Stack);
    let lines = line_of(density(state.layer_count(), rows), state.layer_count(), state.layer);
    state.stack_top = state.stack_top.saturating_add_signed(by).min(lines.saturating_sub(rows));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_layers_agree() {
        for (layers, rows) in [(3, 20), (30, 20), (30, 5), (0, 9)] {
            let density = density(layers, rows);
            for selected in 0..layers {
                let lines = line_of(density, layers, selected);
                let mut firsts = Vec::new();
                for line in 0..lines {
                    let (layer, second) = layer_at(density, line, selected);
                    if !second {
                        assert_eq!(line_of(density, layer, selected), line);
                        firsts.push(layer);
                    }
                }
                assert_eq!(firsts, (0..layers).collect::<Vec<_>>(), "{density:?} {selected}");
            }
        }
    }
}
