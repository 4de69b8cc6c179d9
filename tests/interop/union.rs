//! The union filesystem, said slowly: layers' tars applied to a map as the OCI image specification says, and what a
//! layer changed, told from the trees before and after it.

use std::collections::{BTreeMap, BTreeSet};

use super::tarball::{Layer, normal};
use super::tree::{Node, Path, Tree, is_below};

/// An image's layers, applied one by one.
pub struct Union {
    /// The merged tree at each layer.
    pub trees: Vec<Tree>,
    /// What each layer's tar mentions.
    pub marks: Vec<Marks>,
    /// The files that each layer stores, by inode number: path and bytes.
    stored: Vec<BTreeMap<u64, (Path, u64)>>,
    /// Entries of each layer that are content.
    pub entries: Vec<u64>,
}

/// The paths that a layer mentions, symbolic links among their parents followed.
#[derive(Clone, Default)]
pub struct Marks {
    pub named: BTreeSet<Path>,
    pub whiteouts: BTreeSet<Path>,
    pub opaque: BTreeSet<Path>,
}

/// What a layer did to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// As layertui's JSON names it.
    pub kind: &'static str,
    pub opaque: bool,
}

impl Union {
    pub fn of(layers: &[Layer]) -> Self {
        let mut union = Self { trees: vec![], marks: vec![], stored: vec![], entries: vec![] };
        let mut inode = 0;
        for (number, layer) in layers.iter().enumerate() {
            let before = union.trees.last().cloned().unwrap_or_default();
            let (marks, replaced) = (Marks::default(), BTreeSet::new());
            let mut step = Step { tree: before.clone(), marks, replaced, inode };
            step.tree.entry(b"/".to_vec()).or_insert_with(Node::implied);
            let stored = step.apply(layer);
            inode = step.inode;
            let Step { mut tree, marks, .. } = step;
            date(&mut tree, &before, &marks, number);
            union.trees.push(tree);
            union.marks.push(marks);
            union.stored.push(stored);
            union.entries.push(layer.members.len() as u64);
        }
        union
    }

    /// The tree below a layer.
    pub fn before(&self, layer: usize) -> Tree {
        layer.checked_sub(1).map(|below| self.trees[below].clone()).unwrap_or_default()
    }

    /// Bytes of all stored files.
    pub fn stored_bytes(&self, layer: usize) -> u64 {
        self.stored[layer].values().map(|file| file.1).sum()
    }

    /// Bytes stored under a path, in any layer, that no name in the final tree shows.
    pub fn wasted_at(&self, path: &[u8]) -> u64 {
        let last = self.trees.last().into_iter().flat_map(Tree::values);
        let shown: BTreeSet<u64> = last.map(|node| node.inode).collect();
        let files = self.stored.iter().flatten();
        let wasted = files.filter(|(inode, file)| file.0 == path && !shown.contains(inode));
        wasted.map(|(_, file)| file.1).sum()
    }

    /// Bytes of the files that the merged tree shows, each file once however many names it has.
    pub fn visible_bytes(&self, layer: usize) -> u64 {
        let shown: BTreeMap<u64, u64> = self.trees[layer]
            .values()
            .filter(|node| node.content.is_some())
            .map(|node| (node.inode, node.size))
            .collect();
        shown.values().sum()
    }
}

/// Writes into each object which layer changed it last and which made it.
fn date(tree: &mut Tree, before: &Tree, marks: &Marks, number: usize) {
    let changes = changes(before, tree, marks);
    for (path, node) in tree {
        let was = before.get(path);
        (node.layer, node.added_by) = match (changes.get(path), was) {
            (Some(Change { kind: "added", .. }), _) | (_, None) => (number, number),
            (Some(_), Some(was)) => (number, was.added_by),
            (None, Some(was)) => (was.layer, was.added_by),
        };
    }
}

impl Node {
    fn implied() -> Self {
        Self { kind: "dir", implied: true, ..Self::default() }
    }
}

struct Step {
    tree: Tree,
    marks: Marks,
    /// Links of the lower layers that become directories: what the layer says below them is not about their targets.
    replaced: BTreeSet<Path>,
    /// The last inode number given.
    inode: u64,
}

