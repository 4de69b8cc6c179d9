//! Search as you type: in the trees over all paths of all layers, including removed, shadowed and not yet added ones; in
//! the stack over the layers' commands. Text that no path contains is matched by its letters (fuzzy), once all layers are
//! folded.
//!
//! A hit that has no row at the selected layer is shown at the layer of its last event, with a notice.

use crate::explorer::model::input::Input;
use crate::explorer::model::pane::Pane;
use crate::explorer::model::tree_view::TreeView;
use crate::stack::NodeId;
use crate::stack::query::ranked::Ranked;
use crate::stack::query::search::Hits;

/// A search, being typed or accepted.
pub struct Search {
    /// The text of the prompt.
    pub input: Input,
    /// What was found; `None` while the prompt is empty.
    pub found: Option<Found>,
    /// Number of the selected hit.
    pub selected: usize,
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

/// What a search found.
pub enum Found {
    /// Paths.
    Paths {
        /// The hits.
        hits: Hits,
        /// The hits, the best first.
        ranked: Ranked,
    },
    /// Layers whose commands contain the words, the lowest first.
    Layers(Vec<usize>),
}

impl Found {
    /// The number of hits.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Paths { hits, .. } => hits.len(),
            Self::Layers(layers) => layers.len(),
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the letters were matched with others between them.
    #[must_use]
    pub const fn is_fuzzy(&self) -> bool {
        matches!(self, Self::Paths { hits, .. } if hits.is_fuzzy())
    }

    /// Whether a path was found.
    #[must_use]
    pub fn contains(&self, node: NodeId) -> bool {
        matches!(self, Self::Paths { hits, .. } if hits.contains(node))
    }
}

impl Search {
    /// Whether it searches the layers' commands.
    #[must_use]
    pub fn is_of_layers(&self) -> bool {
        self.before.focus == Pane::Stack
    }
}

/// Selection and scroll positions before a search.
pub(crate) struct SavedPosition {
    pub(crate) layer: usize,
    pub(crate) focus: Pane,
    pub(crate) right: Pane,
    pub(crate) stack_top: usize,
    pub(crate) tree: TreeView,
    pub(crate) diff: TreeView,
}
