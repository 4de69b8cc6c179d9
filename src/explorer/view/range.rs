//! Label of the range of layers in the changes pane.

use crate::explorer::model::state::State;
use crate::text::{Visible, visible};

/// `layer 3`, `layers 3 to 5`.
#[must_use]
pub fn label(state: &State) -> Visible<'static> {
    match state.range() {
        (from, to) if from == to => visible!["layer ", to],
        (from, to) => visible!["layers ", from, " to ", to],
    }
}
