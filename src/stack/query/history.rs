//! Everything that befell one path, oldest first.

use crate::stack::kept::events::{Cause, Flag};
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::{ChangeKind, Version};

/// One thing that befell a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// The layer that did it.
    pub layer: usize,
    /// What it did.
    pub event: ChangeKind,
    /// By what means.
    pub cause: Cause,
    /// For a path that went because of something above it: the marker's or replacing entry's absolute path.
    pub by: Option<Vec<u8>>,
    /// The path as the layer left it; for a removal, what was removed.
    pub version: Version,
    /// The layer only has an opaque marker on this directory, or one beside its entry.
    pub opaque: bool,
}

impl Stack {
    /// Every event of the path in the folded layers, oldest first.
    #[must_use]
    pub fn history(&self, node: NodeId) -> Vec<HistoryEvent> {
        let mut steps = Vec::new();
        let mut event = self.arena.latest(node.0);
        while event != NONE {
            if !self.events.has(event, Flag::QUIET) && self.events.layer(event) < self.folded() {
                steps.push(self.step_of(event));
            }
            event = self.events.prev(event);
        }
        steps.reverse();
        steps
    }

    fn step_of(&self, event: u32) -> HistoryEvent {
        let change = self.change_of(event);
        HistoryEvent {
            layer: self.events.layer(event),
            event: change.kind,
            cause: self.events.cause(event).0,
            by: self.removed_by(event),
            version: self.version(EventId(event)),
            opaque: change.opaque,
        }
    }

    /// The path of whatever removed this path from above.
    fn removed_by(&self, event: u32) -> Option<Vec<u8>> {
        let (cause, by) = self.events.cause(event);
        let own = self.events.node(event) == by;
        match cause {
            Cause::Entry => None,
            Cause::Whiteout if own => None,
            Cause::Whiteout => {
                let mut path = self.arena.path(self.arena.parent(by));
                if path.last() != Some(&b'/') {
                    path.push(b'/');
                }
                path.extend_from_slice(b".wh.");
                path.extend_from_slice(self.arena.name(by));
                Some(path)
            }
            Cause::Opaque => {
                let mut path = self.arena.path(by);
                if path.last() != Some(&b'/') {
                    path.push(b'/');
                }
                path.extend_from_slice(b".wh..wh..opq");
                Some(path)
            }
            Cause::Replaced => Some(self.arena.path(by)),
        }
    }
}
