//! Comparing what layertui prints with trees and changes from elsewhere. Every difference is collected, so that a
//! failure shows them all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::layertui::{Line, xattr_text};
use super::tree::{Node, Path, Tree, show};
use super::union::Change;

/// Differences found so far.
#[derive(Default)]
pub struct Differences(Vec<String>);

impl Differences {
    pub fn note(&mut self, difference: String) {
        self.0.push(difference);
    }

    /// Notes that two values of the same thing are not equal.
    #[expect(clippy::needless_pass_by_value, reason = "what is compared is mostly made for it")]
    pub fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.note(format!("{what}: layertui {ours:?}, expected {theirs:?}"));
        }
    }

    /// Fails the test if there are any.
    pub fn assert_none(&self) {
        let shown: Vec<&str> = self.0.iter().take(40).map(String::as_str).collect();
        assert!(self.0.is_empty(), "{} differences:\n{}", self.0.len(), shown.join("\n"));
    }

    /// The whole merged tree. `exact` where the tree knows what only tars say: layers, times of directories.
    pub fn listing(&mut self, whose: &str, lines: &[Line], tree: &Tree, exact: bool) {
        self.entries(whose, lines, tree, exact);
        let ours = lines.iter().map(|line| (&line.path, line)).collect();
        self.hard_links(whose, &ours, tree);
    }

    /// The whole merged tree, but not which files are links to each other.
    pub fn entries(&mut self, whose: &str, lines: &[Line], tree: &Tree, exact: bool) {
        self.sorted(whose, lines);
        let ours: BTreeMap<&Path, &Line> = lines.iter().map(|line| (&line.path, line)).collect();
        for (path, line) in &ours {
            let place = format!("{whose}: {}", show(path));
            match tree.get(*path) {
                None => self.note(format!("{place}: only layertui has it: {}", line.value)),
                Some(node) => self.object(&place, line, node, exact),
            }
        }
        // Listings begin below the root.
        for path in tree.keys().filter(|path| *path != b"/" && !ours.contains_key(*path)) {
            self.note(format!("{whose}: {}: layertui has it not", show(path)));
        }
    }

    fn sorted(&mut self, whose: &str, lines: &[Line]) {
        for pair in lines.windows(2).filter(|pair| pair[0].path >= pair[1].path) {
            self.note(format!("{whose}: {} is not in order", show(&pair[1].path)));
        }
    }

    fn object(&mut self, place: &str, line: &Line, node: &Node, exact: bool) {
        let (ours, theirs) = (our_facts(line, exact), facts(line, node, exact));
        for (key, theirs) in theirs {
            self.same(&format!("{place}: {key}"), &ours[&key], &theirs);
        }
    }

    /// Paths are hard links to each other for layertui exactly if they share an inode.
    fn hard_links(&mut self, whose: &str, lines: &BTreeMap<&Path, &Line>, tree: &Tree) {
        let mut inodes: BTreeMap<u64, BTreeSet<File>> = BTreeMap::new();
        let mut files: BTreeMap<File, BTreeSet<u64>> = BTreeMap::new();
        for (path, line) in lines {
            let Some(node) = tree.get(*path).filter(|node| !node.is_dir()) else { continue };
            let file = file_of(path, line, lines);
            inodes.entry(node.inode).or_default().insert(file.clone());
            files.entry(file).or_default().insert(node.inode);
        }
        for (inode, files) in inodes.iter().filter(|(_, files)| files.len() > 1) {
            self.note(format!("{whose}: inode {inode} is several files for layertui: {files:?}"));
        }
        for ((path, _), inodes) in files.iter().filter(|(_, inodes)| inodes.len() > 1) {
            self.note(format!("{whose}: {} has several inodes: {inodes:?}", show(path)));
        }
    }

    /// What a layer changed. `before` and `after` are the merged trees without and with it.
    pub fn changes(
        &mut self,
        whose: &str,
        lines: &[Line],
        theirs: &BTreeMap<Path, Change>,
        (before, after): (&Tree, &Tree),
        exact: Option<usize>,
    ) {
        self.sorted(whose, lines);
        let mut seen = BTreeSet::new();
        for line in lines {
            let place = format!("{whose}: {}", show(&line.path));
            seen.insert(&line.path);
            let Some(change) = theirs.get(&line.path) else {
                self.note(format!("{place}: unexpected {}", line.value));
                continue;
            };
            self.same(&format!("{place}: change"), line.text("change"), Some(change.kind));
            self.same(&format!("{place}: opaque"), &line.value["opaque"], &json!(change.opaque));
            let was = before.get(&line.path).filter(|_| change.kind != "added");
            let node = if change.kind == "removed" { was } else { after.get(&line.path) };
            self.object(&place, line, node.unwrap(), false);
            if let Some(layer) = exact {
                self.same(&format!("{place}: layer"), line.number("layer"), Some(layer as u64));
                let previous = was.map(|node| node.layer as u64);
                self.same(
                    &format!("{place}: previousLayer"),
                    line.number("previousLayer"),
                    previous,
                );
            }
        }
        for (path, change) in theirs.iter().filter(|(path, _)| !seen.contains(path)) {
            self.note(format!(
                "{whose}: {}: layertui has no line, expected {change:?}",
                show(path)
            ));
        }
    }
}

