//! Directories as engines store layers in them: overlay, aufs, and complete copies.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use layertui::layer::directory::{Form, IdMaps, IdRange, Tree};
use layertui::layer::{Listing, Unwatched};
use layertui::stack::kept::entry::{Mtime, Row, Xattrs};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::rows::{line, problems};

fn list(root: &Path, form: Form) -> Listing {
    Tree { root: root.to_path_buf(), form, ids: IdMaps::default() }.list(&Unwatched)
}

/// Rows without mode, owner, time, and the attribute that a security module sets on every file.
fn lines(listing: &Listing) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows = listing.table.rows();
    while let Some(mut row) = rows.next() {
        let own: Vec<_>;
        let encoded;
        if let Row::Entry(entry) = &mut row {
            (entry.mode, entry.uid, entry.gid, entry.mtime) = (0, 0, 0, Mtime::default());
            own = entry.xattrs.iter().filter(|(name, _)| !name.starts_with(b"security.")).collect();
            let mut own = own.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
            encoded = layertui::stack::kept::entry::encode_xattrs(&mut own);
            entry.xattrs = Xattrs::from_encoded(&encoded);
        }
        lines.push(line(&row));
    }
    lines
}

fn write(root: &Path, path: &str, contents: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, contents).unwrap();
}

#[test]
fn overlay_marks_deletions_by_devices_and_attributes() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, "etc/kept", "x");
    write(root, "var/opaque", "");
    write(root, "etc/empty", "");
    // Linux ≥ 5.8 allows every user to create a whiteout device; the temporary directory must support `user`
    // attributes.
    mknodat(CWD, root.join("etc/gone"), FileType::CharacterDevice, Mode::empty(), 0).unwrap();
    xattr::set(root.join("var"), "user.overlay.opaque", b"y").unwrap();
    // The kernel may use one inode for all whiteouts of a directory.
    fs::hard_link(root.join("etc/gone"), root.join("etc/too")).unwrap();
    xattr::set(root.join("etc"), "user.overlay.opaque", b"x").unwrap();
    xattr::set(root.join("etc/empty"), "user.overlay.whiteout", b"").unwrap();
    xattr::set(root.join("etc/kept"), "user.overlay.origin", b"?").unwrap();
    xattr::set(root.join("etc/kept"), "user.own", b"1").unwrap();
    let listing = list(root, Form::Overlay);
    assert_eq!(
        lines(&listing),
        [
            "etc dir",
            "- etc/empty",
            "- etc/gone",
            "etc/kept file 1 {user.own=1}",
            "- etc/too",
            "var dir",
            "! var",
            "var/opaque file",
        ]
    );
    assert_eq!(problems(&listing), [""; 0]);
    // The same directory as content only.
    let plain = lines(&list(root, Form::Plain));
    assert!(plain.contains(&"etc/gone char".to_owned()) && plain[0].starts_with("/ dir"));
}

#[test]
#[cfg_attr(
    not(interop),
    ignore = "sets trusted attributes, as root: LAYERTUI_INTEROP=1 cargo test"
)]
fn trusted_marks_of_the_kernel() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("d")).unwrap();
    write(dir.path(), "f", "");
    xattr::set(dir.path().join("d"), "trusted.overlay.opaque", b"y").unwrap();
    xattr::set(dir.path(), "trusted.overlay.opaque", b"y").unwrap();
    xattr::set(dir.path().join("d"), "trusted.overlay.redirect", b"/e").unwrap();
    xattr::set(dir.path().join("f"), "trusted.overlay.metacopy", b"").unwrap();
    let listing = list(dir.path(), Form::Overlay);
    assert_eq!(lines(&listing), ["! /", "d dir", "! d", "f file"]);
    let problems = problems(&listing);
    assert!(
        problems[0].contains("'d' was renamed") && problems[1].contains("'f' has its contents")
    );
    assert_eq!(problems.len(), 2);
}

