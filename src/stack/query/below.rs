//! What each layer put below directories.

use std::collections::BTreeMap;

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{NodeId, Stack};

/// What one layer did below a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Below {
    /// Payload bytes that the layer stores below it, also those that the same layer or a later one covers.
    pub stored: u64,
    /// The difference that the layer makes to the visible bytes below it.
    pub net: i64,
    /// Paths below it that the layer added.
    pub added: u64,
    /// Paths below it that the layer changed in place.
    pub changed: u64,
    /// Paths below it that the layer removed.
    pub removed: u64,
}

/// What each layer did below one directory, by layer. Layers that did nothing there are left out.
pub type Layers = BTreeMap<usize, Below>;

impl Stack {
    /// Whether the path has or had something below it in some layer.
    #[must_use]
    pub fn has_below(&self, node: NodeId) -> bool {
        self.arena.dir(node.0) != NONE
    }

    /// What each layer did below a directory.
    #[must_use]
    pub fn below(&self, dir: NodeId) -> Layers {
        let below = |layer| {
            let record = self.totals.exactly(&self.arena, dir.0, layer)?;
            let (added, changed, removed) =
                (record.added.into(), record.changed.into(), record.removed.into());
            let net = self.net_bytes(dir, layer, layer);
            Some((layer, Below { stored: record.stored, net, added, changed, removed }))
        };
        (0..self.folded()).filter_map(below).collect()
    }
}
