//! Siblings in another order than by name: computed for a directory when it is first shown, and cached.
//!
//! The rows of a directory and their sizes stay the same until a layer changes something below it. So an order is valid from
//! one record of the directory's totals ([`crate::stack::kept::totals`]) to the next, and a step to a layer that did not
//! change the directory finds it in the cache.

use std::cell::RefCell;
use std::rc::Rc;

use hashbrown::HashMap;

use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId};
use crate::stack::kept::totals::{CHUNK, RowSums};
use crate::stack::query::outline::{Outline, Unfolded};
use crate::stack::query::tree::Tree;

/// The most children in cached orders; each takes 16 bytes.
const CACHED_MAX: usize = 1 << 20;

/// The sort key of siblings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// The bytes of the name.
    #[default]
    Name,
    /// Bytes at or below the path, the largest first. For a directory in a diff: the difference that the layer makes.
    Size,
    /// The number of paths at or below the path that the layer changed, the most first; of equals first removed, then
    /// changed, then added paths.
    Change,
}

/// A sort key and a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The key. Equals are sorted by name.
    pub by: By,
    /// Sort in the opposite direction.
    pub reversed: bool,
}

/// The cached orders of directories, for one stack and one filter.
#[derive(Default)]
pub struct Orders {
    sort: Sort,
    known: RefCell<Known>,
}

#[derive(Default)]
struct Known {
    orders: HashMap<Key, Rc<Order>>,
    children: usize,
}

/// The directory and what its order depends on: see [`Outline::key`].
type Key = (u32, Tree, bool);

/// The children of a directory that have rows, sorted.
pub(crate) struct Order {
    children: Vec<u32>,
    /// The sort key of each child, ascending.
    ranks: Vec<u64>,
    /// For more than [`CHUNK`] children: the rows of the children before each `CHUNK`th, and last those of all.
    rows: Vec<RowSums>,
}

impl Orders {
    /// An empty cache.
    #[must_use]
    pub fn new(sort: Sort) -> Self {
        Self { sort, known: RefCell::default() }
    }

    /// The sort key and direction.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        self.sort
    }

    /// Whether the order is by name, ascending, which needs no cache.
    #[must_use]
    pub fn are_names(&self) -> bool {
        self.sort == Sort::default()
    }

    /// Clears the cache: for another stack or another filter.
    pub fn forget(&mut self) {
        *self.known.get_mut() = Known::default();
    }
}

impl Order {
    pub(super) fn children(&self) -> &[u32] {
        &self.children
    }

    /// The children numbered `at..at + CHUNK`, or to the end: their number and their rows. `at` is a multiple of [`CHUNK`].
    pub(super) fn chunk(&self, at: usize, unfolded: Unfolded) -> Option<(usize, u32)> {
        let [before, after] = self.rows.get(at / CHUNK..at / CHUNK + 2)? else { return None };
        let children = (self.children.len() - at).min(CHUNK);
        Some((children, unfolded.changed(*after - *before, children)))
    }
}

