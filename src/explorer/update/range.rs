//! Marking the first layer of a range.

use crate::explorer::model::filtered_pane::FilteredPane;
use crate::explorer::model::range::Mark;
use crate::explorer::model::state::State;
use crate::explorer::navigate;
use crate::text::visible;

/// Marks the selected layer, or removes the mark from it.
pub(crate) fn mark(state: &mut State) {
    let layer = state.layer;
    if state.mark.as_ref().is_some_and(|mark| mark.layer == layer) {
        clear(state);
        state.notice = Some("the mark is gone".into());
        return;
    }
    state.mark = Some(Mark { layer, filtered: FilteredPane::default() });
    state.notice = Some(visible![
        "layer ",
        layer,
        " is marked: the changes are those from there to the selected layer, taken together"
    ]);
    navigate::layers::select(state, layer);
}

/// Marks the lowest layer: the changes are those of all layers up to the selected one.
pub(super) fn from_base(state: &mut State) {
    state.mark = Some(Mark { layer: 0, filtered: FilteredPane::default() });
    state.notice = Some(visible!["the changes of layers 0 to ", state.layer, ", taken together"]);
    state.unsettled = true;
}

/// Ends a range.
pub(super) fn this_layer(state: &mut State) {
    clear(state);
    state.notice = Some(visible!["the changes of layer ", state.layer]);
}

/// Removes the mark. Returns whether there was one.
pub(super) fn clear(state: &mut State) -> bool {
    let was = state.mark.take().is_some();
    if was {
        state.unsettled = true;
    }
    was
}
