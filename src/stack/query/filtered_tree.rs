//! The paths of a tree that pass a test, and the directories above them.
//!
//! Paths are kept as bits, and for each directory the numbers of rows, so that [`crate::stack::query::outline`] numbers the
//! rows of a filtered tree as those of a whole one. For another layer only the paths with events in the layers between the
//! two are tested again, of those whose names pass.

use std::ops::Range;

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::filter::Test;
use crate::stack::query::search::BitSet;
use crate::stack::query::tree::Tree;

/// The part of a tree that passes a test.
pub struct FilteredTree {
    tree: Tree,
    /// Numbers of folded layers and of paths when it was made.
    made_of: (usize, usize),
    passed: BitSet,
    /// Paths that passed and the directories above them.
    shown: BitSet,
    count: usize,
    /// By directory index.
    rows: Vec<Rows>,
}

#[derive(Clone, Copy, Default)]
struct Rows {
    /// Rows below the directory with all directories unfolded.
    below: u32,
    /// Children with rows.
    children: u32,
}

/// A filtered tree that is being made in steps of bounded cost.
pub struct Filling {
    filtered: FilteredTree,
    /// The first word of paths that is not tested yet.
    next: usize,
    /// The end of the words whose rows are not counted yet.
    uncounted: usize,
}

impl Stack {
    /// The part of a tree that passes a test.
    #[must_use]
    pub fn filter_tree(&self, tree: Tree, test: &Test) -> FilteredTree {
        let mut filling = self.start_filter(tree);
        filling.step(self, test, usize::MAX);
        filling.finish()
    }

    /// Starts a filtered tree; [`Filling::step`] makes it.
    #[must_use]
    pub fn start_filter(&self, tree: Tree) -> Filling {
        let paths = self.arena.len();
        let filtered = FilteredTree {
            tree,
            made_of: (self.folded(), paths),
            passed: BitSet::of(paths),
            shown: BitSet::of(paths),
            count: 0,
            rows: vec![Rows::default(); self.arena.dirs.len()],
        };
        let uncounted = filtered.shown.words();
        Filling { filtered, next: 0, uncounted }
    }
}

impl Filling {
    /// Tests or counts about `paths` paths. Returns whether the tree is finished.
    pub fn step(&mut self, stack: &Stack, test: &Test, paths: usize) -> bool {
        let (mut words, all) = (paths.div_ceil(64), self.filtered.shown.words());
        if self.next == 0 && !matches!(self.filtered.tree, Tree::Merged(_)) {
            self.filtered.test_events(stack, test);
            self.next = all;
        }
        let tested = self.next..self.next.saturating_add(words).min(all);
        words -= tested.len();
        self.next = tested.end;
        self.filtered.test_paths(stack, test, tested);
        let counted = self.uncounted.saturating_sub(words)..self.uncounted;
        if self.next == all {
            self.uncounted = counted.start;
            self.filtered.count_rows(stack, counted);
        }
        self.uncounted == 0
    }

    /// The tree, once it is finished.
    #[must_use]
    pub fn finish(self) -> FilteredTree {
        self.filtered
    }
}

impl FilteredTree {
    /// Replaces the tree by another one, for the same test. Returns `false` and changes nothing if too much differs: then
    /// a new tree costs less.
    pub fn retarget(&mut self, stack: &Stack, tree: Tree, test: &Test) -> bool {
        if self.made_of != (stack.folded(), stack.arena.len()) {
            return false;
        }
        let events = between(self.tree, tree).map(|(from, to)| stack.events_of(from, to));
        let Some(events) = events.filter(|events| events.len() < stack.arena.len() / 4) else {
            return false;
        };
        self.tree = tree;
        for event in events {
            let node = stack.events.node(event);
            if node != 0 && test.may_pass(node) {
                self.set(stack, node, stack.passes(node, tree, test));
            }
        }
        true
    }

    /// The number of paths that passed.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether the path has a row: the path or one below it passed.
    #[must_use]
    pub fn shows(&self, node: NodeId) -> bool {
        self.shown.has(node.0)
    }

    /// Rows below a directory, by its index.
    pub(super) fn below(&self, dir: u32) -> u32 {
        self.rows.get(dir as usize).map_or(0, |rows| rows.below)
    }

    /// Children with rows of a directory, by its index.
    pub(super) fn children(&self, dir: u32) -> u32 {
        self.rows.get(dir as usize).map_or(0, |rows| rows.children)
    }

    /// Tests the paths in these words.
    fn test_paths(&mut self, stack: &Stack, test: &Test, words: Range<usize>) {
        test.each_candidate(words, stack.arena.len() as u32, &mut |node| {
            self.test(stack, test, node);
        });
    }

    /// Tests the paths with events in the layers of the tree.
    fn test_events(&mut self, stack: &Stack, test: &Test) {
        let (from, to) = match self.tree {
            Tree::Range(from, to) => (from, to),
            Tree::Merged(layer) | Tree::Diff(layer) => (layer, layer),
        };
        for event in stack.events_of(from, to) {
            let node = stack.events.node(event);
            if test.may_pass(node) {
                self.test(stack, test, node);
            }
        }
    }

