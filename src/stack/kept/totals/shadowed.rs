//! By directory and layer, how many visible paths below a later layer covers.
//!
//! Counted once, when the stack is frozen: only paths with two events or more contribute, which are few in most images.

use crate::stack::kept::arena::Arena;
use crate::stack::kept::events::Events;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::totals::DirTotals;

/// A version of a path and the layers where it is visible although a later layer covers it.
struct Covered {
    from: usize,
    until: usize,
}

impl DirTotals {
    /// Counts anew. The records are frozen.
    pub(in crate::stack::kept) fn count_shadowed(&mut self, arena: &Arena, events: &Events) {
        if self.sum_only {
            return;
        }
        let mut changes = vec![0_i32; self.records.len()];
        for node in 1..arena.len() as u32 {
            let newest = arena.latest(node);
            if newest == NONE || events.prev(newest) == NONE {
                continue;
            }
            for covered in covered(events, newest) {
                let mut dir = arena.parent(node);
                while dir != NONE {
                    for (layer, by) in [(covered.from, 1), (covered.until, -1)] {
                        if let Some(record) = self.index_at(arena, dir, layer) {
                            changes[record] += by;
                        }
                    }
                    dir = arena.parent(dir);
                }
            }
        }
        self.shadowed = running(&changes, arena);
    }

    /// The visible paths below a directory at `layer` that a later layer covers; 0 until they are counted.
    pub(in crate::stack) fn shadowed_below(&self, arena: &Arena, dir: u32, layer: usize) -> u64 {
        let record = self.index_at(arena, dir, layer);
        record.and_then(|record| self.shadowed.get(record)).map_or(0, |&count| count.into())
    }

    /// The number of the record of a directory at `layer`, when frozen.
    fn index_at(&self, arena: &Arena, node: u32, layer: usize) -> Option<usize> {
        let dir = arena.dirs.get(arena.dir(node) as usize)?;
        let newest = (dir.record != NONE).then_some(dir.record as usize)?;
        let layers = self.layers.get(dir.oldest as usize..=newest)?;
        let after = layers.partition_point(|&there| usize::from(there) <= layer);
        Some(dir.oldest as usize + after.checked_sub(1)?)
    }
}

/// The versions of a path that a later layer covers, newest first.
///
/// Any later event covers a file. A directory is covered by a removal, by another type and by an opaque marker: another
/// entry for it changes only its attributes.
fn covered(events: &Events, newest: u32) -> Vec<Covered> {
    let (mut found, mut event, mut until) = (Vec::new(), newest, usize::MAX);
    let (mut changed, mut hidden) = (false, false);
    while event != NONE {
        let layer = events.layer(event);
        if layer == until {
            // A path that a layer removes and adds again has two events in it: the newer one counts.
            event = events.prev(event);
            continue;
        }
        let present = !events.is_tombstone(event);
        let directory = present && events.is_dir(event);
        if present && if directory { hidden } else { changed } {
            found.push(Covered { from: layer, until });
        }
        if !events.has(event, Flag::QUIET) {
            changed = true;
            hidden |= !directory || events.has(event, Flag::OPAQUE);
        }
        until = layer;
        event = events.prev(event);
    }
    found
}

/// For each record, the sum of the changes of its directory up to its layer.
fn running(changes: &[i32], arena: &Arena) -> Vec<u32> {
    let mut sums = vec![0; changes.len()];
    for dir in arena.dirs.iter().filter(|dir| dir.record != NONE) {
        let mut sum = 0_i64;
        for record in dir.oldest as usize..=dir.record as usize {
            sum += i64::from(changes[record]);
            sums[record] = sum.max(0) as u32;
        }
    }
    sums
}
