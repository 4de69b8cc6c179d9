//! The tree of one layer as dive builds it: every name as it is written, with the directories that it implies.

use hashbrown::HashMap;

use crate::stack::fold::DEPTH_MAX;
use crate::stack::kept::arena::Arena;
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::marker;
use crate::stack::kept::marker::PREFIX;
use crate::stack::kept::paths::{shared_prefix, split};
use crate::stack::kept::table::Table;

/// The most paths of all layers together. Each takes about 100 bytes.
pub(super) const PATHS_MAX: usize = 1 << 22;

/// What the layer that is being read has at a path.
#[derive(Clone, Copy, Default)]
struct Own {
    /// The layer, from 1, that `size` and `is_dir` are of.
    layer: u32,
    /// The last layer, from 1, whose tree has something below the path.
    parent_in: u32,
    size: u64,
    /// An entry says so: for dive a directory that is only implied is none.
    is_dir: bool,
}

/// What an entry says beside its size.
#[derive(Clone)]
pub(super) struct Details {
    pub(super) kind: Kind,
    pub(super) mode: u16,
    pub(super) owner: (u64, u64),
    pub(super) link: Box<[u8]>,
}

/// The tree of the layer that was read last, over the paths of all layers so far.
pub(super) struct LayerTree {
    arena: Arena,
    own: Vec<Own>,
    /// Number of layers read.
    layer: u32,
    /// The paths of this layer's tree without the root, parents before children.
    nodes: Vec<u32>,
    /// The paths that this layer's markers remove, each once.
    whiteouts: Vec<u32>,
    bytes: u64,
    /// The entries of this layer by path, if they are kept.
    details: Option<HashMap<u32, Details>>,
    /// The path entered last, and where each of its components ends, with its node.
    before: Vec<u8>,
    chain: Vec<(usize, u32)>,
}

impl LayerTree {
    pub(super) fn new() -> Self {
        Self {
            arena: Arena::new(),
            own: vec![Own::default()],
            layer: 0,
            nodes: Vec::new(),
            whiteouts: Vec::new(),
            bytes: 0,
            details: None,
            before: Vec::new(),
            chain: Vec::new(),
        }
    }

    /// As [`Self::new`], and keeps what the entries say.
    pub(super) fn with_details() -> Self {
        Self { details: Some(HashMap::new()), ..Self::new() }
    }

    /// Replaces the tree by that of the next layer.
    ///
    /// # Errors
    /// If a limit is exceeded.
    pub(super) fn read(&mut self, table: &Table) -> Result<(), String> {
        self.layer += 1;
        self.nodes.clear();
        self.whiteouts.clear();
        self.before.clear();
        self.chain.clear();
        self.bytes = 0;
        if let Some(details) = &mut self.details {
            details.clear();
        }
        let mut rows = table.rows();
        while let Some(row) = rows.next() {
            match row {
                Row::Entry(entry) => self.add(&entry)?,
                Row::Opaque { path } => drop(self.enter(path)?),
                Row::Whiteout { path } => {
                    let Some((parent, name)) = split(path) else { continue };
                    let parent = self.enter(parent)?;
                    let node = self.node(parent, name)?;
                    self.whiteouts.push(node);
                }
            }
        }
        self.whiteouts.sort_unstable();
        self.whiteouts.dedup();
        Ok(())
    }

    fn add(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let node = self.enter(entry.path)?;
        let size = if entry.kind == Kind::File { entry.size } else { 0 };
        self.bytes = self.bytes.saturating_add(size);
        let own = &mut self.own[node as usize];
        // Of several entries for one path the last one counts.
        (own.size, own.is_dir) = (size, entry.kind == Kind::Directory);
        if let Some(details) = &mut self.details {
            let owner = (entry.uid, entry.gid);
            let link = entry.link.into();
            details.insert(node, Details { kind: entry.kind, mode: entry.mode, owner, link });
        }
        Ok(())
    }

    /// The node of a path, which is put into the tree with all above it.
    fn enter(&mut self, path: &[u8]) -> Result<u32, String> {
        let same = shared_prefix(&self.before, path);
        let is_above = |end: usize| end <= same && matches!(path.get(end), None | Some(b'/'));
        while self.chain.last().is_some_and(|&(end, _)| !is_above(end)) {
            self.chain.pop();
        }
        let (mut end, mut node) = self.chain.last().copied().unwrap_or_default();
        while end < path.len() {
            let start = end + usize::from(end > 0);
            let slash = memchr::memchr(b'/', &path[start..]);
            end = slash.map_or(path.len(), |at| start + at);
            node = self.enter_child(node, &path[start..end])?;
            self.chain.push((end, node));
        }
        self.before.clear();
        self.before.extend_from_slice(path);
        if self.chain.len() > DEPTH_MAX {
            return Err(format!("a path is deeper than {DEPTH_MAX} directories"));
        }
        Ok(node)
    }