impl Outline<'_> {
    /// The order of a directory, from the cache or new.
    pub(super) fn ordered(&self, orders: &Orders, dir: u32) -> Rc<Order> {
        let key = self.key(dir);
        if let Some(order) = orders.known.borrow().orders.get(&key) {
            return Rc::clone(order);
        }
        let order = Rc::new(self.order(orders.sort, dir));
        let mut known = orders.known.borrow_mut();
        if known.children > CACHED_MAX {
            *known = Known::default();
        }
        known.children += order.children.len();
        known.orders.insert(key, Rc::clone(&order));
        order
    }

    /// In a merged tree, a directory has the same rows as at the layer of its record, except for those of paths that exactly
    /// this layer removed.
    fn key(&self, dir: u32) -> Key {
        let Tree::Merged(layer) = self.tree else { return (dir, self.tree, true) };
        let record = self.stack.totals.at(&self.stack.arena, dir, layer);
        let of = record.map_or(usize::MAX, |record| usize::from(record.layer));
        (dir, Tree::Merged(of), of == layer)
    }

    fn order(&self, sort: Sort, dir: u32) -> Order {
        let named = self.named(dir);
        let shown = named.iter().copied().filter(|&child| self.is_shown(child));
        let mut ranked: Vec<(u64, u32)> =
            shown.map(|child| (self.rank(sort, child), child)).collect();
        if sort.by == By::Name {
            ranked.reverse();
        } else {
            // Stable: equals stay in the order of their names.
            ranked.sort_by_key(|&(rank, _)| rank);
        }
        let rows = if ranked.len() > CHUNK { self.prefix_rows(&ranked) } else { Vec::new() };
        let (ranks, children) = ranked.into_iter().unzip();
        Order { children, ranks, rows }
    }

    fn prefix_rows(&self, ranked: &[(u64, u32)]) -> Vec<RowSums> {
        let mut sum = RowSums::default();
        let mut rows = Vec::with_capacity(ranked.len() / CHUNK + 2);
        for chunk in ranked.chunks(CHUNK) {
            rows.push(sum);
            for &(_, child) in chunk {
                let is_dir = self.stack.arena.dir(child) != NONE;
                sum.all += self.rows_by_default(child, Unfolded::All, is_dir) as u32;
                let steady = is_dir && self.opens_in_diff(child);
                sum.changes += self.rows_by_default(child, Unfolded::Changes, steady) as u32;
            }
        }
        rows.push(sum);
        rows
    }

    /// The index of a child in an order.
    pub(super) fn number_in(&self, order: &Order, node: u32) -> Option<usize> {
        let sort = self.orders?.sort;
        let arena = &self.stack.arena;
        let (rank, name) = (self.rank(sort, node), arena.name(node));
        let (mut low, mut high) = (0, order.children.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let names = arena.name(order.children[middle]).cmp(name);
            let names = if sort.by == By::Name { names.reverse() } else { names };
            if order.ranks[middle].cmp(&rank).then(names).is_lt() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (order.children.get(low) == Some(&node)).then_some(low)
    }

    /// The sort key of a path; the smallest comes first.
    fn rank(&self, sort: Sort, node: u32) -> u64 {
        let value = match sort.by {
            By::Name => return 0,
            By::Size => self.size(node),
            By::Change => self.changes(node),
        };
        if sort.reversed { value } else { u64::MAX - value }
    }

    fn size(&self, node: u32) -> u64 {
        let (stack, events) = (self.stack, &self.stack.events);
        let newest = stack.newest_at(node, self.tree.top());
        if newest == NONE {
            return 0;
        }
        let version = events.version(newest);
        if !events.is_dir(version) {
            return stack.bytes(EventId(version), self.tree.top());
        }
        match self.tree {
            Tree::Merged(_) if events.is_tombstone(newest) => 0,
            Tree::Merged(layer) => stack.totals(NodeId(node), layer).bytes,
            Tree::Diff(layer) => stack.net_bytes(NodeId(node), layer, layer).unsigned_abs(),
            Tree::Range(from, to) => stack.net_bytes(NodeId(node), from, to).unsigned_abs(),
        }
    }

    fn changes(&self, node: u32) -> u64 {
        let own = self.stack.change_in(NodeId(node), self.tree).map_or(0, |change| {
            match (change.event, change.previous) {
                (None, _) => 3,
                (Some(_), Some(_)) => 2,
                (Some(_), None) => 1,
            }
        });
        let below = match (self.tree, self.filtered) {
            (Tree::Range(..), Some(filtered)) => filtered.below(self.stack.arena.dir(node)),
            (tree, _) => {
                let record = self.stack.totals.exactly(&self.stack.arena, node, tree.top());
                record.map_or(0, |record| record.added + record.changed + record.removed)
            }
        };
        (u64::from(below) + u64::from(own > 0)) << 2 | own
    }
}