    fn test(&mut self, stack: &Stack, test: &Test, node: u32) {
        if node != 0 && stack.passes(node, self.tree, test) && self.passed.insert(node) {
            self.shown.insert(node);
            self.count += 1;
        }
    }

    /// Counts the rows of the paths in these words, and shows the directories above them. Later words must be counted: ids
    /// of children are larger than those of their parents.
    fn count_rows(&mut self, stack: &Stack, words: Range<usize>) {
        let rows = &mut self.rows;
        self.shown.each_downwards(words, |node| {
            let own = match stack.arena.dir(node) {
                NONE => 0,
                dir => rows[dir as usize].below,
            };
            let parent = stack.arena.parent(node);
            let above = &mut rows[stack.arena.dir(parent) as usize];
            above.children += 1;
            above.below += 1 + own;
            (parent != 0).then_some(parent)
        });
    }

    /// Sets whether a path passes, and updates the rows of the directories above it.
    fn set(&mut self, stack: &Stack, node: u32, passes: bool) {
        if passes == self.passed.has(node) {
            return;
        }
        self.passed.put(node, passes);
        self.count = if passes { self.count + 1 } else { self.count - 1 };
        let by =
            |number: u32, by: u32| if passes { number + by } else { number.saturating_sub(by) };
        // `toggles`: the row of `node` appears or disappears. `changed`: the rows that do so, up to `node`.
        let (mut node, mut changed, mut toggles) = (node, 0, true);
        while node != 0 {
            // A directory above a path that passes keeps its row.
            let unneeded = self.children(stack.arena.dir(node)) == 0 && !self.passed.has(node);
            toggles = toggles && if passes { !self.shown.has(node) } else { unneeded };
            if toggles {
                self.shown.put(node, passes);
                changed += 1;
            }
            if changed == 0 {
                return;
            }
            node = stack.arena.parent(node);
            let Some(rows) = self.rows.get_mut(stack.arena.dir(node) as usize) else { return };
            rows.below = by(rows.below, changed);
            if toggles {
                rows.children = by(rows.children, 1);
            }
        }
    }
}

/// The layers whose events can make a difference between two trees; `None` if all can.
fn between(one: Tree, other: Tree) -> Option<(usize, usize)> {
    match (one, other) {
        (Tree::Merged(one), Tree::Merged(other)) => Some((one.min(other), one.max(other))),
        (Tree::Range(from, one), Tree::Range(same, other)) if from == same => {
            Some((one.min(other) + 1, one.max(other)))
        }
        (Tree::Range(one, to), Tree::Range(other, same)) if to == same => {
            Some((one.min(other), one.max(other).saturating_sub(1)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;
    use crate::stack::query::filter::Criteria;
    use crate::stack::query::outline::{Folds, Outline, Unfolded};

    /// Every path comes and goes, each in other layers.
    fn stack() -> Stack {
        let layer = |layer: u32| {
            let files = (0..200).filter_map(|n: u32| match (n / 3 + layer * 7) % 5 {
                0 => Some(format!("+d{}/e{}/f{n}:1", n % 3, n % 7)),
                1 if layer > 0 => Some(format!("-d{}/e{}/f{n}", n % 3, n % 7)),
                2 if layer > 2 && n.is_multiple_of(41) => Some(format!("-d{}/e{}", n % 3, n % 7)),
                _ => None,
            });
            files.collect::<Vec<_>>().join(" ")
        };
        let layers: Vec<String> = (0..9).map(layer).collect();
        notation::stack(&layers.join(" | ")).unwrap().0
    }

    fn rows(stack: &Stack, filtered: &FilteredTree) -> Vec<NodeId> {
        let folds = Folds { unfolded: Unfolded::All, ..Folds::default() };
        let outline = Outline::new(stack, filtered.tree, &folds, Some(filtered), None);
        outline.rows(0..outline.len()).iter().map(|row| row.node).collect()
    }

    #[test]
    fn a_tree_made_in_steps_or_from_another_one_is_the_same() {
        let stack = stack();
        for ghosts in [false, true] {
            let test = stack.test(&[], Criteria { ghosts, ..Criteria::default() });
            let mut moved = stack.filter_tree(Tree::Merged(0), &test);
            for layer in [0, 1, 2, 8, 7, 3, 4, 0, 8, 5] {
                let tree = Tree::Merged(layer);
                let whole = stack.filter_tree(tree, &test);
                let (mut filling, mut turns) = (stack.start_filter(tree), 1);
                while !filling.step(&stack, &test, 64) {
                    turns += 1;
                }
                assert!(turns > 3, "{turns}");
                if !moved.retarget(&stack, tree, &test) {
                    moved = stack.filter_tree(tree, &test);
                }
                for other in [&filling.finish(), &moved] {
                    assert_eq!(rows(&stack, other), rows(&stack, &whole), "{layer} {ghosts}");
                    assert_eq!(other.count(), whole.count());
                }
                let expected = (1..stack.path_count() as u32).map(NodeId).filter(|&node| {
                    stack.visible(node, layer).is_some()
                        || (ghosts && stack.removal(node, layer).is_some())
                        || stack.removal(node, layer).is_some_and(|change| change.layer == layer)
                });
                assert_eq!(whole.count(), expected.count(), "{layer} {ghosts}");
            }
        }
    }
}
