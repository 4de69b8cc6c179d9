//! The files of each layer as dive lists them.

use crate::policy::dive::layer_tree::LayerTree;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::table::Table;

/// Type bits of Go's `os.FileMode`, which dive writes.
const DIR: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
const DEVICE: u32 = 1 << 26;
const FIFO: u32 = 1 << 25;
const SETUID: u32 = 1 << 23;
const SETGID: u32 = 1 << 22;
const CHAR_DEVICE: u32 = 1 << 21;
const STICKY: u32 = 1 << 20;

/// One path of a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The path without a leading slash, a marker's by its own name; empty for a directory without an entry.
    pub path: Vec<u8>,
    /// The tar entry's type, an ASCII digit; 0 for a directory without an entry.
    pub type_flag: u8,
    /// The target of a link.
    pub link: Vec<u8>,
    /// Bytes of a regular file.
    pub size: u64,
    /// Permissions and type as Go's `os.FileMode` has them.
    pub mode: u32,
    /// Numeric owner.
    pub uid: u64,
    /// Numeric group.
    pub gid: u64,
    /// Whether it is a directory with an entry.
    pub is_dir: bool,
}

/// Lists the layers of an image one after another, base first.
pub struct Files {
    tree: LayerTree,
}

impl Default for Files {
    fn default() -> Self {
        Self { tree: LayerTree::with_details() }
    }
}

impl Files {
    /// The files of the next layer, each directory after what is in it.
    ///
    /// # Errors
    /// As [`crate::policy::dive::Measure::of`].
    pub fn next(&mut self, table: &Table) -> Result<impl Iterator<Item = File>, String> {
        self.tree.read(table)?;
        Ok(self.tree.children_first().map(|(node, marker)| file(&self.tree, node, marker)))
    }
}

fn file(tree: &LayerTree, node: u32, marker: bool) -> File {
    let path = tree.literal(node, marker);
    if marker {
        // Engines write markers as empty files without permissions.
        return File { path, type_flag: b'0', ..File::default() };
    }
    let Some(details) = tree.details(node) else { return File::default() };
    let (type_flag, kind) = match details.kind {
        Kind::File | Kind::Socket | Kind::Other => (b'0', 0),
        Kind::Hardlink => (b'1', 0),
        Kind::Symlink => (b'2', SYMLINK),
        Kind::Char => (b'3', DEVICE | CHAR_DEVICE),
        Kind::Block => (b'4', DEVICE),
        Kind::Directory => (b'5', DIR),
        Kind::Fifo => (b'6', FIFO),
    };
    let mode = u32::from(details.mode);
    let special = [(0o4000, SETUID), (0o2000, SETGID), (0o1000, STICKY)];
    let special = special.iter().filter(|(bit, _)| mode & bit != 0);
    File {
        path,
        type_flag,
        link: details.link.to_vec(),
        size: tree.size(node),
        mode: special.fold(kind | (mode & 0o777), |mode, (_, flag)| mode | flag),
        uid: details.owner.0,
        gid: details.owner.1,
        is_dir: details.kind == Kind::Directory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    #[test]
    fn a_directory_comes_after_what_is_in_it_and_names_are_sorted() {
        let tables = notation::layers("+b:1 +a/ +a-b:1 +a/c:2@4755 -a/d +e/f/g->x").unwrap();
        let mut files = Files::default();
        let listed: Vec<File> = files.next(&tables[0]).unwrap().collect();
        let paths: Vec<&[u8]> = listed.iter().map(|file| &file.path[..]).collect();
        let expected: [&[u8]; 8] = [b"a/.wh.d", b"a/c", b"a", b"a-b", b"b", b"e/f/g", b"", b""];
        assert_eq!(paths, expected);
        assert_eq!((listed[1].mode, listed[1].size), (SETUID | 0o755, 2));
        assert_eq!((listed[2].type_flag, listed[2].is_dir), (b'5', true));
        assert_eq!((listed[5].type_flag, &listed[5].link[..]), (b'2', &b"x"[..]));
        assert_eq!(listed[6], File::default(), "a directory without an entry");
    }
}
