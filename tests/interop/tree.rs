//! A root filesystem as a map from path to object, wherever it was read: from a disk, or from layers' tars.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Absolute, as bytes: `/etc/passwd`; `/` for the root.
pub type Path = Vec<u8>;
/// All objects of a root filesystem.
pub type Tree = BTreeMap<Path, Node>;

/// An object of a root filesystem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// As layertui's JSON names it; a hard link is the `file` it leads to.
    pub kind: &'static str,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    /// Seconds since 1970, nanoseconds.
    pub mtime: (i64, u32),
    /// A regular file's bytes.
    pub size: u64,
    /// SHA-256 of a regular file's contents.
    pub content: Option<[u8; 32]>,
    /// A symbolic link's target.
    pub target: Path,
    /// A device's major and minor number.
    pub device: Option<(u64, u64)>,
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Paths with the same number are hard links to each other.
    pub inode: u64,
    /// A directory that no layer names: its attributes are the engine's choice.
    pub implied: bool,
    /// Layer of the newest change; only a tree read from tars knows it.
    pub layer: usize,
    /// Layer since which the path has been there; only a tree read from tars knows it.
    pub added_by: usize,
}

impl Node {
    /// Mode, owner, extended attributes, device numbers.
    pub fn same_attributes(&self, other: &Self) -> bool {
        (self.mode, self.uid, self.gid, self.device, &self.xattrs, self.implied)
            == (other.mode, other.uid, other.gid, other.device, &other.xattrs, other.implied)
    }

    pub fn is_dir(&self) -> bool {
        self.kind == "dir"
    }
}

pub fn is_below(path: &[u8], dir: &[u8]) -> bool {
    path.len() > dir.len()
        && path.starts_with(dir)
        && (dir == b"/" || path.get(dir.len()) == Some(&b'/'))
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// As a digest is written: `sha256:…`.
pub fn digest(bytes: &[u8]) -> String {
    sha256(bytes).iter().fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

pub fn show(path: &[u8]) -> String {
    path.escape_ascii().to_string()
}
