//! What lies below each directory, recorded only at the layers where something below it changed.
//!
//! A record holds the running totals of one directory from one layer on, and the list of its children that this
//! layer touched. Records of a directory form a chain, newest first, so "how much is below /usr at layer 7" is a
//! short walk; and a layer's diff is a tree of records that no query has to build.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::names::NONE;

/// Siblings in a run. Fewer than this are looked at one by one.
pub(crate) const CHUNK: usize = 64;

/// One directory at one layer.
#[derive(Clone, Copy)]
pub(crate) struct DirRecord {
    prev: u32,
    pub(crate) layer: u16,
    /// Visible payload bytes below.
    pub(crate) bytes: u64,
    /// Visible paths below, and visible children.
    pub(crate) entries: u32,
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
    /// Rows of this layer's diff below, with everything unfolded, and with only those directories unfolded that
    /// were there before and after.
    pub(crate) rows: u32,
    pub(crate) rows_standard: u32,
}

/// How a layer left one path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    Added,
    Changed,
    Removed,
    /// Nothing of its own: only something below it changed.
    Below,
}

/// All records, and the changes of the layer being folded.
#[derive(Default)]
pub(crate) struct DirTotals {
    records: Vec<DirRecord>,
    /// Frozen: the layer of each record, so that the right one of a directory's is found in one cache line or two.
    layers: Vec<u16>,
    touched: Vec<u32>,
    /// For lists of touched children that are longer than [`CHUNK`], by their start: where their samples begin.
    sampled: HashMap<u32, u32>,
    samples: Vec<RowSums>,
    pending: Pending,
    /// Payload bytes that are visible now, in the whole tree.
    visible: i64,
    /// Nothing is recorded but that.
    sum_only: bool,
}

/// Rows of a layer's diff that the children before every [`CHUNK`]th one of a list take: unfolded entirely, and as
/// far as steady directories go. A last one stands for the end of the list.
#[derive(Clone, Copy)]
pub(crate) struct RowSums {
    pub(crate) rows: u32,
    pub(crate) rows_standard: u32,
}

/// Differences of one layer, gathered at each directory while it is folded.
#[derive(Default)]
struct Pending {
    /// Index into `deltas` by directory index; NONE where there is none.
    slot: Vec<u32>,
    deltas: Vec<Delta>,
    /// Nodes with an event of their own.
    nodes: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Delta {
    dir: u32,
    bytes: i64,
    entries: i64,
    children: i64,
    added: u32,
    changed: u32,
    removed: u32,
    removed_children: u32,
    rows: u32,
    rows_standard: u32,
    touched_start: u32,
    touched_count: u32,
}

impl DirTotals {
    /// Of a stack whose directories nobody asks about.
    pub(super) fn sum_only() -> Self {
        Self { sum_only: true, ..Self::default() }
    }

    /// Payload bytes that the layers so far show, the one being folded included.
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

    /// A path came to be (+1) or went (-1), and with it `bytes` became visible (or hidden, negative) under its name.
    pub(crate) fn add_path(&mut self, arena: &mut Arena, node: u32, by: i64, bytes: i64) {
        self.visible += bytes;
        if node != 0 && !self.sum_only {
            let dir = arena.make_dir(arena.parent(node));
            let delta = self.delta(dir);
            delta.entries += by;
            delta.children += by;
            delta.bytes += bytes;
        }
    }

    /// `bytes` became visible (or hidden, negative) under the name `node`.
    pub(crate) fn add_bytes(&mut self, arena: &mut Arena, node: u32, bytes: i64) {
        self.visible += bytes;
        if node != 0 && bytes != 0 && !self.sum_only {
            let dir = arena.make_dir(arena.parent(node));
            self.delta(dir).bytes += bytes;
        }
    }

    /// The layer has an event for this path.
    pub(crate) fn touch(&mut self, node: u32) {
        if !self.sum_only {
            self.pending.nodes.push(node);
        }
    }

