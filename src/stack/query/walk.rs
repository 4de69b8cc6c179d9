//! Iterates over a whole tree, sorted by the bytes of the paths.
//!
//! Byte order is not tree order: `a-b` sorts between `a` and `a/c`. So the children of a directory come after the siblings
//! that sort before `a/`.

use std::borrow::Cow;

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};

/// The paths that a walk yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of the merged tree of layers `0..=n`.
    Merged(usize),
    /// Those that layer n has an event for.
    Diff(usize),
    /// Those of all folded layers.
    All,
}

/// An iterator over the paths below one directory, without the directory itself.
pub struct Walk<'s> {
    stack: &'s Stack,
    scope: Scope,
    /// Levels below the directory that are walked.
    depth: usize,
    levels: Vec<Level<'s>>,
}

struct Level<'s> {
    children: Cow<'s, [u32]>,
    at: usize,
    /// Directories whose own children come later; the last one sorts first.
    pending: Vec<u32>,
}

impl<'s> Walk<'s> {
    /// Walks all paths below `dir`, or only its children.
    #[must_use]
    pub fn new(stack: &'s Stack, scope: Scope, dir: NodeId, recursive: bool) -> Self {
        Self::to_depth(stack, scope, dir, if recursive { usize::MAX } else { 1 })
    }

    /// Walks the paths at most `depth` levels below `dir`.
    #[must_use]
    pub fn to_depth(stack: &'s Stack, scope: Scope, dir: NodeId, depth: usize) -> Self {
        let mut walk = Self { stack, scope, depth, levels: Vec::new() };
        if depth > 0 {
            walk.descend(dir.0);
        }
        walk
    }

    fn descend(&mut self, dir: u32) {
        let stack = self.stack;
        let children = match self.scope {
            Scope::Merged(_) | Scope::All => stack.sorted_children(dir),
            Scope::Diff(layer) => {
                let record = stack.totals.exactly(&stack.arena, dir, layer);
                Cow::Borrowed(record.map_or(&[][..], |record| stack.totals.touched(record)))
            }
        };
        self.levels.push(Level { children, at: 0, pending: Vec::new() });
    }

    fn yields(&self, node: u32) -> bool {
        match self.scope {
            Scope::Merged(layer) => self.stack.visible_event(node, layer).is_some(),
            Scope::Diff(layer) => self.stack.change(NodeId(node), layer).is_some(),
            Scope::All => {
                let last = self.stack.folded().checked_sub(1);
                last.is_some_and(|last| self.stack.newest_at(node, last) != NONE)
            }
        }
    }

    fn has_children(&self, node: u32) -> bool {
        let arena = &self.stack.arena;
        self.levels.len() < self.depth
            && match self.scope {
                Scope::Merged(layer) => {
                    let record = self.stack.totals.at(arena, node, layer);
                    record.is_some_and(|record| record.entries > 0)
                }
                Scope::All => arena.dir(node) != NONE,
                Scope::Diff(layer) => self.stack.totals.exactly(arena, node, layer).is_some(),
            }
    }
}

impl Iterator for Walk<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        loop {
            let level = self.levels.last_mut()?;
            let next = level.children.get(level.at).copied();
            let due = level.pending.last().copied().filter(|&dir| {
                next.is_none_or(|next| {
                    sorts_before(self.stack.arena.name(dir), self.stack.arena.name(next))
                })
            });
            if let Some(dir) = due {
                level.pending.pop();
                self.descend(dir);
                continue;
            }
            let Some(node) = next else {
                self.levels.pop();
                continue;
            };
            level.at += 1;
            if self.has_children(node)
                && let Some(level) = self.levels.last_mut()
            {
                level.pending.push(node);
            }
            if self.yields(node) {
                return Some(NodeId(node));
            }
        }
    }
}

/// Whether all paths below the directory of that name sort before `next`: `name/` < `next`.
fn sorts_before(name: &[u8], next: &[u8]) -> bool {
    match next.strip_prefix(name) {
        Some(rest) => rest.first().is_some_and(|&byte| byte > b'/'),
        None => name < next,
    }
}

impl Stack {
    /// All children in any layer, sorted by name.
    pub(super) fn sorted_children(&self, dir: u32) -> Cow<'_, [u32]> {
        if let Some(children) = self.arena.frozen_children(dir) {
            return Cow::Borrowed(children);
        }
        let mut children = Vec::new();
        self.arena.children(dir, &mut children);
        Cow::Owned(children)
    }
}
