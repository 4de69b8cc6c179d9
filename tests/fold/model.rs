//! A slow and simple union filesystem, against which the results of `stack` are checked: a map from path to object, rebuilt
//! for each layer. It shares nothing with `stack` but the rows that it reads.

use std::collections::{BTreeMap, BTreeSet};

use layertui::stack::kept::entry::{Entry, Kind, Row};
use layertui::stack::kept::table::Table;

use crate::object::{Object, Payload, compare};

pub type Path = Vec<u8>;
pub type Tree = BTreeMap<Path, Object>;

/// All results of the model for one image.
pub struct Model {
    /// The merged tree at each layer.
    pub trees: Vec<Tree>,
    /// The changes of each layer: path to name of the change.
    pub diffs: Vec<BTreeMap<Path, &'static str>>,
    pub opaque: Vec<BTreeSet<Path>>,
    /// Stored payloads: bytes and path.
    pub payloads: BTreeMap<(usize, usize), (u64, Path)>,
    /// The changes of each path, in layer order.
    pub history: BTreeMap<Path, Vec<(usize, &'static str)>>,
}

impl Model {
    pub fn of(tables: &[Table]) -> Self {
        let mut model = Self {
            trees: Vec::new(),
            diffs: Vec::new(),
            opaque: Vec::new(),
            payloads: BTreeMap::new(),
            history: BTreeMap::new(),
        };
        for (number, table) in tables.iter().enumerate() {
            let before = model.trees.last().cloned().unwrap_or_else(empty);
            let mut layer = Layer {
                number,
                lower: before.clone(),
                tree: before.clone(),
                removed: BTreeSet::new(),
                written: BTreeSet::new(),
                pending_links: Vec::new(),
            };
            let opaque = layer.markers(table);
            layer.entries(table, &mut model.payloads);
            let opaque = layer.close(opaque);
            let diff = layer.diff(&before, &opaque);
            for (path, change) in &layer.events(&before, &opaque) {
                model
                    .history
                    .entry(path.clone())
                    .or_default()
                    .extend(change.iter().map(|&change| (number, change)));
            }
            model.trees.push(layer.tree);
            model.diffs.push(diff);
            model.opaque.push(opaque);
        }
        model
    }

    /// Payloads with a visible name in the tree at `layer`.
    pub fn live(&self, layer: usize) -> BTreeSet<(usize, usize)> {
        self.trees[layer].values().filter_map(|object| Some(object.payload?.id)).collect()
    }
}

fn empty() -> Tree {
    let root = Object::of(&Entry::new(b"", Kind::Directory), 0);
    BTreeMap::from([(Vec::new(), Object { implied: true, ..root })])
}

struct Layer {
    number: usize,
    lower: Tree,
    tree: Tree,
    /// Paths of the lower layers that this layer removed, even if it wrote them again.
    removed: BTreeSet<Path>,
    written: BTreeSet<Path>,
    pending_links: Vec<(Path, Path)>,
}

fn join(dir: &[u8], name: &[u8]) -> Path {
    if dir.is_empty() { name.to_vec() } else { [dir, b"/", name].concat() }
}

fn is_below(path: &[u8], dir: &[u8]) -> bool {
    dir.is_empty() && !path.is_empty() || path.starts_with(&[dir, b"/"].concat())
}

impl Layer {
    /// The directory that a path means; links are followed, except for `replaced` ones. With `make`, missing directories are
    /// implied.
    fn directory(&mut self, path: &[u8], make: bool, replaced: &BTreeSet<Path>) -> Option<Path> {
        let mut todo: Vec<Path> = components(path);
        let (mut at, mut hops) = (Path::new(), 0);
        while !todo.is_empty() {
            let name = todo.remove(0);
            if name == b".." {
                at = at.iter().rposition(|&b| b == b'/').map_or(Path::new(), |p| at[..p].to_vec());
                continue;
            }
            let next = join(&at, &name);
            match self.tree.get(&next).cloned() {
                Some(object) if object.kind == Kind::Directory => at = next,
                Some(object)
                    if object.kind == Kind::Symlink && hops < 40 && !replaced.contains(&next) =>
                {
                    hops += 1;
                    if object.link.first() == Some(&b'/') {
                        at = Path::new();
                    }
                    let mut target = components(&object.link);
                    target.extend(todo);
                    todo = target;
                }
                _ if make => {
                    self.remove_below(&next);
                    let mut object = Object::of(&Entry::new(b"", Kind::Directory), self.number);
                    object.implied = true;
                    self.set(&next, object);
                    at = next;
                }
                _ => return None,
            }
        }
        Some(at)
    }