impl Step {
    /// Markers first, whatever their place in the tar, then entries. Returns the stored files.
    fn apply(&mut self, layer: &Layer) -> BTreeMap<u64, (Path, u64)> {
        let directories = layer.members.iter().filter(|member| member.node.is_dir());
        self.replaced = directories.map(|member| member.path.clone()).collect();
        self.marks.whiteouts = layer.whiteouts.iter().filter_map(|path| self.find(path)).collect();
        self.marks.opaque = layer.opaque.iter().filter_map(|path| self.find_dir(path)).collect();
        for path in self.marks.whiteouts.clone() {
            self.tree.retain(|other, _| *other != path && !is_below(other, &path));
        }
        for path in self.marks.opaque.clone() {
            self.tree.retain(|other, _| !is_below(other, &path));
        }
        self.replaced.clear();
        let mut stored = BTreeMap::new();
        for member in &layer.members {
            let path = self.make(&member.path);
            let mut node = member.node.clone();
            if let Some(target) = &member.hard_link {
                let target = self.find(target).unwrap();
                let file = &self.tree[&target];
                (node.kind, node.inode) = (file.kind, file.inode);
                (node.size, node.content) = (file.size, file.content);
                (node.target, node.device) = (file.target.clone(), file.device);
            } else {
                self.inode += 1;
                node.inode = self.inode;
                if node.content.is_some() {
                    stored.insert(node.inode, (path.clone(), node.size));
                }
            }
            if !node.is_dir() && self.tree.get(&path).is_some_and(Node::is_dir) {
                self.tree.retain(|other, _| !is_below(other, &path));
            }
            self.tree.insert(path.clone(), node);
            self.marks.named.insert(path);
        }
        // An opaque marker may stand in a directory that this layer makes.
        let made: Vec<Path> = layer.opaque.iter().filter_map(|path| self.find_dir(path)).collect();
        self.marks.opaque.extend(made);
        stored
    }

    /// The path with links among its parents followed; `None` where a parent is missing.
    fn find(&self, path: &[u8]) -> Option<Path> {
        let (parent, name) = split(path)?;
        Some(join(&self.find_dir(parent)?, name))
    }

    /// As [`Self::find`], the last component followed too.
    fn find_dir(&self, path: &[u8]) -> Option<Path> {
        let mut path = path.to_vec();
        for _ in 0..40 {
            let (dir, rest) = self.first_obstacle(&path);
            match self.tree.get(&dir) {
                Some(node) if node.is_dir() => return Some(path),
                Some(node) if node.kind == "symlink" && !self.replaced.contains(&dir) => {
                    path = follow(&dir, &node.target, rest);
                }
                _ => return None,
            }
        }
        None
    }

    /// Splits a path after its first component that is no directory; the whole path if all are.
    fn first_obstacle<'p>(&self, path: &'p [u8]) -> (Path, &'p [u8]) {
        for end in (1..=path.len()).filter(|&end| end == path.len() || path[end] == b'/') {
            if self.tree.get(&path[..end]).is_none_or(|node| !node.is_dir()) {
                return (path[..end].to_vec(), &path[end..]);
            }
        }
        (path.to_vec(), b"")
    }

    /// As [`Self::find`], but missing parents are made.
    fn make(&mut self, path: &[u8]) -> Path {
        let Some((parent, name)) = split(path) else { return path.to_vec() };
        let mut parent = parent.to_vec();
        loop {
            let (dir, rest) = self.first_obstacle(&parent);
            match self.tree.get(&dir) {
                Some(node) if node.is_dir() => return join(&parent, name),
                Some(node) if node.kind == "symlink" => {
                    parent = follow(&dir, &node.target, rest);
                }
                _ => drop(self.tree.insert(dir, Node::implied())),
            }
        }
    }
}

fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = path.iter().rposition(|&byte| byte == b'/')?;
    (path.len() > 1).then(|| (&path[..slash.max(1)], &path[slash + 1..]))
}

fn join(dir: &[u8], name: &[u8]) -> Path {
    normal(&[dir, b"/", name].concat())
}

fn follow(link: &[u8], target: &[u8], rest: &[u8]) -> Path {
    let parent = split(link).map_or(&b"/"[..], |(parent, _)| parent);
    let base = if target.first() == Some(&b'/') { &b"/"[..] } else { parent };
    normal(&[base, b"/", target, rest].concat())
}

/// What a layer did, told from the trees without and with it and from what its tar mentions.
pub fn changes(before: &Tree, after: &Tree, marks: &Marks) -> BTreeMap<Path, Change> {
    let mut changes = BTreeMap::new();
    let hidden = |path: &[u8]| {
        marks.whiteouts.iter().any(|gone| path == gone || is_below(path, gone))
            || marks.opaque.iter().any(|dir| is_below(path, dir))
    };
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        changes.insert(path.clone(), Change { kind: "removed", opaque: false });
    }
    for (path, now) in after {
        let opaque = marks.opaque.contains(path);
        let named = marks.named.contains(path);
        let kind = match before.get(path) {
            // A root that nothing names is no change.
            None => (path != b"/" || named || opaque).then_some("added"),
            Some(_) if hidden(path) => Some("added"),
            Some(was) if named => compare(was, now),
            Some(_) => None,
        };
        if let Some(kind) = kind.or_else(|| opaque.then_some("metadata")) {
            changes.insert(path.clone(), Change { kind, opaque });
        }
    }
    changes
}

/// How an object that a layer names differs from the one at the same path below it.
fn compare(was: &Node, now: &Node) -> Option<&'static str> {
    if was.kind != now.kind || was.content != now.content || was.target != now.target {
        Some("modified")
    } else if !was.same_attributes(now) || (!now.is_dir() && was.mtime != now.mtime) {
        Some("metadata")
    } else {
        (!now.is_dir()).then_some("rewritten")
    }
}
