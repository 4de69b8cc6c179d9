//! The range of layers that the changes pane shows.

use crate::explorer::model::state::State;

/// The range in words: `layer 3`, `layers 3 to 5`.
#[must_use]
pub fn words(state: &State) -> String {
    match state.range() {
        (from, to) if from == to => format!("layer {to}"),
        (from, to) => format!("layers {from} to {to}"),
    }
}
