//! A slow, obvious union filesystem: a map from path to object, rebuilt layer by layer. What `stack` says is held
//! against it. It shares nothing with `stack` but the rows it reads.

use std::collections::{BTreeMap, BTreeSet};

use layertui::stack::kept::entry::{Entry, Fingerprint, Kind, Mtime, Row};
use layertui::stack::kept::table::Table;

pub type Path = Vec<u8>;
pub type Tree = BTreeMap<Path, Object>;

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub kind: Kind,
    pub mode: u16,
    pub owner: (u64, u64),
    pub size: u64,
    pub stored: u64,
    pub mtime: Mtime,
    pub link: Vec<u8>,
    pub device: (u32, u32),
    pub xattrs: Vec<u8>,
    pub implied: bool,
    pub layer: usize,
    pub added_by: usize,
    /// Which stored payload it shows.
    pub payload: Option<Payload>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payload {
    /// Layer and number of the row that stores it.
    pub id: (usize, usize),
    pub size: u64,
    pub stored: u64,
    pub sparse: bool,
    pub fingerprint: Option<Fingerprint>,
}

/// Everything the model says about one image.
pub struct Model {
    /// The merged tree at each layer.
    pub trees: Vec<Tree>,
    /// What each layer did: path to name of the change.
    pub diffs: Vec<BTreeMap<Path, &'static str>>,
    pub opaque: Vec<BTreeSet<Path>>,
    /// Stored payloads: bytes, and the object's path.
    pub payloads: BTreeMap<(usize, usize), (u64, Path)>,
    /// Which path and layer touched it, in order.
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
                killed: BTreeSet::new(),
                written: BTreeSet::new(),
                late: Vec::new(),
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

    /// Payloads that some name in the tree at `layer` shows.
    pub fn live(&self, layer: usize) -> BTreeSet<(usize, usize)> {
        self.trees[layer].values().filter_map(|object| Some(object.payload?.id)).collect()
    }
}

fn empty() -> Tree {
    let root = Object::of(&Entry::new(b"", Kind::Directory), 0);
    BTreeMap::from([(Vec::new(), Object { implied: true, ..root })])
}

impl Object {
    fn of(entry: &Entry<'_>, layer: usize) -> Self {
        Self {
            kind: entry.kind,
            mode: entry.mode,
            owner: (entry.uid, entry.gid),
            size: entry.size,
            stored: entry.stored,
            mtime: entry.mtime,
            link: entry.link.to_vec(),
            device: entry.device,
            xattrs: entry.xattrs.encoded().to_vec(),
            implied: false,
            layer,
            added_by: layer,
            payload: None,
        }
    }

    #[expect(clippy::type_complexity, reason = "compared, never taken apart")]
    fn attributes(&self) -> (u16, (u64, u64), &[u8], (u32, u32), bool) {
        (self.mode, self.owner, &self.xattrs, self.device, self.implied)
    }
}

struct Layer {
    number: usize,
    lower: Tree,
    tree: Tree,
    /// Paths of the lower layers that this layer took away at some point.
    killed: BTreeSet<Path>,
    written: BTreeSet<Path>,
    late: Vec<(Path, Path)>,
}

fn join(dir: &[u8], name: &[u8]) -> Path {
    if dir.is_empty() { name.to_vec() } else { [dir, b"/", name].concat() }
}

fn is_below(path: &[u8], dir: &[u8]) -> bool {
    dir.is_empty() && !path.is_empty() || path.starts_with(&[dir, b"/"].concat())
}