    /// Closes the layer: turns the differences into records. `touch_of` says how the layer left a node, and
    /// whether it is a directory that was there before and still is.
    pub(crate) fn close(
        &mut self,
        arena: &mut Arena,
        layer: u16,
        touch_of: impl Fn(&Arena, u32) -> (Touch, bool),
    ) {
        if self.sum_only {
            return;
        }
        let mut nodes = std::mem::take(&mut self.pending.nodes);
        // What was written and replaced within this layer left nothing behind.
        nodes.retain(|&node| node != 0 && touch_of(arena, node).0 != Touch::Below);
        add_ancestors(arena, &mut nodes);
        let mut pairs: Vec<(u32, u32)> =
            nodes.iter().map(|&node| (arena.dir(arena.parent(node)), node)).collect();
        drop(nodes);
        // By directory; a tar nearly has that order already, which a merge sort likes.
        pairs.sort_by_key(|pair| pair.0);
        let mut siblings = Vec::new();
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            siblings.extend(group.iter().map(|pair| arena.sibling(pair.1)));
            arena.sort(&mut siblings);
            siblings.dedup_by_key(|sibling| sibling.node);
            let start = self.touched.len() as u32;
            self.touched.extend(siblings.iter().map(|sibling| sibling.node));
            let delta = self.delta(group[0].0);
            delta.touched_start = start;
            delta.touched_count = siblings.len() as u32;
            siblings.clear();
        }
        drop(pairs);
        self.reach_root(arena);
        self.propagate(arena, touch_of);
        self.append(arena, layer);
    }

    /// Makes sure that every chain of directories with differences ends at the root. Bytes can move without any
    /// event near: a payload that lost one name lives on under another.
    fn reach_root(&mut self, arena: &mut Arena) {
        let mut at = 0;
        while let Some(delta) = self.pending.deltas.get(at) {
            let node = arena.dirs[delta.dir as usize].node;
            if node != 0 {
                let parent = arena.make_dir(arena.parent(node));
                self.delta(parent);
            }
            at += 1;
        }
    }

    /// Adds up from the leaves: children have larger node ids than their parents.
    fn propagate(&mut self, arena: &Arena, touch_of: impl Fn(&Arena, u32) -> (Touch, bool)) {
        let mut order: Vec<u32> = (0..self.pending.deltas.len() as u32).collect();
        let node_of = |delta: &Delta| arena.dirs[delta.dir as usize].node;
        order.sort_unstable_by_key(|&at| {
            std::cmp::Reverse(node_of(&self.pending.deltas[at as usize]))
        });
        for at in order {
            let mut delta = self.pending.deltas[at as usize];
            let touched = delta.touched_start as usize..;
            let many = delta.touched_count as usize > CHUNK;
            if many {
                self.sampled.insert(delta.touched_start, self.samples.len() as u32);
            }
            let children = &self.touched[touched][..delta.touched_count as usize];
            for (number, &child) in children.iter().enumerate() {
                if many && number % CHUNK == 0 {
                    let Delta { rows, rows_standard, .. } = delta;
                    self.samples.push(RowSums { rows, rows_standard });
                }
                let (touch, steady) = touch_of(arena, child);
                match touch {
                    Touch::Added => delta.added += 1,
                    Touch::Changed => delta.changed += 1,
                    Touch::Removed => {
                        delta.removed += 1;
                        delta.removed_children += 1;
                    }
                    Touch::Below => {}
                }
                delta.rows += 1;
                delta.rows_standard += 1;
                let below = arena.dirs.get(arena.dir(child) as usize).and_then(|_| {
                    let slot = *self.pending.slot.get(arena.dir(child) as usize)?;
                    self.pending.deltas.get(slot as usize)
                });
                if let Some(below) = below {
                    delta.rows += below.rows;
                    if steady {
                        delta.rows_standard += below.rows_standard;
                    }
                }
            }
            if many {
                let Delta { rows, rows_standard, .. } = delta;
                self.samples.push(RowSums { rows, rows_standard });
            }
            self.pending.deltas[at as usize] = delta;
            let node = node_of(&delta);
            if node != 0 {
                let parent = self.delta(arena.dir(arena.parent(node)));
                parent.bytes += delta.bytes;
                parent.entries += delta.entries;
                parent.added += delta.added;
                parent.changed += delta.changed;
                parent.removed += delta.removed;
            }
        }
    }

