//! The path under the cursor of the page of findings.

use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::state::State;
use crate::findings::place::Thing;
use crate::stack::NodeId;

/// The path of an item, and the layer that stores it.
pub(super) fn under_cursor(state: &State, item: usize) -> Option<(NodeId, usize)> {
    let Some(FindingsState::Done(report)) = &state.findings else { return None };
    let place = report.places().nth(item)?;
    match place.thing {
        Thing::Path(node) => Some((node, place.layer?)),
        Thing::Name(_) | Thing::Whole => None,
    }
}
