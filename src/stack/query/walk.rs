//! Whole trees for reports, one path after the other, sorted by the bytes of the path.
//!
//! Byte order is not tree order: `a-b` sorts between `a` and `a/c`. A directory's children therefore wait until the
//! siblings that sort before `a/` have passed.

use std::borrow::Cow;

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};

/// Which paths a walk yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the merged tree of layers `0..=n` shows.
    Merged(usize),
    /// Paths that layer n has an event for.
    Diff(usize),
    /// Every path any folded layer ever showed.
    All,
}

/// A walk below one directory; the directory itself is not yielded.
pub struct Walk<'s> {
    stack: &'s Stack,
    scope: Scope,
    recursive: bool,
    levels: Vec<Level<'s>>,
}

struct Level<'s> {
    children: Cow<'s, [u32]>,
    at: usize,
    /// Directories passed whose own children have not come yet; the innermost sorts first.
    waiting: Vec<u32>,
}

impl<'s> Walk<'s> {
    /// Walks everything below `dir`, or only its children.
    #[must_use]
    pub fn new(stack: &'s Stack, scope: Scope, dir: NodeId, recursive: bool) -> Self {
        let mut walk = Self { stack, scope, recursive, levels: Vec::new() };
        walk.descend(dir.0);
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
        self.levels.push(Level { children, at: 0, waiting: Vec::new() });
    }

    fn yields(&self, node: u32) -> bool {
        match self.scope {
            Scope::Merged(layer) => self.stack.visible_event(node, layer).is_some(),
            Scope::Diff(layer) => self.stack.change(NodeId(node), layer).is_some(),
            Scope::All => {
                let last = self.stack.folded().wrapping_sub(1);
                last != usize::MAX && self.stack.newest_at(node, last) != NONE
            }
        }
    }

    fn has_children(&self, node: u32) -> bool {
        let arena = &self.stack.arena;
        self.recursive
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
            let due = level.waiting.last().copied().filter(|&dir| {
                next.is_none_or(|next| {
                    sorts_before(self.stack.arena.name(dir), self.stack.arena.name(next))
                })
            });
            if let Some(dir) = due {
                level.waiting.pop();
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
                level.waiting.push(node);
            }
            if self.yields(node) {
                return Some(NodeId(node));
            }
        }
    }
}

/// Whether everything below the directory of that name sorts before `next`: `name/` < `next`.
fn sorts_before(name: &[u8], next: &[u8]) -> bool {
    match next.strip_prefix(name) {
        Some(rest) => rest.first().is_some_and(|&byte| byte > b'/'),
        None => name < next,
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
