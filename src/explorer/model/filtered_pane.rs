//! A pane's tree narrowed to what passes a test, with folds of its own: unfolded, whatever the whole one is.

use crate::stack::Stack;
use crate::stack::query::filter::Test;
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::{Folds, Unfolded};
use crate::stack::query::tree::Tree;

/// See above.
pub(crate) struct FilteredPane {
    folds: Folds,
    sieve: Option<(FilterKey, FilteredTree)>,
}

/// What a sieve was made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FilterKey {
    pub(crate) tree: Tree,
    /// Layers that were folded.
    pub(crate) folded: usize,
    /// Pairs that were not compared, where that makes a difference.
    pub(crate) undecided: u64,
    /// Of the package databases, where those make a difference.
    pub(crate) database_layer: Option<usize>,
}

impl Default for FilteredPane {
    fn default() -> Self {
        Self { folds: Folds { unfolded: Unfolded::All, ..Folds::default() }, sieve: None }
    }
}

impl FilteredPane {
    /// The folds, and what passes: if that is known for this tree.
    pub(super) fn shown(&self, tree: Tree) -> Option<(&Folds, &FilteredTree)> {
        let (key, sieve) = self.sieve.as_ref()?;
        (key.tree == tree).then_some((&self.folds, sieve))
    }

    pub(super) const fn folds_mut(&mut self) -> &mut Folds {
        &mut self.folds
    }

    /// Finds out what passes, unless that is known. Returns whether something else may pass in the same tree than
    /// before.
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
