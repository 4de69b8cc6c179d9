//! A tree as numbered rows, some directories unfolded and some not, without listing it.
//!
//! The directory records know how many rows lie below, so the number of rows, the row with a given number and the
//! number of a path's row cost what the directories on the way have as children, however large the image is.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::arena::NONE;
use super::events::Flag;
use super::{NodeId, Stack};

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The merged tree of layers `0..=n`, and each path that layer n itself removed.
    Merged(usize),
    /// What layer n changed, and the directories on the way there.
    Diff(usize),
}

/// Which directories are unfolded unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Unfolded {
    /// None but the root.
    #[default]
    None,
    /// In a diff: every directory that was there before and still is.
    Changes,
    /// All.
    All,
}

/// The state of a tree's folds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// What holds for most.
    pub unfolded: Unfolded,
    /// Directories for which the opposite holds.
    pub toggled: HashSet<NodeId>,
}

/// One row of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineRow {
    /// The path.
    pub node: NodeId,
    /// 0 for the root's children.
    pub depth: usize,
    /// It is a directory, or has rows below it all the same (one that was replaced by a file).
    pub directory: bool,
    /// Its rows follow.
    pub open: bool,
}

/// Numbered rows over one tree.
pub struct Outline<'s> {
    stack: &'s Stack,
    tree: Tree,
    folds: &'s Folds,
    /// By how much the rows below a directory differ from what holds without exceptions.
    corrections: HashMap<u32, i64>,
}

struct Level<'s> {
    children: Cow<'s, [u32]>,
    at: usize,
    /// Where every child shows and only some are open: the places of those, sorted. Between them a row is a child, and
    /// any number of them is passed in one step.
    open: Option<Vec<usize>>,
}

impl Level<'_> {
    /// Passes up to so many rows that are one child each; returns how many it passed.
    fn pass(&mut self, rows: usize) -> usize {
        let Some(open) = &self.open else { return 0 };
        let next = open.iter().copied().find(|&at| at >= self.at).unwrap_or(self.children.len());
        let passed = next.saturating_sub(self.at).min(rows);
        self.at += passed;
        passed
    }
}

