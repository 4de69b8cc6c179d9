//! Totals of each directory, recorded only at the layers that changed something below it.
//!
//! A record holds the running totals of one directory from one layer on, and the list of its children that this
//! layer touched. Records of a directory form a chain, newest first, so the bytes below /usr at layer 7 are found in a
//! few steps; and the diff of a layer is a tree of records that no query has to build.

mod close;
mod shadowed;

use std::ops::Sub;

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::names::NONE;

/// Siblings in a chunk. Directories with no more children are visited child by child.
pub(crate) const CHUNK: usize = 64;

/// One directory at one layer.
#[derive(Clone, Copy, Default)]
pub(crate) struct DirRecord {
    prev: u32,
    pub(crate) layer: u16,
    /// Visible payload bytes below.
    pub(crate) bytes: u64,
    /// Payload bytes that this layer stores below, also those that it or a later layer covers.
    pub(crate) stored: u64,
    /// Visible paths below.
    pub(crate) entries: u32,
    /// Visible children.
    pub(crate) children: u32,
    /// Touched children: `touched[start..start + count]`, sorted by name.
    touched_start: u32,
    touched_count: u32,
    /// Paths below that this layer added, changed in place, removed.
    pub(crate) added: u32,
    pub(crate) changed: u32,
    pub(crate) removed: u32,
    /// Children that this layer removed.
    pub(crate) removed_children: u32,
    /// Rows below in the diff of this layer.
    pub(crate) rows: RowSums,
}

/// Numbers of rows of a tree below a directory, or before a child of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowSums {
    /// With all directories unfolded.
    pub(crate) all: u32,
    /// With only those directories unfolded that exist before and after the layer.
    pub(crate) changes: u32,
}

/// Numbers of paths in a merged tree: of all children of a directory or of a chunk of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowCount {
    /// Visible children.
    pub(crate) children: u32,
    /// Visible children and visible paths below them.
    pub(crate) entries: u32,
    /// Children that exactly this layer removed.
    pub(crate) removed_children: u32,
    /// Children and paths below them that exactly this layer removed.
    pub(crate) removed: u32,
}

impl DirRecord {
    /// The paths below the directory at `layer`, which is that of the record or a later one.
    pub(crate) fn count_at(&self, layer: usize) -> RowCount {
        let own = usize::from(self.layer) == layer;
        RowCount {
            children: self.children,
            entries: self.entries,
            removed_children: if own { self.removed_children } else { 0 },
            removed: if own { self.removed } else { 0 },
        }
    }
}

impl Sub for RowSums {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { all: self.all - other.all, changes: self.changes - other.changes }
    }
}

/// The effect of a layer on one path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    Added,
    Changed,
    Removed,
    /// The layer has no event for the path, but for paths below it.
    Below,
}

/// All records, and the pending changes of the layer being folded.
#[derive(Default)]
pub(crate) struct DirTotals {
    records: Vec<DirRecord>,
    /// When frozen: the layer of each record, so that searching those of a directory reads one or two cache lines.
    layers: Vec<u16>,
    /// Lists of touched children, each sorted by name.
    touched: Vec<u32>,
    /// For each list of touched children longer than [`CHUNK`], by its start: the start of its sums in `sums`.
    sum_starts: HashMap<u32, u32>,
    /// The rows of the children before every [`CHUNK`]th one of a list, and last those of the whole list.
    sums: Vec<RowSums>,
    /// When frozen: for each record, the visible paths below that a later layer covers.
    shadowed: Vec<u32>,
    pending: Pending,
    /// Visible payload bytes of the whole tree.
    visible: i64,
    /// Record nothing but `visible`.
    sum_only: bool,
}

/// The differences that the layer being folded makes, by directory.
#[derive(Default)]
struct Pending {
    /// By directory index: index into `deltas`, or NONE.
    slot: Vec<u32>,
    deltas: Vec<Delta>,
    /// Nodes with an event of their own.
    nodes: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Delta {
    dir: u32,
    bytes: i64,
    stored: u64,
    entries: i64,
    children: i64,
    added: u32,
    changed: u32,
    removed: u32,
    removed_children: u32,
    rows: RowSums,
    touched_start: u32,
    touched_count: u32,
}

impl DirTotals {
    /// For a stack without totals of directories.
    pub(super) fn sum_only() -> Self {
        Self { sum_only: true, ..Self::default() }
    }

    /// Visible payload bytes of the whole tree, including the layer being folded.
    pub(crate) fn visible(&self) -> u64 {
        self.visible.max(0) as u64
    }

    fn delta(&mut self, dir: u32) -> &mut Delta {
        let pending = &mut self.pending;
        if pending.slot.len() <= dir as usize {
            pending.slot.resize(dir as usize + 1, NONE);
        }
        if pending.slot[dir as usize] == NONE {
            pending.slot[dir as usize] = pending.deltas.len() as u32;
            pending.deltas.push(Delta { dir, ..Delta::default() });
        }
        &mut pending.deltas[pending.slot[dir as usize] as usize]
    }

    /// The pending changes of the directory that holds `node`; `None` if no totals of directories are recorded for it.
    fn parent_delta(&mut self, arena: &mut Arena, node: u32) -> Option<&mut Delta> {
        if node == 0 || self.sum_only {
            return None;
        }
        let dir = arena.make_dir(arena.parent(node));
        Some(self.delta(dir))
    }

