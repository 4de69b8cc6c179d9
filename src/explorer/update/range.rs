//! Marking the first layer of a range.

use crate::explorer::model::filtered_pane::FilteredPane;
use crate::explorer::model::range::Mark;
use crate::explorer::model::state::State;
use crate::explorer::navigate;
use crate::stack::Stack;
use crate::text::visible;

/// Marks the selected layer, or takes the mark from it.
pub(crate) fn mark(state: &mut State, stack: &Stack) {
    let layer = state.layer;
    if state.mark.as_ref().is_some_and(|mark| mark.layer == layer) {
        clear(state, stack);
        state.notice = Some("the mark is gone".into());
        return;
    }
    state.mark = Some(Mark { layer, narrowed: FilteredPane::default() });
    state.notice = Some(visible![
        "layer ",
        layer,
        " is marked: the changes are those from there to the selected layer, taken together"
    ]);
    navigate::layers::select(state, stack, layer);
}

/// Takes the mark away. Returns whether there was one.
pub(super) fn clear(state: &mut State, stack: &Stack) -> bool {
    let was = state.mark.take().is_some();
    if was {
        navigate::trees::settle(state, stack);
    }
    was
}
