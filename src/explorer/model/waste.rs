//! Waste of the image, for the waste page. Computed when the page is opened and cached until more layers are folded: it
//! takes a pass over all stored files.

use crate::stack::Stack;
use crate::stack::query::waste::Balance;
use crate::stack::query::waste_cause::{Advice, LayerWaste, PathWaste};

/// Paths that are listed; the others are summed up.
const PATHS: usize = 500;

/// Waste by remedy, by layer and by path, most bytes first.
#[derive(Clone, Debug, PartialEq)]
pub struct WasteSummary {
    /// State of loading when it was computed: number of folded layers, and whether loading was done.
    pub(crate) as_of: (usize, bool),
    /// Stored and wasted bytes of the image.
    pub balance: Balance,
    /// Remedies, with the bytes they save and the number of stored files.
    pub advice: Vec<(Advice, u64, u64)>,
    /// Layers that store wasted bytes or cause waste.
    pub layers: Vec<(usize, LayerWaste)>,
    /// The paths that waste most.
    pub paths: Vec<PathWaste>,
    /// Bytes and number of the paths that are not listed.
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
