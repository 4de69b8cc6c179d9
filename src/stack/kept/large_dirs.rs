//! Row counts of chunks of siblings, for directories with many children.
//!
//! To find a row by number, or the number of a row, among 100,000 siblings without visiting each, siblings are grouped in
//! chunks of 64, and 64 chunks in a larger chunk. For each chunk the visible rows are stored by layer, as they are for a
//! directory ([`crate::stack::kept::totals`]), so a step to another layer reads a few chunks, whatever the size of the
//! directory. Built by [`Stack::freeze`](crate::stack::Stack::freeze); until then siblings are counted one by one.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::events::Events;
use crate::stack::kept::names::NONE;
use crate::stack::kept::totals::{CHUNK, DirTotals, RowCount};

/// All directories with more than [`CHUNK`] children.
#[derive(Default)]
pub(crate) struct LargeDirs {
    /// By the directory's index in the arena.
    dirs: HashMap<u32, Levels>,
    /// The states of all chunks; those of one chunk are adjacent, in layer order.
    states: Vec<ChunkState>,
}

/// The chunks of one directory. For each size of chunk, the smallest first: the index in `states` at which the states of
/// each chunk begin, and that at which those of the last chunk end.
type Levels = Vec<Vec<u32>>;

/// The rows of a chunk from one layer on.
#[derive(Clone, Copy, Default)]
struct ChunkState {
    layer: u16,
    count: RowCount,
}

/// The difference that one layer makes to the rows of a chunk.
#[derive(Default)]
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
        let mut large = Self::default();
        for (index, dir) in arena.dirs.iter().enumerate() {
            let children = arena.frozen_children(dir.node).unwrap_or(&[]);
            if children.len() > CHUNK {
                let levels = large.levels(arena, events, totals, children);
                large.dirs.insert(index as u32, levels);
            }
        }
        large.states.shrink_to_fit();
        large
    }

    fn levels(
        &mut self,
        arena: &Arena,
        events: &Events,
        totals: &DirTotals,
        children: &[u32],
    ) -> Levels {
        let mut deltas = Vec::new();
        let mut starts = Vec::with_capacity(children.len() / CHUNK + 2);
        for chunk in children.chunks(CHUNK) {
            starts.push(self.states.len() as u32);
            for &child in chunk {
                visibility_changes(events, arena.latest(child), &mut deltas);
                totals.each_change(arena, child, |layer, entries, removed| {
                    deltas.push(Delta { layer, entries, removed, ..Delta::default() });
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
        levels
    }

    /// Sums the deltas of a chunk by layer and appends its states. Clears `deltas`.
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

    /// Reverts [`Self::push_states`]: appends the deltas of a chunk.
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

    /// The chunks that begin with child number `at` of a directory, the largest first: the number of children and the rows at
    /// `layer`. The last chunk of a directory has fewer children than stated.
    pub(crate) fn chunks(
        &self,
        dir: u32,
        at: usize,
        layer: usize,
    ) -> impl Iterator<Item = (usize, RowCount)> {
        let levels = self.dirs.get(&dir).map_or(&[][..], Vec::as_slice);
        levels.iter().enumerate().rev().filter_map(move |(level, starts)| {
            let length = CHUNK.pow(level as u32 + 1);
            let chunk = at / length;
            let states = starts.get(chunk..chunk + 2).filter(|_| at.is_multiple_of(length))?;
            let states = &self.states[states[0] as usize..states[1] as usize];
            let after = states.partition_point(|state| usize::from(state.layer) <= layer);
            let Some(state) = after.checked_sub(1).map(|at| states[at]) else {
                return Some((length, RowCount::default()));
            };
            let mut count = state.count;
            if usize::from(state.layer) != layer {
                (count.removed_children, count.removed) = (0, 0);
            }
            Some((length, count))
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let levels = self.dirs.values().flatten();
        self.dirs.capacity() * (size_of::<(u32, Levels)>() + 1)
            + levels.map(|starts| starts.capacity() * 4 + size_of::<Vec<u32>>()).sum::<usize>()
            + self.states.capacity() * size_of::<ChunkState>()
    }
}

/// Appends a delta for each event of a path that made it visible or removed it.
fn visibility_changes(events: &Events, latest: u32, deltas: &mut Vec<Delta>) {
    let mut event = latest;
    while event != NONE {
        let prev = events.prev(event);
        let visible = events.present(event).is_some();
        if visible != events.present(prev).is_some() {
            let (by, removed) = if visible { (1, 0) } else { (-1, 1) };
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
