//! A pane's tree reduced to the paths that pass a test. It has folds of its own and starts unfolded.

use crate::stack::Stack;
use crate::stack::query::filter::Test;
use crate::stack::query::filtered_tree::{Filling, FilteredTree};
use crate::stack::query::outline::{Folds, Unfolded};
use crate::stack::query::tree::Tree;

/// A filtered tree and its folds.
pub(crate) struct FilteredPane {
    folds: Folds,
    filtered_tree: Option<(FilterKey, FilteredTree)>,
    /// The filtered tree that is being made.
    filling: Option<(FilterKey, Filling)>,
}

/// The inputs of a filtered tree: equal keys give equal trees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FilterKey {
    pub(crate) tree: Tree,
    /// Number of folded layers.
    pub(crate) folded: usize,
    /// Number of pairs of files not compared yet; 0 where the test does not depend on it.
    pub(crate) undecided: u64,
    /// The layer that wrote the package databases, where the test depends on them.
    pub(crate) database_layer: Option<usize>,
}

impl Default for FilteredPane {
    fn default() -> Self {
        let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
        Self { folds, filtered_tree: None, filling: None }
    }
}

impl FilteredPane {
    /// The folds and the filtered tree, if it was computed for `tree`.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        let (key, filtered_tree) = self.filtered_tree.as_ref()?;
        (key.tree == tree).then_some((&self.folds, filtered_tree))
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        &mut self.folds
    }

    /// Whether a filtered tree is being made.
    pub(super) const fn is_filling(&self) -> bool {
        self.filling.is_some()
    }

    /// Filters the tree of `key`, unless that is cached; tests and counts at most about `paths` paths. Returns whether other
    /// rows may be shown of the same tree than before.
    pub(crate) fn refresh(
        &mut self,
        stack: &Stack,
        key: FilterKey,
        test: &Test,
        paths: usize,
    ) -> bool {
        let same = |known: &FilterKey| FilterKey { tree: key.tree, ..*known } == key;
        let is_current = match &mut self.filtered_tree {
            Some((known, _)) if *known == key => true,
            Some((known, filtered_tree)) if same(known) => {
                let is_current = filtered_tree.retarget(stack, key.tree, test);
                if is_current {
                    *known = key;
                }
                is_current
            }
            _ => false,
        };
        let begun = self.filling.take().filter(|(known, _)| *known == key);
        if is_current {
            return false;
        }
        let is_new = begun.is_none();
        let (_, mut filling) = begun.unwrap_or_else(|| (key, stack.start_filter(key.tree)));
        if filling.step(stack, test, paths) {
            self.filtered_tree = Some((key, filling.finish()));
            return true;
        }
        self.filling = Some((key, filling));
        is_new
    }
}
