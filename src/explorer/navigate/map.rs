//! Updating the treemap and its selection.

use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Phase, State};
use crate::explorer::view;
use crate::stack::Stack;

/// Computes the tiles again after layers were folded.
pub(crate) fn refresh(state: &mut State, stack: &Stack) {
    let now = (stack.folded(), state.phase == Phase::Done);
    let is_open = state.overlays.iter().any(|overlay| overlay.kind == OverlayKind::Map);
    let Some(old) = state.map.as_ref().filter(|map| is_open && map.as_of != now) else { return };
    let (of, dir, selected, rests) = (old.of, old.dir, old.selected, old.rests.clone());
    let mut map = view::map::new(state, stack, of);
    (map.dir, map.rests) = (dir, rests);
    map.list(stack);
    map.selected = selected.min(map.tiles.len().saturating_sub(1));
    state.map = Some(map);
}

/// Puts the cursor on a tile.
pub(crate) fn select(state: &mut State, tile: usize) {
    if let Some(map) = &mut state.map {
        map.selected = tile.min(map.tiles.len().saturating_sub(1));
    }
}
