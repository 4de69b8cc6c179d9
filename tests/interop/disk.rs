//! A directory on this machine, read as a root filesystem: what an engine unpacked or mounted.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path as FsPath;

use walkdir::WalkDir;

use super::tree::{Node, Tree, sha256};

/// Everything below `root`, and `root` itself as `/`.
pub fn walk(root: &FsPath) -> Tree {
    let mut tree = Tree::new();
    for entry in WalkDir::new(root).follow_links(false).max_open(16) {
        let entry = entry.unwrap();
        let below = entry.path().strip_prefix(root).unwrap();
        let path = [b"/", below.as_os_str().as_bytes()].concat();
        tree.insert(path, object(entry.path()));
    }
    tree
}

fn object(file: &FsPath) -> Node {
    let facts = fs::symlink_metadata(file).unwrap();
    let kind = facts.file_type();
    let mut node = Node {
        kind: "dir",
        mode: facts.mode() & 0o7777,
        uid: facts.uid().into(),
        gid: facts.gid().into(),
        mtime: (facts.mtime(), facts.mtime_nsec() as u32),
        inode: facts.ino(),
        ..Node::default()
    };
    if kind.is_file() {
        node.kind = "file";
        node.size = facts.len();
        node.content = Some(sha256(&fs::read(file).unwrap()));
    } else if kind.is_symlink() {
        node.kind = "symlink";
        node.target = fs::read_link(file).unwrap().as_os_str().as_bytes().to_vec();
    } else if kind.is_fifo() {
        node.kind = "fifo";
    } else if kind.is_char_device() || kind.is_block_device() {
        node.kind = if kind.is_char_device() { "char" } else { "block" };
        let device = facts.rdev();
        let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000);
        let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
        node.device = Some((major, minor));
    } else if kind.is_socket() {
        node.kind = "socket";
    }
    for name in xattr::list(file).unwrap() {
        let value = xattr::get(file, &name).unwrap().unwrap_or_default();
        node.xattrs.insert(name.as_bytes().to_vec(), value);
    }
    node
}
