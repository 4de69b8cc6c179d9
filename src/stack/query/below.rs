//! What each layer put below directories.

use std::collections::BTreeMap;

use hashbrown::HashMap;

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

    /// What each layer did below these directories; paths that never had anything below them are left out. One pass over all
    /// stored files, each of which walks up to the root.
    #[must_use]
    pub fn below(&self, dirs: &[NodeId]) -> HashMap<NodeId, Layers> {
        let dirs = dirs.iter().filter(|&&dir| self.has_below(dir));
        let mut found: HashMap<NodeId, Layers> =
            dirs.map(|&dir| (dir, self.changes_below(dir))).collect();
        if found.is_empty() {
            return found;
        }
        for stored in self.stored() {
            let mut dir = self.parent(stored.node);
            while let Some(node) = dir {
                if let Some(layers) = found.get_mut(&node) {
                    layers.entry(stored.layer).or_default().stored += stored.bytes;
                }
                dir = self.parent(node);
            }
        }
        found
    }

    fn changes_below(&self, dir: NodeId) -> Layers {
        let own = |layer: &usize| self.totals.exactly(&self.arena, dir.0, *layer).is_some();
        let below = |layer| {
            let totals = self.totals(dir, layer);
            let net = self.net_bytes(dir, layer, layer);
            let (added, changed, removed) = (totals.added, totals.changed, totals.removed);
            (layer, Below { stored: 0, net, added, changed, removed })
        };
        (0..self.folded()).filter(own).map(below).collect()
    }
}
