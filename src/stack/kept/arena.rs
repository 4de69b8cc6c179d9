//! The paths of all layers, each stored once: interned name, parent, children. Their events are in
//! [`crate::stack::kept::events`].
//!
//! A path takes 16 bytes, plus its entry in the list of siblings and its name. A parent is always created before its
//! children, so ids grow with depth along every path. While layers are folded, siblings are linked lists and a hash table
//! finds a child by name; [`Arena::freeze`] replaces both by one sorted list of children.

use std::borrow::Cow;
use std::ops::Range;

use crate::stack::kept::case;
use crate::stack::kept::hashed::HashedTable;
use crate::stack::kept::names::{NONE, Names};

/// One path. 16 bytes in one struct, since most readers of a path use most of its fields.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    name: u32,
    /// The newest event.
    latest: u32,
    /// Index into `dirs`, or NONE.
    dir: u32,
}

/// The further fields of a node that has or had children.
pub(crate) struct Dir {
    pub(crate) node: u32,
    /// Growing: the head of the sibling list. Frozen: where the children begin in `list`.
    first: u32,
    count: u32,
    /// The newest record of totals, see [`crate::stack::kept::totals`].
    pub(super) record: u32,
    /// The oldest record, once frozen: all records between the two belong to this directory.
    pub(super) oldest: u32,
}

/// A node with the first eight bytes of its name, which decide most comparisons: reading a name is a cache miss.
pub(super) struct Sibling {
    /// Big endian, padded with zeros.
    prefix: u64,
    pub(super) node: u32,
}

impl Dir {
    /// The children in the frozen list.
    const fn range(&self) -> Range<usize> {
        self.first as usize..(self.first + self.count) as usize
    }
}

/// The index of children.
enum Children {
    Growing { next: Vec<u32>, table: HashedTable<u32> },
    Frozen { list: Vec<u32> },
}

/// The paths.
pub(crate) struct Arena {
    pub(crate) names: Names,
    nodes: Vec<Node>,
    pub(crate) dirs: Vec<Dir>,
    children: Children,
    /// With case folding: for each node, the id of the name without case.
    keys: Option<Vec<u32>>,
    /// The node found or created last: a layer that repeats paths mostly has them in the order of the layer below.
    recent: u32,
}

/// The parent of a node and the bytes by which it is found among its siblings: its name, unless there are `keys`.
fn place<'n>(names: &'n Names, nodes: &[Node], keys: Option<&[u32]>, node: u32) -> (u32, &'n [u8]) {
    let Node { parent, name, .. } = nodes[node as usize];
    (parent, names.get(keys.map_or(name, |keys| keys[node as usize])))
}

/// The hash of a child's place, of the hash of its name. By the bytes of the name, not by its id: a path of a lower layer is
/// then found without the table of names, whose every look-up is a cache miss.
const fn place_hash(parent: u32, name: u32) -> u32 {
    // The factor spreads ids, which are small numbers, over all bits.
    name ^ parent.wrapping_mul(0x9e37_79b9)
}

/// Nodes after [`Arena::recent`] that are compared before the hash table is used.
const LOOKAHEAD: u32 = 4;

impl Arena {
    /// An arena of only the root, node 0.
    pub(crate) fn new() -> Self {
        let mut names = Names::default();
        let empty = names.intern(b"");
        Self {
            names,
            nodes: vec![Node { parent: NONE, name: empty, latest: NONE, dir: NONE }],
            dirs: Vec::new(),
            children: Children::Growing { next: vec![NONE], table: HashedTable::default() },
            keys: None,
            recent: 0,
        }
    }

    /// Folds the case of names from now on. Only for an arena that has no node but the root.
    pub(super) fn fold_case(&mut self) {
        self.keys = Some(self.nodes.iter().map(|node| node.name).collect());
    }

    pub(crate) const fn folds_case(&self) -> bool {
        self.keys.is_some()
    }

    fn place(&self, node: u32) -> (u32, &[u8]) {
        place(&self.names, &self.nodes, self.keys.as_deref(), node)
    }

    /// The bytes by which a name is found: the name itself, or its form without case.
    fn key<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        if self.folds_case() { case::key(name) } else { Cow::Borrowed(name) }
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Allocates for `paths` more paths.
    pub(super) fn reserve(&mut self, paths: usize) {
        let Children::Growing { next, table } = &mut self.children else { return };
        self.names.reserve(paths);
        self.nodes.reserve(paths);
        next.reserve(paths);
        table.reserve(paths);
    }

