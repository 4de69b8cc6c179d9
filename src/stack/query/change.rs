//! The change of a path in one layer or a range of layers, and the changes that are undecided until contents are read.

use crate::stack::kept::change::Change;
use crate::stack::kept::change_kind::ChangeKind;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::query::tree::Tree;

impl Stack {
    /// The change that exactly this layer made to the path.
    #[must_use]
    pub fn change(&self, node: NodeId, layer: usize) -> Option<Change> {
        let newest = self.newest_at(node.0, layer);
        if newest == NONE
            || self.events.layer(newest) != layer
            || self.events.has(newest, Flag::QUIET)
        {
            return None;
        }
        Some(self.change_of(newest))
    }

    /// The change that the top layer of a tree made to the path, or the layers of a range taken together.
    #[must_use]
    pub fn change_in(&self, node: NodeId, tree: Tree) -> Option<Change> {
        match tree {
            Tree::Merged(layer) | Tree::Diff(layer) => self.change(node, layer),
            Tree::Range(from, to) => self.change_in_range(node, from, to),
        }
    }

    /// The change that removed a path: in `layer`, or in a layer below it since which the path did not come back.
    #[must_use]
    pub fn removal(&self, node: NodeId, layer: usize) -> Option<Change> {
        let newest = self.newest_at(node.0, layer);
        (newest != NONE && self.events.is_tombstone(newest)).then(|| self.change_of(newest))
    }

    /// The change that the layers `from..=to`, taken together, made to the path.
    #[must_use]
    pub fn change_in_range(&self, node: NodeId, from: usize, to: usize) -> Option<Change> {
        if from == to {
            return self.change(node, to);
        }
        let newest = self.newest_at(node.0, to);
        let (mut event, mut opaque, mut own) = (newest, false, false);
        while event != NONE && self.events.layer(event) >= from {
            opaque |= self.events.has(event, Flag::OPAQUE);
            own |= !self.events.has(event, Flag::QUIET);
            event = self.events.prev(event);
        }
        if !own || newest == NONE {
            return None;
        }
        let before = self.events.present(event);
        if self.events.is_tombstone(newest) && before.is_none() {
            return None;
        }
        // As within a layer, a directory with the same attributes is no change, whatever happened to it in between.
        let same = |now: u32, was: u32| {
            let events = &self.events;
            events.is_dir(now) && events.is_dir(was) && events.same_attributes(now, was)
        };
        let unchanged =
            self.events.present(newest).zip(before).is_some_and(|(now, was)| same(now, was));
        (opaque || !unchanged).then(|| self.change_between(newest, before, opaque))
    }

    /// The events of a layer that are undecided until contents are read, each with the event before it.
    #[must_use]
    pub fn undecided(&self, layer: usize) -> Vec<(EventId, EventId)> {
        let events = self.events_of(layer, layer);
        let first = self.undecided.partition_point(|&event| event < events.start);
        let own = self.undecided[first..].iter().copied().take_while(|&event| event < events.end);
        own.filter_map(|event| {
            let change = self.change_of(event);
            (change.kind == ChangeKind::Undecided).then_some((EventId(event), change.previous?))
        })
        .collect()
    }

    /// Whether the event is undecided.
    #[must_use]
    pub fn is_undecided(&self, event: EventId) -> bool {
        self.change_of(event.0).kind == ChangeKind::Undecided
    }

    /// Records whether the contents of an undecided event equal those of the event before it.
    pub fn decide(&mut self, event: EventId, same: bool) {
        if !self.is_undecided(event) {
            return;
        }
        self.events.set(event.0, if same { Flag::SAME } else { Flag::DIFFERENT });
        let kind = self.change_of(event.0).kind;
        if let Some(summary) = self.summaries.get_mut(self.events.layer(event.0)) {
            summary.undecided -= 1;
            *summary.counter(kind) += 1;
        }
    }
}
