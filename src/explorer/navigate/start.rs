//! What the first screen shows: a layer that removes and covers something, and as many unfolded directories as fit.

use std::cmp::Reverse;

use crate::explorer::model::state::{Pane, Phase, State};
use crate::explorer::navigate;
use crate::explorer::view::trees::rows_shown;
use crate::stack::query::outline::{Folds, Outline, OutlineRow, Unfolded};
use crate::stack::query::tree::Tree;
use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::visible;

/// Chooses layer and unfolded directories until the first key; then only whether the changes are unfolded whole.
pub(super) fn arrange(state: &mut State, stack: &Stack) {
    // Contents are compared after the last layer is merged.
    let merged = state.phase == Phase::Done || state.undecided > 0;
    if state.arranging && merged {
        state.arranging = false;
        choose_layer(state, stack);
        // Both cursors are put on a removed path, so that its history stands in the margin.
        let removed = first_removed(state, stack);
        unfold_tree(state, stack, removed);
        if removed.is_some() {
            (state.tree.wanted, state.diff.wanted) = (removed, removed);
        }
    }
    unfold_changes(state, stack);
}

/// Selects the highest layer that adds, removes and leaves something to be covered, else the highest that removes something.
fn choose_layer(state: &mut State, stack: &Stack) {
    let top = state.layer;
    let removes = |&layer: &usize| stack.summary(layer).removed > 0;
    let shows_all = |&layer: &usize| {
        stack.summary(layer).added > 0 && stack.shadowed_below(NodeId::ROOT, layer) > 0
    };
    let layers = || (0..stack.folded()).rev().filter(removes);
    let Some(layer) = layers().find(shows_all).or_else(|| layers().next()) else { return };
    if layer != top {
        navigate::layers::select(state, layer);
        let up = state.keymap.rewritten("]", state.contexts());
        let down = state.keymap.rewritten("[", state.contexts());
        state.notice = Some(visible![
            "layer ",
            layer,
            " is shown first, because it removes files; ",
            up,
            " next layer, ",
            down,
            " previous"
        ]);
    }
}

/// Unfolds what leads to `shown`, then level by level while the rows fit the pane, then single directories: those with removed
/// paths first, then those with covered ones, then changed ones, and the outer of equal ones.
fn unfold_tree(state: &mut State, stack: &Stack, shown: Option<NodeId>) {
    let Some(tree @ Tree::Merged(layer)) = state.tree_of(Pane::Tree, stack) else { return };
    let height = rows_shown(state, Pane::Tree);
    let mut folds = Folds::default();
    if let Some(node) = shown {
        let above = Outline::new(stack, tree, &folds, None, None).closed_above(node);
        folds.toggled.extend(above);
    }
    let fits = |folds: &Folds| Outline::new(stack, tree, folds, None, None).len() <= height;
    let folded = |folds: &Folds| {
        let rows = Outline::new(stack, tree, folds, None, None).rows(0..height);
        rows.into_iter().filter(|row| row.directory && !row.open).collect::<Vec<_>>()
    };
    let with = |folds: &Folds, more: &[OutlineRow]| {
        let outline = Outline::new(stack, tree, folds, None, None);
        let outer = more.iter().flat_map(|row| outline.folded_in_chain(row));
        let mut folds = folds.clone();
        folds.toggled.extend(outer.chain(more.iter().map(|row| row.node)));
        folds
    };
    for depth in 0..MOST_LEVELS {
        let level: Vec<_> = folded(&folds).into_iter().filter(|row| row.depth == depth).collect();
        let deeper = with(&folds, &level);
        if !fits(&deeper) {
            break;
        }
        folds = deeper;
    }
    loop {
        let mut closed = folded(&folds);
        closed.retain(|row| !row.empty);
        closed.sort_by_key(|row| (Reverse(interest(stack, row.node, layer)), row.depth));
        let mut next = closed.iter().map(|row| with(&folds, &[*row]));
        let Some(next) = next.find(&fits) else { break };
        folds = next;
    }
    state.tree.folds = folds;
}

/// The first path that the layer removed.
fn first_removed(state: &State, stack: &Stack) -> Option<NodeId> {
    let tree @ Tree::Diff(layer) = state.tree_of(Pane::Diff, stack)? else { return None };
    let all = Folds { unfolded: Unfolded::All, ..Folds::default() };
    let rows = Outline::new(stack, tree, &all, None, None).rows(0..MOST_ROWS);
    let is_removed = |row: &&OutlineRow| {
        stack.change(row.node, layer).is_some_and(|change| change.kind == ChangeKind::Removed)
    };
    rows.iter().find(is_removed).map(|row| row.node)
}

/// Rows of the changes in which a removed path is looked for.
const MOST_ROWS: usize = 4096;

/// Levels that a screen of any size can hold: a deeper tree is unfolded directory by directory.
const MOST_LEVELS: usize = 64;

/// Whether the layer removes something below a directory, whether a later one covers something, whether it changes something.
fn interest(stack: &Stack, dir: NodeId, layer: usize) -> (bool, bool, bool) {
    let totals = stack.totals(dir, layer);
    let changed = totals.added + totals.changed > 0;
    (totals.removed > 0, stack.shadowed_below(dir, layer) > 0, changed)
}

/// Unfolds changes that fit the pane; of others only what leads to changes, until the user folds or unfolds all.
fn unfold_changes(state: &mut State, stack: &Stack) {
    let Some(tree @ Tree::Diff(_)) = state.tree_of(Pane::Diff, stack) else { return };
    if state.diff.chosen || !state.diff.folds.toggled.is_empty() {
        return;
    }
    let all = Folds { unfolded: Unfolded::All, ..Folds::default() };
    let rows = Outline::new(stack, tree, &all, None, None).len();
    let fits = rows <= rows_shown(state, Pane::Diff);
    state.diff.folds.unfolded = if fits { Unfolded::All } else { Unfolded::Changes };
}
