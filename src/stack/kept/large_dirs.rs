//! How many rows neighbouring children take, for directories that have very many.
//!
//! To find the row with a number, or the number of a row, among 100,000 siblings without looking at each, they are
//! taken in chunks of 64, and chunks in chunks again. A chunk knows how much of it is visible from which layer on, as a
//! directory does ([`crate::stack::kept::totals`]); so a layer step looks at a few chunks, whatever the directory holds.
//! Built when no more layers come; until then siblings are counted one by one.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::events::Events;
use crate::stack::kept::names::NONE;
use crate::stack::kept::totals::{CHUNK, DirTotals};

/// All directories with more than [`CHUNK`] children.
#[derive(Default)]
pub(crate) struct LargeDirs {
    /// By the directory's index in the arena.
    dirs: HashMap<u32, LargeDir>,
    /// The states of all chunks, each chunk's in layer order.
    states: Vec<ChunkState>,
}

/// The chunks of one directory.
struct LargeDir {
    /// For each size of chunk, the smallest first: where in `states` each chunk's states begin, and where the last one's
    /// end.
    levels: Vec<Vec<u32>>,
}

/// What a chunk holds from one layer on.
#[derive(Clone, Copy, Default)]
struct ChunkState {
    layer: u16,
    count: RowCount,
}

/// Rows in a chunk of siblings.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowCount {
    /// Visible siblings, and all visible paths: those and what is below them.
    pub(crate) children: u32,
    pub(crate) entries: u32,
    /// Those of either that exactly this layer removed.
    pub(crate) removed_children: u32,
    pub(crate) removed: u32,
}

/// What one layer did to a chunk.
struct Delta {
    layer: u16,
    children: i32,
    entries: i64,
    removed_children: u32,
    removed: u32,
}

impl LargeDirs {
    /// For a frozen arena.
    pub(super) fn new(arena: &Arena, events: &Events, totals: &DirTotals) -> Self {
        let mut siblings = Self::default();
        for (index, dir) in arena.dirs.iter().enumerate() {
            let children = arena.frozen_children(dir.node).unwrap_or(&[]);
            if children.len() > CHUNK {
                let chunked = siblings.chunked(arena, events, totals, children);
                siblings.dirs.insert(index as u32, chunked);
            }
        }
        siblings.states.shrink_to_fit();
        siblings
    }

    fn chunked(
        &mut self,
        arena: &Arena,
        events: &Events,
        totals: &DirTotals,
        children: &[u32],
    ) -> LargeDir {
        let mut deltas = Vec::new();
        let mut starts = Vec::with_capacity(children.len() / CHUNK + 2);
        for chunk in children.chunks(CHUNK) {
            starts.push(self.states.len() as u32);
            for &child in chunk {
                visibility_changes(events, arena.latest(child), &mut deltas);
                totals.each_change(arena, child, |layer, entries, removed| {
                    deltas.push(Delta {
                        layer,
                        children: 0,
                        entries,
                        removed_children: 0,
                        removed,
                    });
                });
            }
            self.push_states(&mut deltas);
        }
        starts.push(self.states.len() as u32);
        let mut levels = vec![starts];
        while let Some(below) = levels.last().filter(|below| below.len() - 1 > CHUNK) {
            let mut starts = Vec::new();
            let chunks = below.len() - 1;
            for first in (0..chunks).step_by(CHUNK) {
                starts.push(self.states.len() as u32);
                for chunk in first..chunks.min(first + CHUNK) {
                    self.changes(below[chunk]..below[chunk + 1], &mut deltas);
                }
                self.push_states(&mut deltas);
            }
            starts.push(self.states.len() as u32);
            levels.push(starts);
        }
        LargeDir { levels }
    }

    /// Makes states of what befell a chunk.
    fn push_states(&mut self, deltas: &mut Vec<Delta>) {
        deltas.sort_by_key(|delta| delta.layer);
        let mut count = RowCount::default();
        for layer in deltas.chunk_by(|a, b| a.layer == b.layer) {
            (count.removed_children, count.removed) = (0, 0);
            for delta in layer {
                count.children = count.children.saturating_add_signed(delta.children);
                count.entries = count.entries.saturating_add_signed(delta.entries as i32);
                count.removed_children += delta.removed_children;
                count.removed += delta.removed;
            }
            self.states.push(ChunkState { layer: layer[0].layer, count });
        }
        deltas.clear();
    }

    /// The inverse of [`Self::state`].
    fn changes(&self, states: std::ops::Range<u32>, deltas: &mut Vec<Delta>) {
        let mut before = RowCount::default();
        for state in &self.states[states.start as usize..states.end as usize] {
            deltas.push(Delta {
                layer: state.layer,
                children: state.count.children as i32 - before.children as i32,
                entries: i64::from(state.count.entries) - i64::from(before.entries),
                removed_children: state.count.removed_children,
                removed: state.count.removed,
            });
            before = state.count;
        }
    }

    /// The chunks that begin with child number `at` of a directory, the longest first: how many children, and what
    /// they hold at `layer`.
    pub(crate) fn chunks(
        &self,
        dir: u32,
        at: usize,
        layer: usize,
    ) -> impl Iterator<Item = (usize, RowCount)> {
        let levels = self.dirs.get(&dir).map_or(&[][..], |chunked| &chunked.levels);
        levels.iter().enumerate().rev().filter_map(move |(level, starts)| {
            let length = CHUNK.pow(level as u32 + 1);
            let chunk = at / length;
            let states = starts.get(chunk..chunk + 2).filter(|_| at.is_multiple_of(length))?;
            let states = &self.states[states[0] as usize..states[1] as usize];
            let after = states.partition_point(|state| usize::from(state.layer) <= layer);
            let Some(state) = after.checked_sub(1).map(|at| states[at]) else {
                return Some((length, RowCount::default()));
            };
            let own = usize::from(state.layer) == layer;
            let removed = if own { state.count } else { RowCount::default() };
            let RowCount { removed_children, removed, .. } = removed;
            Some((length, RowCount { removed_children, removed, ..state.count }))
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let levels = self.dirs.values().flat_map(|chunked| &chunked.levels);
        self.dirs.capacity() * (size_of::<(u32, LargeDir)>() + 1)
            + levels.map(|starts| starts.capacity() * 4 + size_of::<Vec<u32>>()).sum::<usize>()
            + self.states.capacity() * size_of::<ChunkState>()
    }
}

/// A path's coming and going, as its events tell it.
fn visibility_changes(events: &Events, latest: u32, deltas: &mut Vec<Delta>) {
    let mut event = latest;
    while event != NONE {
        let prev = events.prev(event);
        let was = prev != NONE && !events.is_tombstone(prev);
        let is = !events.is_tombstone(event);
        if is != was {
            let (by, removed) = if is { (1, 0) } else { (-1, 1) };
            deltas.push(Delta {
                layer: events.layer(event) as u16,
                children: by,
                entries: i64::from(by),
                removed_children: removed,
                removed,
            });
        }
        event = prev;
    }
}
