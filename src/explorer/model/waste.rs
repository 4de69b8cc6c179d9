//! What the image wastes, asked for once and kept until more layers are folded: the waste page shows it, and adding it
//! up costs a look at every stored file.

use crate::stack::Stack;
use crate::stack::query::waste::Balance;
use crate::stack::query::waste_cause::{Advice, LayerWaste, PathWaste};

/// Paths that the page names; the rest is a sum.
const PATHS: usize = 500;

/// Waste by what helps, by layer and by path, most first. All sums are over the same pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct WasteSummary {
    /// When it was true: layers folded, and whether more is to come.
    pub(crate) as_of: (usize, bool),
    /// The image's bytes.
    pub balance: Balance,
    /// What would get bytes back: how many, in how many stored files.
    pub advice: Vec<(Advice, u64, u64)>,
    /// Layers that waste or make waste.
    pub layers: Vec<(usize, LayerWaste)>,
    /// The paths that waste most.
    pub paths: Vec<PathWaste>,
    /// Bytes and number of the paths beyond those.
    pub rest: (u64, usize),
}

impl WasteSummary {
    pub(crate) fn new(stack: &Stack, as_of: (usize, bool)) -> Self {
        let losses = stack.waste_report();
        let mut paths = losses.by_path(stack);
        let rest = paths.split_off(paths.len().min(PATHS));
        Self {
            as_of,
            balance: stack.balance(),
            advice: losses.by_advice(),
            layers: losses.layers_most_first(stack.layer_count()),
            paths,
            rest: (rest.iter().map(|path| path.bytes).sum(), rest.len()),
        }
    }
}
