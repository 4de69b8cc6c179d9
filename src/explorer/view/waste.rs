//! The path under the cursor of the waste page.

use crate::explorer::model::state::State;
use crate::stack::NodeId;

/// The path of an item, and the layer that stores most of its wasted bytes.
pub(super) fn under_cursor(state: &State, item: usize) -> Option<(NodeId, usize)> {
    let summary = state.waste.as_ref()?;
    let path = summary.paths.get(item.checked_sub(summary.layers.len())?)?;
    Some((path.node, path.largest()?.wasted.layer))
}