impl<'s> Outline<'s> {
    /// The rows of `tree` under these folds.
    #[must_use]
    pub fn new(stack: &'s Stack, tree: Tree, folds: &'s Folds) -> Self {
        let mut outline = Self { stack, tree, folds, corrections: HashMap::new() };
        outline.correct();
        outline
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.below(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a directory's rows follow it.
    #[must_use]
    pub fn is_open(&self, node: NodeId) -> bool {
        node == NodeId::ROOT
            || self.is_open_by_default(node.0) != self.folds.toggled.contains(&node)
    }

    /// The rows with these numbers, as far as they exist.
    #[must_use]
    pub fn rows(&self, range: Range<usize>) -> Vec<OutlineRow> {
        let mut rows = Vec::with_capacity(range.len().min(4096));
        let mut skip = range.start;
        let mut levels = vec![self.level(0)];
        while rows.len() < range.len() {
            let Some(level) = levels.last_mut() else { break };
            skip -= level.pass(skip);
            let Some(&node) = level.children.get(level.at) else {
                levels.pop();
                continue;
            };
            level.at += 1;
            if !self.is_shown(node) {
                continue;
            }
            let below = self.open_below(node);
            if skip > below {
                skip -= 1 + below;
                continue;
            }
            if skip == 0 {
                rows.push(OutlineRow {
                    node: NodeId(node),
                    depth: levels.len() - 1,
                    directory: below > 0 || self.is_directory(node) || self.below(node) > 0,
                    open: below > 0,
                });
            } else {
                skip -= 1;
            }
            if below > 0 {
                levels.push(self.level(node));
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
            row += self.rows_before(&self.level(dir), node);
            // The row of the directory itself, for all but the last.
            row += usize::from(depth + 1 < chain.len());
            dir = node;
        }
        (!chain.is_empty()).then_some(row)
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

    /// The rows of a directory's children before one of them.
    fn rows_before(&self, level: &Level<'_>, node: u32) -> usize {
        let name = |node: u32| self.stack.arena.name(node);
        let place = level.children.partition_point(|&child| name(child) < name(node));
        let before = &level.children[..place];
        if let Some(open) = &level.open {
            let open = open.iter().take_while(|&&at| at < place);
            return place + open.map(|&at| self.below(before[at])).sum::<usize>();
        }
        let shown = before.iter().filter(|&&sibling| self.is_shown(sibling));
        shown.map(|&sibling| 1 + self.open_below(sibling)).sum()
    }

    /// The places of a directory's open children, where all its children show and are closed by default.
    fn open_places(&self, dir: u32, children: &[u32]) -> Option<Vec<usize>> {
        let Tree::Merged(layer) = self.tree else { return None };
        let record = self.stack.totals.at(&self.stack.arena, dir, layer)?;
        if self.folds.unfolded == Unfolded::All || record.children as usize != children.len() {
            return None;
        }
        let open = self.folds.toggled.iter().filter(|node| {
            node.0 != 0 && self.stack.arena.parent(node.0) == dir && self.open_below(node.0) > 0
        });
        let name = |node: u32| self.stack.arena.name(node);
        let mut places: Vec<usize> = open
            .map(|node| children.partition_point(|&child| name(child) < name(node.0)))
            .collect();
        places.sort_unstable();
        Some(places)
    }

    fn level(&self, dir: u32) -> Level<'s> {
        let children = match self.tree {
            Tree::Merged(_) => self.stack.sorted_children(dir),
            Tree::Diff(layer) => {
                let totals = &self.stack.totals;
                let record = totals.exactly(&self.stack.arena, dir, layer);
                Cow::Borrowed(record.map_or(&[][..], |record| totals.touched(record)))
            }
        };
        let open = self.open_places(dir, &children);
        Level { children, at: 0, open }
    }

    /// Whether the path has a row, provided its directory's rows show.
    fn is_shown(&self, node: u32) -> bool {
        match self.tree {
            Tree::Merged(layer) => {
                let newest = self.stack.newest_at(node, layer);
                newest != NONE
                    && (!self.stack.events.is_tombstone(newest)
                        || self.stack.events.layer(newest) == layer)
            }
            Tree::Diff(layer) => {
                self.stack.change(NodeId(node), layer).is_some()
                    || self
                        .stack
                        .totals
                        .exactly(&self.stack.arena, node, layer)
                        .is_some_and(|record| record.rows > 0)
            }
        }
    }

    fn is_directory(&self, node: u32) -> bool {
        let (Tree::Merged(layer) | Tree::Diff(layer)) = self.tree;
        let mut event = self.stack.newest_at(node, layer);
        if event != NONE && self.stack.events.is_tombstone(event) {
            event = self.stack.events.prev(event);
        }
        event != NONE && self.stack.events.is_dir(event)
    }

    /// Rows that show below a path. Cheap for what never had children, which is nearly everything.
    fn open_below(&self, node: u32) -> usize {
        if self.stack.arena.dir(node) == NONE || !self.is_open(NodeId(node)) {
            return 0;
        }
        self.below(node)
    }

    /// Rows below a directory if it is open, exceptions included.
    fn below(&self, node: u32) -> usize {
        let correction = self.corrections.get(&node).copied().unwrap_or(0);
        usize::try_from(self.below_by_default(node) + correction).unwrap_or(0)
    }

    fn below_by_default(&self, node: u32) -> i64 {
        let (arena, totals) = (&self.stack.arena, &self.stack.totals);
        match self.tree {
            Tree::Merged(layer) => {
                let Some(record) = totals.at(arena, node, layer) else { return 0 };
                let own = usize::from(record.layer) == layer;
                let (visible, removed) = match self.folds.unfolded {
                    Unfolded::All => (record.entries, record.removed),
                    Unfolded::None | Unfolded::Changes => {
                        (record.children, record.removed_children)
                    }
                };
                i64::from(visible) + if own { i64::from(removed) } else { 0 }
            }
            Tree::Diff(layer) => {
                let Some(record) = totals.exactly(arena, node, layer) else { return 0 };
                match self.folds.unfolded {
                    Unfolded::All => i64::from(record.rows),
                    Unfolded::Changes => i64::from(record.rows_standard),
                    Unfolded::None => totals.touched(record).len() as i64,
                }
            }
        }
    }

    fn is_open_by_default(&self, node: u32) -> bool {
        match (self.folds.unfolded, self.tree) {
            (Unfolded::All, _) => true,
            (Unfolded::Changes, Tree::Diff(layer)) => self.is_steady(node, layer),
            (Unfolded::None | Unfolded::Changes, _) => false,
        }
    }

    /// Whether the path is a directory that the layer found and left.
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

    /// Works out the corrections, deepest exceptions first (a child's id is larger than its parent's).
    fn correct(&mut self) {
        let toggled = self.folds.toggled.iter().map(|node| node.0);
        let mut queue: BTreeSet<u32> = toggled.filter(|&node| node != 0).collect();
        while let Some(node) = queue.pop_last() {
            if (node as usize) >= self.stack.arena.len() || !self.is_shown(node) {
                continue;
            }
            let usual = self.below_by_default(node);
            let usually = if self.is_open_by_default(node) { usual } else { 0 };
            let now = if self.is_open(NodeId(node)) {
                usual + self.corrections.get(&node).copied().unwrap_or(0)
            } else {
                0
            };
            let parent = self.stack.arena.parent(node);
            if now != usually && parent != NONE {
                *self.corrections.entry(parent).or_default() += now - usually;
                if parent != 0 {
                    queue.insert(parent);
                }
            }
        }
    }
}

impl Stack {
    /// Every child ever seen, sorted by name.
    pub(super) fn sorted_children(&self, dir: u32) -> Cow<'_, [u32]> {
        let mut scratch = Vec::new();
        match self.arena.frozen_children(dir) {
            Some(children) => Cow::Borrowed(children),
            None => Cow::Owned(self.arena.children(dir, &mut scratch).to_vec()),
        }
    }
}
