//! A tree as numbered rows, some directories unfolded, without listing it.
//!
//! The number of rows is recorded for each directory, and for chunks of siblings in large directories. So finding the number
//! of rows, a row by number or the number of a path's row reads only the directories on the way, whatever their size.

mod chain;
mod chunks;
pub(crate) mod order;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::{Deref, Range};
use std::rc::Rc;

use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::kept::totals::{RowCount, RowSums};
use crate::stack::query::filtered_tree::FilteredTree;
use crate::stack::query::outline::order::Order;
pub use crate::stack::query::outline::order::{By, Orders, Sort};
use crate::stack::query::tree::Tree;

/// The directories that are unfolded by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Unfolded {
    /// Only the root.
    #[default]
    None,
    /// In a diff: every directory that exists before and after the layer.
    Changes,
    /// All.
    All,
}

impl Unfolded {
    /// Rows of a merged tree for these paths.
    const fn visible(self, count: RowCount) -> u32 {
        match self {
            Self::All => count.entries + count.removed,
            Self::None | Self::Changes => count.children + count.removed_children,
        }
    }

    /// Rows of a diff with these sums, for `children` children.
    const fn changed(self, rows: RowSums, children: usize) -> u32 {
        match self {
            Self::All => rows.all,
            Self::Changes => rows.changes,
            Self::None => children as u32,
        }
    }
}

/// The folded and unfolded directories of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// The default.
    pub unfolded: Unfolded,
    /// Directories that differ from the default.
    pub toggled: HashSet<NodeId>,
    /// Directories with a row of their own, though they have a single child.
    pub split: HashSet<NodeId>,
}

/// One row of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineRow {
    /// The path.
    pub node: NodeId,
    /// The first directory of the chain that the row stands for; the path itself where it is no chain.
    pub head: NodeId,
    /// 0 for the children of the root.
    pub depth: usize,
    /// The path is a directory, or has rows below it (a directory that the layer replaced by a file).
    pub directory: bool,
    /// The rows below it follow.
    pub open: bool,
    /// It would have no rows below it if it were unfolded.
    pub empty: bool,
}

/// Numbered rows over one tree.
pub struct Outline<'s> {
    stack: &'s Stack,
    tree: Tree,
    folds: &'s Folds,
    filtered: Option<&'s FilteredTree>,
    orders: Option<&'s Orders>,
    /// By directory: the rows that toggled directories add below it.
    corrections: HashMap<u32, i64>,
    /// By large directory: the number of each child with toggled directories, sorted, and the rows that they add.
    shifts: HashMap<u32, Vec<(usize, i64)>>,
}

/// A directory that is being iterated.
struct Level<'s> {
    dir: u32,
    children: Children<'s>,
    /// Number of the next child.
    at: usize,
}

/// The children of a directory in any layer, by name; or those with rows, in another order.
enum Children<'s> {
    Named(Cow<'s, [u32]>),
    Ordered(Rc<Order>),
}

impl Deref for Children<'_> {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::Named(children) => children,
            Self::Ordered(order) => order.children(),
        }
    }
}

