//! Turns the differences that a layer makes into records, once the layer is folded.

use std::cmp::Reverse;

use hashbrown::HashSet;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::names::NONE;
use crate::stack::kept::totals::{CHUNK, Delta, DirRecord, DirTotals, Touch};

impl DirTotals {
    /// Closes the layer: turns the pending differences into records. `touch_of` gives the effect of the layer on a node, and
    /// whether it is a directory before and after the layer.
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
        // A path that the layer wrote and removed again has no event left.
        nodes.retain(|&node| node != 0 && touch_of(arena, node).0 != Touch::Below);
        add_ancestors(arena, &mut nodes);
        let mut pairs: Vec<(u32, u32)> =
            nodes.iter().map(|&node| (arena.dir(arena.parent(node)), node)).collect();
        drop(nodes);
        // By directory. The stable sort is fast on nearly sorted input, as tar order is.
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

    /// Adds a difference for each directory above one that has a difference. Bytes can move to a directory without an event:
    /// when the primary name of a payload is removed, another one counts them.
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

    /// Adds the differences of each directory to its parent, the deepest first: ids of children are larger.
    fn propagate(&mut self, arena: &Arena, touch_of: impl Fn(&Arena, u32) -> (Touch, bool)) {
        let mut order: Vec<u32> = (0..self.pending.deltas.len() as u32).collect();
        let node_of = |delta: &Delta| arena.dirs[delta.dir as usize].node;
        order.sort_unstable_by_key(|&at| Reverse(node_of(&self.pending.deltas[at as usize])));
        for at in order {
            let mut delta = self.pending.deltas[at as usize];
            self.count_rows(arena, &mut delta, &touch_of);
            self.pending.deltas[at as usize] = delta;
            let node = node_of(&delta);
            if node != 0 {
                let parent = self.delta(arena.dir(arena.parent(node)));
                parent.bytes += delta.bytes;
                parent.stored += delta.stored;
                parent.entries += delta.entries;
                parent.added += delta.added;
                parent.changed += delta.changed;
                parent.removed += delta.removed;
            }
        }
    }

    /// Adds the touched children of a directory to its difference, which has those of deeper paths already.
    fn count_rows(
        &mut self,
        arena: &Arena,
        delta: &mut Delta,
        touch_of: impl Fn(&Arena, u32) -> (Touch, bool),
    ) {
        let many = delta.touched_count as usize > CHUNK;
        if many {
            self.sum_starts.insert(delta.touched_start, self.sums.len() as u32);
        }
        let children =
            &self.touched[delta.touched_start as usize..][..delta.touched_count as usize];
        for (number, &child) in children.iter().enumerate() {
            if many && number % CHUNK == 0 {
                self.sums.push(delta.rows);
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
            let below = self.pending_of(arena, child);
            // A directory joined with its only child has no row of its own (`query::outline::chain`).
            let joined = below.is_some_and(|below| {
                touch == Touch::Below && steady && self.leads_to_one(arena, below)
            });
            delta.rows.all += u32::from(!joined);
            delta.rows.changes += u32::from(!joined);
            if let Some(below) = below {
                delta.rows.all += below.rows.all;
                delta.rows.changes += if steady { below.rows.changes } else { 0 };
            }
        }
        if many {
            self.sums.push(delta.rows);
        }
    }

    /// The difference that the layer makes below a path.
    fn pending_of(&self, arena: &Arena, node: u32) -> Option<&Delta> {
        let slot = self.pending.slot.get(arena.dir(node) as usize)?;
        self.pending.deltas.get(*slot as usize)
    }

    /// Whether a directory has one touched child, and that has changes below it.
    fn leads_to_one(&self, arena: &Arena, dir: &Delta) -> bool {
        let only = self.touched.get(dir.touched_start as usize).filter(|_| dir.touched_count == 1);
        let below = only.and_then(|&only| self.pending_of(arena, only));
        below.is_some_and(|below| below.rows.all > 0)
    }

    /// Appends a record for each difference.
    fn append(&mut self, arena: &mut Arena, layer: u16) {
        let mut deltas = std::mem::take(&mut self.pending.deltas);
        deltas.sort_unstable_by_key(|delta| delta.dir);
        for delta in &deltas {
            self.pending.slot[delta.dir as usize] = NONE;
            let prev = arena.dirs[delta.dir as usize].record;
            let before = self.records.get(prev as usize).copied().unwrap_or_default();
            let count = |before: u32, by: i64| u64::from(before).saturating_add_signed(by) as u32;
            let record = DirRecord {
                prev,
                layer,
                bytes: before.bytes.saturating_add_signed(delta.bytes),
                stored: delta.stored,
                entries: count(before.entries, delta.entries),
                children: count(before.children, delta.children),
                touched_start: delta.touched_start,
                touched_count: delta.touched_count,
                added: delta.added,
                changed: delta.changed,
                removed: delta.removed,
                removed_children: delta.removed_children,
                rows: delta.rows,
            };
            arena.dirs[delta.dir as usize].record = self.records.len() as u32;
            self.records.push(record);
        }
    }
}

/// Appends the directories above the touched nodes, each once.
fn add_ancestors(arena: &Arena, nodes: &mut Vec<u32>) {
    let mut seen = HashSet::new();
    for at in 0..nodes.len() {
        let mut node = arena.parent(nodes[at]);
        while node != 0 && seen.insert(node) {
            nodes.push(node);
            node = arena.parent(node);
        }
    }
}
