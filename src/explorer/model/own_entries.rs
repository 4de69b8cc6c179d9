//! The entries of a layer that was read but is not merged yet: they are shown before the layers below are there.

use std::collections::BTreeMap;

use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::table::Table;

/// The most entries of one layer that are kept: the first ones, in the order of the layer.
const ENTRIES_MAX: usize = 2_000;
/// The most rows: entries and the directories above them.
const ROWS_MAX: usize = 20_000;
/// The most components of a path that is kept. An image can name paths of tens of thousands.
const DEPTH_MAX: usize = 64;
/// The most bytes of the kept paths and of all paths above them, which are compared and copied.
const BYTES_MAX: usize = 8 << 20;

/// The first entries of a layer as a tree, all unfolded, in path order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnEntries {
    /// A row for each entry, and for each directory above one.
    pub rows: Vec<OwnRow>,
    /// Number of entries without a row.
    pub left_out: u64,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRow {
    /// The last component, in raw bytes; empty for the root.
    pub name: Vec<u8>,
    /// Number of directories above it, without the root.
    pub depth: usize,
    /// What the layer states of it.
    pub statement: Statement,
}

/// What a layer states of a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// What the layer has for the path itself.
    pub event: OwnEvent,
    /// The layer hides what lower layers have in it.
    pub opaque: bool,
    /// It is a directory.
    pub directory: bool,
    /// Bytes of a file.
    pub size: Option<u64>,
}

/// What a layer has for a path itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnEvent {
    /// Only entries below it.
    #[default]
    Nothing,
    /// An entry.
    Stored,
    /// A whiteout, and no entry.
    Removed,
}

impl OwnEntries {
    /// The entries of a listed layer.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let mut paths = BTreeMap::new();
        let mut rows = table.rows();
        let (mut seen, mut taken, mut bytes) = (0, 0_u64, 0);
        while seen < ENTRIES_MAX
            && bytes < BYTES_MAX
            && paths.len() < ROWS_MAX
            && let Some(row) = rows.next()
        {
            seen += 1;
            if let Some(added) = add(&mut paths, &row) {
                taken += 1;
                bytes += added;
            }
        }
        Self {
            rows: paths.iter().map(|(key, statement)| to_row(key, *statement)).collect(),
            left_out: table.len().saturating_sub(taken),
        }
    }
}

/// A path whose slashes are zero bytes, so that the order of keys is that of a tree: `a/b` comes before `a.b`.
type PathKey = Vec<u8>;

fn key(path: &[u8]) -> PathKey {
    path.iter().map(|&byte| if byte == b'/' { 0 } else { byte }).collect()
}

/// Adds a path and those above it. Returns the bytes of all of them; `None` where it is too deep and not added.
fn add(paths: &mut BTreeMap<PathKey, Statement>, row: &Row<'_>) -> Option<usize> {
    let (Row::Entry(Entry { path, .. }) | Row::Whiteout { path } | Row::Opaque { path }) = row;
    if memchr::memchr_iter(b'/', path).nth(DEPTH_MAX - 1).is_some() {
        return None;
    }
    let key = key(path);
    let mut bytes = key.len();
    for end in memchr::memchr_iter(0, &key) {
        paths.entry(key[..end].to_vec()).or_default().directory = true;
        bytes += end;
    }
    if path.is_empty() && !matches!(row, Row::Opaque { .. }) {
        return Some(bytes);
    }
    let statement = paths.entry(key).or_default();
    match row {
        Row::Entry(entry) => {
            let size = entry.kind.is_regular().then_some(entry.size);
            let directory = entry.kind == Kind::Directory;
            *statement = Statement { event: OwnEvent::Stored, directory, size, ..*statement };
        }
        Row::Whiteout { .. } if statement.event == OwnEvent::Nothing => {
            statement.event = OwnEvent::Removed;
        }
        Row::Whiteout { .. } => {}
        Row::Opaque { .. } => (statement.opaque, statement.directory) = (true, true),
    }
    Some(bytes)
}

fn to_row(key: &[u8], statement: Statement) -> OwnRow {
    let start = key.iter().rposition(|&byte| byte == 0).map_or(0, |at| at + 1);
    let depth = memchr::memchr_iter(0, key).count();
    OwnRow { name: key[start..].to_vec(), depth, statement }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    fn rows(layer: &str) -> Vec<String> {
        let tables = notation::layers(layer).unwrap();
        let of = |row: &OwnRow| {
            let what = row.statement;
            let event = match what.event {
                OwnEvent::Nothing => "",
                OwnEvent::Stored => "+",
                OwnEvent::Removed => "-",
            };
            let opaque = if what.opaque { "!" } else { "" };
            let name = String::from_utf8_lossy(&row.name);
            let slash = if what.directory { "/" } else { "" };
            format!("{}{event}{opaque}{name}{slash}", " ".repeat(row.depth))
        };
        OwnEntries::of(&tables[0]).rows.iter().map(of).collect()
    }

    #[test]
    fn entries_are_a_tree_with_the_directories_above_them() {
        let found =
            rows("0: +etc.d/ +etc/app/conf:3 -etc/old +opt/ !opt -var/lib +var/lib/ +var/lib/x");
        let expected =
            ["etc/", " app/", "  +conf", " -old", "+etc.d/", "+!opt/", "var/", " +lib/", "  +x"];
        assert_eq!(found, expected);
    }

    #[test]
    fn only_the_first_entries_are_kept_and_the_others_counted() {
        let files: Vec<String> = (0..ENTRIES_MAX + 7).map(|file| format!("+f{file}:1")).collect();
        let tables = notation::layers(&files.join(" ")).unwrap();
        let entries = OwnEntries::of(&tables[0]);
        assert_eq!((entries.rows.len(), entries.left_out), (ENTRIES_MAX, 7));
    }

    fn entries_of(paths: &[String]) -> OwnEntries {
        let files: Vec<String> = paths.iter().map(|path| format!("+{path}:1")).collect();
        OwnEntries::of(&notation::layers(&files.join(" ")).unwrap()[0])
    }

    #[test]
    fn paths_that_are_too_deep_are_counted_and_have_no_rows() {
        let deep = |file| format!("{}f{file}", "d/".repeat(30_000));
        let mut paths: Vec<String> = (0..40).map(deep).collect();
        paths.push(format!("{}f", "e/".repeat(DEPTH_MAX - 1)));
        let entries = entries_of(&paths);
        assert_eq!((entries.rows.len(), entries.left_out), (DEPTH_MAX, 40));
    }

    #[test]
    fn rows_and_bytes_are_bounded() {
        let many: Vec<String> =
            (0..1_000).map(|file| format!("d{file}/{}f", "d/".repeat(40))).collect();
        let entries = entries_of(&many);
        assert!((ROWS_MAX..ROWS_MAX + DEPTH_MAX).contains(&entries.rows.len()));
        assert_eq!(entries.left_out, 1_000 - entries.rows.len().div_ceil(42) as u64);
        let name = "n".repeat(1_000);
        let long: Vec<String> =
            (0..40).map(|file| format!("d{file}/{}f", format!("{name}/").repeat(50))).collect();
        let entries = entries_of(&long);
        assert!(entries.left_out > 20 && entries.rows.len() > 50);
    }
}
