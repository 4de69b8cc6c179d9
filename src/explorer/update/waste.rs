//! The keys of the waste page: what Enter on an item does.

use crate::explorer::model::state::State;
use crate::explorer::{navigate, update};
use crate::stack::Stack;

/// Enter on an item of the page: selects the layer, or shows the path at the layer that removed or replaced it.
pub(super) fn choose(state: &mut State, stack: &Stack, item: usize) {
    let Some(summary) = &state.waste else { return };
    if let Some(&(layer, _)) = summary.layers.get(item) {
        state.overlays.clear();
        navigate::layers::select(state, layer);
        return;
    }
    let path = summary.paths.get(item - summary.layers.len());
    let Some((node, piece)) = path.and_then(|path| Some((path.node, *path.largest()?))) else {
        return;
    };
    state.overlays.clear();
    navigate::layers::select(state, piece.culprit);
    update::search::jump(state, stack, node);
}
