//! Moves in the merged tree and in the diff: cursor, folds, scroll position, changes.
//!
//! The cursor belongs to a path, not to a row. If the path has no row at this layer, the cursor is on the nearest
//! directory above, and returns when the path has a row again. Only the rows that are needed are read from [`Outline`].

use std::cmp::Ordering;

use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::trees::{current_row, outline, pane_of_path, rows_shown, scrolled};
use crate::explorer::{navigate, view};
use crate::stack::query::outline::{Folds, Outline, OutlineRow, Unfolded};
use crate::stack::{NodeId, Stack};
use crate::text::visible;

/// Puts both cursors back on their paths after the layer, the folds, the stack or the size changed. The cursor's line
/// on the screen stays where it can.
///
/// Handlers set [`State::unsettled`]; `update` calls this once at its end, and handlers that read rows call it before.
pub fn settle(state: &mut State, stack: &Stack) {
    if !std::mem::take(&mut state.unsettled) {
        return;
    }
    navigate::filter::refresh(state, stack);
    navigate::range::refresh(state, stack);
    navigate::ever::refresh(state, stack);
    navigate::start::arrange(state, stack);
    measure_changes(state, stack);
    for pane in [Pane::Tree, Pane::Diff] {
        let Some(outline) = outline(state, stack, pane) else { continue };
        let view = state.view(pane);
        let len = outline.len();
        let found = view.wanted.and_then(|node| outline.position(node));
        let row = found.unwrap_or(view.row).min(len.saturating_sub(1));
        let line = view.row.saturating_sub(view.top);
        let top = scrolled(row, row.saturating_sub(line), rows_shown(state, pane), len);
        let view = state.view_mut(pane);
        (view.row, view.top) = (row, top);
    }
}

/// Measures the changes of another layer or range. Their pane keeps its width while the cursor moves in them.
fn measure_changes(state: &mut State, stack: &Stack) {
    let Some(tree) = state.tree_of(Pane::Diff, stack) else { return };
    if state.changes.is_none_or(|(known, folded, _)| (known, folded) != (tree, stack.folded())) {
        let width = view::trees::width_of_changes(state, stack);
        state.changes = width.map(|width| (tree, stack.folded(), width));
    }
}

/// Puts the cursor on a row.
pub fn go_to_row(state: &mut State, stack: &Stack, pane: Pane, row: usize) {
    let Some(outline) = outline(state, stack, pane) else {
        navigate::own_entries::go_to_row(state, pane, row);
        return;
    };
    let len = outline.len();
    let row = row.min(len.saturating_sub(1));
    let Some(node) = outline.rows(row..row + 1).first().map(|row| row.node) else { return };
    let top = scrolled(row, state.view(pane).top, rows_shown(state, pane), len);
    let view = state.view_mut(pane);
    (view.wanted, view.row, view.top) = (Some(node), row, top);
    follow(state, stack, pane, node);
}

/// Moves the cursor by rows.
pub fn step(state: &mut State, stack: &Stack, pane: Pane, by: isize) {
    go_to_row(state, stack, pane, state.view(pane).row.saturating_add_signed(by));
}

/// Scrolls without moving the cursor.
pub fn scroll(state: &mut State, stack: &Stack, pane: Pane, by: isize) {
    let Some(len) = outline(state, stack, pane).map(|outline| outline.len()) else {
        navigate::own_entries::scroll(state, pane, by);
        return;
    };
    let most = len.saturating_sub(rows_shown(state, pane));
    let view = state.view_mut(pane);
    view.top = view.top.saturating_add_signed(by).min(most);
}

