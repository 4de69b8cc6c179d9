//! Search as you type, over every path any layer ever named: also removed, shadowed and not yet added ones. What is
//! nowhere as it was typed is looked for by its letters, once all layers are there.
//!
//! A path that has no row at the selected layer is shown at the layer of its last event, and the user is told.

use crate::explorer::model::input::Input;
use crate::explorer::model::state::{Pane, TreeView};
use crate::stack::NodeId;
use crate::stack::query::search::Hits;

/// How many hits are looked at to find one that needs no other layer.
pub(crate) const HITS_TRIED_MAX: usize = 256;

/// A search, being typed or accepted.
pub struct Search {
    /// What was typed.
    pub input: Input,
    /// What it found; `None` while nothing is typed.
    pub hits: Option<Hits>,
    /// Keys go to the prompt.
    pub typing: bool,
    /// Accepted before anything was found, while layers were still being read: the first find is shown.
    pub(crate) waiting: bool,
    /// What no path has as it was typed: then none has what is longer.
    pub(crate) absent: Option<String>,
    /// The hit that this search put the cursor on, and the layer it was shown at.
    pub(crate) shown_hit: Option<(NodeId, usize)>,
    /// Where the user was before.
    pub(crate) before: SavedPosition,
}

/// What a search may move, to move it back.
pub(crate) struct SavedPosition {
    pub(crate) layer: usize,
    pub(crate) focus: Pane,
    pub(crate) right: Pane,
    pub(crate) stack_top: usize,
    pub(crate) tree: TreeView,
    pub(crate) diff: TreeView,
    pub(crate) node: Option<NodeId>,
}
