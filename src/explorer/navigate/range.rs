//! Updating the changes of a range.

use crate::explorer::model::filtered_pane::FilterKey;
use crate::explorer::model::state::{Pane, State};
use crate::stack::Stack;
use crate::stack::query::filter::Test;
use crate::stack::query::tree::Tree;

/// Computes the changes of the range. Must run before their rows are read.
pub(super) fn refresh(state: &mut State, stack: &Stack) {
    let Some(tree @ Tree::Range(..)) = state.tree_of(Pane::Diff, stack) else { return };
    if state.is_filtered() {
        return;
    }
    if let Some(mark) = &mut state.mark {
        let key = FilterKey { tree, folded: stack.folded(), undecided: 0, database_layer: None };
        mark.filtered.refresh(stack, key, &Test::default(), usize::MAX);
    }
}