    /// Records an entry with `stored` bytes, which become visible. `new` where no path was visible there.
    pub(crate) fn add_entry(&mut self, arena: &mut Arena, node: u32, new: bool, stored: u64) {
        self.visible += stored as i64;
        // A change of 0 bytes must not make a record.
        if (new || stored != 0)
            && let Some(delta) = self.parent_delta(arena, node)
        {
            delta.bytes += stored as i64;
            delta.stored += stored;
            delta.entries += i64::from(new);
            delta.children += i64::from(new);
        }
    }

    /// Records that a path was removed. Its bytes are those of a name: [`Self::add_bytes`].
    pub(crate) fn remove_path(&mut self, arena: &mut Arena, node: u32) {
        if let Some(delta) = self.parent_delta(arena, node) {
            delta.entries -= 1;
            delta.children -= 1;
        }
    }

    /// Records that `bytes` became visible under the name `node`, or hidden if negative.
    pub(crate) fn add_bytes(&mut self, arena: &mut Arena, node: u32, bytes: i64) {
        self.visible += bytes;
        // A change of 0 bytes must not make a record.
        if bytes != 0
            && let Some(delta) = self.parent_delta(arena, node)
        {
            delta.bytes += bytes;
        }
    }

    /// Records that the layer has an event for this path.
    pub(crate) fn touch(&mut self, node: u32) {
        if !self.sum_only {
            self.pending.nodes.push(node);
        }
    }

    /// The totals of a directory at `layer`.
    pub(crate) fn at(&self, arena: &Arena, node: u32, layer: usize) -> Option<&DirRecord> {
        debug_assert!(!self.sum_only, "a stack without totals has none of directories");
        let dir = arena.dirs.get(arena.dir(node) as usize)?;
        if !self.layers.is_empty() {
            let newest = (dir.record != NONE).then_some(dir.record as usize)?;
            let layers = &self.layers[dir.oldest as usize..=newest];
            let after = layers.partition_point(|&there| usize::from(there) <= layer);
            return self.records.get(dir.oldest as usize + after.checked_sub(1)?);
        }
        let mut at = dir.record;
        loop {
            let record = self.records.get(at as usize)?;
            if usize::from(record.layer) <= layer {
                return Some(record);
            }
            at = record.prev;
        }
    }

    /// Visits each layer that changed something below `node`, the newest first, with the difference in visible paths below
    /// and the number of those that the layer removed.
    pub(super) fn each_change(
        &self,
        arena: &Arena,
        node: u32,
        mut visit: impl FnMut(u16, i64, u32),
    ) {
        let newest = arena.dirs.get(arena.dir(node) as usize).map_or(NONE, |dir| dir.record);
        let mut record = self.records.get(newest as usize);
        while let Some(now) = record {
            record = self.records.get(now.prev as usize);
            let before = record.map_or(0, |before| before.entries);
            visit(now.layer, i64::from(now.entries) - i64::from(before), now.removed);
        }
    }

    /// The record of exactly that layer; `None` if it changed nothing below the directory.
    pub(crate) fn exactly(&self, arena: &Arena, node: u32, layer: usize) -> Option<&DirRecord> {
        self.at(arena, node, layer).filter(|record| usize::from(record.layer) == layer)
    }

    /// The children that the layer of the record touched, sorted by name.
    pub(crate) fn touched(&self, record: &DirRecord) -> &[u32] {
        let start = record.touched_start as usize;
        &self.touched[start..start + record.touched_count as usize]
    }

    /// The touched children numbered `at..at + CHUNK`, or to the end: their number and their rows. `at` is a multiple of
    /// [`CHUNK`]; `None` for lists that are not longer than one chunk.
    pub(crate) fn chunk(&self, record: &DirRecord, at: usize) -> Option<(usize, RowSums)> {
        let start = *self.sum_starts.get(&record.touched_start)? as usize + at / CHUNK;
        let count = (record.touched_count as usize).checked_sub(at).filter(|&left| left > 0)?;
        let [before, after] = self.sums.get(start..start + 2)? else { return None };
        Some((count.min(CHUNK), *after - *before))
    }

    /// Sorts the records by directory, the oldest first.
    pub(super) fn freeze(&mut self, arena: &mut Arena) {
        let mut records: Vec<DirRecord> = Vec::with_capacity(self.records.len());
        for dir in &mut arena.dirs {
            let start = records.len();
            let mut record = self.records.get(dir.record as usize);
            while let Some(now) = record {
                records.push(*now);
                record = self.records.get(now.prev as usize);
            }
            records[start..].reverse();
            if records.len() > start {
                dir.oldest = start as u32;
                dir.record = records.len() as u32 - 1;
            }
            for (index, record) in records.iter_mut().enumerate().skip(start) {
                record.prev = if index == start { NONE } else { index as u32 - 1 };
            }
        }
        self.layers = records.iter().map(|record| record.layer).collect();
        self.records = records;
        self.touched.shrink_to_fit();
        self.sums.shrink_to_fit();
        self.pending = Pending::default();
    }

    /// Reverts [`Self::freeze`]. The order of the records is kept, since chains need none.
    pub(super) fn thaw(&mut self) {
        self.layers = Vec::new();
        self.shadowed = Vec::new();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.records.capacity() * size_of::<DirRecord>()
            + self.layers.capacity() * 2
            + self.shadowed.capacity() * 4
            + self.touched.capacity() * 4
            + self.sum_starts.capacity() * 9
            + self.sums.capacity() * size_of::<RowSums>()
            + self.pending.slot.capacity() * 4
            + self.pending.deltas.capacity() * size_of::<Delta>()
            + self.pending.nodes.capacity() * 4
    }
}
