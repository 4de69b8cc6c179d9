//! Layers that the OCI specification allows and no engine writes, put on top of the built image by
//! `umoci raw add-layer`.

use std::fs;
use std::path::Path as FsPath;
use std::process::Command;

use tar::{Builder, EntryType, Header};

use super::engines::run;
use super::layout::Layout;

/// One layer's tar in the making.
struct Tar(Builder<Vec<u8>>);

impl Tar {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    /// An entry with its name exactly as given.
    fn entry(mut self, kind: EntryType, name: &str, link: &str, data: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(match kind {
            EntryType::Directory => 0o755,
            EntryType::Symlink => 0o777,
            _ => 0o644,
        });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1_650_000_000);
        header.set_size(data.len() as u64);
        if kind == EntryType::Char {
            header.set_device_major(0).unwrap();
            header.set_device_minor(0).unwrap();
        }
        header.set_cksum();
        self.0.append(&header, data).unwrap();
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        self.entry(EntryType::Regular, name, "", text.as_bytes())
    }

    fn dir(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, "", b"")
    }

    fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Symlink, name, target, b"")
    }

    fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Link, name, target, b"")
    }

    /// Extended header records for the entry that follows.
    fn records(mut self, records: &[(&str, &[u8])]) -> Self {
        self.0.append_pax_extensions(records.iter().copied()).unwrap();
        self
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// The layers, base first.
fn layers() -> Vec<Vec<u8>> {
    let ground = Tar::new()
        .dir("c/")
        .file("c/both-orders-1", "old")
        .file("c/both-orders-2", "old")
        .dir("c/again/")
        .file("c/again/old", "old")
        .file("c/again/kept", "kept")
        .dir("c/opaque-first/")
        .file("c/opaque-first/old", "old")
        .dir("c/opaque-last/")
        .file("c/opaque-last/old", "old")
        .dir("c/opaque-bare/")
        .file("c/opaque-bare/old", "old")
        .dir("c/opaque-bare/sub/")
        .file("c/opaque-bare/sub/x", "x")
        .dir("c/real/")
        .symlink("c/via", "real")
        .symlink("c/absolute", "/c/real")
        .file("c/lower", "linked to from above")
        .file("c/in-the-way", "a file");
    let markers = Tar::new()
        .file("c/.wh.both-orders-1", "")
        .file("c/both-orders-1", "new")
        .file("c/both-orders-2", "new")
        .file("c/.wh.both-orders-2", "")
        .dir("c/again/")
        .file("c/again/new", "new")
        .file("c/.wh.again", "")
        .dir("c/opaque-first/")
        .file("c/opaque-first/.wh..wh..opq", "")
        .file("c/opaque-first/new", "new")
        .dir("c/opaque-last/")
        .file("c/opaque-last/new", "new")
        .file("c/opaque-last/.wh..wh..opq", "")
        .file("c/opaque-bare/.wh..wh..opq", "")
        .file("c/.wh.never-there", "");
    let names = Tar::new()
        .file("./c/dot", "1")
        .file("/c/slash", "2")
        .file("c//double", "3")
        .file("c/./inner", "4")
        .file("c/via/through", "5")
        .file("c/absolute/through-too", "6")
        .file("c/implied/deep/file", "7")
        .file("c/twice", "first")
        .file("c/twice", "second!")
        .dir("c/in-the-way/")
        .file("c/in-the-way/below", "8")
        .hard_link("c/link-to-lower", "c/lower")
        .hard_link("c/link-to-lower-too", "/c/link-to-lower")
        .entry(EntryType::Char, "c/zero-device", "", b"");
    let records = Tar::new()
        .records(&[("path", b"c/pax-name \xc3\xa9"), ("mtime", b"1650000000.123456789")])
        .file("c/short", "pax")
        .records(&[("mtime", b"-1.5"), ("uid", b"70000"), ("gid", b"4294967294")])
        .file("c/before-1970", "")
        .records(&[("SCHILY.xattr.user.binary", b"a\n=\0\xff")])
        .file("c/xattrs", "")
        .records(&[("SCHILY.xattr.user.on-dir", b"1")])
        .dir("c/dir-xattr/")
        .records(&[("linkpath", b"target of pax")])
        .symlink("c/pax-link", "short");
    let meta = Tar::new()
        .dir("./")
        .dir("c/implied/")
        .file("c/link-to-lower", "no link any more")
        .file("c/lower", "linked to from above");
    let everything_hidden =
        Tar::new().file(".wh..wh..opq", "").dir("only/").file("only/this", "is left");
    [ground, markers, names, records, meta, everything_hidden].map(Tar::bytes).into()
}

/// A copy of the layout with the crafted layers on top.
pub fn add_layers(layout: &Layout, to: &FsPath) -> Layout {
    run(Command::new("cp").arg("-a").arg(&layout.dir).arg(to));
    let image = format!("{}:{}", to.display(), layout.tag);
    for (number, layer) in layers().iter().enumerate() {
        let file = to.with_extension(format!("{number}.tar"));
        fs::write(&file, layer).unwrap();
        run(Command::new("umoci").args(["raw", "add-layer", "--image", &image]).arg(&file));
    }
    Layout { dir: to.to_owned(), tag: layout.tag.clone() }
}
