//! What a layer, or a range of layers, did to a path: events compared with what was below them.
//!
//! Where sizes are equal and no fingerprint came free the answer is [`ChangeKind::Undecided`]: whoever can read
//! contents settles it with [`Stack::decide`].

use std::ops::Range;

use crate::stack::LayerSummary;
use crate::stack::kept::change_kind::ChangeKind;
use crate::stack::kept::entry::{Fingerprint, Kind};
use crate::stack::kept::events::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::query::tree::Tree;

/// A layer's effect on one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it did.
    pub kind: ChangeKind,
    /// The layer that did it last.
    pub layer: usize,
    /// The layer has an opaque marker on this directory.
    pub opaque: bool,
    /// What the path is now; `None` where it was removed.
    pub event: Option<EventId>,
    /// What it was below; `None` where it came to be.
    pub previous: Option<EventId>,
}

impl Stack {
    /// What this very layer did to the path.
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

    /// What the layer on top of a tree did to the path, or the layers of a range taken together.
    #[must_use]
    pub fn change_in(&self, node: NodeId, tree: Tree) -> Option<Change> {
        match tree {
            Tree::Merged(layer) | Tree::Diff(layer) => self.change(node, layer),
            Tree::Range(from, to) => self.change_over(node, from, to),
        }
    }

    /// The meaning of one event.
    pub(super) fn change_of(&self, event: u32) -> Change {
        let prev = self.events.prev(event);
        let below = (prev != NONE && !self.events.is_tombstone(prev)).then_some(EventId(prev));
        if self.events.is_tombstone(event) {
            return Change {
                kind: ChangeKind::Removed,
                layer: self.events.layer(event),
                opaque: false,
                event: None,
                previous: below,
            };
        }
        Change {
            kind: below.map_or(ChangeKind::Added, |below| self.classify(event, below.0)),
            layer: self.events.layer(event),
            opaque: self.events.has(event, Flag::OPAQUE),
            event: Some(EventId(event)),
            previous: below,
        }
    }

    /// What the layers `from..=to` did to the path, taken together.
    #[must_use]
    pub fn change_over(&self, node: NodeId, from: usize, to: usize) -> Option<Change> {
        let newest = self.newest_at(node.0, to);
        let (mut event, mut reborn, mut opaque, mut own) = (newest, false, false, false);
        while event != NONE && self.events.layer(event) >= from {
            reborn |= self.events.is_tombstone(event);
            opaque |= self.events.has(event, Flag::OPAQUE);
            own |= !self.events.has(event, Flag::QUIET);
            event = self.events.prev(event);
        }
        let before = Some(event).filter(|&event| event != NONE && !self.events.is_tombstone(event));
        if !own || newest == NONE {
            return None;
        }
        if self.events.is_tombstone(newest) {
            return before.map(|before| Change {
                kind: ChangeKind::Removed,
                layer: self.events.layer(newest),
                opaque: false,
                event: None,
                previous: Some(EventId(before)),
            });
        }
        let before = before.filter(|_| !reborn);
        Some(Change {
            kind: before.map_or(ChangeKind::Added, |before| self.classify(newest, before)),
            layer: self.events.layer(newest),
            opaque,
            event: Some(EventId(newest)),
            previous: before.map(EventId),
        })
    }

    fn classify(&self, event: u32, below: u32) -> ChangeKind {
        let (Some(kind), Some(was)) = (self.events.kind(event), self.events.kind(below)) else {
            return ChangeKind::Modified;
        };
        if kind.is_regular() && was.is_regular() {
            match self.contents_equal(event, below) {
                Some(true) => {}
                Some(false) => return ChangeKind::Modified,
                None => return ChangeKind::Undecided,
            }
        } else if kind != was
            || (kind == Kind::Symlink && self.events.link(event) != self.events.link(below))
        {
            return ChangeKind::Modified;
        }
        self.kind_if_same(EventId(event), EventId(below))
    }

