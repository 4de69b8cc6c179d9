//! Wasted bytes: stored payloads without a visible name in the final tree.
//!
//! Waste is counted by payload, not by name: a payload is live while any of its names, including hard links, is visible in
//! the final tree.

use crate::stack::kept::entry::Kind;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};

/// One stored payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The path that stores it.
    pub node: NodeId,
    /// The layer that stores it.
    pub layer: usize,
    /// The event of the entry that stores it.
    pub event: EventId,
    /// Stored bytes.
    pub bytes: u64,
    /// It has a visible name in the final tree. Otherwise it is wasted.
    pub live: bool,
}

/// The bytes of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    /// Payload bytes in all layers.
    pub stored: u64,
    /// Payload bytes visible in the final tree; each payload counts once.
    pub visible: u64,
    /// `stored - visible`.
    pub wasted: u64,
    /// `visible / stored`; 1 for an image that stores no bytes.
    pub efficiency: f64,
    /// Entries in all layers.
    pub entries: u64,
}

impl Stack {
    /// The bytes of the folded layers.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let stored = self.summaries.iter().map(|layer| layer.bytes).sum();
        let visible = self.summaries.last().map_or(0, |layer| layer.cumulative_bytes);
        Balance {
            stored,
            visible,
            wasted: stored.saturating_sub(visible),
            efficiency: if stored == 0 { 1.0 } else { visible as f64 / stored as f64 },
            entries: self.summaries.iter().map(|layer| layer.entries).sum(),
        }
    }

    /// Every wasted payload of at least one byte, in layer order.
    pub fn wasted(&self) -> impl Iterator<Item = Stored> {
        self.stored().filter(|stored| !stored.live)
    }

    /// Every stored payload of at least one byte, in layer order.
    pub fn stored(&self) -> impl Iterator<Item = Stored> {
        let end = self.layer_ends.last().copied().unwrap_or(0);
        (0..end).filter_map(|event| {
            let bytes = self.events.stored(event);
            (bytes > 0 && self.events.kind(event) == Some(Kind::File)).then(|| Stored {
                node: NodeId(self.events.node(event)),
                layer: self.events.layer(event),
                event: EventId(event),
                bytes,
                live: self.is_live(event),
            })
        })
    }

    /// Every further name of a stored payload, from its hard links, in layer order. Its bytes are those of another entry.
    pub fn linked(&self) -> impl Iterator<Item = Stored> {
        let last = self.folded().saturating_sub(1);
        let end = self.layer_ends.last().copied().unwrap_or(0);
        let links = (0..end).filter(|&event| self.events.kind(event) == Some(Kind::Hardlink));
        links.filter(|&event| self.events.payload(event).is_some()).map(move |event| {
            let node = self.events.node(event);
            Stored {
                node: NodeId(node),
                layer: self.events.layer(event),
                event: EventId(event),
                bytes: 0,
                live: self.newest_at(node, last) == event,
            }
        })
    }

    /// Bytes that one path wastes in all layers.
    #[must_use]
    pub fn wasted_at(&self, node: NodeId) -> u64 {
        let mut bytes = 0;
        let mut count = |event| {
            let stored = self.events.stored(event);
            if stored > 0 && !self.is_live(event) {
                bytes += stored;
            }
        };
        let mut event = self.arena.latest(node.0);
        while event != NONE {
            count(event);
            event = self.events.prev(event);
        }
        self.superseded.get(&node.0).into_iter().flatten().copied().for_each(count);
        bytes
    }

    fn is_live(&self, payload: u32) -> bool {
        let primary = self.primary_name(payload);
        let last = self.folded().saturating_sub(1);
        primary != NONE && self.newest_at(self.events.node(primary), last) == primary
    }
}
