//! Progress and result of the filter.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view;
use crate::stack::Stack;
use crate::text::{Visible, size, visible};

/// Whether names are still being tested.
#[must_use]
pub fn is_searching(state: &State) -> bool {
    state.filter.as_ref().is_some_and(|filter| filter.search.is_some())
}

/// Whether names are still being tested, or the rows of everything ever computed.
#[must_use]
pub fn is_computing(state: &State) -> bool {
    is_searching(state) || state.ever.as_ref().is_some_and(|ever| ever.is_filling())
}

/// Number of paths that pass in a pane's tree; `None` without a filter.
#[must_use]
pub fn passed(state: &State, stack: &Stack, pane: Pane) -> Option<usize> {
    let tree = state.tree_of(pane, stack)?;
    let (_, filtered_tree) = state.filter.as_ref()?.filtered(pane, tree)?;
    Some(filtered_tree.count())
}

/// The number of paths that pass in the pane of the cursor, in words.
#[must_use]
pub fn said(state: &State, stack: &Stack) -> Visible<'static> {
    let count = match passed(state, stack, view::trees::pane_of_path(state)) {
        None => return Visible::default(),
        Some(0) => "nothing passes".into(),
        Some(1) => "1 path".into(),
        Some(count) => visible![size::count(count as u64), " paths"],
    };
    let by_package = state.filter.as_ref().is_some_and(|filter| filter.package.is_some());
    if by_package && view::owners::is_partial(state, stack) {
        return visible![count, ": a package database could not be read"];
    }
    count
}