impl Layer {
    /// The directory that a path's parents mean; links are followed, missing parents made if `make`.
    fn directory(&mut self, path: &[u8], make: bool, barred: &BTreeSet<Path>) -> Option<Path> {
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
                    if object.kind == Kind::Symlink && hops < 40 && !barred.contains(&next) =>
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
                    self.kill_below(&next);
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

    fn place(&mut self, path: &[u8], make: bool, barred: &BTreeSet<Path>) -> Option<Path> {
        match path.iter().rposition(|&byte| byte == b'/') {
            None if path.is_empty() => Some(Path::new()),
            None => Some(path.to_vec()),
            Some(slash) => {
                let dir = self.directory(&path[..slash], make, barred)?;
                Some(join(&dir, &path[slash + 1..]))
            }
        }
    }

    fn kill(&mut self, path: &[u8]) {
        if self.tree.remove(path).is_some() {
            self.written.remove(path);
            self.killed.insert(path.to_vec());
        }
    }

    fn kill_below(&mut self, dir: &[u8]) {
        let below: Vec<Path> =
            self.tree.keys().filter(|path| is_below(path, dir)).cloned().collect();
        for path in below {
            self.kill(&path);
        }
    }

    fn set(&mut self, path: &[u8], mut object: Object) {
        // Against the layers below: what this layer itself wrote before at the path never showed.
        if let Some(was) = self.lower.get(path).filter(|_| !self.killed.contains(path)) {
            object.added_by = was.added_by;
            if compare(&object, was).is_none() {
                object.layer = was.layer;
            }
        }
        self.tree.insert(path.to_vec(), object);
        self.written.insert(path.to_vec());
    }

    fn markers(&mut self, table: &Table) -> Vec<(Path, Option<Path>)> {
        let (mut whiteouts, mut opaque, mut barred) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut rows = table.rows();
        while let Some(row) = rows.next() {
            match row {
                Row::Whiteout { path } => whiteouts.push(path.to_vec()),
                Row::Opaque { path } => opaque.push(path.to_vec()),
                Row::Entry(entry) if entry.kind == Kind::Directory => {
                    let link = self.tree.get(entry.path).is_some_and(|o| o.kind == Kind::Symlink);
                    if link {
                        barred.insert(entry.path.to_vec());
                    }
                }
                Row::Entry(_) => {}
            }
        }
        for path in &whiteouts {
            let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
            self.replace_links(&path[..slash], &barred);
        }
        for path in &opaque {
            self.replace_links(path, &barred);
        }
        whiteouts.sort();
        for path in whiteouts.iter().rev() {
            if let Some(target) = self.place(path, false, &barred)
                && !target.is_empty()
            {
                self.kill_below(&target);
                self.kill(&target);
            }
        }
        opaque.sort();
        opaque.dedup();
        let mut found = Vec::new();
        for path in opaque.into_iter().rev() {
            let dir = self.directory(&path, false, &barred);
            if let Some(dir) = &dir {
                self.kill_below(dir);
            }
            found.push((path, dir));
        }
        found
    }

    /// Links on a marker's way at whose path the layer has a directory are that directory from the beginning.
    fn replace_links(&mut self, path: &[u8], barred: &BTreeSet<Path>) {
        let mut at = Path::new();
        for name in components(path) {
            at = join(&at, &name);
            match self.tree.get(&at).map(|object| object.kind) {
                Some(Kind::Directory) => {}
                Some(Kind::Symlink) if barred.contains(&at) => {
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
            let Some(path) = self.place(entry.path, true, &BTreeSet::new()) else { continue };
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
                    self.place(entry.link, false, &BTreeSet::new()).as_ref() == Some(&path);
                let there = self.tree.get(&path).is_some_and(|it| it.kind != Kind::Directory);
                if itself && there {
                    continue;
                }
                match self.link_target(entry.link, &path) {
                    Some(payload) => object.payload = payload,
                    None => self.late.push((path.clone(), entry.link.to_vec())),
                }
            }
            self.kill_below(&path);
            self.set(&path, object);
        }
    }

    #[expect(clippy::option_option, reason = "nothing there, or something there without a payload")]
    fn link_target(&mut self, target: &[u8], own: &[u8]) -> Option<Option<Payload>> {
        let target = self.place(target, false, &BTreeSet::new())?;
        let object = self.tree.get(&target)?;
        (target != own && object.kind != Kind::Directory).then_some(object.payload)
    }

    fn close(&mut self, opaque: Vec<(Path, Option<Path>)>) -> BTreeSet<Path> {
        for (path, target) in std::mem::take(&mut self.late) {
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
            let Some(dir) = dir.or_else(|| self.place(&path, false, &BTreeSet::new())) else {
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
        for path in self.killed.iter().filter(|path| before.contains_key(*path)) {
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
            let change = match before.get(path).filter(|_| !self.killed.contains(path)) {
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

/// The change between two visible objects; `None` for a directory with nothing but its mtime changed.
pub fn compare(now: &Object, was: &Object) -> Option<&'static str> {
    let regular = |object: &Object| matches!(object.kind, Kind::File | Kind::Hardlink);
    if regular(now) && regular(was) {
        match same_contents(now, was) {
            Some(true) => {}
            Some(false) => return Some("modified"),
            None => return Some("undecided"),
        }
    } else if now.kind != was.kind || (now.kind == Kind::Symlink && now.link != was.link) {
        return Some("modified");
    }
    let directory = now.kind == Kind::Directory;
    if now.attributes() != was.attributes() || (!directory && now.mtime != was.mtime) {
        return Some("metadata");
    }
    (!directory).then_some("rewritten")
}

fn same_contents(now: &Object, was: &Object) -> Option<bool> {
    match (now.payload, was.payload) {
        (None, None) => Some(now.link == was.link),
        (Some(new), Some(old)) if new.id == old.id => Some(true),
        (Some(new), Some(old)) if new.size != old.size => Some(false),
        (Some(new), Some(old)) if new.stored + old.stored == 0 => Some(true),
        (Some(new), Some(old)) if new.sparse || old.sparse => None,
        (Some(new), Some(old)) => Some(new.fingerprint? == old.fingerprint?),
        _ => Some(false),
    }
}
