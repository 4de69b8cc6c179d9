//! The area of the treemap, and the path under its cursor.

use std::collections::HashMap;

use crate::explorer::model::map::{Treemap, TreemapContent, WasteByPath};
use crate::explorer::model::{Phase, Rect, State};
use crate::stack::{NodeId, Stack};

/// The area of the treemap, which is the screen without the line of hints; and the area of its tiles.
#[must_use]
pub fn area(state: &State) -> (Rect, Rect) {
    crate::explorer::view::file::area(state)
}

pub(crate) fn new(state: &State, stack: &Stack, of: TreemapContent) -> Treemap {
    let waste =
        if of == TreemapContent::Wasted { WasteByPath::new(stack) } else { WasteByPath::default() };
    let as_of = (stack.folded(), state.phase == Phase::Done);
    let (tiles, rests) = (Vec::new(), Vec::new());
    let (owners, inside) = (HashMap::new(), HashMap::new());
    let dir = NodeId::ROOT;
    let mut map = Treemap { of, dir, tiles, selected: 0, rests, owners, inside, as_of, waste };
    map.enter(stack, NodeId::ROOT);
    map
}

/// The path of the selected tile, and the layer whose tree has it: for wasted bytes the layer that stores them, for a
/// directory with wasted bytes below it the last layer.
pub(super) fn under_cursor(state: &State) -> Option<(NodeId, usize)> {
    let map = state.map.as_ref()?;
    let tile = map.tiles.get(map.selected)?;
    let layer = match map.of {
        TreemapContent::Merged(layer) => layer,
        TreemapContent::Wasted => {
            map.waste.own(tile.node).map_or(usize::MAX, |waste| waste.stored_by)
        }
    };
    Some((tile.node, layer))
}