#[test]
fn fuse_overlayfs_writes_names_and_its_own_attributes() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "etc/.wh.gone", "");
    write(dir.path(), "etc/.wh..wh..opq", "");
    write(dir.path(), "etc/f", "12");
    fs::create_dir(dir.path().join("run")).unwrap();
    xattr::set(dir.path().join("run"), "user.fuseoverlayfs.opaque", b"y").unwrap();
    let stat = b"7:8:04755:file";
    xattr::set(dir.path().join("etc/f"), "user.containers.override_stat", stat).unwrap();
    let ids = IdMaps { uids: vec![IdRange { container: 900, host: 7, size: 1 }], gids: Vec::new() };
    let tree = Tree { root: dir.path().to_path_buf(), form: Form::Overlay, ids };
    let listing = tree.list(&Unwatched);
    assert_eq!(
        lines(&listing),
        ["etc dir", "! etc", "- etc/gone", "etc/f file 2", "run dir", "! run"]
    );
    let mut rows = listing.table.rows();
    let file = std::iter::from_fn(|| match rows.next()? {
        Row::Entry(entry) => Some((entry.path.to_vec(), entry.mode, entry.uid, entry.gid)),
        _ => Some(Default::default()),
    })
    .find(|row| row.0 == b"etc/f");
    // Owners in the attribute are those of the image.
    assert_eq!(file, Some((b"etc/f".to_vec(), 0o4755, 7, 8)));
}

#[test]
fn aufs_writes_names_only() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, ".wh..wh.aufs", "");
    fs::create_dir_all(root.join(".wh..wh.orph")).unwrap();
    write(root, ".wh..wh.plnk/9.1", "linked");
    fs::hard_link(root.join(".wh..wh.plnk/9.1"), root.join("one")).unwrap();
    fs::hard_link(root.join(".wh..wh.plnk/9.1"), root.join("two")).unwrap();
    fs::create_dir(root.join("etc")).unwrap();
    fs::hard_link(root.join(".wh..wh.aufs"), root.join("etc/.wh.passwd")).unwrap();
    fs::hard_link(root.join(".wh..wh.aufs"), root.join(".wh.top")).unwrap();
    write(root, "etc/.wh..wh..opq", "");
    write(root, "etc/.wh.", "");
    let listing = list(root, Form::Aufs);
    assert_eq!(
        lines(&listing),
        ["- top", "etc dir", "! etc", "- etc/passwd", "one file 6", "two hardlink -> one"]
    );
    assert!(problems(&listing)[0].contains("'etc/.wh.' names nothing"));
    let hidden: Vec<_> = listing.hidden.iter().map(|hidden| hidden.path.as_slice()).collect();
    let expected: [&[u8]; 4] =
        [b".wh..wh.aufs", b".wh..wh.orph", b".wh..wh.plnk", b".wh..wh.plnk/9.1"];
    assert_eq!(hidden, expected);
}

#[test]
fn owners_are_shifted_back() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "f", "");
    let metadata = fs::metadata(dir.path().join("f")).unwrap();
    let range = |host: u32, container| vec![IdRange { container, host: u64::from(host), size: 1 }];
    let ids = IdMaps { uids: range(metadata.uid(), 5), gids: range(metadata.gid(), 6) };
    let tree = Tree { root: dir.path().to_path_buf(), form: Form::Overlay, ids };
    let listing = tree.list(&Unwatched);
    let mut rows = listing.table.rows();
    let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
    assert_eq!((entry.uid, entry.gid), (5, 6));
}

/// A tree and a copy of it with the same times.
fn copies() -> (tempfile::TempDir, tempfile::TempDir) {
    let pair = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let time = UNIX_EPOCH + Duration::new(1_700_000_000, 500);
    for dir in [pair.0.path(), pair.1.path()] {
        for file in ["a/same", "a/size", "a/time", "a/b/deep", "gone/x", "gone/y", "kind/z", "mode"]
        {
            write(dir, file, "12345");
            let file = fs::File::options().write(true).open(dir.join(file)).unwrap();
            file.set_modified(time).unwrap();
        }
        fs::create_dir(dir.join("empty")).unwrap();
    }
    pair
}

