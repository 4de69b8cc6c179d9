//! A range of layers: from a marked one to the selected one. The changes pane shows what they did, taken together.

use crate::explorer::model::filtered_pane::FilteredPane;
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::Folds;
use crate::stack::query::tree::Tree;

/// The marked layer.
pub struct Mark {
    pub(crate) layer: usize,
    /// What changed at all, where no filter says more.
    pub(crate) narrowed: FilteredPane,
}

impl Mark {
    /// What the range changed, if that is known for this tree, and its folds.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        self.narrowed.shown(tree)
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        self.narrowed.folds_mut()
    }
}
