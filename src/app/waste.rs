//! What the image wastes, asked for once and kept until more layers are folded: the waste page shows it, and adding it
//! up costs a look at every stored file.

use crate::stack::loss::{Advice, LayerWaste, PathWaste};
use crate::stack::waste::Balance;
use crate::stack::{NodeId, Stack};

use super::find;
use super::layers;
use super::overlay::Kind;
use super::state::{Phase, State};

/// Paths that the page names; the rest is a sum.
const PATHS: usize = 500;

/// Waste by what helps, by layer and by path, most first. All sums are over the same pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// When it was true: layers folded, and whether more is to come.
    made: (usize, bool),
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

impl Ledger {
    fn new(stack: &Stack, made: (usize, bool)) -> Self {
        let losses = stack.losses();
        let mut paths = losses.by_path(stack);
        let rest = paths.split_off(paths.len().min(PATHS));
        Self {
            made,
            balance: stack.balance(),
            advice: losses.by_advice(),
            layers: losses.layers_most_first(stack.layer_count()),
            paths,
            rest: (rest.iter().map(|path| path.bytes).sum(), rest.len()),
        }
    }
}

/// Has the ledger ready while the waste page is open, before anybody asks for its lines.
pub(super) fn refresh(state: &mut State, stack: &Stack) {
    let is_open = state.overlays.iter().any(|overlay| overlay.kind == Kind::Waste);
    let now = (stack.folded(), state.phase == Phase::Done);
    if is_open && state.waste.as_ref().is_none_or(|ledger| ledger.made != now) {
        state.waste = Some(Ledger::new(stack, now));
    }
}

/// The path of an item of the page, and the layer that stores most of what it wastes.
pub(super) fn under_cursor(state: &State, item: usize) -> Option<(NodeId, usize)> {
    let ledger = state.waste.as_ref()?;
    let path = ledger.paths.get(item.checked_sub(ledger.layers.len())?)?;
    Some((path.node, path.largest()?.wasted.layer))
}

/// Enter on an item of the page: the layer, or the path where it went out of sight.
pub(super) fn choose(state: &mut State, stack: &Stack, item: usize) {
    let Some(ledger) = &state.waste else { return };
    if let Some(&(layer, _)) = ledger.layers.get(item) {
        state.overlays.clear();
        layers::select(state, stack, layer);
        return;
    }
    let path = ledger.paths.get(item - ledger.layers.len());
    let Some((node, piece)) = path.and_then(|path| Some((path.node, *path.largest()?))) else {
        return;
    };
    state.overlays.clear();
    layers::select(state, stack, piece.culprit);
    find::jump(state, stack, node);
}
