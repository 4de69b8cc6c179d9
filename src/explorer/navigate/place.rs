//! Cursors and folds from one stack to another.

use std::collections::HashSet;

use crate::explorer::model::reload::{FoldedPaths, Place};
use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::trees::current_row;
use crate::stack::query::outline::Folds;
use crate::stack::{NodeId, Stack};

/// The panes whose positions are kept, in the order of [`Place`].
const PANES: [Pane; 2] = [Pane::Tree, Pane::Diff];

/// The positions in `stack`, as paths.
#[must_use]
pub fn remember(state: &State, stack: &Stack) -> Place {
    let cursor = |pane| {
        let row = || current_row(state, stack, pane).map(|row| row.node);
        state.view(pane).wanted.or_else(row).map(|node| stack.path(node))
    };
    let filtered = |pane| {
        let (folds, _) = state.filtered(pane, state.tree_of(pane, stack)?)?;
        Some(to_paths(folds, stack))
    };
    Place {
        cursors: PANES.map(cursor),
        folds: PANES.map(|pane| to_paths(&state.view(pane).folds, stack)),
        filtered: PANES.map(filtered),
    }
}

/// Puts cursors and folds back on their paths. Of a path that is gone, the cursor goes to the nearest directory above.
pub fn restore(state: &mut State, stack: &Stack, place: &Place) {
    for (at, pane) in PANES.into_iter().enumerate() {
        let folds = to_nodes(&place.folds[at], stack);
        let view = state.view_mut(pane);
        view.folds = folds;
        view.led.clear();
        let cursor = place.cursors[at].as_deref().and_then(|path| nearest(stack, path));
        view.wanted = cursor.filter(|&node| node != NodeId::ROOT);
        if let Some(filtered) = &place.filtered[at] {
            *state.folds_mut(pane) = to_nodes(filtered, stack);
        }
    }
    state.changes = None;
    state.unsettled = true;
}

fn to_paths(folds: &Folds, stack: &Stack) -> FoldedPaths {
    let paths = |nodes: &HashSet<NodeId>| nodes.iter().map(|&node| stack.path(node)).collect();
    FoldedPaths {
        unfolded: folds.unfolded,
        toggled: paths(&folds.toggled),
        split: paths(&folds.split),
    }
}

fn to_nodes(folds: &FoldedPaths, stack: &Stack) -> Folds {
    let nodes = |paths: &[Vec<u8>]| paths.iter().filter_map(|path| stack.find(path)).collect();
    Folds { unfolded: folds.unfolded, toggled: nodes(&folds.toggled), split: nodes(&folds.split) }
}

/// The node of the path, or of the nearest directory above that the stack has.
pub(crate) fn nearest(stack: &Stack, path: &[u8]) -> Option<NodeId> {
    let mut path = path;
    loop {
        if let Some(node) = stack.find(path) {
            return Some(node);
        }
        path = &path[..path.iter().rposition(|&byte| byte == b'/')?];
    }
}
