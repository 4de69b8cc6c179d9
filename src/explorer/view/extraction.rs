//! The path that an extraction would take.

use crate::explorer::model::{OverlayKind, Pane, State};
use crate::explorer::view;
use crate::stack::{ChangeKind, NodeId, Stack};

/// The path under the cursor, and the layer whose tree has it.
pub(crate) fn under_cursor(state: &State, stack: &Stack) -> Option<(NodeId, usize)> {
    let (node, layer) = match state.overlays.last().map(|top| (top.kind, top.selected)) {
        None => {
            let pane = view::trees::pane_of_path(state);
            let node = view::trees::current_row(state, stack, pane)?.node;
            (node, if pane == Pane::Diff { state.layer } else { state.shown_layer(stack)? })
        }
        Some((OverlayKind::History(node), selected)) => {
            (node, stack.history(node).get(selected)?.layer)
        }
        Some((OverlayKind::Map, _)) => crate::explorer::view::map::under_cursor(state)?,
        Some((OverlayKind::Waste, selected)) => {
            crate::explorer::view::waste::under_cursor(state, selected)?
        }
        Some((OverlayKind::Findings, selected)) => {
            crate::explorer::view::findings::under_cursor(state, selected)?
        }
        Some((OverlayKind::Contents(_), selected)) => {
            crate::explorer::view::contents::under_cursor(state, selected)?
        }
        Some(_) => return None,
    };
    let layer = layer.min(stack.folded().checked_sub(1)?);
    if stack.visible(node, layer).is_some() {
        return Some((node, layer));
    }
    let removal = stack.history(node).into_iter();
    let removal =
        removal.filter(|step| step.layer <= layer).rfind(|step| step.event == ChangeKind::Removed);
    let before = removal?.layer.checked_sub(1)?;
    stack.visible(node, before).map(|_| (node, before))
}
