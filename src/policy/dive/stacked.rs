//! The layers so far, put on each other as dive does it: only markers remove a path, and an entry of another type keeps what
//! was below the path.

use crate::policy::dive::layer_tree::LayerTree;
use crate::stack::kept::names::NONE;

/// A path of the stacked tree: siblings are a doubly linked list, so that a removal leaves nothing to be skipped later.
#[derive(Clone, Copy)]
struct Slot {
    present: bool,
    is_dir: bool,
    size: u64,
    first: u32,
    next: u32,
    before: u32,
}

const ABSENT: Slot =
    Slot { present: false, is_dir: false, size: 0, first: NONE, next: NONE, before: NONE };

#[derive(Default)]
pub(super) struct Stacked {
    slots: Vec<Slot>,
}

impl Stacked {
    pub(super) fn has(&self, node: u32) -> bool {
        self.slots.get(node as usize).is_some_and(|slot| slot.present)
    }

    /// What dive counts for the marker of a path: everything below a directory, nothing for all else.
    pub(super) fn removed_bytes(&self, node: u32) -> u64 {
        let Some(slot) = self.slots.get(node as usize).filter(|slot| slot.present && slot.is_dir)
        else {
            return 0;
        };
        let mut sum = slot.size;
        self.each_below(node, |slot| sum = sum.saturating_add(slot.size));
        sum
    }

    fn each_below(&self, node: u32, mut visit: impl FnMut(&Slot)) {
        let mut pending = vec![self.slots[node as usize].first];
        while let Some(node) = pending.pop() {
            let Some(slot) = self.slots.get(node as usize) else { continue };
            visit(slot);
            pending.extend([slot.next, slot.first]);
        }
    }

    /// Puts the layer on top: markers and entries in dive's order, which is that of their names.
    pub(super) fn stack(&mut self, tree: &LayerTree) {
        self.slots.resize(tree.paths(), ABSENT);
        for node in tree.whiteouts().filter(|&node| tree.marker_is_first(node)) {
            self.remove(tree, node);
        }
        self.add(tree);
        for node in tree.whiteouts().filter(|&node| !tree.marker_is_first(node)) {
            self.remove(tree, node);
        }
    }

    /// Puts the entries of the layer on top, without its markers.
    pub(super) fn add(&mut self, tree: &LayerTree) {
        self.slots.resize(tree.paths(), ABSENT);
        for &node in tree.nodes() {
            if !self.has(node) {
                self.link(tree.parent(node), node);
            }
            let slot = &mut self.slots[node as usize];
            (slot.size, slot.is_dir) = (tree.size(node), tree.is_dir(node));
        }
    }

    fn link(&mut self, parent: u32, node: u32) {
        let next = self.slots[parent as usize].first;
        self.slots[parent as usize].first = node;
        if let Some(next) = self.slots.get_mut(next as usize) {
            next.before = node;
        }
        self.slots[node as usize] = Slot { present: true, next, ..ABSENT };
    }

    fn remove(&mut self, tree: &LayerTree, node: u32) {
        if !self.has(node) {
            return;
        }
        let Slot { next, before, .. } = self.slots[node as usize];
        if let Some(next) = self.slots.get_mut(next as usize) {
            next.before = before;
        }
        match self.slots.get_mut(before as usize) {
            Some(before) => before.next = next,
            None => self.slots[tree.parent(node) as usize].first = next,
        }
        let mut pending = vec![self.slots[node as usize].first];
        self.slots[node as usize] = ABSENT;
        while let Some(node) = pending.pop() {
            let Some(slot) = self.slots.get_mut(node as usize) else { continue };
            pending.extend([slot.next, slot.first]);
            *slot = ABSENT;
        }
    }
}
