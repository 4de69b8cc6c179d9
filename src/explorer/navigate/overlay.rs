//! Opening, closing and scrolling overlays.

use crate::explorer::model::action::entry::Context;
use crate::explorer::model::input::Input;
use crate::explorer::model::overlay::{Overlay, OverlayKind};
use crate::explorer::model::state::State;
use crate::explorer::navigate;
use crate::explorer::view::overlay::{PlacedOverlay, is_first_choice, place};
use crate::explorer::view::page;
use crate::stack::Stack;
use crate::text::visible;

/// Opens an overlay over what is open.
pub fn open(state: &mut State, stack: &Stack, kind: OverlayKind) {
    let mut overlay = Overlay {
        kind,
        selected: 0,
        top: 0,
        input: Input::default(),
        typing: false,
        all: false,
        marked: None,
    };
    if let OverlayKind::History(node) = kind {
        // The cursor starts on the event that made the path what it is at the selected layer.
        let steps = stack.history(node);
        overlay.selected = steps.iter().rposition(|step| step.layer <= state.layer).unwrap_or(0);
    }
    state.overlays.retain(|other| other.kind != kind);
    state.overlays.push(overlay);
    navigate::waste::refresh(state, stack);
    keep_in_view(state, stack);
}

/// Closes the topmost overlay. The list of images stays while no image is open.
pub fn close(state: &mut State) {
    if is_first_choice(state) {
        let quit = state.keymap.rewritten("q", &[Context::Overlay]);
        state.notice = Some(visible!["choose an image with Enter, or quit with ", quit]);
    } else {
        state.overlays.pop();
    }
}

/// Moves the cursor among items; scrolls a page without items.
pub fn step(state: &mut State, stack: &Stack, by: isize) {
    let Some(overlay) = state.overlays.last() else { return };
    let placed = place(state, stack, overlay);
    let Some(overlay) = state.overlays.last_mut() else { return };
    if placed.page.items == 0 {
        let most = placed.page.lines.len().saturating_sub(usize::from(placed.body.height));
        overlay.top = overlay.top.saturating_add_signed(by).min(most);
    } else {
        overlay.selected = overlay.selected.saturating_add_signed(by).min(placed.page.items - 1);
        keep_in_view(state, stack);
    }
}

/// Puts the cursor on an item.
pub fn select(state: &mut State, stack: &Stack, item: usize) {
    if let Some(overlay) = state.overlays.last_mut() {
        overlay.selected = item;
        step(state, stack, 0);
    }
}

/// `/`: typed text narrows the list.
pub fn start_typing(state: &mut State, stack: &Stack) {
    if let Some(overlay) = state.overlays.last_mut() {
        overlay.typing = true;
    }
    keep_in_view(state, stack);
}

/// Ends the typing; the list stays filtered if `keep`.
pub fn stop_typing(state: &mut State, stack: &Stack, keep: bool) {
    if let Some(overlay) = state.overlays.last_mut() {
        overlay.typing = false;
        if !keep {
            overlay.input = Input::default();
        }
    }
    keep_in_view(state, stack);
}

/// `a`: lists intermediate images too, or not.
pub fn list_all(state: &mut State, stack: &Stack) {
    if let Some(overlay) = state.overlays.last_mut() {
        overlay.all = !overlay.all;
    }
    keep_in_view(state, stack);
}

/// Marks the version under the cursor of a history, or takes the mark away.
pub fn mark_version(state: &mut State) {
    if let Some(top) =
        state.overlays.last_mut().filter(|top| matches!(top.kind, OverlayKind::History(_)))
    {
        top.marked = (top.marked != Some(top.selected)).then_some(top.selected);
    }
}

/// Scrolls so that the selected item is visible; also after the size or the contents changed.
pub fn keep_in_view(state: &mut State, stack: &Stack) {
    let Some(overlay) = state.overlays.last() else { return };
    let PlacedOverlay { body, page, .. } = place(state, stack, overlay);
    let height = usize::from(body.height).max(1);
    let selected = overlay.selected.min(page.items.saturating_sub(1));
    let mut top = overlay.top.min(page.lines.len().saturating_sub(height));
    let belongs = |line: &page::writer::OverlayLine| line.item == Some(selected);
    if let (Some(first), Some(last)) =
        (page.lines.iter().position(belongs), page.lines.iter().rposition(belongs))
    {
        // Lines above the first and below the last item are shown with it; a long item is shown from its start.
        let first = if selected == 0 { 0 } else { first };
        let last = if selected + 1 == page.items { page.lines.len() - 1 } else { last };
        top = top.max((last + 1).saturating_sub(height)).min(first);
    }
    if let Some(overlay) = state.overlays.last_mut() {
        (overlay.selected, overlay.top) = (selected, top);
    }
}
