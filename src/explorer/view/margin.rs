//! The margin of the stack: what each layer did to the path under the cursor.
//!
//! A path has few events and a directory one record a layer, so the margin costs a little for each layer, whatever the size
//! of the image.

use crate::explorer::model::State;
use crate::explorer::model::role::Role;
use crate::explorer::view::{marker, trees};
use crate::stack::{NodeId, Stack};

/// The history of one path, by layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// By layer, lowest first: the sign of the event of the path.
    pub signs: Vec<Option<(char, Role)>>,
    /// By layer: the bytes that it stores below the directory; 0 for all but directories.
    pub bytes: Vec<u64>,
    /// The layer that wrote what is visible at the selected one.
    pub owner: Option<usize>,
}

impl Margin {
    /// The margin of the selected path; empty where no path is selected.
    #[must_use]
    pub fn of(state: &State, stack: &Stack) -> Self {
        let Some(node) = trees::current(state, stack) else { return Self::default() };
        let shown = state.shown_layer(stack);
        Self::of_path(stack, node, shown.unwrap_or(0))
    }

    /// The margin of a path whose visible version is that at `layer`.
    #[must_use]
    pub fn of_path(stack: &Stack, node: NodeId, layer: usize) -> Self {
        let mut signs = vec![None; stack.folded()];
        for step in stack.history(node) {
            let sign = if step.opaque { marker::OPAQUE } else { marker::change(step.event) };
            signs[step.layer] = Some(sign);
        }
        let mut bytes = vec![0; stack.folded()];
        for (layer, below) in stack.below(node) {
            bytes[layer] = below.stored;
        }
        let owner = stack.visible(node, layer).map(|version| version.layer);
        Self { signs, bytes, owner }
    }
}
