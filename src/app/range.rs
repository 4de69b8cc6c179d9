//! A range of layers: from a marked one to the selected one. The changes pane shows what they did, taken together.

use crate::stack::Stack;
use crate::stack::filter::Test;
use crate::stack::outline::{Folds, Tree};
use crate::stack::sieve::Sieve;

use super::layers;
use super::narrowed::{Key, Narrowed};
use super::navigate;
use super::state::{Pane, State};

/// The marked layer.
pub struct Mark {
    layer: usize,
    /// What changed at all, where no filter says more.
    narrowed: Narrowed,
}

impl Mark {
    /// What the range changed, if that is known for this tree, and its folds.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &Sieve)> {
        self.narrowed.shown(tree)
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        self.narrowed.folds_mut()
    }
}

/// The first and the last layer that the changes pane shows; the same where nothing is marked.
#[must_use]
pub fn of(state: &State) -> (usize, usize) {
    let marked = state.mark.as_ref().map_or(state.layer, |mark| mark.layer);
    (marked.min(state.layer), marked.max(state.layer))
}

/// The range in words: `layer 3`, `layers 3 to 5`.
#[must_use]
pub fn words(state: &State) -> String {
    match of(state) {
        (from, to) if from == to => format!("layer {to}"),
        (from, to) => format!("layers {from} to {to}"),
    }
}

/// Marks the selected layer, or takes the mark from it.
pub(super) fn mark(state: &mut State, stack: &Stack) {
    let layer = state.layer;
    if state.mark.as_ref().is_some_and(|mark| mark.layer == layer) {
        clear(state, stack);
        state.notice = Some("the mark is gone".to_owned());
        return;
    }
    state.mark = Some(Mark { layer, narrowed: Narrowed::default() });
    state.notice = Some(format!(
        "layer {layer} is marked: the changes are those from there to the selected layer, taken together"
    ));
    layers::select(state, stack, layer);
}

/// Takes the mark away. Returns whether there was one.
pub(super) fn clear(state: &mut State, stack: &Stack) -> bool {
    let was = state.mark.take().is_some();
    if was {
        navigate::settle(state, stack);
    }
    was
}

/// Has what the range changed ready, before anybody asks for its rows.
pub(super) fn refresh(state: &mut State, stack: &Stack) {
    let Some(tree @ Tree::Range(..)) = state.tree_of(Pane::Diff, stack) else { return };
    if state.is_filtered() {
        return;
    }
    if let Some(mark) = &mut state.mark {
        let key = Key { tree, folded: stack.folded(), undecided: 0, edition: None };
        mark.narrowed.refresh(stack, key, &Test::default());
    }
}