/// A stored file: the path it is stored under and, where that path shows something else by now, the layer whose
/// links still lead to it.
type File = (Path, Option<u64>);

/// The stored file that a line shows.
fn file_of(path: &Path, line: &Line, lines: &BTreeMap<&Path, &Line>) -> File {
    let (mut path, mut line) = (path.clone(), line);
    for _ in 0..lines.len() {
        let Some(target) = line.text("linkTarget").filter(|_| line.is_hard_link()) else { break };
        // Targets are text in JSON, so the path that reads the same is looked for.
        let found = lines.iter().find(|(path, _)| String::from_utf8_lossy(path) == target);
        let layer = line.number("layer");
        match found {
            Some((next, next_line)) if next_line.number("layer") <= layer => {
                (path, line) = ((*next).clone(), next_line);
            }
            _ => return (target.as_bytes().to_vec(), layer),
        }
    }
    (path, None)
}

/// What a line says of its object.
fn our_facts(line: &Line, exact: bool) -> Map<String, Value> {
    let mut facts = line.value.as_object().unwrap().clone();
    if line.is_hard_link() {
        facts.insert("type".to_owned(), json!("file"));
    }
    if let Some(time) = line.text("mtime").filter(|_| !exact) {
        let nanoseconds = time.parse::<Timestamp>().unwrap().as_nanosecond();
        let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap();
        facts.insert("mtime".to_owned(), json!(seconds));
    }
    facts
}

/// What a line should say of an object.
fn facts(line: &Line, node: &Node, exact: bool) -> Map<String, Value> {
    let mut facts = Map::new();
    let mut add = |key: &str, value: Value| drop(facts.insert(key.to_owned(), value));
    // A hard link to a link or a device is a hard link still.
    add("type", json!(if line.is_hard_link() { "file" } else { node.kind }));
    if exact {
        add("layer", json!(node.layer));
        add("addedBy", json!(node.added_by));
    }
    if node.implied {
        for key in ["mode", "uid", "gid", "mtime", "xattrs"] {
            add(key, Value::Null);
        }
        return facts;
    }
    add("mode", json!(format!("{:04o}", node.mode)));
    add("uid", json!(node.uid));
    add("gid", json!(node.gid));
    add("xattrs", node.xattrs.iter().map(|(name, value)| xattr_text(name, value)).collect());
    if exact {
        let time = Timestamp::new(node.mtime.0, node.mtime.1.cast_signed()).unwrap();
        add("mtime", json!(time.to_string()));
    } else if !node.is_dir() {
        add("mtime", json!(node.mtime.0));
    }
    // A hard link stores no bytes of its own.
    let size = if line.is_hard_link() { 0 } else { node.size };
    add("size", if node.content.is_some() { json!(size) } else { Value::Null });
    if !line.is_hard_link() {
        let symlink = node.kind == "symlink";
        let target = symlink.then(|| String::from_utf8_lossy(&node.target).into_owned());
        add("linkTarget", json!(target));
        add("device", json!(node.device.map(|(major, minor)| format!("{major}:{minor}"))));
    }
    facts
}
