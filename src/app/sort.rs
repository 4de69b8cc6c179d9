//! The order of the rows of both trees: which comes next, and what it is called.

use crate::stack::Stack;
use crate::stack::outline::{By, Orders, Sort};

use super::navigate;
use super::state::{Pane, State};

/// What `s` sorts by next.
const fn after(by: By) -> By {
    match by {
        By::Name => By::Size,
        By::Size => By::Change,
        By::Change => By::Name,
    }
}

/// An order in words; none for that of names.
#[must_use]
pub const fn words(sort: Sort) -> &'static str {
    match (sort.by, sort.reversed) {
        (By::Name, false) => "",
        (By::Name, true) => "z to a",
        (By::Size, false) => "largest first",
        (By::Size, true) => "smallest first",
        (By::Change, false) => "most changed first",
        (By::Change, true) => "least changed first",
    }
}

/// By size, by change, by name, and again.
pub(super) fn next(state: &mut State, stack: &Stack) {
    set(state, stack, |sort| Sort { by: after(sort.by), reversed: false });
}

/// The same order backwards.
pub(super) fn reverse(state: &mut State, stack: &Stack) {
    set(state, stack, |sort| Sort { reversed: !sort.reversed, ..sort });
}

/// Puts the rows in another order; the cursors stay on their paths.
fn set(state: &mut State, stack: &Stack, next: impl FnOnce(Sort) -> Sort) {
    for pane in [Pane::Tree, Pane::Diff] {
        let node = navigate::current_row(state, stack, pane).map(|row| row.node);
        let view = state.view_mut(pane);
        view.wanted = node.or(view.wanted);
    }
    let sort = next(state.orders.sort());
    state.orders = Orders::new(sort);
    state.notice = Some(match words(sort) {
        "" => "in the order of names".to_owned(),
        words => words.to_owned(),
    });
    navigate::settle(state, stack);
}
