//! Builds the writable layer of a container from the list of changed paths and the merged tree, for engines that give
//! both but not the layer itself.

use std::collections::{BTreeSet, HashSet};

use crate::stack::kept::entry::{Kind, Row};
use crate::stack::kept::table::{Table, TableWriter};

/// Changed paths, without a leading slash. They come as JSON, which can have UTF-8 only, so paths of the tree are
/// compared in their lossy form.
#[derive(Debug, Default)]
pub struct Changes {
    present: HashSet<String>,
    deleted: BTreeSet<String>,
}

impl Changes {
    /// Adds a path that was deleted, or that was added or modified.
    pub fn add(&mut self, path: &str, is_deleted: bool) {
        let path = path.trim_matches('/').to_owned();
        if is_deleted {
            self.deleted.insert(path);
        } else {
            self.present.insert(path);
        }
    }

    /// The rows of the writable layer: the changed entries of the merged tree, and a whiteout for each deleted path. A
    /// deleted path that exists in the merged tree was created again; such a directory is opaque, as with overlayfs.
    #[must_use]
    pub fn layer(&self, merged: &Table) -> Table {
        let mut layer = TableWriter::new();
        let mut rows = merged.rows();
        let mut recreated_paths = HashSet::new();
        while let Some(row) = rows.next() {
            let Row::Entry(entry) = &row else { continue };
            let path = String::from_utf8_lossy(entry.path);
            let recreated = self.deleted.contains(&*path);
            if recreated || self.present.contains(&*path) {
                layer.push(&row);
                if recreated && entry.kind == Kind::Directory {
                    layer.push(&Row::Opaque { path: entry.path });
                }
                recreated_paths.extend(recreated.then(|| path.into_owned()));
            }
        }
        for path in self.deleted.iter().filter(|path| !recreated_paths.contains(*path)) {
            layer.push(&Row::Whiteout { path: path.as_bytes() });
        }
        layer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    /// The rows as `+PATH`, `-PATH`, `!PATH`, for changes `+PATH` and `-PATH`.
    fn rows(merged: &str, changed: &str) -> Vec<String> {
        let table = notation::layers(merged).unwrap().remove(0);
        let mut changes = Changes::default();
        for change in changed.split_whitespace() {
            changes.add(&change[1..], change.starts_with('-'));
        }
        let layer = changes.layer(&table);
        let mut rows = layer.rows();
        let mut found = Vec::new();
        while let Some(row) = rows.next() {
            let (sign, path) = match row {
                Row::Entry(entry) => ('+', entry.path),
                Row::Whiteout { path } => ('-', path),
                Row::Opaque { path } => ('!', path),
            };
            found.push(format!("{sign}{}", String::from_utf8_lossy(path)));
        }
        found
    }

    #[test]
    fn the_writable_layer_is_what_changed_of_the_merged_tree() {
        let merged = "0: +etc/ +etc/a:1 +etc/same:2 +new/ +new/b:3 +d/ +d/e:1";
        let changed = "+/etc +/etc/a -/etc/gone +/new +/new/b -/d +/d/e";
        let expected = ["+etc", "+etc/a", "+new", "+new/b", "+d", "!d", "+d/e", "-etc/gone"];
        assert_eq!(rows(merged, changed), expected);
        assert!(rows(merged, "").is_empty());
    }
}
