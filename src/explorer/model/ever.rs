//! Everything ever: the merged tree with all that any layer up to the selected one had, removed paths in their places.

use crate::explorer::model::filtered_pane::{FilterKey, FilteredPane};
use crate::stack::Stack;
use crate::stack::query::filter::{Criteria, Test};
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::tree::Tree;

/// Paths tested for one message, some 5 ms, so that the next key is not delayed.
const PATHS_A_TURN: usize = 1 << 18;

/// The rows of the tree with everything ever, computed in turns.
pub struct Ever {
    filtered: FilteredPane,
    test: Test,
}

impl Ever {
    /// Nothing computed yet.
    #[must_use]
    pub(crate) fn new(stack: &Stack) -> Self {
        let ghosts = Criteria { ghosts: true, ..Criteria::default() };
        Self { filtered: FilteredPane::default(), test: stack.test(&[], ghosts) }
    }

    /// The rows, if they were computed for `tree`.
    pub(super) fn shown(&self, tree: Tree) -> Option<&FilteredTree> {
        self.filtered.shown(tree).map(|(_, rows)| rows)
    }

    /// Whether the rows are being computed.
    #[must_use]
    pub const fn is_filling(&self) -> bool {
        self.filtered.is_filling()
    }

    /// Computes the next rows for `tree`. Returns whether other rows may be shown of the same tree than before.
    pub(crate) fn refresh(&mut self, stack: &Stack, tree: Tree) -> bool {
        let key = FilterKey { tree, folded: stack.folded(), undecided: 0, database_layer: None };
        self.filtered.refresh(stack, key, &self.test, PATHS_A_TURN)
    }
}
