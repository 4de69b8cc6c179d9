//! The files that a layer stores, and what later layers did to each.

use crate::stack::kept::entry::Kind;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};

/// A version of a file in the final tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionState {
    /// It is visible.
    Visible,
    /// The path is there with another version; this one was covered by the layer.
    Covered(usize),
    /// The path is gone; this version was covered or removed by the layer.
    Removed(usize),
}

impl VersionState {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Covered(_) => "covered",
            Self::Removed(_) => "removed",
        }
    }

    /// The first layer in which the version is not visible; `None` if it is visible to the end.
    #[must_use]
    pub const fn ended_by(self) -> Option<usize> {
        match self {
            Self::Visible => None,
            Self::Covered(layer) | Self::Removed(layer) => Some(layer),
        }
    }
}

impl Stack {
    /// The regular files and hard links that the layer has an entry for, in the order of their entries, those included that a
    /// later entry of the same layer replaces.
    pub fn files_of(&self, layer: usize) -> impl Iterator<Item = (EventId, NodeId)> {
        let known = layer < self.folded();
        let events = known.then(|| self.events_of(layer, layer)).into_iter().flatten();
        events
            .filter(|&event| matches!(self.events.kind(event), Some(Kind::File | Kind::Hardlink)))
            .map(|event| (EventId(event), NodeId(self.events.node(event))))
    }

    /// What became of the version that an event wrote.
    #[must_use]
    pub fn version_state(&self, event: EventId) -> VersionState {
        let newest = self.arena.latest(self.events.node(event.0));
        let (mut at, mut newer) = (newest, NONE);
        let mut exists = None;
        while at != NONE && at != event.0 {
            if self.events.layer(at) < self.folded() && !self.events.has(at, Flag::QUIET) {
                exists = exists.or(Some(!self.events.is_tombstone(at)));
                newer = at;
            }
            at = self.events.prev(at);
        }
        // Not in the chain: another entry of its own layer replaced it.
        let replaced = at == NONE;
        let by = if replaced {
            self.events.layer(event.0)
        } else if newer == NONE {
            return VersionState::Visible;
        } else {
            self.events.layer(newer)
        };
        if exists == Some(false) { VersionState::Removed(by) } else { VersionState::Covered(by) }
    }
}
