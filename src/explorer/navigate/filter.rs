//! Typing, applying and ending the filter.

use crate::explorer::model::filter::Filter;
use crate::explorer::model::filtered_pane::FilterKey;
use crate::explorer::model::input::Input;
use crate::explorer::model::state::{Pane, State};
use crate::stack::Stack;

/// Opens the prompt, with the text of the current filter if there is one.
pub fn start(state: &mut State) {
    if let Some(filter) = &mut state.filter {
        filter.typing = true;
    } else {
        set(state, Input::default(), true);
    }
}

/// Makes the filter of a text.
fn set(state: &mut State, input: Input, typing: bool) {
    let mut filter = Filter::new(input, typing);
    filter.criteria.ghosts |= state.ever.is_some();
    state.filter = Some(filter);
    state.orders.forget();
}

/// Parses the changed text; also after everything ever was turned on or off.
pub fn typed(state: &mut State) {
    if let Some(filter) = state.filter.take() {
        set(state, filter.input, filter.typing);
    }
}

/// Adds a word to the filter, or takes it out. Returns whether it is in it now.
pub fn toggle(state: &mut State, word: &str) -> bool {
    let before = state.filter.as_ref().map(|filter| filter.input.text().to_owned());
    let before = before.unwrap_or_default();
    let mut words: Vec<&str> = before.split_whitespace().filter(|it| *it != word).collect();
    let added = words.len() == before.split_whitespace().count();
    words.extend(added.then_some(word));
    let mut input = Input::default();
    input.insert(&words.join(" "));
    set(state, input, false);
    state.filter = state.filter.take().filter(Filter::is_on);
    state.unsettled = true;
    added
}

/// Removes the filter. Returns whether there was one.
pub fn end(state: &mut State) -> bool {
    state.orders.forget();
    state.filter.take().is_some()
}

/// Enter: keeps the filter, unless it filters nothing.
pub fn accept(state: &mut State) {
    if let Some(filter) = &mut state.filter {
        filter.typing = false;
    }
    state.filter = state.filter.take().filter(Filter::is_on);
}

/// Filters the trees on the screen. Must run before their rows are read.
pub fn refresh(state: &mut State, stack: &Stack) {
    let Some(mut filter) = state.filter.take() else { return };
    if filter.is_on() {
        if filter.look_up_packages(state, stack) {
            state.orders.forget();
        }
        filter.test_names(stack);
        let undecided = if filter.criteria.changes.is_empty() && filter.criteria.hidden.is_empty() {
            0
        } else {
            state.undecided
        };
        for pane in [Pane::Tree, Pane::Diff] {
            if let Some(tree) = state.tree_of(pane, stack)
                && filter.refresh(
                    stack,
                    pane,
                    FilterKey {
                        tree,
                        folded: stack.folded(),
                        undecided,
                        database_layer: filter.database_layer,
                    },
                )
            {
                state.orders.forget();
            }
        }
    }
    state.filter = Some(filter);
}
