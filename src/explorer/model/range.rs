//! A range of layers, from the marked to the selected one. The changes pane shows their combined changes.

use crate::explorer::model::filtered_pane::FilteredPane;
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::Folds;
use crate::stack::query::tree::Tree;

/// The marked layer.
pub struct Mark {
    pub(crate) layer: usize,
    /// The changed paths, shown where no filter is on.
    pub(crate) filtered: FilteredPane,
}

impl Mark {
    /// The folds and the changed paths, if they were computed for `tree`.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        self.filtered.shown(tree)
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        self.filtered.folds_mut()
    }
}
