//! What layertui prints, line by line, held against a tree or a set of changes that somebody else made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::layertui::{Line, xattr_text};
use super::tree::{Node, Path, Tree, show};
use super::union::{Change, Union};

/// How far a tree made by somebody else can be relied on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Unpacked on a disk: an engine may have chosen the times of directories and of what it cannot date, and the root.
    Disk,
    /// Read from the layers' tars: everything.
    Tars,
}

/// Holds the lines of `ls --recursive` against a tree.
pub fn tree(what: &str, lines: &[Line], tree: &Tree, trust: Trust) {
    let ours: BTreeMap<&Path, &Line> = lines.iter().map(|line| (&line.path, line)).collect();
    assert_eq!(ours.len(), lines.len(), "{what}: a path twice");
    assert!(lines.is_sorted_by_key(|line| &line.path), "{what}: not sorted by path bytes");
    let root: &[u8] = b"/";
    for path in tree.keys().filter(|path| **path != root) {
        assert!(ours.contains_key(path), "{what}: {} is missing", show(path));
    }
    for line in lines {
        let place = format!("{what}: {}", show(&line.path));
        let node = tree.get(&line.path).unwrap_or_else(|| panic!("{place} is too much"));
        object(&place, line, node, trust);
        if line.is_hard_link() {
            let target = line.text("linkTarget").unwrap().as_bytes().to_vec();
            // Where the target's name is not UTF-8 the text cannot lead to it; and where a later layer wrote the
            // target again, this name keeps the old payload.
            let target_line = ours.get(&target);
            let rewritten =
                target_line.is_none_or(|target| target.number("layer") > line.number("layer"));
            let shared = tree.get(&target).is_some_and(|target| target.inode == node.inode);
            assert!(shared || rewritten, "{place}: not the same file as {}", show(&target));
        }
    }
}

fn object(place: &str, line: &Line, node: &Node, trust: Trust) {
    let kind = if line.is_hard_link() { "file" } else { line.text("type").unwrap() };
    let linked_kind = line.is_hard_link() && node.kind != "file";
    assert!(kind == node.kind || linked_kind, "{place}: {kind}, not {}", node.kind);
    if trust == Trust::Tars {
        assert_eq!(line.number("layer"), Some(node.layer as u64), "{place}: layer");
        assert_eq!(line.number("addedBy"), Some(node.added_by as u64), "{place}: addedBy");
    }
    if line.value["mode"].is_null() {
        assert!(node.implied || trust == Trust::Disk, "{place}: implied");
        return;
    }
    assert!(!node.implied, "{place}: not implied");
    // The permissions of a symbolic link are nobody's business: Linux shows 0777 whatever a tar says.
    if node.kind != "symlink" {
        let mode = u32::from_str_radix(line.text("mode").unwrap(), 8).unwrap();
        assert_eq!(format!("{mode:o}"), format!("{:o}", node.mode), "{place}: mode");
    }
    assert_eq!(line.number("uid"), Some(node.uid), "{place}: uid");
    assert_eq!(line.number("gid"), Some(node.gid), "{place}: gid");
    if line.text("type") == Some("file") {
        assert_eq!(line.number("size"), Some(node.size), "{place}: size");
    }
    if line.text("type") == Some("symlink") {
        let target = String::from_utf8_lossy(&node.target);
        assert_eq!(line.text("linkTarget"), Some(&*target), "{place}: target");
    }
    let device = node.device.map(|(major, minor)| format!("{major}:{minor}"));
    if !line.is_hard_link() {
        assert_eq!(line.text("device"), device.as_deref(), "{place}: device");
    }
    let xattrs: Map<String, Value> =
        node.xattrs.iter().map(|(name, value)| xattr_text(name, value)).collect();
    assert_eq!(line.value["xattrs"], Value::Object(xattrs), "{place}: xattrs");
    time(place, line, node, trust);
}

fn time(place: &str, line: &Line, node: &Node, trust: Trust) {
    // Unpacking touches directories; and links and devices are not always dated.
    if trust == Trust::Disk && node.kind != "file" {
        return;
    }
    let ours: jiff::Timestamp = line.text("mtime").unwrap().parse().unwrap();
    // containers/storage dates nothing before 1970.
    let cut = trust == Trust::Disk && ours.as_second() < 0 && node.mtime.0 == 0;
    assert!(cut || ours.as_second() == node.mtime.0, "{place}: mtime {ours}, not {:?}", node.mtime);
    if trust == Trust::Tars {
        assert_eq!(ours.subsec_nanosecond() as u32, node.mtime.1, "{place}: nanoseconds");
    }
}

/// Holds the lines of `diff` against the changes that a model found.
pub fn diff(
    what: &str,
    lines: &[Line],
    changes: &BTreeMap<Path, Change>,
    union: &Union,
    layer: usize,
) {
    let ours: BTreeMap<&Path, (&str, bool)> = lines
        .iter()
        .map(|line| (&line.path, (line.text("change").unwrap(), line.value["opaque"] == true)))
        .collect();
    let theirs: BTreeMap<&Path, (&str, bool)> =
        changes.iter().map(|(path, change)| (path, (change.kind, change.opaque))).collect();
    for (path, change) in &theirs {
        assert_eq!(ours.get(*path), Some(change), "{what}: {}", show(path));
    }
    for path in ours.keys() {
        assert!(
            theirs.contains_key(*path),
            "{what}: {} is too much: {:?}",
            show(path),
            ours[*path]
        );
    }
    assert!(lines.is_sorted_by_key(|line| &line.path), "{what}: not sorted by path bytes");
    let before = union.before(layer);
    for line in lines {
        let place = format!("{what}: {}", show(&line.path));
        let removed = line.text("change") == Some("removed");
        assert_eq!(line.number("layer"), Some(layer as u64), "{place}: layer");
        let previous = before.get(&line.path).filter(|_| line.text("change") != Some("added"));
        let layer_of = previous.map(|node| node.layer as u64);
        assert_eq!(line.number("previousLayer"), layer_of, "{place}: previousLayer");
        if let Some(previous) = previous.filter(|_| removed && line.text("type") == Some("file")) {
            assert_eq!(line.number("size"), Some(previous.size), "{place}: size");
            assert_eq!(line.number("previousSize"), Some(previous.size), "{place}: previousSize");
        }
    }
}
