//! Finds paths by a part of their name, among the paths of all layers: visible, overwritten and removed ones.

use std::ops::Range;

use crate::stack::kept::names::NONE;
use crate::stack::kept::needle::{Needle, folds_case};
use crate::stack::kept::stack::{NodeId, Stack};

/// The paths that match a search.
pub struct Hits {
    nodes: BitSet,
    /// Directories with a match below.
    above: BitSet,
    count: usize,
    fuzzy: bool,
}

/// A set of small numbers.
#[derive(Default)]
pub(super) struct BitSet(Vec<u64>);

impl BitSet {
    pub(super) fn of(bits: usize) -> Self {
        Self(vec![0; bits.div_ceil(64)])
    }

    /// Grows to at least `bits` bits.
    pub(super) fn grow(&mut self, bits: usize) {
        self.0.resize(self.0.len().max(bits.div_ceil(64)), 0);
    }

    /// Sets a bit. Returns whether it was not set before.
    pub(super) fn insert(&mut self, bit: u32) -> bool {
        let word = &mut self.0[bit as usize / 64];
        let mask = 1 << (bit % 64);
        let new = *word & mask == 0;
        *word |= mask;
        new
    }

    /// Sets or clears a bit.
    pub(super) fn put(&mut self, bit: u32, is_in: bool) {
        if is_in {
            self.insert(bit);
        } else if let Some(word) = self.0.get_mut(bit as usize / 64) {
            *word &= !(1 << (bit % 64));
        }
    }

