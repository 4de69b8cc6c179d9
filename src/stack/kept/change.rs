//! What an event means: the change between it and the event of the same path before it.
//!
//! Where sizes are equal and no digest of the contents came free the answer is [`ChangeKind::Undecided`] until the
//! contents are read ([`Stack::decide`]).

use std::hint::black_box;
use std::ops::Range;

use crate::stack::kept::change_kind::ChangeKind;
use crate::stack::kept::entry::{Fingerprint, Kind};
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, Stack};
use crate::stack::kept::summary::LayerSummary;

/// Events between the one that is asked for its change and the one whose event before is read.
const READ_AHEAD: u32 = 16;

/// The change of one path in a layer or a range of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The kind of change.
    pub kind: ChangeKind,
    /// The last layer that changed the path.
    pub layer: usize,
    /// The layer has an opaque marker in this directory.
    pub opaque: bool,
    /// The new version; `None` for a removed path.
    pub event: Option<EventId>,
    /// The version in the layers below; `None` for an added path.
    pub previous: Option<EventId>,
}

impl Stack {
    /// The newest event up to `layer`, tombstones included, or [`NONE`].
    pub(in crate::stack) fn newest_at(&self, node: u32, layer: usize) -> u32 {
        let mut event = self.arena.latest(node);
        while event != NONE && self.events.layer(event) > layer {
            event = self.events.prev(event);
        }
        event
    }

    pub(in crate::stack) fn visible_event(&self, node: u32, layer: usize) -> Option<u32> {
        self.events.present(self.newest_at(node, layer))
    }

    /// The change from the event before to this one.
    pub(in crate::stack) fn change_of(&self, event: u32) -> Change {
        let below = self.events.present(self.events.prev(event));
        self.change_between(event, below, self.events.has(event, Flag::OPAQUE))
    }

    /// The change from the version `below`, if there is one, to an event.
    pub(in crate::stack) fn change_between(
        &self,
        event: u32,
        below: Option<u32>,
        opaque: bool,
    ) -> Change {
        let visible = self.events.present(event);
        let kind = match (visible, below) {
            (None, _) => ChangeKind::Removed,
            (Some(_), None) => ChangeKind::Added,
            (Some(event), Some(below)) => self.classify(event, below),
        };
        Change {
            kind,
            layer: self.events.layer(event),
            opaque: opaque && visible.is_some(),
            event: visible.map(EventId),
            previous: below.map(EventId),
        }
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
        let same =
            events.same_attributes(event, below) && events.mtime(event) == events.mtime(below);
        // An identical directory is not called rewritten, since its entry stores no bytes.
        if same && !events.is_dir(event) { ChangeKind::Rewritten } else { ChangeKind::Metadata }
    }

    /// Whether two regular files have the same contents; `None` if they have to be read to decide it.
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
            // A link without a payload has no contents: its target is compared instead.
            return Some(
                events.payload(event).is_none()
                    && events.payload(below).is_none()
                    && events.link(event) == events.link(below),
            );
        };
        if new == old {
            return Some(true);
        }
        if events.size(new) != events.size(old) {
            return Some(false);
        }
        if events.stored(new) == 0 && events.stored(old) == 0 {
            return Some(true);
        }
        // Holes may be stored as zeros in one layer and left out in another, and two files with the same stored bytes
        // may have them at different offsets.
        if events.has(new, Flag::SPARSE) || events.has(old, Flag::SPARSE) {
            return None;
        }
        Fingerprint::compare(events.fingerprint(new), events.fingerprint(old))
    }

    /// All events of folded layers `from..=to`.
    pub(in crate::stack) fn events_of(&self, from: usize, to: usize) -> Range<u32> {
        let end = |layer: usize| self.layer_ends.get(layer).copied();
        let start = from.checked_sub(1).map_or(Some(0), end);
        let last = end(to.min(self.folded().saturating_sub(1))).unwrap_or(0);
        start.map_or(0..0, |start| start.min(last)..last)
    }

    /// The visible events of a layer: the newest of each path that it has an event for.
    pub(in crate::stack) fn own_events(&self, layer: usize) -> impl Iterator<Item = u32> {
        let events = &self.events;
        // What replaces an entry in its layer marks it as superseded; only of a removal the path has to be asked.
        let newest = move |event| {
            !events.is_tombstone(event) || self.newest_at(events.node(event), layer) == event
        };
        self.events_of(layer, layer).filter(move |&event| {
            !events.has(event, Flag::QUIET) && !events.has(event, Flag::SUPERSEDED) && newest(event)
        })
    }

    /// The summary of a layer with nothing but its changes counted, and the events that are undecided.
    pub(in crate::stack) fn count_changes(&self, layer: usize) -> (LayerSummary, Vec<u32>) {
        let (mut summary, mut undecided) = (LayerSummary::default(), Vec::new());
        let end = self.events_of(layer, layer).end;
        for event in self.own_events(layer) {
            // The event before is anywhere in memory: it is read long before its fields decide anything.
            if event + READ_AHEAD < end {
                black_box(self.events.present(self.events.prev(event + READ_AHEAD)));
            }
            let kind = self.change_of(event).kind;
            *summary.counter(kind) += 1;
            if kind == ChangeKind::Undecided {
                undecided.push(event);
            }
        }
        (summary, undecided)
    }
}