    fn enter_child(&mut self, parent: u32, name: &[u8]) -> Result<u32, String> {
        let node = self.node(parent, name)?;
        let own = &mut self.own[node as usize];
        if own.layer != self.layer {
            *own = Own { layer: self.layer, ..Own::default() };
            self.nodes.push(node);
        }
        Ok(node)
    }

    /// The node of a name in a directory, which has something below it then.
    fn node(&mut self, parent: u32, name: &[u8]) -> Result<u32, String> {
        let node = self.arena.child_or_create(parent, name, None);
        if self.arena.len() > PATHS_MAX {
            return Err(format!("there are more than {PATHS_MAX} paths"));
        }
        self.own.resize_with(self.arena.len(), Own::default);
        self.own[parent as usize].parent_in = self.layer;
        Ok(node)
    }

    /// Number of paths of all layers so far, and of the root.
    pub(super) fn paths(&self) -> usize {
        self.arena.len()
    }

    /// Bytes of all entries of this layer, those that a later one replaces included.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The paths of this layer, parents before children, without markers.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Those with nothing below them in this layer.
    pub(super) fn leaves(&self) -> impl Iterator<Item = u32> {
        let is_leaf = |&node: &u32| self.own[node as usize].parent_in != self.layer;
        self.nodes.iter().copied().filter(is_leaf)
    }

    /// The paths that this layer's markers remove.
    pub(super) fn whiteouts(&self) -> impl Iterator<Item = u32> {
        self.whiteouts.iter().copied()
    }

    /// The entry of a path, if entries are kept and the layer has one for it.
    pub(super) fn details(&self, node: u32) -> Option<&Details> {
        self.details.as_ref()?.get(&node)
    }

    /// The paths and markers (`true`) of this layer, each directory after what is below it, names sorted by their bytes.
    pub(super) fn children_first(&self) -> impl Iterator<Item = (u32, bool)> {
        let names = self.nodes.iter().map(|&node| (node, false));
        let mut all: Vec<(u32, bool)> =
            names.chain(self.whiteouts().map(|node| (node, true))).collect();
        let name = |(node, marker): (u32, bool)| {
            let prefix: &[u8] = if marker { PREFIX } else { b"" };
            prefix.iter().chain(self.arena.name(node)).copied()
        };
        // The last name first: the walk takes from the end.
        all.sort_unstable_by(|&a, &b| {
            let parents = self.parent(a.0).cmp(&self.parent(b.0));
            parents.then_with(|| name(b).cmp(name(a)))
        });
        let below = move |node: u32| {
            let start = all.partition_point(|&(child, _)| self.parent(child) < node);
            let end = all.partition_point(|&(child, _)| self.parent(child) <= node);
            all.get(start..end).unwrap_or_default().to_vec()
        };
        // A node that was met is written when it is met again.
        let mut pending: Vec<(u32, bool, bool)> =
            below(0).into_iter().map(|(node, marker)| (node, marker, false)).collect();
        std::iter::from_fn(move || {
            loop {
                let (node, marker, met) = pending.pop()?;
                if met || marker {
                    return Some((node, marker));
                }
                pending.push((node, false, true));
                pending.extend(below(node).into_iter().map(|(node, marker)| (node, marker, false)));
            }
        })
    }

    pub(super) fn size(&self, node: u32) -> u64 {
        self.own[node as usize].size
    }

    pub(super) fn is_dir(&self, node: u32) -> bool {
        self.own[node as usize].is_dir
    }

    pub(super) fn parent(&self, node: u32) -> u32 {
        self.arena.parent(node)
    }

    /// Whether dive comes to the marker of a path before the path itself: names are sorted by their bytes.
    pub(super) fn marker_is_first(&self, node: u32) -> bool {
        let name = self.arena.name(node);
        *marker::whiteout(name) < *name
    }

    pub(super) fn path(&self, node: u32) -> Vec<u8> {
        self.arena.path(node)
    }

    /// The path as the layer has it, without a leading slash; of a marker with its own name.
    pub(super) fn literal(&self, node: u32, marker: bool) -> Vec<u8> {
        let path = self.arena.path(node);
        let mut path = if marker { marker::whiteout(&path) } else { path };
        path.remove(0);
        path
    }

    /// A key that sorts leaves, and markers by their own names, in the order in which dive comes to them.
    pub(super) fn order(&self, node: u32, marker: bool) -> Vec<u8> {
        let mut key = self.literal(node, marker);
        for byte in key.iter_mut().filter(|byte| **byte == b'/') {
            *byte = 0;
        }
        key
    }
}
