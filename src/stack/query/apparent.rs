//! Bytes below directories as `du --apparent-size` adds them up. The recorded totals are of stored bytes, each below one name.

use std::collections::{HashMap, HashSet};

use crate::stack::kept::flag::Flag;
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::walk::{Scope, Walk};

impl Stack {
    /// The bytes below each directory at or below `top` in the merged tree of layers `0..=layer`: sparse files with their
    /// holes, and a file with several names once in each directory that has one of them. `None` if no file is sparse or has
    /// several names: the recorded totals are then the same.
    #[must_use]
    pub fn apparent_bytes(&self, top: NodeId, layer: usize) -> Option<HashMap<NodeId, u64>> {
        let linked: HashSet<u32> =
            self.linked().filter_map(|link| self.events.payload(link.event.0)).collect();
        let sparse = |stored: u32| self.events.has(stored, Flag::SPARSE);
        if linked.is_empty() && !self.stored().any(|stored| sparse(stored.event.0)) {
            return None;
        }
        let add = |bytes: &mut HashMap<NodeId, u64>, dir, payload| {
            let sum = bytes.entry(dir).or_default();
            // Holes can be stated of any length.
            *sum = sum.saturating_add(self.events.size(payload));
        };
        let mut bytes = HashMap::new();
        let mut dirs: HashMap<u32, HashSet<NodeId>> = HashMap::new();
        for node in Walk::new(self, Scope::Merged(layer), top, true) {
            let visible = self.visible(node, layer);
            let payload = visible.and_then(|version| self.events.payload(version.event.0));
            let Some(payload) = payload else { continue };
            let above = std::iter::successors(self.parent(node), |&dir| {
                self.parent(dir).filter(|_| dir != top)
            });
            if linked.contains(&payload) {
                dirs.entry(payload).or_default().extend(above);
            } else {
                above.for_each(|dir| add(&mut bytes, dir, payload));
            }
        }
        for (payload, dirs) in dirs {
            for dir in dirs {
                add(&mut bytes, dir, payload);
            }
        }
        Some(bytes)
    }
}
