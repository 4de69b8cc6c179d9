//! A writable layer put together from what was changed and the merged tree: for containers whose layer itself is out of
//! reach, but whose engine tells both.

use std::collections::{BTreeSet, HashSet};

use crate::stack::kept::entry::{Kind, Row};
use crate::stack::kept::table::{Table, TableWriter};

/// Paths that were changed, without a slash in front. They come as JSON, which has no bytes that are not UTF-8, so they
/// are compared in the form that JSON can have.
#[derive(Debug, Default)]
pub struct Changes {
    present: HashSet<String>,
    deleted: BTreeSet<String>,
}

impl Changes {
    /// Adds a path that was removed, or else added or modified.
    pub fn add(&mut self, path: &str, is_deleted: bool) {
        let path = path.trim_matches('/').to_owned();
        if is_deleted {
            self.deleted.insert(path);
        } else {
            self.present.insert(path);
        }
    }

    /// The rows of the writable layer: of the merged tree those that changed, and a whiteout for each path that was
    /// removed. A removed path that is there all the same was made anew, as overlayfs's opaque directories are.
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

    /// The writable layer's rows, `+PATH`, `-PATH`, `!PATH`, for changes `+PATH` and `-PATH`.
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