/// Moves the cursor of the other tree pane to the same path, if that tree has it, and unfolds what is above it. What was
/// unfolded so for another path is folded again.
fn follow(state: &mut State, stack: &Stack, pane: Pane, node: NodeId) {
    let other = if pane == Pane::Tree { Pane::Diff } else { Pane::Tree };
    // What the user walks through stays unfolded.
    state.view_mut(pane).led.clear();
    let Some(there) = outline(state, stack, other) else { return };
    if !there.contains(node) {
        return;
    }
    let above: Vec<NodeId> =
        std::iter::successors(stack.parent(node), |&dir| stack.parent(dir)).collect();
    let closed = there.closed_above(node);
    let led = std::mem::take(&mut state.view_mut(other).led);
    let (kept, left): (Vec<_>, Vec<_>) = led.into_iter().partition(|dir| above.contains(dir));
    let folds = state.folds_mut(other);
    for &dir in closed.iter().chain(&left) {
        flip(folds, dir);
    }
    state.view_mut(other).led = kept.into_iter().chain(closed).collect();
    let Some(outline) = outline(state, stack, other) else { return };
    let Some(row) = outline.position(node) else { return };
    let top = scrolled(row, state.view(other).top, rows_shown(state, other), outline.len());
    let view = state.view_mut(other);
    (view.wanted, view.row, view.top) = (Some(node), row, top);
}

/// Folds a directory that is unfolded, or the other way round.
fn flip(folds: &mut Folds, dir: NodeId) {
    if !folds.toggled.remove(&dir) {
        folds.toggled.insert(dir);
    }
}

/// Unfolds a directory or steps into an unfolded one; of other paths, shows the history if `history`.
pub fn open(state: &mut State, stack: &Stack, pane: Pane, history: bool) {
    let Some(row) = current_row(state, stack, pane) else { return };
    match (row.directory, row.open) {
        (true, false) => toggle(state, stack, pane, &row),
        (true, true) => step(state, stack, pane, 1),
        (false, _) if history => {
            navigate::overlay::open(state, stack, OverlayKind::History(row.node));
        }
        (false, _) => {}
    }
}

/// Folds an open directory, or goes to the directory above.
pub fn close(state: &mut State, stack: &Stack, pane: Pane) {
    let Some(row) = current_row(state, stack, pane) else { return };
    if row.open {
        toggle(state, stack, pane, &row);
    } else if let Some(parent) = stack.parent(row.head).filter(|&parent| parent != NodeId::ROOT) {
        let above = outline(state, stack, pane).and_then(|outline| outline.position(parent));
        if let Some(above) = above {
            go_to_row(state, stack, pane, above);
        }
    }
}

/// Folds or unfolds the directory under the cursor.
pub fn fold(state: &mut State, stack: &Stack, pane: Pane) {
    if let Some(row) = current_row(state, stack, pane).filter(|row| row.directory) {
        toggle(state, stack, pane, &row);
    }
}

/// Folds or unfolds the directory of a row. Of a chain all are unfolded: at another layer, or with everything ever, each may
/// have a row of its own.
fn toggle(state: &mut State, stack: &Stack, pane: Pane, row: &OutlineRow) {
    let outline = outline(state, stack, pane).filter(|_| !row.open);
    let outer = outline.map_or_else(Vec::new, |outline| outline.folded_in_chain(row));
    let folds = state.folds_mut(pane);
    for dir in outer.into_iter().chain([row.node]) {
        flip(folds, dir);
    }
    state.view_mut(pane).wanted = Some(row.node);
    state.unsettled = true;
}

/// Folds or unfolds every directory of the pane.
pub fn fold_all(state: &mut State, stack: &Stack, pane: Pane, unfolded: Unfolded) {
    let node = current_row(state, stack, pane).map(|row| row.node);
    *state.folds_mut(pane) = Folds { unfolded, ..Folds::default() };
    let view = state.view_mut(pane);
    view.led.clear();
    view.chosen = true;
    view.wanted = node.or(view.wanted);
    state.unsettled = true;
}

/// Unfolds what is above the path and puts the cursor on it. Returns whether the pane has a row for it.
pub fn reveal(state: &mut State, stack: &Stack, pane: Pane, node: NodeId) -> bool {
    let passes = |state: &State| {
        let tree = state.tree_of(pane, stack)?;
        let (_, filtered_tree) = state.filter.as_ref()?.filtered(pane, tree)?;
        Some(filtered_tree.shows(node))
    };
    settle(state, stack);
    navigate::filter::refresh(state, stack);
    if passes(state) == Some(false) {
        // A path that the user asked for is shown even where the filter hides it.
        navigate::filter::end(state);
        state.notice = Some("the filter is gone: it did not let this path through".into());
    }
    let Some(outline) = outline(state, stack, pane) else { return false };
    let closed = outline.closed_above(node);
    // A path that the user asked for has a row of its own.
    let joined = outline.is_joined(node);
    let folds = state.folds_mut(pane);
    for dir in closed {
        flip(folds, dir);
    }
    if joined {
        folds.split.insert(node);
    }
    let view = state.view_mut(pane);
    view.wanted = Some(node);
    let (before, height) = (view.row, rows_shown(state, pane));
    state.unsettled = true;
    settle(state, stack);
    let view = state.view_mut(pane);
    if view.row.abs_diff(before) >= height {
        // After a long move the cursor is a third from the top of the pane.
        view.top = view.row.saturating_sub(height / 3);
        state.unsettled = true;
        settle(state, stack);
    }
    follow(state, stack, pane, node);
    current_row(state, stack, pane).is_some_and(|row| row.node == node)
}

