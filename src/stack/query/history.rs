//! The history of one path: its events, oldest first.

use crate::stack::kept::events::Cause;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::marker;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::{ChangeKind, Version};

/// One event of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// The layer.
    pub layer: usize,
    /// The kind of change.
    pub event: ChangeKind,
    /// The cause of the change.
    pub cause: Cause,
    /// For a path removed by a marker or an entry above it: the absolute path of that marker or entry.
    pub by: Option<Vec<u8>>,
    /// The new version; for a removal, the removed one.
    pub version: Version,
    /// The layer has an opaque marker in this directory.
    pub opaque: bool,
}

impl Stack {
    /// All events of the path in the folded layers, oldest first.
    #[must_use]
    pub fn history(&self, node: NodeId) -> Vec<HistoryEvent> {
        let mut steps = Vec::new();
        let mut event = self.arena.latest(node.0);
        while event != NONE {
            if !self.events.has(event, Flag::QUIET) && self.events.layer(event) < self.folded() {
                steps.push(self.history_event(event));
            }
            event = self.events.prev(event);
        }
        steps.reverse();
        steps
    }

    fn history_event(&self, event: u32) -> HistoryEvent {
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

    /// The path of the marker or entry above this path that removed it.
    fn removed_by(&self, event: u32) -> Option<Vec<u8>> {
        let (cause, by) = self.events.cause(event);
        let path = || self.arena.path(by);
        match cause {
            Cause::Entry => None,
            Cause::Whiteout if self.events.node(event) == by => None,
            Cause::Whiteout => Some(marker::whiteout(&path())),
            Cause::Opaque => Some(marker::opaque(&path())),
            Cause::Replaced => Some(path()),
        }
    }
}