    fn append(&mut self, arena: &mut Arena, layer: u16) {
        let mut deltas = std::mem::take(&mut self.pending.deltas);
        deltas.sort_unstable_by_key(|delta| delta.dir);
        for delta in &deltas {
            self.pending.slot[delta.dir as usize] = NONE;
            let prev = arena.dirs[delta.dir as usize].record;
            let before = self.records.get(prev as usize);
            let total = |before: u64, by: i64| before.saturating_add_signed(by);
            let record = DirRecord {
                prev,
                layer,
                bytes: total(before.map_or(0, |record| record.bytes), delta.bytes),
                entries: total(before.map_or(0, |r| u64::from(r.entries)), delta.entries) as u32,
                children: total(before.map_or(0, |r| u64::from(r.children)), delta.children) as u32,
                touched_start: delta.touched_start,
                touched_count: delta.touched_count,
                added: delta.added,
                changed: delta.changed,
                removed: delta.removed,
                removed_children: delta.removed_children,
                rows: delta.rows,
                rows_standard: delta.rows_standard,
            };
            arena.dirs[delta.dir as usize].record = self.records.len() as u32;
            self.records.push(record);
        }
    }

    /// The totals of a directory as they stand at `layer`.
    pub(crate) fn at(&self, arena: &Arena, node: u32, layer: usize) -> Option<&DirRecord> {
        debug_assert!(!self.sum_only, "this stack was made without totals");
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

    /// Tells, for each layer in which something below `node` changed, by how much its visible paths below grew, and
    /// how many of them that layer removed. The newest layer comes first.
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

    /// The record of exactly that layer: something below the directory changed there.
    pub(crate) fn exactly(&self, arena: &Arena, node: u32, layer: usize) -> Option<&DirRecord> {
        self.at(arena, node, layer).filter(|record| usize::from(record.layer) == layer)
    }

    /// The children that the record's layer touched, sorted by name.
    pub(crate) fn touched(&self, record: &DirRecord) -> &[u32] {
        let start = record.touched_start as usize;
        &self.touched[start..start + record.touched_count as usize]
    }

    /// What the touched children numbered `at..at + CHUNK` (or to the end) take as rows: how many children those are,
    /// and their rows. `at` is a multiple of [`CHUNK`]; nothing is known of short lists.
    pub(crate) fn chunk(&self, record: &DirRecord, at: usize) -> Option<(usize, RowSums)> {
        let start = *self.sampled.get(&record.touched_start)? as usize + at / CHUNK;
        let count = (record.touched_count as usize).checked_sub(at).filter(|&left| left > 0)?;
        let [before, after] = self.samples.get(start..start + 2)? else { return None };
        let rows = after.rows - before.rows;
        let rows_standard = after.rows_standard - before.rows_standard;
        Some((count.min(CHUNK), RowSums { rows, rows_standard }))
    }

    /// Lays the records of each directory side by side, oldest first.
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
        self.samples.shrink_to_fit();
        self.pending = Pending::default();
    }

    /// The inverse of [`Self::freeze`]: chains grow from where they are.
    pub(super) fn thaw(&mut self) {
        self.layers = Vec::new();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.records.capacity() * size_of::<DirRecord>()
            + self.layers.capacity() * 2
            + self.touched.capacity() * 4
            + self.sampled.capacity() * 9
            + self.samples.capacity() * size_of::<RowSums>()
            + self.pending.slot.capacity() * 4
            + self.pending.deltas.capacity() * size_of::<Delta>()
            + self.pending.nodes.capacity() * 4
    }
}

/// Adds the directories above touched nodes, each once.
fn add_ancestors(arena: &Arena, nodes: &mut Vec<u32>) {
    let mut passing = hashbrown::HashSet::new();
    for at in 0..nodes.len() {
        let mut node = arena.parent(nodes[at]);
        while node != 0 && passing.insert(node) {
            nodes.push(node);
            node = arena.parent(node);
        }
    }
}
