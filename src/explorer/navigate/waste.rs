//! Updating the waste page.

use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Phase, State};
use crate::explorer::model::waste::WasteSummary;
use crate::stack::Stack;

/// Computes the waste while its page is open. Must run before its lines are read.
pub(crate) fn refresh(state: &mut State, stack: &Stack) {
    let is_open = state.overlays.iter().any(|overlay| overlay.kind == OverlayKind::Waste);
    let now = (stack.folded(), state.phase == Phase::Done);
    if is_open && state.waste.as_ref().is_none_or(|summary| summary.as_of != now) {
        state.waste = Some(WasteSummary::new(stack, now));
    }
}
