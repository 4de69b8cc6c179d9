//! Moving through the layer stack.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view;
use crate::explorer::view::layers::{density, line_of};

/// Selects a layer; the trees keep their cursors on their paths.
pub fn select(state: &mut State, layer: usize) {
    state.layer = layer.min(state.layer_count().saturating_sub(1));
    keep_in_view(state);
    state.unsettled = true;
}

/// Selects the layer `by` layers above (positive) or below.
pub fn step(state: &mut State, by: isize) {
    let layer = state.layer.saturating_add_signed(by);
    select(state, layer);
}

/// After the height of the panes changed: the selected layer stays in view, and the cursors of the trees are placed anew.
pub fn resettle(state: &mut State) {
    keep_in_view(state);
    state.unsettled = true;
}

/// Scrolls the pane so that the selected layer shows whole.
pub fn keep_in_view(state: &mut State) {
    let rows = view::trees::rows_shown(state, Pane::Stack);
    let density = density(state.layer_count(), rows);
    let lines = line_of(density, state.layer_count(), state.layer);
    let first = line_of(density, state.layer, state.layer);
    let top = view::trees::scrolled(first, state.stack_top, rows, lines);
    let last = line_of(density, state.layer + 1, state.layer).saturating_sub(1);
    state.stack_top = top.max((last + 1).saturating_sub(rows)).min(first);
}

/// Scrolls the pane without selecting another layer.
pub fn scroll(state: &mut State, by: isize) {
    let rows = view::trees::rows_shown(state, Pane::Stack);
    let lines = line_of(density(state.layer_count(), rows), state.layer_count(), state.layer);
    state.stack_top = state.stack_top.saturating_add_signed(by).min(lines.saturating_sub(rows));
}

#[cfg(test)]
mod tests {
    use crate::explorer::view::layers::density;
    use crate::explorer::view::layers::layer_at;
    use crate::explorer::view::layers::line_of;

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
