//! A pane's tree reduced to the paths that pass a test. It has folds of its own and starts unfolded.

use crate::stack::Stack;
use crate::stack::query::filter::Test;
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::{Folds, Unfolded};
use crate::stack::query::tree::Tree;

/// A filtered tree and its folds.
pub(crate) struct FilteredPane {
    folds: Folds,
    sieve: Option<(FilterKey, FilteredTree)>,
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
        Self { folds: Folds { unfolded: Unfolded::All, ..Folds::default() }, sieve: None }
    }
}

impl FilteredPane {
    /// The folds and the filtered tree, if it was computed for `tree`.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        let (key, sieve) = self.sieve.as_ref()?;
        (key.tree == tree).then_some((&self.folds, sieve))
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        &mut self.folds
    }

    /// Filters the tree of `key`, unless that is cached. Returns whether other paths may pass in the same tree than before.
    pub(crate) fn refresh(&mut self, stack: &Stack, key: FilterKey, test: &Test) -> bool {
        let same = |known: &FilterKey| FilterKey { tree: key.tree, ..*known } == key;
        match &mut self.sieve {
            Some((known, _)) if *known == key => false,
            Some((known, sieve)) if same(known) => {
                sieve.retarget(stack, key.tree, test);
                *known = key;
                false
            }
            other => {
                *other = Some((key, stack.filter_tree(key.tree, test)));
                true
            }
        }
    }
}
