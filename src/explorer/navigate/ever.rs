//! Turning everything ever on and off, and computing its rows.

use crate::explorer::model::ever::Ever;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::navigate;
use crate::stack::Stack;

/// Turns it on or off.
pub fn toggle(state: &mut State, stack: &Stack) {
    state.ever = if state.ever.is_some() { None } else { Some(Box::new(Ever::new(stack))) };
    state.notice = Some(if state.ever.is_some() {
        "everything ever: also what earlier layers removed".into()
    } else {
        "only what this layer has or removes".into()
    });
    navigate::filter::typed(state);
    state.orders.forget();
    state.unsettled = true;
}

/// Computes the next rows. Must run before the rows of the tree are read.
pub(super) fn refresh(state: &mut State, stack: &Stack) {
    if state.is_filtered() {
        return;
    }
    let tree = state.tree_of(Pane::Tree, stack);
    if let Some((ever, tree)) = state.ever.as_mut().zip(tree)
        && ever.refresh(stack, tree)
    {
        state.orders.forget();
    }
}