/// Goes to the next or previous path that the selected layer changed, in the order of the tree.
pub fn go_to_change(state: &mut State, stack: &Stack, forward: bool) {
    let pane = pane_of_path(state);
    let Some(tree) = state.tree_of(Pane::Diff, stack) else { return };
    let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
    let filtered_tree = state.filtered(Pane::Diff, tree).map(|(_, filtered_tree)| filtered_tree);
    let changes = Outline::new(stack, tree, &folds, filtered_tree, Some(&state.orders));
    let here = current_row(state, stack, pane).map(|row| row.node);
    let is_change = |row: &OutlineRow| stack.change_in(row.node, tree).is_some();
    let rows_until = |inclusive| match here {
        // In another order than by name only paths with a row can be located; their directory stands for other paths.
        Some(here) if !state.orders.are_names() => changes.position(here).map_or(0, |row| {
            let way = changes.rows(row..row + 1).first().is_some_and(|row| row.node != here);
            row + usize::from(inclusive || way)
        }),
        here => rows_until(&changes, stack, here, inclusive),
    };
    let found = if forward {
        let start = rows_until(true);
        (start..changes.len())
            .step_by(64)
            .find_map(|at| changes.rows(at..at + 64).into_iter().find(is_change))
    } else {
        let end = rows_until(false);
        let starts = (0..end).step_by(64);
        starts
            .rev()
            .find_map(|at| changes.rows(at..(at + 64).min(end)).into_iter().rfind(is_change))
    };
    if let Some(row) = found {
        reveal(state, stack, pane, row.node);
    } else {
        let which = if forward { "later" } else { "earlier" };
        state.notice = Some(visible!["no ", which, " change in ", view::range::label(state)]);
    }
}

/// How many rows of the outline come before `here`, or before and with it. A binary search: rows are in path order.
fn rows_until(
    outline: &Outline<'_>,
    stack: &Stack,
    here: Option<NodeId>,
    inclusive: bool,
) -> usize {
    let Some(here) = here else { return 0 };
    let components = components(stack, here);
    let (mut low, mut high) = (0, outline.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let row =
            outline.rows(middle..middle + 1).first().map(|row| self::components(stack, row.node));
        let before = match row.map_or(Ordering::Greater, |row| row.cmp(&components)) {
            Ordering::Less => true,
            Ordering::Equal => inclusive,
            Ordering::Greater => false,
        };
        if before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn components<'s>(stack: &'s Stack, node: NodeId) -> Vec<&'s [u8]> {
    let chain = std::iter::successors(Some(node), |&node| stack.parent(node));
    let mut names: Vec<&'s [u8]> =
        chain.filter(|&node| node != NodeId::ROOT).map(|node| stack.name(node)).collect();
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use crate::explorer::view::trees::scrolled;

    #[test]
    fn scrolling_keeps_the_cursor_inside_and_moves_little() {
        assert_eq!(scrolled(0, 0, 10, 100), 0);
        assert_eq!(scrolled(7, 0, 10, 100), 0);
        assert_eq!(scrolled(8, 0, 10, 100), 1);
        assert_eq!(scrolled(50, 0, 10, 100), 43);
        assert_eq!(scrolled(99, 95, 10, 100), 90);
        assert_eq!(scrolled(3, 50, 10, 100), 1);
        assert_eq!(scrolled(0, 9, 1, 5), 0);
        assert_eq!(scrolled(4, 0, 10, 5), 0);
        assert_eq!(scrolled(0, 0, 10, 0), 0);
    }
}