impl<'s> Outline<'s> {
    /// The rows of `tree`: only those of `filtered`, if given, and by name unless `orders` are given.
    #[must_use]
    pub fn new(
        stack: &'s Stack,
        tree: Tree,
        folds: &'s Folds,
        filtered: Option<&'s FilteredTree>,
        orders: Option<&'s Orders>,
    ) -> Self {
        let (corrections, shifts) = (HashMap::new(), HashMap::new());
        let mut outline = Self { stack, tree, folds, filtered, orders, corrections, shifts };
        outline.correct();
        outline
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.below(0)
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a directory is unfolded.
    #[must_use]
    pub fn is_open(&self, node: NodeId) -> bool {
        node == NodeId::ROOT || self.joined(node.0).is_some() || self.is_marked_open(node)
    }

    /// Whether the folds have a directory unfolded, joined with its child or not.
    fn is_marked_open(&self, node: NodeId) -> bool {
        self.is_open_by_default(node.0) != self.folds.toggled.contains(&node)
    }

    /// The rows with these numbers, fewer at the end.
    #[must_use]
    pub fn rows(&self, range: Range<usize>) -> Vec<OutlineRow> {
        let mut rows = Vec::with_capacity(range.len().min(4096));
        let mut skip = range.start;
        let mut levels = vec![self.level(0)];
        while rows.len() < range.len() {
            let Some(level) = levels.last_mut() else { break };
            while let Some((children, above)) = self.chunk(level, level.children.len(), skip) {
                level.at += children;
                skip -= above;
            }
            let Some(&node) = level.children.get(level.at) else {
                levels.pop();
                continue;
            };
            level.at += 1;
            if !self.is_shown(node) {
                continue;
            }
            let taken = self.rows_of(node);
            if skip >= taken {
                skip -= taken;
                continue;
            }
            let (end, open) = (self.chain_end(node), taken > 1);
            if skip == 0 {
                let empty = self.below(end) == 0;
                rows.push(OutlineRow {
                    node: NodeId(end),
                    head: NodeId(node),
                    depth: levels.len() - 1,
                    directory: !empty || self.is_directory(end),
                    open,
                    empty,
                });
            } else {
                skip -= 1;
            }
            if open {
                levels.push(self.level(end));
            }
        }
        rows
    }

    /// The number of the row of a path, or of the nearest directory above it that has a row.
    #[must_use]
    pub fn position(&self, node: NodeId) -> Option<usize> {
        let chain = self.shown_chain(node.0);
        let mut row = 0;
        let mut dir = 0;
        for (depth, &node) in chain.iter().enumerate() {
            row += self.rows_before(&mut self.level(dir), node);
            // The row of the directory itself, for all but the last and those joined with their child.
            row += usize::from(depth + 1 < chain.len() && self.joined(node).is_none());
            dir = node;
        }
        (!chain.is_empty()).then_some(row)
    }

    /// The folded directories above a path, the nearest first; of chains also those that would be folded with rows of their own.
    #[must_use]
    pub fn closed_above(&self, node: NodeId) -> Vec<NodeId> {
        let above = std::iter::successors(self.stack.parent(node), |&dir| self.stack.parent(dir));
        above.filter(|&dir| dir != NodeId::ROOT && !self.is_marked_open(dir)).collect()
    }

    /// Whether the path has a row once the directories above it are unfolded.
    #[must_use]
    pub fn contains(&self, node: NodeId) -> bool {
        let chain = std::iter::successors(Some(node.0), |&at| Some(self.stack.arena.parent(at)));
        chain.take_while(|&at| at != 0 && at != NONE).all(|at| self.is_shown(at))
    }

    /// The path and the directories above it that have rows, from the root's child down.
    fn shown_chain(&self, node: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut at = node;
        while at != 0 && at != NONE {
            chain.push(at);
            at = self.stack.arena.parent(at);
        }
        chain.reverse();
        let shown = chain.iter().position(|&node| !self.is_shown(node)).unwrap_or(chain.len());
        chain.truncate(shown);
        let closed = chain.iter().position(|&node| !self.is_open(NodeId(node)));
        chain.truncate(closed.map_or(chain.len(), |closed| closed + 1));
        chain
    }

    fn level(&self, dir: u32) -> Level<'s> {
        let children = match self.orders.filter(|orders| !orders.are_names()) {
            Some(orders) => Children::Ordered(self.ordered(orders, dir)),
            None => Children::Named(self.named(dir)),
        };
        Level { dir, children, at: 0 }
    }

