//! Rows, cursor and scroll position of the tree panes.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::columns::{BEFORE_NAME, Columns};
use crate::explorer::view::marker;
use crate::stack::query::outline::{Outline, OutlineRow};
use crate::stack::query::tree::Tree;
use crate::stack::{NodeId, Stack};
use crate::text::width::width;
use crate::text::{Visible, size, visible};

/// Rows kept between the cursor and the edge of the pane.
const MARGIN: usize = 2;

/// The rows of a pane; `None` for the stack pane and before they are known.
#[must_use]
pub fn outline<'s>(state: &'s State, stack: &'s Stack, pane: Pane) -> Option<Outline<'s>> {
    let tree = state.tree_of(pane, stack)?;
    let (folds, filtered_tree) = match (state.filtered(pane, tree), tree) {
        (Some((folds, filtered_tree)), _) => (folds, Some(filtered_tree)),
        (None, Tree::Range(..)) => return None,
        (None, _) => (&state.view(pane).folds, None),
    };
    Some(Outline::new(stack, tree, folds, filtered_tree, Some(&state.orders)))
}

/// The pane whose cursor selects the path: the focused one; for the stack pane the visible tree or diff.
#[must_use]
pub const fn pane_of_path(state: &State) -> Pane {
    match state.focus {
        Pane::Stack => state.right,
        pane => pane,
    }
}

/// The selected row of a pane.
#[must_use]
pub fn current_row(state: &State, stack: &Stack, pane: Pane) -> Option<OutlineRow> {
    let row = state.view(pane).row;
    outline(state, stack, pane)?.rows(row..row + 1).first().copied()
}

/// The selected path.
#[must_use]
pub fn current(state: &State, stack: &Stack) -> Option<NodeId> {
    current_row(state, stack, pane_of_path(state)).map(|row| row.node)
}

/// Number of rows of a pane on the screen, at least 1.
#[must_use]
pub fn rows_shown(state: &State, pane: Pane) -> usize {
    state
        .layout()
        .pane(pane)
        .map_or(usize::from(state.size.height), |area| usize::from(area.body.height))
        .max(1)
}

/// The scroll position that keeps the cursor inside the margin with the least movement.
#[must_use]
pub fn scrolled(row: usize, top: usize, height: usize, len: usize) -> usize {
    let margin = MARGIN.min(height.saturating_sub(1) / 2);
    let least = (row + margin + 1).saturating_sub(height);
    let most = row.saturating_sub(margin);
    top.clamp(least.min(most), most).min(len.saturating_sub(height))
}

/// The last component of the path, or those of a chain of directories; with a slash for a directory.
#[must_use]
pub fn row_name(stack: &Stack, row: OutlineRow) -> Visible<'static> {
    let chain = std::iter::successors(Some(row.node), |&node| {
        stack.parent(node).filter(|_| node != row.head)
    });
    let mut names: Vec<_> = chain.map(|node| visible![stack.name(node)]).collect();
    names.reverse();
    visible![Visible::join(&names, "/"), if row.directory { "/" } else { "" }]
}

/// The width of the changes pane that shows the names of its first rows, what covers them and their sizes, with its borders.
#[must_use]
pub fn width_of_changes(state: &State, stack: &Stack) -> Option<u16> {
    let outline = outline(state, stack, Pane::Diff)?;
    let rows = outline.rows(0..usize::from(state.size.height));
    let top = state.tree_of(Pane::Diff, stack)?.top();
    let cells = rows.into_iter().map(|row| {
        let before = Columns::indent(row.depth, state.size.width) + BEFORE_NAME;
        let by = stack.shadowed_by(row.node, top);
        let by = by.map_or(0, |by| 2 + width(&marker::shadow(state, by).0));
        usize::from(before) + width(&row_name(stack, row)) + by + 1 + size::SIGNED_CELLS + 2
    });
    cells.max().map(|cells| cells.min(usize::from(u16::MAX)) as u16)
}
