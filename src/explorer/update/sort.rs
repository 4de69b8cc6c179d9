//! The order of the rows of both trees.

use crate::explorer::model::state::{Pane, State};
use crate::explorer::view;
use crate::explorer::view::sort::label;
use crate::stack::Stack;
use crate::stack::query::outline::{By, Orders, Sort};

/// What `s` sorts by next.
const fn after(by: By) -> By {
    match by {
        By::Name => By::Size,
        By::Size => By::Change,
        By::Change => By::Name,
    }
}

/// `s`: by size, by change, by name, in turn.
pub(super) fn next(state: &mut State, stack: &Stack) {
    set(state, stack, |sort| Sort { by: after(sort.by), reversed: false });
}

/// `S`: reverses the order.
pub(super) fn reverse(state: &mut State, stack: &Stack) {
    set(state, stack, |sort| Sort { reversed: !sort.reversed, ..sort });
}

/// By this, or backwards where that is the order already.
pub(super) fn by(state: &mut State, stack: &Stack, by: By) {
    set(state, stack, |sort| Sort { by, reversed: sort.by == by && !sort.reversed });
}

/// Puts the rows in another order; the cursors stay on their paths.
fn set(state: &mut State, stack: &Stack, next: impl FnOnce(Sort) -> Sort) {
    for pane in [Pane::Tree, Pane::Diff] {
        let node = view::trees::current_row(state, stack, pane).map(|row| row.node);
        let view = state.view_mut(pane);
        view.wanted = node.or(view.wanted);
    }
    let sort = next(state.orders.sort());
    state.orders = Orders::new(sort);
    state.notice = Some(match label(sort) {
        "" => "in the order of names".into(),
        words => words.into(),
    });
    state.unsettled = true;
}
