//! Requests for the findings.

use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Phase, State};
use crate::stack::Stack;

/// Requests the findings, once, if their page is open and all layers are read.
pub(crate) fn want(state: &mut State, stack: &Stack) -> Option<Effect> {
    let is_open = state.overlays.iter().any(|top| top.kind == OverlayKind::Findings);
    let known = match &state.findings {
        None => false,
        Some(FindingsState::Running { .. }) => true,
        // Reading went on since.
        Some(FindingsState::Done(report)) => report.folded == stack.folded(),
    };
    if !is_open || known || state.phase != Phase::Done || state.image.is_none() {
        return None;
    }
    state.findings = Some(FindingsState::Running { files: 0 });
    Some(Effect::FindProblems)
}
