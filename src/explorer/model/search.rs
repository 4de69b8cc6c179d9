//! Search as you type over all paths of all layers, including removed, shadowed and not yet added ones. Text that no
//! path contains is matched by its letters (fuzzy), once all layers are folded.
//!
//! A hit that has no row at the selected layer is shown at the layer of its last event, with a notice.

use crate::explorer::model::input::Input;
use crate::explorer::model::state::{Pane, TreeView};
use crate::stack::NodeId;
use crate::stack::query::search::Hits;

/// Hits that are tried to find one that has a row at the selected layer.
pub(crate) const HITS_TRIED_MAX: usize = 256;

/// A search, being typed or accepted.
pub struct Search {
    /// The text of the prompt.
    pub input: Input,
    /// The hits; `None` while the prompt is empty.
    pub hits: Option<Hits>,
    /// Whether the prompt has the keys.
    pub typing: bool,
    /// Accepted without a hit while layers are being read: the first hit is shown when it is found.
    pub(crate) waiting: bool,
    /// A text that no path contains: then no path contains a longer one that starts with it.
    pub(crate) absent: Option<String>,
    /// The hit that this search put the cursor on, and the layer it was shown at.
    pub(crate) shown_hit: Option<(NodeId, usize)>,
    /// Position to return to when the search is cancelled.
    pub(crate) before: SavedPosition,
}

/// Selection and scroll positions before a search.
pub(crate) struct SavedPosition {
    pub(crate) layer: usize,
    pub(crate) focus: Pane,
    pub(crate) right: Pane,
    pub(crate) stack_top: usize,
    pub(crate) tree: TreeView,
    pub(crate) diff: TreeView,
    pub(crate) node: Option<NodeId>,
}