    /// The numbers of all set bits, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.iter_in(0..self.words())
    }

    /// The number of words of 64 bits.
    pub(super) fn words(&self) -> usize {
        self.0.len()
    }

    /// As [`Self::iter`], of the bits in these words.
    pub(super) fn iter_in(&self, words: Range<usize>) -> impl Iterator<Item = u32> {
        let start = words.start;
        self.0[words].iter().enumerate().flat_map(move |(at, &word)| {
            let rest = std::iter::successors(Some(word), |&word| Some(word & word.wrapping_sub(1)));
            rest.take_while(|&word| word != 0)
                .map(move |word| (start + at) as u32 * 64 + word.trailing_zeros())
        })
    }

    pub(super) fn has(&self, bit: u32) -> bool {
        self.0.get(bit as usize / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// Visits the numbers of all set bits in these words, descending. `visit` may return a smaller number to set, which is
    /// visited as well if it is in these words.
    pub(super) fn each_downwards(
        &mut self,
        words: Range<usize>,
        mut visit: impl FnMut(u32) -> Option<u32>,
    ) {
        for at in words.rev() {
            let mut below = u64::MAX;
            while let Some(bit) = (self.0[at] & below).checked_ilog2() {
                below = (1 << bit) - 1;
                if let Some(added) = visit(at as u32 * 64 + bit) {
                    self.insert(added);
                }
            }
        }
    }
}

impl Stack {
    /// Paths whose last component contains `needle`. If the needle has a `/`: paths that contain the needle such that its
    /// last part is in the last component. Letters match both cases unless the needle has a capital letter, and always if
    /// the stack [folds case](Stack::folds_case).
    #[must_use]
    pub fn search(&self, needle: &[u8]) -> Hits {
        let mut hits = Hits::none(self, false);
        // A layer that is being folded has no visible paths yet.
        let Some(top) = self.folded().checked_sub(1) else { return hits };
        if needle.is_empty() {
            return hits;
        }
        let lowered;
        let (needle, fold_case) = if self.folds_case() {
            lowered = needle.to_ascii_lowercase();
            (&lowered[..], true)
        } else {
            (needle, folds_case(needle))
        };
        let mut parts: Vec<Needle<'_>> =
            needle.split(|&byte| byte == b'/').map(|part| Needle::new(part, fold_case)).collect();
        let Some(last) = parts.pop() else { return hits };
        let names = self.names_with(&last, !parts.is_empty());
        if names.is_empty() {
            return hits;
        }
        // Siblings are mostly adjacent: the parents are compared once for each directory.
        let (mut known, mut fits) = (NONE, false);
        for node in 1..self.arena.len() as u32 {
            if !names.has(self.arena.name_id(node)) || self.is_unseen(node, top) {
                continue;
            }
            let parent = self.arena.parent(node);
            if parent != known {
                (known, fits) = (parent, self.parents_match(parent, &parts));
            }
            if fits {
                hits.insert(self, node, parent);
            }
        }
        hits
    }

    /// Ids of the names that contain `part`, or begin with it.
    pub(super) fn names_with(&self, part: &Needle<'_>, begins: bool) -> BitSet {
        let names = &self.arena.names;
        let mut found = BitSet::of(names.end());
        if begins {
            let with = names.iter().filter(|(_, name)| part.is_prefix(name));
            with.for_each(|(id, _)| _ = found.insert(id));
        } else {
            names.containing(part, |id| _ = found.insert(id));
        }
        found
    }

    /// Whether the path has no event up to layer `top`.
    pub(super) fn is_unseen(&self, node: u32, top: usize) -> bool {
        // Reading an event is a cache miss, which is needed only while a layer is being folded.
        let all_folded =
            self.layer_ends.last().is_some_and(|&end| end as usize == self.events.len());
        if all_folded { self.arena.latest(node) == NONE } else { self.newest_at(node, top) == NONE }
    }

    /// Whether the path `node` ends with these parts.
    fn parents_match(&self, mut node: u32, parts: &[Needle<'_>]) -> bool {
        for (at, part) in parts.iter().enumerate().rev() {
            if node == NONE {
                return false;
            }
            let name = self.arena.name(node);
            if !(if at == 0 { part.is_suffix(name) } else { part.is_all(name) }) {
                return false;
            }
            node = self.arena.parent(node);
        }
        true
    }
}

impl Hits {
    pub(super) fn none(stack: &Stack, fuzzy: bool) -> Self {
        let set = || BitSet::of(stack.arena.len());
        Self { nodes: set(), above: set(), count: 0, fuzzy }
    }

    pub(super) fn insert(&mut self, stack: &Stack, node: u32, parent: u32) {
        self.nodes.insert(node);
        self.count += 1;
        let mut dir = parent;
        while dir != NONE && self.above.insert(dir) {
            dir = stack.arena.parent(dir);
        }
    }

    /// The number of paths that match.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether no path matches.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the match is fuzzy (see [`Stack::search_letters`]).
    #[must_use]
    pub const fn is_fuzzy(&self) -> bool {
        self.fuzzy
    }

    /// Whether this path matches.
    #[must_use]
    pub fn contains(&self, node: NodeId) -> bool {
        self.nodes.has(node.0)
    }

    /// The matches in the order of their numbers.
    pub(super) fn nodes(&self) -> impl Iterator<Item = u32> {
        self.nodes.iter()
    }

    /// Whether the path or one below it matches.
    fn leads_to_match(&self, node: u32) -> bool {
        self.nodes.has(node) || self.above.has(node)
    }

    /// The next (or previous) match after `from` in tree order: a directory before its children, siblings by name. Wraps
    /// around.
    #[must_use]
    pub fn next(&self, stack: &Stack, from: NodeId, forward: bool) -> Option<NodeId> {
        if self.count == 0 {
            return None;
        }
        let found = if forward { self.after(stack, from.0) } else { self.before(stack, from.0) };
        found
            .or_else(|| if forward { self.first_below(stack, 0) } else { self.last_in(stack, 0) })
            .map(NodeId)
    }

    fn first_below(&self, stack: &Stack, dir: u32) -> Option<u32> {
        let (mut dir, mut scratch) = (dir, Vec::new());
        loop {
            if !self.above.has(dir) {
                return None;
            }
            let children = stack.arena.children(dir, &mut scratch);
            let next = *children.iter().find(|&&child| self.leads_to_match(child))?;
            if self.nodes.has(next) {
                return Some(next);
            }
            dir = next;
        }
    }

    /// The last match in the subtree, the directory itself included.
    fn last_in(&self, stack: &Stack, node: u32) -> Option<u32> {
        let (mut node, mut scratch) = (node, Vec::new());
        loop {
            let children = stack.arena.children(node, &mut scratch);
            match children.iter().rev().find(|&&child| self.leads_to_match(child)) {
                Some(&child) => node = child,
                None => return Some(node).filter(|&node| self.nodes.has(node)),
            }
        }
    }

    fn after(&self, stack: &Stack, from: u32) -> Option<u32> {
        if let Some(found) = self.first_below(stack, from) {
            return Some(found);
        }
        let (mut node, mut scratch) = (from, Vec::new());
        while node != 0 {
            let parent = stack.arena.parent(node);
            let children = stack.arena.children(parent, &mut scratch);
            let after = &children[index(stack, children, node)? + 1..];
            if let Some(&next) = after.iter().find(|&&child| self.leads_to_match(child)) {
                if self.nodes.has(next) {
                    return Some(next);
                }
                return self.first_below(stack, next);
            }
            node = parent;
        }
        None
    }

    fn before(&self, stack: &Stack, from: u32) -> Option<u32> {
        let (mut node, mut scratch) = (from, Vec::new());
        while node != 0 {
            let parent = stack.arena.parent(node);
            let children = stack.arena.children(parent, &mut scratch);
            let before = &children[..index(stack, children, node)?];
            if let Some(&previous) = before.iter().rev().find(|&&child| self.leads_to_match(child))
            {
                return self.last_in(stack, previous);
            }
            if self.nodes.has(parent) {
                return Some(parent);
            }
            node = parent;
        }
        None
    }
}

/// The index of a path among its siblings, which are sorted by name.
fn index(stack: &Stack, siblings: &[u32], node: u32) -> Option<usize> {
    let name = stack.arena.name(node);
    siblings.binary_search_by(|&sibling| stack.arena.name(sibling).cmp(name)).ok()
}
