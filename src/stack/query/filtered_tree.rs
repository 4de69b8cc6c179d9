//! The paths of a tree that pass a test, and the directories above them.
//!
//! Paths are kept as bits, and for each directory the numbers of rows, so that [`crate::stack::query::outline`] numbers the
//! rows of a filtered tree as those of a whole one. For another layer only the paths with events in the layers between the
//! two are tested again, of those whose names pass.

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

impl Stack {
    /// The part of a tree that passes a test.
    #[must_use]
    pub fn filter_tree(&self, tree: Tree, test: &Test) -> FilteredTree {
        let paths = self.arena.len();
        let mut filtered = FilteredTree {
            tree,
            made_of: (self.folded(), paths),
            passed: BitSet::of(paths),
            shown: BitSet::of(paths),
            count: 0,
            rows: vec![Rows::default(); self.arena.dirs.len()],
        };
        filtered.fill(self, test);
        filtered
    }
}

impl FilteredTree {
    /// Replaces the tree by another one, for the same test.
    pub fn retarget(&mut self, stack: &Stack, tree: Tree, test: &Test) {
        if self.made_of != (stack.folded(), stack.arena.len()) {
            *self = stack.filter_tree(tree, test);
            return;
        }
        let before = std::mem::replace(&mut self.tree, tree);
        let events = between(before, tree).map(|(from, to)| stack.events_of(from, to));
        let Some(events) = events.filter(|events| events.len() < stack.arena.len() / 4) else {
            self.passed.clear();
            self.shown.clear();
            self.count = 0;
            self.rows.fill(Rows::default());
            self.fill(stack, test);
            return;
        };
        for event in events {
            let node = stack.events.node(event);
            if node != 0 && test.may_pass(node) {
                self.set(stack, node, stack.passes(node, tree, test));
            }
        }
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

    /// Tests all paths of the tree.
    fn fill(&mut self, stack: &Stack, test: &Test) {
        let tree = self.tree;
        let mut visit = |node: u32| {
            let passes = node != 0 && test.may_pass(node) && stack.passes(node, tree, test);
            if passes && self.passed.insert(node) {
                self.shown.insert(node);
                self.count += 1;
            }
        };
        match tree {
            Tree::Merged(_) => test.each_candidate(stack.arena.len() as u32, &mut visit),
            Tree::Diff(layer) | Tree::Range(_, layer) => {
                let from = if let Tree::Range(from, _) = tree { from } else { layer };
                let events = stack.events_of(from, layer);
                events.map(|event| stack.events.node(event)).for_each(&mut visit);
            }
        }
        let rows = &mut self.rows;
        // Ids of children are larger than those of their parents: children come first.
        self.shown.each_downwards(|node| {
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