    fn named(&self, dir: u32) -> Cow<'s, [u32]> {
        match self.tree {
            Tree::Merged(_) | Tree::Range(..) => self.stack.sorted_children(dir),
            Tree::Diff(layer) => {
                let totals = &self.stack.totals;
                let record = totals.exactly(&self.stack.arena, dir, layer);
                Cow::Borrowed(record.map_or(&[][..], |record| totals.touched(record)))
            }
        }
    }

    /// Whether the path has a row if its directory is unfolded.
    fn is_shown(&self, node: u32) -> bool {
        if let Some(filtered) = self.filtered {
            return filtered.shows(NodeId(node));
        }
        match self.tree {
            Tree::Merged(layer) => {
                let newest = self.stack.newest_at(node, layer);
                newest != NONE
                    && (!self.stack.events.is_tombstone(newest)
                        || self.stack.events.layer(newest) == layer)
            }
            Tree::Diff(layer) => {
                let record = || self.stack.totals.exactly(&self.stack.arena, node, layer);
                self.stack.change(NodeId(node), layer).is_some()
                    || record().is_some_and(|record| record.rows.all > 0)
            }
            Tree::Range(..) => false,
        }
    }

    fn is_directory(&self, node: u32) -> bool {
        let newest = self.stack.newest_at(node, self.tree.top());
        newest != NONE && self.stack.events.is_dir(self.stack.events.version(newest))
    }

    /// Rows below a directory if it is unfolded.
    fn below(&self, node: u32) -> usize {
        let correction = self.corrections.get(&node).copied().unwrap_or(0);
        usize::try_from(self.below_by_default(node) + correction).unwrap_or(0)
    }

    /// As [`Self::below`], without toggled directories.
    fn below_by_default(&self, node: u32) -> i64 {
        self.below_when(node, self.folds.unfolded)
    }

    fn below_when(&self, node: u32, unfolded: Unfolded) -> i64 {
        let (arena, totals) = (&self.stack.arena, &self.stack.totals);
        if let Some(filtered) = self.filtered {
            let dir = arena.dir(node);
            let all = unfolded == Unfolded::All;
            return i64::from(if all { filtered.below(dir) } else { filtered.children(dir) });
        }
        match self.tree {
            Tree::Merged(layer) => totals
                .at(arena, node, layer)
                .map_or(0, |record| unfolded.visible(record.count_at(layer)).into()),
            Tree::Diff(layer) => totals.exactly(arena, node, layer).map_or(0, |record| {
                unfolded.changed(record.rows, totals.touched(record).len()).into()
            }),
            Tree::Range(..) => 0,
        }
    }

    fn is_open_by_default(&self, node: u32) -> bool {
        match self.folds.unfolded {
            Unfolded::All => true,
            Unfolded::Changes => self.opens_in_diff(node),
            Unfolded::None => false,
        }
    }

    /// Whether a directory is unfolded with [`Unfolded::Changes`].
    fn opens_in_diff(&self, node: u32) -> bool {
        matches!(self.tree, Tree::Diff(layer) if self.is_steady(node, layer))
    }

    /// Whether the path is a directory before and after the layer.
    fn is_steady(&self, node: u32, layer: usize) -> bool {
        let events = &self.stack.events;
        let newest = self.stack.newest_at(node, layer);
        if newest == NONE || !events.is_dir(newest) {
            return false;
        }
        if events.layer(newest) != layer || events.has(newest, Flag::QUIET) {
            return true;
        }
        let prev = events.prev(newest);
        prev != NONE && events.is_dir(prev)
    }

    /// Computes the corrections for toggled and split directories, the deepest first (ids of children are larger).
    fn correct(&mut self) {
        let toggled = self.folds.toggled.iter().chain(&self.folds.split).map(|node| node.0);
        let mut queue: BTreeSet<u32> = toggled.filter(|&node| node != 0).collect();
        while let Some(node) = queue.pop_last() {
            if (node as usize) >= self.stack.arena.len() || !self.is_shown(node) {
                continue;
            }
            let open = self.is_open_by_default(node);
            let usually = self.rows_by_default(node, self.folds.unfolded, open);
            let now = self.rows_of(node) as i64;
            let parent = self.stack.arena.parent(node);
            if now != usually && parent != NONE {
                *self.corrections.entry(parent).or_default() += now - usually;
                self.shift_by(parent, node, now - usually);
                if parent != 0 {
                    queue.insert(parent);
                }
            }
        }
        self.shifts.values_mut().for_each(|shifts| shifts.sort_unstable());
    }
}