    fn resolve(&mut self, path: &[u8], make: bool, replaced: &BTreeSet<Path>) -> Option<Path> {
        match path.iter().rposition(|&byte| byte == b'/') {
            None if path.is_empty() => Some(Path::new()),
            None => Some(path.to_vec()),
            Some(slash) => {
                let dir = self.directory(&path[..slash], make, replaced)?;
                Some(join(&dir, &path[slash + 1..]))
            }
        }
    }

    fn remove_path(&mut self, path: &[u8]) {
        if self.tree.remove(path).is_some() {
            self.written.remove(path);
            self.removed.insert(path.to_vec());
        }
    }

    fn remove_below(&mut self, dir: &[u8]) {
        let below: Vec<Path> =
            self.tree.keys().filter(|path| is_below(path, dir)).cloned().collect();
        for path in below {
            self.remove_path(&path);
        }
    }

    fn set(&mut self, path: &[u8], mut object: Object) {
        // Compared with the layers below: an earlier entry of this layer for the path is never visible.
        if let Some(was) = self.lower.get(path).filter(|_| !self.removed.contains(path)) {
            object.added_by = was.added_by;
            if compare(&object, was).is_none() {
                object.layer = was.layer;
            }
        }
        self.tree.insert(path.to_vec(), object);
        self.written.insert(path.to_vec());
    }

    fn markers(&mut self, table: &Table) -> Vec<(Path, Option<Path>)> {
        let (mut whiteouts, mut opaque, mut replaced) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut rows = table.rows();
        while let Some(row) = rows.next() {
            match row {
                Row::Whiteout { path } => whiteouts.push(path.to_vec()),
                Row::Opaque { path } => opaque.push(path.to_vec()),
                Row::Entry(entry) if entry.kind == Kind::Directory => {
                    let link = self.tree.get(entry.path).is_some_and(|o| o.kind == Kind::Symlink);
                    if link {
                        replaced.insert(entry.path.to_vec());
                    }
                }
                Row::Entry(_) => {}
            }
        }
        for path in &whiteouts {
            let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            self.replace_links(&path[..slash], &replaced);
        }
        for path in &opaque {
            self.replace_links(path, &replaced);
        }
        whiteouts.sort();
        for path in whiteouts.iter().rev() {
            if let Some(target) = self.resolve(path, false, &replaced)
                && !target.is_empty()
            {
                self.remove_below(&target);
                self.remove_path(&target);
            }
        }
        opaque.sort();
        opaque.dedup();
        let mut found = Vec::new();
        for path in opaque.into_iter().rev() {
            let dir = self.directory(&path, false, &replaced);
            if let Some(dir) = &dir {
                self.remove_below(dir);
            }
            found.push((path, dir));
        }
        found
    }

    /// Replaces links in the path of a marker by directories, if the layer has a directory entry for them.
    fn replace_links(&mut self, path: &[u8], replaced: &BTreeSet<Path>) {
        let mut at = Path::new();
        for name in components(path) {
            at = join(&at, &name);
            match self.tree.get(&at).map(|object| object.kind) {
                Some(Kind::Directory) => {}
                Some(Kind::Symlink) if replaced.contains(&at) => {
                    let mut object = Object::of(&Entry::new(b"", Kind::Directory), self.number);
                    object.implied = true;
                    self.set(&at, object);
                }
                _ => return,
            }
        }
    }

