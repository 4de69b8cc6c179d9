//! A plain directory as a layer.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use layertui::layer::directory::Tree;
use layertui::layer::{Listing, Unwatched, Watch};
use layertui::stack::kept::entry::Row;

use crate::support::rows::{problems, rows};

fn list(root: &Path, watch: &dyn Watch) -> Listing {
    Tree { root: root.to_path_buf(), ..Tree::default() }.list(watch)
}

fn write(path: &Path, contents: &str, mode: u32) {
    fs::write(path, contents).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The rows without owner and time, which depend on the user who runs the test.
fn lines(listing: &Listing) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows = listing.table.rows();
    while let Some(Row::Entry(mut entry)) = rows.next() {
        (entry.uid, entry.gid, entry.mtime) =
            (0, 0, layertui::stack::kept::entry::Mtime::default());
        // The attribute that a security module sets on every file.
        entry.xattrs = layertui::stack::kept::entry::Xattrs::EMPTY;
        assert_eq!((entry.data, entry.fingerprint), (None, None));
        lines.push(crate::support::rows::line(&Row::Entry(entry)));
    }
    lines
}

#[test]
fn every_kind_of_object_sorted_by_name() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(at("etc")).unwrap();
    fs::set_permissions(at("etc"), Permissions::from_mode(0o1777)).unwrap();
    write(&at("etc/passwd"), "root", 0o640);
    write(&at("etc/.wh.kept"), "", 0o600);
    write(&at("b"), "12345", 0o4755);
    fs::hard_link(at("b"), at("a")).unwrap();
    fs::hard_link(at("b"), at("etc/c")).unwrap();
    symlink("/no/where", at("l")).unwrap();
    symlink("etc", at("followed-by-nobody")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("s")).unwrap();
    fs::set_permissions(at("s"), Permissions::from_mode(0o755)).unwrap();
    let listing = list(root.path(), &Unwatched);
    assert_eq!(problems(&listing), [""; 0]);
    assert_eq!(
        lines(&listing),
        [
            "/ dir 755",
            "a file 4755 5",
            "b hardlink 4755 -> a",
            "etc dir 1777",
            "etc/.wh.kept file 600",
            "etc/c hardlink 4755 -> a",
            "etc/passwd file 640 4",
            "followed-by-nobody symlink 777 -> etc",
            "l symlink 777 -> /no/where",
            "s socket 755",
        ]
    );
    assert!(listing.codec.is_none() && !listing.cancelled);
}

#[test]
fn owner_and_time_to_the_nanosecond() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("f");
    write(&path, "", 0o644);
    let time = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let metadata = fs::metadata(&path).unwrap();
    let listing = list(root.path(), &Unwatched);
    let mut rows = listing.table.rows();
    rows.next();
    let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
    assert_eq!((entry.uid, entry.gid), (u64::from(metadata.uid()), u64::from(metadata.gid())));
    assert_eq!(
        (entry.mtime.seconds, entry.mtime.nanos),
        (1_700_000_000, metadata.mtime_nsec() as u32)
    );
}

#[test]
fn extended_attributes() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("f");
    write(&path, "", 0o644);
    xattr::set(&path, "user.layer", b"tui").unwrap();
    let listing = list(root.path(), &Unwatched);
    assert!(rows(&listing)[1].contains("{user.layer=tui}"));
}

#[cfg(target_os = "linux")]
#[test]
fn devices() {
    let listing = list(Path::new("/dev"), &Unwatched);
    assert!(lines(&listing).iter().any(|line| line.starts_with("null char 666 dev=1:3")));
}

#[test]
fn what_is_not_there_or_no_directory_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let missing = list(&root.path().join("missing"), &Unwatched);
    assert!(missing.table.is_empty());
    assert!(problems(&missing)[0].starts_with("error: cannot read part of the directory: "));
    write(&root.path().join("f"), "", 0o644);
    let file = list(&root.path().join("f"), &Unwatched);
    assert!(file.table.is_empty());
    assert!(problems(&file)[0].ends_with("f is not a directory"));
}

#[test]
fn a_root_that_is_a_link_is_the_directory_it_leads_to() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("real")).unwrap();
    write(&root.path().join("real/f"), "x", 0o644);
    symlink("real", root.path().join("link")).unwrap();
    let listing = list(&root.path().join("link"), &Unwatched);
    assert_eq!(lines(&listing).len(), 2);
    assert!(lines(&listing)[0].starts_with("/ dir"));
}

#[test]
fn cancelling_keeps_what_was_read() {
    struct Impatient;
    impl Watch for Impatient {
        fn progress(&self, _done: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let root = tempfile::tempdir().unwrap();
    let listing = list(root.path(), &Impatient);
    assert!(listing.cancelled);
    assert!(problems(&listing)[0].starts_with("error: reading was cancelled"));
}
