//! How many rows neighbouring children take, for directories that have very many.
//!
//! To find the row with a number, or the number of a row, among 100,000 siblings without looking at each, they are
//! taken in runs of 64, and runs in runs again. A run knows how much of it is visible from which layer on, as a
//! directory does ([`crate::stack::kept::totals`]); so a layer step looks at a few runs, whatever the directory holds.
//! Built when no more layers come; until then siblings are counted one by one.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::events::Events;
use crate::stack::kept::names::NONE;
use crate::stack::kept::totals::{DirTotals, FAN};

/// All directories with more than [`FAN`] children.
#[derive(Default)]
pub(crate) struct LargeDirs {
    /// By the directory's index in the arena.
    crowds: HashMap<u32, LargeDir>,
    /// The marks of all runs, each run's in layer order.
    marks: Vec<ChunkState>,
}

/// The runs of one directory.
struct LargeDir {
    /// For each size of run, the smallest first: where in `marks` each run's marks begin, and where the last one's
    /// end.
    levels: Vec<Vec<u32>>,
}

/// What a run holds from one layer on.
#[derive(Clone, Copy, Default)]
struct ChunkState {
    layer: u16,
    count: RowCount,
}

/// Rows in a run of siblings.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowCount {
    /// Visible siblings, and all visible paths: those and what is below them.
    pub(crate) children: u32,
    pub(crate) entries: u32,
    /// Those of either that exactly this layer removed.
    pub(crate) removed_children: u32,
    pub(crate) removed: u32,
}

/// What one layer did to a run.
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
            if children.len() > FAN {
                let crowd = siblings.crowd(arena, events, totals, children);
                siblings.crowds.insert(index as u32, crowd);
            }
        }
        siblings.marks.shrink_to_fit();
        siblings
    }

    fn crowd(
        &mut self,
        arena: &Arena,
        events: &Events,
        totals: &DirTotals,
        children: &[u32],
    ) -> LargeDir {
        let mut deltas = Vec::new();
        let mut starts = Vec::with_capacity(children.len() / FAN + 2);
        for run in children.chunks(FAN) {
            starts.push(self.marks.len() as u32);
            for &child in run {
                befell(events, arena.latest(child), &mut deltas);
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
            self.mark(&mut deltas);
        }
        starts.push(self.marks.len() as u32);
        let mut levels = vec![starts];
        while let Some(below) = levels.last().filter(|below| below.len() - 1 > FAN) {
            let mut starts = Vec::new();
            let runs = below.len() - 1;
            for first in (0..runs).step_by(FAN) {
                starts.push(self.marks.len() as u32);
                for run in first..runs.min(first + FAN) {
                    self.changes(below[run]..below[run + 1], &mut deltas);
                }
                self.mark(&mut deltas);
            }
            starts.push(self.marks.len() as u32);
            levels.push(starts);
        }
        LargeDir { levels }
    }

    /// Makes marks of what befell a run.
    fn mark(&mut self, deltas: &mut Vec<Delta>) {
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
            self.marks.push(ChunkState { layer: layer[0].layer, count });
        }
        deltas.clear();
    }

    /// The inverse of [`Self::mark`].
    fn changes(&self, marks: std::ops::Range<u32>, deltas: &mut Vec<Delta>) {
        let mut before = RowCount::default();
        for mark in &self.marks[marks.start as usize..marks.end as usize] {
            deltas.push(Delta {
                layer: mark.layer,
                children: mark.count.children as i32 - before.children as i32,
                entries: i64::from(mark.count.entries) - i64::from(before.entries),
                removed_children: mark.count.removed_children,
                removed: mark.count.removed,
            });
            before = mark.count;
        }
    }

    /// The runs that begin with child number `at` of a directory, the longest first: how many children, and what
    /// they hold at `layer`.
    pub(crate) fn runs(
        &self,
        dir: u32,
        at: usize,
        layer: usize,
    ) -> impl Iterator<Item = (usize, RowCount)> {
        let levels = self.crowds.get(&dir).map_or(&[][..], |crowd| &crowd.levels);
        levels.iter().enumerate().rev().filter_map(move |(level, starts)| {
            let length = FAN.pow(level as u32 + 1);
            let run = at / length;
            let marks = starts.get(run..run + 2).filter(|_| at.is_multiple_of(length))?;
            let marks = &self.marks[marks[0] as usize..marks[1] as usize];
            let after = marks.partition_point(|mark| usize::from(mark.layer) <= layer);
            let Some(mark) = after.checked_sub(1).map(|at| marks[at]) else {
                return Some((length, RowCount::default()));
            };
            let own = usize::from(mark.layer) == layer;
            let removed = if own { mark.count } else { RowCount::default() };
            let RowCount { removed_children, removed, .. } = removed;
            Some((length, RowCount { removed_children, removed, ..mark.count }))
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let levels = self.crowds.values().flat_map(|crowd| &crowd.levels);
        self.crowds.capacity() * (size_of::<(u32, LargeDir)>() + 1)
            + levels.map(|starts| starts.capacity() * 4 + size_of::<Vec<u32>>()).sum::<usize>()
            + self.marks.capacity() * size_of::<ChunkState>()
    }
}

/// A path's coming and going, as its events tell it.
fn befell(events: &Events, latest: u32, deltas: &mut Vec<Delta>) {
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