/// A link, created at the same second each time.
fn dated_link(target: &str, at: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
    symlink(target, at).unwrap();
    let time = Timespec { tv_sec: 1_700_000_000, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, at, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// Docker compares sizes and times only, and misses it.
#[test]
fn a_link_that_was_turned_elsewhere_within_the_second_is_seen() {
    let (parent, child) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (dir, target) in [(&parent, "/etc/x"), (&child, "/etc/y")] {
        dated_link("same", &dir.path().join("kept"));
        dated_link(target, &dir.path().join("turned"));
    }
    let form = Form::FullCopy { parent: Some(parent.path().to_path_buf()) };
    assert_eq!(lines(&list(child.path(), form)), ["turned symlink -> /etc/y"]);
}

#[test]
fn a_full_copy_is_what_differs_from_its_parent() {
    let (parent, child) = copies();
    let root = child.path();
    let form = || Form::FullCopy { parent: Some(parent.path().to_path_buf()) };
    assert_eq!(lines(&list(root, form())), [""; 0]);

    fs::remove_dir_all(root.join("gone")).unwrap();
    fs::remove_dir_all(root.join("kind")).unwrap();
    write(root, "kind", "file");
    write(root, "a/size", "longer than before");
    let touched = fs::File::options().write(true).open(root.join("a/time")).unwrap();
    touched.set_modified(UNIX_EPOCH).unwrap();
    // Times in whole seconds: some tools write no others.
    let same = fs::File::options().write(true).open(root.join("a/same")).unwrap();
    same.set_modified(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
    fs::set_permissions(root.join("mode"), fs::Permissions::from_mode(0o600)).unwrap();
    write(root, "new/.wh.ordinary", "");
    symlink("a", root.join("newer")).unwrap();
    fs::remove_file(root.join("a/b/deep")).unwrap();
    let listing = list(root, form());
    assert_eq!(
        lines(&listing),
        [
            "a dir",
            "a/b dir",
            "- a/b/deep",
            "a/size file 18",
            "a/time file 5",
            "- gone",
            "kind file 4",
            "mode file 5",
            "new dir",
            "new/.wh.ordinary file",
            "newer symlink -> a",
        ]
    );
    assert_eq!(problems(&listing), [""; 0]);
}

#[test]
fn what_shares_its_inode_with_the_parent_is_the_same() {
    let (parent, child) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(parent.path(), "linked", "1");
    write(parent.path(), "copied", "1");
    fs::hard_link(parent.path().join("linked"), child.path().join("linked")).unwrap();
    write(child.path(), "copied", "22");
    let form = Form::FullCopy { parent: Some(parent.path().to_path_buf()) };
    assert_eq!(lines(&list(child.path(), form)), ["copied file 2"]);
    // The lowest layer has no parent, and has hard links.
    fs::hard_link(parent.path().join("linked"), parent.path().join("once-more")).unwrap();
    let base = list(parent.path(), Form::FullCopy { parent: None });
    assert_eq!(lines(&base), ["copied file 1", "linked file 1", "once-more hardlink -> linked"]);
}

#[test]
fn a_parent_that_cannot_be_read_is_reported() {
    let (parent, child) = copies();
    let form = Form::FullCopy { parent: Some(parent.path().join("nowhere")) };
    let listing = list(child.path(), form);
    assert_eq!(lines(&listing).len(), 13);
    assert!(problems(&listing)[0].contains("the parent's directory"), "{:?}", listing.problems);
}

#[test]
fn files_open_and_links_are_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "in/etc/f", "contents");
    write(dir.path(), "secret", "x");
    symlink("../secret", dir.path().join("in/l")).unwrap();
    let tree = Tree { root: dir.path().join("in"), form: Form::Overlay, ids: IdMaps::default() };
    let mut text = String::new();
    tree.open(b"etc/f").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "contents");
    for path in [&b"l"[..], b"../secret", b"etc", b"missing", b""] {
        assert!(tree.open(path).is_err(), "{}", path.escape_ascii());
    }
}
