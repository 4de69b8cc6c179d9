//! Keeping the waste list up to date.

use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Phase, State};
use crate::explorer::model::waste::WasteSummary;
use crate::stack::Stack;

/// Has the ledger ready while the waste page is open, before anybody asks for its lines.
pub(crate) fn refresh(state: &mut State, stack: &Stack) {
    let is_open = state.overlays.iter().any(|overlay| overlay.kind == OverlayKind::Waste);
    let now = (stack.folded(), state.phase == Phase::Done);
    if is_open && state.waste.as_ref().is_none_or(|ledger| ledger.as_of != now) {
        state.waste = Some(WasteSummary::new(stack, now));
    }
}
