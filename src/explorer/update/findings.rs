//! The pages of what to fix: going between waste and findings, and Enter on a finding.

use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::State;
use crate::explorer::{navigate, update};
use crate::findings::place::Thing;
use crate::stack::Stack;

/// `W`: opens the waste.
pub(super) fn open(state: &mut State, stack: &Stack) {
    if state.comparison.is_some() {
        state.notice = Some("a comparison wastes nothing: Esc goes back to the image".into());
    } else {
        navigate::overlay::open(state, stack, OverlayKind::Waste);
    }
}

/// Tab: from waste to findings, and back.
pub(super) fn turn(state: &mut State, stack: &Stack) {
    let Some(top) = state.overlays.pop() else { return };
    let other = match top.kind {
        OverlayKind::Waste => OverlayKind::Findings,
        _ => OverlayKind::Waste,
    };
    navigate::overlay::open(state, stack, other);
}

/// Enter: shows the path in the layer that stores it, the layer, or the image's configuration.
pub(super) fn choose(state: &mut State, stack: &Stack, item: usize) {
    let Some(FindingsState::Done(report)) = &state.findings else { return };
    let Some(place) = report.places().nth(item).cloned() else { return };
    let step = place.step.and_then(|step| state.image.as_ref()?.history.get(step)?.layer);
    let Some(layer) = place.layer.or(step) else {
        // It is in the configuration.
        return navigate::overlay::open(state, stack, OverlayKind::Image);
    };
    state.overlays.clear();
    navigate::layers::select(state, layer);
    if let Thing::Path(node) = place.thing {
        update::search::jump(state, stack, node);
    }
}