    fn entries(&mut self, table: &Table, payloads: &mut BTreeMap<(usize, usize), (u64, Path)>) {
        let mut rows = table.rows();
        let mut number = 0;
        while let Some(row) = rows.next() {
            number += 1;
            let Row::Entry(entry) = row else { continue };
            let Some(path) = self.resolve(entry.path, true, &BTreeSet::new()) else { continue };
            let mut object = Object::of(&entry, self.number);
            if entry.kind == Kind::File {
                object.payload = Some(Payload {
                    id: (self.number, number),
                    size: entry.size,
                    stored: entry.stored,
                    sparse: entry.sparse,
                    fingerprint: entry.fingerprint,
                });
                payloads.insert((self.number, number), (entry.stored, path.clone()));
            }
            if entry.kind == Kind::Directory {
                self.set(&path, object);
                continue;
            }
            if path.is_empty() {
                continue;
            }
            if entry.kind == Kind::Hardlink {
                let itself =
                    self.resolve(entry.link, false, &BTreeSet::new()).as_ref() == Some(&path);
                let there = self.tree.get(&path).is_some_and(|it| it.kind != Kind::Directory);
                if itself && there {
                    continue;
                }
                match self.link_target(entry.link, &path) {
                    Some(payload) => object.payload = payload,
                    None => self.pending_links.push((path.clone(), entry.link.to_vec())),
                }
            }
            self.remove_below(&path);
            self.set(&path, object);
        }
    }

    #[expect(clippy::option_option, reason = "no object, or an object without a payload")]
    fn link_target(&mut self, target: &[u8], own: &[u8]) -> Option<Option<Payload>> {
        let target = self.resolve(target, false, &BTreeSet::new())?;
        let object = self.tree.get(&target)?;
        (target != own && object.kind != Kind::Directory).then_some(object.payload)
    }

    fn close(&mut self, opaque: Vec<(Path, Option<Path>)>) -> BTreeSet<Path> {
        for (path, target) in std::mem::take(&mut self.pending_links) {
            let waits = self.tree.get(&path).is_some_and(|object| {
                object.kind == Kind::Hardlink
                    && object.layer == self.number
                    && object.link == target
            });
            if waits
                && let Some(payload) = self.link_target(&target, &path)
                && let Some(object) = self.tree.get_mut(&path)
                && object.payload.is_none()
            {
                object.payload = payload;
            }
        }
        let mut marked = BTreeSet::new();
        for (path, dir) in opaque {
            let Some(dir) = dir.or_else(|| self.resolve(&path, false, &BTreeSet::new())) else {
                continue;
            };
            if let Some(object) = self.tree.get_mut(&dir)
                && object.kind == Kind::Directory
            {
                object.layer = self.number;
                marked.insert(dir);
            }
        }
        marked
    }

    fn events(&self, before: &Tree, opaque: &BTreeSet<Path>) -> BTreeMap<Path, Vec<&'static str>> {
        let mut events: BTreeMap<Path, Vec<&'static str>> = BTreeMap::new();
        for path in self.removed.iter().filter(|path| before.contains_key(*path)) {
            events.insert(path.clone(), vec!["removed"]);
        }
        for (path, change) in self.diff(before, opaque) {
            if change != "removed" {
                events.entry(path).or_default().push(change);
            }
        }
        events
    }

    fn diff(&self, before: &Tree, opaque: &BTreeSet<Path>) -> BTreeMap<Path, &'static str> {
        let mut diff = BTreeMap::new();
        for path in before.keys().filter(|path| !self.tree.contains_key(*path)) {
            diff.insert(path.clone(), "removed");
        }
        for path in self.written.iter().chain(opaque) {
            let now = &self.tree[path];
            let change = match before.get(path).filter(|_| !self.removed.contains(path)) {
                Some(_) if path.is_empty() && self.number == 0 => Some("added"),
                None => Some("added"),
                Some(was) => compare(now, was),
            };
            if let Some(change) = change {
                diff.insert(path.clone(), change);
            } else if opaque.contains(path) {
                diff.insert(path.clone(), "metadata");
            }
        }
        diff
    }
}

fn components(path: &[u8]) -> Vec<Path> {
    path.split(|&byte| byte == b'/')
        .filter(|name| !name.is_empty() && *name != b".")
        .map(<[u8]>::to_vec)
        .collect()
}
