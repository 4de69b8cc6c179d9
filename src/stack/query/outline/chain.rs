//! Chains of directories with a single child: `a/b/c/` is one row.
//!
//! A directory is joined with its child if that is its only row, is a directory, and the layer has no change of its own for
//! the outer one. A chain has the row of its last directory, and is folded as that is.

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::NodeId;
use crate::stack::kept::totals::CHUNK;
use crate::stack::query::outline::{Outline, OutlineRow, Unfolded};
use crate::stack::query::tree::Tree;

impl Outline<'_> {
    /// Whether the path has no row of its own but that of the chain of directories it begins.
    #[must_use]
    pub fn is_joined(&self, node: NodeId) -> bool {
        self.joined(node.0).is_some()
    }

    /// The outer directories of a row's chain that would be folded if they had rows of their own.
    #[must_use]
    pub fn folded_in_chain(&self, row: &OutlineRow) -> Vec<NodeId> {
        let outer = std::iter::successors(Some(row.head), |&dir| self.joined(dir.0).map(NodeId));
        outer.take_while(|&dir| dir != row.node).filter(|&dir| !self.is_marked_open(dir)).collect()
    }

    /// The child that a directory is joined with.
    pub(super) fn joined(&self, node: u32) -> Option<u32> {
        let split = self.folds.split.contains(&NodeId(node));
        self.joined_when(node, self.folds.unfolded).filter(|_| !split)
    }

    /// As [`Self::joined`], whatever the user split.
    pub(super) fn joined_when(&self, node: u32, unfolded: Unfolded) -> Option<u32> {
        if node == 0 || self.filtered.is_some() || self.stack.arena.dir(node) == NONE {
            return None;
        }
        let only = match self.tree {
            // The numbers of all paths, which an unfolded tree is numbered by, know no chains.
            Tree::Merged(layer) if unfolded != Unfolded::All => self.only_visible(node, layer)?,
            Tree::Diff(layer) => self.only_changed(node, layer)?,
            Tree::Merged(_) | Tree::Range(..) => return None,
        };
        self.stack.change(NodeId(node), self.tree.top()).is_none().then_some(only)
    }

    /// The only child of a directory in the merged tree, if it is a directory.
    fn only_visible(&self, node: u32, layer: usize) -> Option<u32> {
        let stack = self.stack;
        let count = stack.totals.at(&stack.arena, node, layer)?.count_at(layer);
        let children = stack.sorted_children(node);
        if (count.children, count.removed_children) != (1, 0) || children.len() > CHUNK {
            return None;
        }
        let only = children.iter().copied().find(|&child| self.is_shown(child))?;
        let directory = |node| {
            let visible = stack.visible_event(node, layer);
            visible.is_some_and(|event| stack.events.is_dir(stack.events.version(event)))
        };
        (directory(node) && directory(only)).then_some(only)
    }

    /// The only child of a directory in the changes, if there are changes below it.
    fn only_changed(&self, node: u32, layer: usize) -> Option<u32> {
        let totals = &self.stack.totals;
        let record = totals.exactly(&self.stack.arena, node, layer)?;
        let &[only] = totals.touched(record) else { return None };
        let below = totals.exactly(&self.stack.arena, only, layer)?;
        (below.rows.all > 0 && self.is_steady(node, layer)).then_some(only)
    }

    /// The last directory of the chain that begins at `node`.
    pub(super) fn chain_end(&self, node: u32) -> u32 {
        std::iter::successors(Some(node), |&node| self.joined(node)).last().unwrap_or(node)
    }

    /// The rows of a shown path and of what is unfolded below it. Cheap for paths that never had children, which are nearly
    /// all.
    pub(super) fn rows_of(&self, node: u32) -> usize {
        if self.stack.arena.dir(node) == NONE {
            return 1;
        }
        if self.joined(node).is_some() {
            return self.below(node);
        }
        1 + if self.is_open(NodeId(node)) { self.below(node) } else { 0 }
    }

    /// The rows that the recorded sums of its parent count for a path.
    pub(super) fn rows_by_default(&self, node: u32, unfolded: Unfolded, open: bool) -> i64 {
        if self.joined_when(node, unfolded).is_some() {
            return self.below_when(node, unfolded);
        }
        1 + if open { self.below_when(node, unfolded) } else { 0 }
    }
}