    /// The change between two versions of the same type and contents.
    #[must_use]
    pub fn kind_if_same(&self, event: EventId, below: EventId) -> ChangeKind {
        let (events, event, below) = (&self.events, event.0, below.0);
        let same = events.mode(event) == events.mode(below)
            && events.owner(event) == events.owner(below)
            && events.has(event, Flag::IMPLIED) == events.has(below, Flag::IMPLIED)
            && events.xattrs(event) == events.xattrs(below)
            && events.device(event) == events.device(below)
            && events.mtime(event) == events.mtime(below);
        // A directory that is stored again with nothing changed stores no bytes again.
        if same && !events.is_dir(event) { ChangeKind::Rewritten } else { ChangeKind::Metadata }
    }

    /// Whether two regular files have the same contents; `None` where only reading them would tell.
    pub(in crate::stack) fn contents_equal(&self, event: u32, below: u32) -> Option<bool> {
        let events = &self.events;
        if events.prev(event) == below {
            if events.has(event, Flag::SAME) {
                return Some(true);
            }
            if events.has(event, Flag::DIFFERENT) {
                return Some(false);
            }
        }
        let (Some(new), Some(old)) = (events.payload(event), events.payload(below)) else {
            // Links to nothing (or to what has no payload) have no contents: their targets say what they are.
            return Some(
                events.payload(event).is_none()
                    && events.payload(below).is_none()
                    && events.link(event) == events.link(below),
            );
        };
        if new == old {
            return Some(true);
        }
        if events.size(new) != events.size(old)
            || events.has(new, Flag::SPARSE) != events.has(old, Flag::SPARSE)
            || events.stored(new) != events.stored(old)
        {
            return Some(false);
        }
        if events.stored(new) == 0 {
            return Some(true);
        }
        match (events.fingerprint(new)?, events.fingerprint(old)?) {
            (Fingerprint::Xxh3(a), Fingerprint::Xxh3(b))
            | (Fingerprint::Crc64(a), Fingerprint::Crc64(b))
            | (Fingerprint::Sha256(a), Fingerprint::Sha256(b)) => Some(a == b),
            _ => None,
        }
    }

    /// Events of a layer whose contents have to be read to tell a modified file from one stored again: the event,
    /// and the one before it.
    #[must_use]
    pub fn undecided(&self, layer: usize) -> Vec<(EventId, EventId)> {
        self.own_events(layer)
            .filter_map(|event| {
                let change = self.change_of(event);
                (change.kind == ChangeKind::Undecided).then_some((EventId(event), change.previous?))
            })
            .collect()
    }

    /// Whether the event is one of those.
    #[must_use]
    pub fn is_undecided(&self, event: EventId) -> bool {
        self.change_of(event.0).kind == ChangeKind::Undecided
    }

    /// Records whether the contents of an undecided event equal those of the event before it.
    pub fn decide(&mut self, event: EventId, same: bool) {
        if self.change_of(event.0).kind != ChangeKind::Undecided {
            return;
        }
        self.events.set(event.0, if same { Flag::SAME } else { Flag::DIFFERENT });
        let kind = self.change_of(event.0).kind;
        if let Some(summary) = self.summaries.get_mut(self.events.layer(event.0)) {
            summary.undecided -= 1;
            *summary.counter(kind) += 1;
        }
    }

    /// All events of folded layers `from..=to`.
    pub(super) fn events_of(&self, from: usize, to: usize) -> Range<u32> {
        let end = |layer: usize| self.layer_ends.get(layer).copied();
        let start = from.checked_sub(1).map_or(Some(0), end);
        let last = end(to.min(self.folded().saturating_sub(1))).unwrap_or(0);
        start.map_or(0..0, |start| start.min(last)..last)
    }

    /// The events of a layer that anybody sees: the newest of each path it touched.
    pub(super) fn own_events(&self, layer: usize) -> impl Iterator<Item = u32> {
        self.events_of(layer, layer).filter(move |&event| {
            !self.events.has(event, Flag::QUIET)
                && !self.events.has(event, Flag::SUPERSEDED)
                && self.newest_at(self.events.node(event), layer) == event
        })
    }

    pub(crate) fn count_changes(&self, layer: usize) -> LayerSummary {
        let mut summary = LayerSummary::default();
        for change in self.own_events(layer).map(|event| self.change_of(event)) {
            *summary.counter(change.kind) += 1;
        }
        summary
    }
}