    pub(crate) fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].parent
    }

    pub(crate) fn name_id(&self, node: u32) -> u32 {
        self.nodes[node as usize].name
    }

    pub(crate) fn name(&self, node: u32) -> &[u8] {
        self.names.get(self.nodes[node as usize].name)
    }

    /// The newest event of `node`, or NONE.
    pub(crate) fn latest(&self, node: u32) -> u32 {
        self.nodes[node as usize].latest
    }

    pub(crate) fn set_latest(&mut self, node: u32, event: u32) {
        self.nodes[node as usize].latest = event;
    }

    /// Index into `dirs`, or NONE.
    pub(crate) fn dir(&self, node: u32) -> u32 {
        self.nodes[node as usize].dir
    }

    /// The directory index of `node`, which is given one if it has none.
    pub(super) fn make_dir(&mut self, node: u32) -> u32 {
        if self.nodes[node as usize].dir == NONE {
            self.nodes[node as usize].dir = self.dirs.len() as u32;
            self.dirs.push(Dir { node, first: NONE, count: 0, record: NONE, oldest: NONE });
        }
        self.nodes[node as usize].dir
    }

    pub(crate) fn child(&self, parent: u32, name: &[u8]) -> Option<u32> {
        match &self.children {
            Children::Growing { table, .. } => {
                let wanted = (parent, &*self.key(name));
                let hash = place_hash(parent, self.names.hash(wanted.1));
                table.find(hash, |&node| self.place(node) == wanted).copied()
            }
            Children::Frozen { list } => {
                let dir = self.dirs.get(self.dir(parent) as usize)?;
                let siblings = &list[dir.range()];
                if self.folds_case() {
                    // Siblings are sorted by the displayed names, not by these keys.
                    let key = case::key(name);
                    return siblings.iter().copied().find(|&it| case::key(self.name(it)) == key);
                }
                let found = siblings.binary_search_by(|&node| self.name(node).cmp(name)).ok()?;
                Some(siblings[found])
            }
        }
    }

    /// The child of that name, created without an event if there is none. Not for a frozen arena. `hash` is
    /// [`Self::name_hash`] of the name, if it is known.
    pub(crate) fn child_or_create(&mut self, parent: u32, name: &[u8], hash: Option<u32>) -> u32 {
        // A hash is known where rows follow no order.
        if hash.is_none()
            && let Some(node) = self.next_in_order(parent, name)
        {
            self.recent = node;
            return node;
        }
        let node = self.nodes.len() as u32;
        let folded = self.key(name);
        let Children::Growing { table, .. } = &mut self.children else { return NONE };
        let (names, nodes, keys) = (&self.names, &self.nodes, self.keys.as_deref());
        let wanted = (parent, &*folded);
        let name_hash = hash.unwrap_or_else(|| names.hash(&folded));
        let hash = place_hash(parent, name_hash);
        let same = |&node: &u32| place(names, nodes, keys, node) == wanted;
        if let Some(&found) = table.find(hash, same) {
            self.recent = found;
            return found;
        }
        table.insert(hash, node);
        let key = self.names.intern_hashed(&folded, name_hash);
        let name = match &mut self.keys {
            Some(keys) => {
                keys.push(key);
                self.names.intern(name)
            }
            None => key,
        };
        let dir = self.make_dir(parent);
        let Children::Growing { next, .. } = &mut self.children else { return NONE };
        let dir = &mut self.dirs[dir as usize];
        next.push(dir.first);
        dir.first = node;
        dir.count += 1;
        self.nodes.push(Node { parent, name, latest: NONE, dir: NONE });
        self.recent = node;
        node
    }

    /// The hash by which a name is found, in the table of names and among siblings.
    pub(crate) fn name_hash(&self, name: &[u8]) -> u32 {
        self.names.hash(&self.key(name))
    }

    /// The node that the child with this hash of its name probably is; [`NONE`] if there is certainly no such child.
    pub(crate) fn probable_child(&self, parent: u32, hash: u32) -> u32 {
        let Children::Growing { table, .. } = &self.children else { return NONE };
        table.find(place_hash(parent, hash), |_| true).copied().unwrap_or(NONE)
    }

    /// The child of that name, if it is one of the next [`LOOKAHEAD`] nodes. They are adjacent in memory, while the tables of
    /// names and children are a cache miss each.
    fn next_in_order(&self, parent: u32, name: &[u8]) -> Option<u32> {
        let end = (self.recent + 1 + LOOKAHEAD).min(self.len() as u32);
        (self.recent + 1..end).find(|&node| self.parent(node) == parent && self.name(node) == name)
    }

    /// All children in any layer, sorted by name; `None` while the arena grows.
    pub(crate) fn frozen_children(&self, node: u32) -> Option<&[u32]> {
        let Children::Frozen { list } = &self.children else { return None };
        Some(self.dirs.get(self.dir(node) as usize).map_or(&[], |dir| &list[dir.range()]))
    }

    /// All children in any layer, sorted by name; `scratch` is filled if the arena is still growing.
    pub(crate) fn children<'a>(&'a self, node: u32, scratch: &'a mut Vec<u32>) -> &'a [u32] {
        if let Some(children) = self.frozen_children(node) {
            return children;
        }
        scratch.clear();
        self.each_child(node, |child| scratch.push(child));
        scratch.sort_unstable_by(|&a, &b| self.name(a).cmp(self.name(b)));
        scratch
    }

    /// All children in any layer, in no particular order.
    pub(crate) fn each_child(&self, node: u32, mut visit: impl FnMut(u32)) {
        let Some(dir) = self.dirs.get(self.dir(node) as usize) else { return };
        match &self.children {
            Children::Growing { next, .. } => {
                let mut child = dir.first;
                while child != NONE {
                    visit(child);
                    child = next[child as usize];
                }
            }
            Children::Frozen { list } => list[dir.range()].iter().copied().for_each(visit),
        }
    }

    /// Sorts siblings by name.
    pub(super) fn sort(&self, siblings: &mut [Sibling]) {
        // The stable sort is a merge sort, which is fast on nearly sorted input, as most tars are.
        siblings.sort_by(|a, b| {
            let begin = a.prefix.cmp(&b.prefix);
            begin.then_with(|| self.name(a.node).cmp(self.name(b.node)))
        });
    }

    /// A node for [`Self::sort`].
    pub(super) fn sibling(&self, node: u32) -> Sibling {
        let name = self.name(node);
        let mut prefix = [0; 8];
        let length = name.len().min(8);
        prefix[..length].copy_from_slice(&name[..length]);
        Sibling { prefix: u64::from_be_bytes(prefix), node }
    }

    /// Sorts all children into one list and frees the tables that only growing needs.
    pub(super) fn freeze(&mut self) {
        let Children::Growing { next, .. } = &self.children else { return };
        let mut list = Vec::with_capacity(self.nodes.len() - 1);
        let mut dirs = std::mem::take(&mut self.dirs);
        let mut siblings = Vec::new();
        for dir in &mut dirs {
            let mut child = dir.first;
            while child != NONE {
                siblings.push(self.sibling(child));
                child = next[child as usize];
            }
            // Lists are built by prepending: reversed, they are nearly in tar order.
            siblings.reverse();
            self.sort(&mut siblings);
            dir.first = list.len() as u32;
            list.extend(siblings.drain(..).map(|sibling| sibling.node));
        }
        self.dirs = dirs;
        self.children = Children::Frozen { list };
        self.names.freeze();
        self.nodes.shrink_to_fit();
        self.dirs.shrink_to_fit();
    }

    /// Reverts [`Self::freeze`] before another layer is folded.
    pub(super) fn thaw(&mut self) {
        let Children::Frozen { list } = &self.children else { return };
        let list = list.clone();
        self.names.thaw();
        let mut next = vec![NONE; self.nodes.len()];
        for dir in &mut self.dirs {
            let range = dir.range();
            dir.first = NONE;
            for &child in &list[range] {
                next[child as usize] = dir.first;
                dir.first = child;
            }
        }
        let mut table = HashedTable::with_capacity(list.len());
        for &node in &list {
            let (parent, name) = self.place(node);
            table.insert(place_hash(parent, self.names.hash(name)), node);
        }
        self.children = Children::Growing { next, table };
    }

    /// The absolute path, `/` for the root.
    pub(crate) fn path(&self, node: u32) -> Vec<u8> {
        let mut chain = Vec::new();
        let mut at = node;
        while at != 0 {
            chain.push(at);
            at = self.parent(at);
        }
        let mut path = Vec::new();
        for &node in chain.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(self.name(node));
        }
        if path.is_empty() {
            path.push(b'/');
        }
        path
    }

    /// Whether `node` is `dir` or below it.
    pub(crate) fn is_below(&self, mut node: u32, dir: u32) -> bool {
        // The id of a parent is smaller than those of its children.
        while node > dir {
            node = self.parent(node);
        }
        node == dir
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let children = match &self.children {
            Children::Growing { next, table } => next.capacity() * 4 + table.heap_bytes(),
            Children::Frozen { list } => list.capacity() * 4,
        };
        self.names.heap_bytes()
            + self.keys.as_ref().map_or(0, |keys| keys.capacity() * size_of::<u32>())
            + self.nodes.capacity() * size_of::<Node>()
            + self.dirs.capacity() * size_of::<Dir>()
            + children
    }
}
