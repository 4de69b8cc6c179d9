//! A layer as tar-split and files: the same rows as its tar, and the same tar restored.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use layertui::layer::blob::Blob;
use layertui::layer::split::{Contents, Error, Split};
use layertui::layer::{Fingerprint, Listing, Unwatched};
use layertui::stack::kept::entry::Row;

use crate::listed;
use crate::support::compress::gzip_members;
use crate::support::every_byte::damage;
use crate::support::rows::{problems, rows};
use crate::support::split::{crc64, split};
use crate::support::tarball::Tar;

fn of(listing: impl AsRef<[u8]>, contents: Contents) -> Split {
    Split::new(Blob::memory(listing.as_ref()), contents, "key".to_owned())
}

fn nowhere() -> Contents {
    Contents::Unavailable("tested without".to_owned())
}

fn in_directory(path: &Path) -> Contents {
    Contents::Directory(path.to_path_buf())
}

/// The listing of a tar-split without contents, without the note that says so.
pub(crate) fn listed_split(lines: impl AsRef<[u8]>) -> Listing {
    let mut listing = of(lines, nowhere()).list(&Unwatched);
    listing.problems.retain(|problem| !problem.message.ends_with("tested without"));
    listing
}

/// A layer with every kind of object, and the directory with its files.
fn sample() -> (Vec<u8>, tempfile::TempDir) {
    let tar = Tar::new()
        .dir("etc/", 0o755)
        .owner(1, 70_000)
        .file("./etc/passwd", "root:x:0:0")
        .mtime(1_700_000_000)
        .file("short", "1234567")
        .pax(&[("path", "etc/a/longer/name"), ("mtime", "1.5"), ("SCHILY.xattr.user.a", "b")])
        .file("gnu", "x".repeat(1000))
        .long_name("long".repeat(40))
        .symlink("etc/l", "passwd")
        .hardlink("etc/h", "/etc/passwd")
        .char_device("dev/null", 1, 3)
        .fifo("pipe")
        .whiteout("etc/shadow")
        .opaque("var")
        .file(b"odd\xff<&>\n", "odd")
        .file("empty", "")
        .finish();
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("etc/a/longer")).unwrap();
    fs::write(dir.path().join("etc/passwd"), "root:x:0:0").unwrap();
    fs::write(dir.path().join("etc/a/longer/name"), "1234567").unwrap();
    fs::write(dir.path().join("long".repeat(40)), "x".repeat(1000)).unwrap();
    #[cfg(unix)]
    {
        let name = std::os::unix::ffi::OsStrExt::from_bytes(b"odd\xff<&>\n");
        fs::write(dir.path().join::<&std::ffi::OsStr>(name), "odd").unwrap();
    }
    (tar, dir)
}

#[test]
fn the_rows_are_those_of_the_tar() {
    let (tar, _) = sample();
    let lines = split(&tar);
    let pieces = [lines.clone().into_bytes(), gzip_members(lines.as_bytes(), 3)];
    for blob in pieces {
        let listing = listed_split(blob);
        assert_eq!(rows(&listing), rows(&listed(&tar)));
        assert_eq!(problems(&listing), [""; 0]);
        assert_eq!(listing.uncompressed, Some(tar.len() as u64));
    }
}

#[test]
fn checksums_are_fingerprints_and_files_are_found_by_path() {
    let (tar, _) = sample();
    let listing = listed_split(split(&tar));
    let mut rows = listing.table.rows();
    let mut files = 0;
    while let Some(row) = rows.next() {
        let Row::Entry(entry) = row else { continue };
        assert_eq!(entry.data, None);
        if entry.path == b"etc/passwd" {
            assert_eq!(entry.fingerprint, Some(Fingerprint::Crc64(crc64(b"root:x:0:0"))));
        }
        files += usize::from(entry.fingerprint.is_some());
    }
    assert_eq!(files, 5);
}

#[cfg(unix)]
#[test]
fn the_tar_comes_back_byte_for_byte() {
    let (tar, dir) = sample();
    let mut out = Vec::new();
    let split = of(split(&tar), in_directory(dir.path()));
    assert_eq!(split.assemble(&mut out).unwrap(), tar.len() as u64);
    assert!(out == tar);
}

#[test]
fn files_open_by_path_and_by_digest() {
    let (tar, dir) = sample();
    let lines = split(&tar);
    let digest = format!("{:064x}", 0xab);
    fs::create_dir(dir.path().join("00")).unwrap();
    fs::write(dir.path().join("00").join(&digest[2..]), "root:x:0:0").unwrap();
    let digests = [("etc/passwd", digest), ("a", "../etc/passwd".to_owned())];
    let digests: HashMap<Vec<u8>, String> =
        digests.into_iter().map(|(path, digest)| (path.into(), digest)).collect();
    let by_digest =
        Contents::ByDigest { root: dir.path().to_path_buf(), digests: Arc::new(digests) };
    let crc = Some(Fingerprint::Crc64(crc64(b"root:x:0:0")));
    for contents in [in_directory(dir.path()), by_digest] {
        let split = of(&lines, contents);
        let mut text = String::new();
        split.open(b"etc/passwd", 10, crc).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "root:x:0:0");
        assert!(split.open(b"a", 10, None).is_err());
        assert_eq!(split.open(b"etc/shadow", 0, None).unwrap().read(&mut [0]).unwrap(), 0);
    }
    let error = of(&lines, nowhere()).open(b"etc/passwd", 10, crc).err().unwrap();
    assert_eq!(error.to_string(), "tested without");
}

#[test]
fn what_has_changed_on_disk_is_named() {
    let (tar, dir) = sample();
    let split = of(split(&tar), in_directory(dir.path()));
    let changes: [(&dyn Fn(), &str); 3] = [
        (
            &|| fs::write(dir.path().join("etc/passwd"), "root:y:0:0").unwrap(),
            "'etc/passwd' has changed on disk: its bytes differ from those that the layer was made of",
        ),
        (
            &|| fs::write(dir.path().join("etc/passwd"), "root").unwrap(),
            "'etc/passwd' has changed on disk: it has 4 bytes now and had 10",
        ),
        (
            &|| fs::remove_file(dir.path().join("etc/passwd")).unwrap(),
            "'etc/passwd' is missing on disk",
        ),
    ];
    let crc = Some(Fingerprint::Crc64(crc64(b"root:x:0:0")));
    for (change, message) in changes {
        change();
        let read = split
            .open(b"etc/passwd", 10, crc)
            .and_then(|mut file| file.read_to_end(&mut Vec::new()));
        assert_eq!(read.unwrap_err().to_string(), message);
        match split.assemble(&mut Vec::new()).unwrap_err() {
            Error::Changed { path, how } => {
                assert_eq!((path.as_slice(), how.as_str()), (&b"./etc/passwd"[..], message));
            }
            other => panic!("{other}"),
        }
        assert_eq!(problems(&split.list(&Unwatched)), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_directory() {
    let (tar, dir) = sample();
    fs::rename(dir.path().join("etc"), dir.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", dir.path().join("etc")).unwrap();
    let split = of(split(&tar), in_directory(dir.path()));
    assert!(split.open(b"etc/passwd", 10, None).is_err());
}

#[test]
fn names_that_come_twice_are_both_listed() {
    let tar = Tar::new().file("a", "1").file("./a", "22").finish();
    assert_eq!(rows(&listed_split(split(&tar))), ["a file 644 1", "a file 644 2"]);
}

#[test]
fn truncated_at_every_byte_it_keeps_what_came_before() {
    let tar = Tar::new()
        .file("a", "contents")
        .dir("d", 0o755)
        .file("d/b", "more")
        .pax(&[("path", "d/c")])
        .finish();
    let lines = split(&tar);
    let whole = rows(&listed_split(&lines));
    // If the tar is complete: the rest is an empty segment.
    let end = lines.trim_end().rfind('\n').unwrap();
    let mut most = 0;
    for length in 0..lines.len() {
        let listing = listed_split(&lines[..length]);
        let rows = rows(&listing);
        // The file whose line is truncated has a header and no contents.
        let sure = rows.len().saturating_sub(1);
        assert_eq!(rows[..sure], whole[..sure], "{length}");
        assert!(rows.len() >= most);
        most = rows.len();
        let silent = [end, end + 1, lines.len() - 1].contains(&length);
        assert_eq!(listing.problems.is_empty(), silent, "{length}");
    }
    assert_eq!(most, whole.len());
    let packed = gzip_members(lines.as_bytes(), 2);
    for length in 0..packed.len() {
        let listing = listed_split(&packed[..length]);
        assert!(!listing.problems.is_empty(), "{length}");
    }
}

#[test]
fn whatever_byte_of_a_tar_split_changes_reading_ends() {
    let (tar, dir) = sample();
    let lines = split(&tar).into_bytes();
    let contents = dir.path().to_owned();
    damage(gzip_members(&lines, 2), |bytes| drop(listed_split(bytes)));
    damage(lines, move |bytes| {
        let split = of(bytes, in_directory(&contents));
        drop(split.list(&Unwatched));
        let mut out = Vec::new();
        if split.assemble(&mut out).is_ok() {
            assert!(out.len() < 1 << 20);
        }
    });
}

#[test]
fn damage_is_reported_with_its_position() {
    let tar = Tar::new().file("a", "contents").file("b", "more").finish();
    let lines = split(&tar);
    let cases = [
        (String::new(), "error: the tar-split is empty: the layer's contents are unknown"),
        (
            lines.replace(r#""position":2"#, r#""position":3"#),
            "error: the tar-split is damaged: line 3: its position is 3: lines are missing or out of order (at byte 520 of the tar)",
        ),
        (
            lines.replace(r#""size":8"#, r#""size":9"#),
            "error: the tar-split is damaged: line 2 has 9 bytes of contents, the tar's header says 8 (at byte 512 of the tar)",
        ),
        (
            lines.replace(r#""size":8"#, r#""size":-8"#),
            "error: the tar-split is damaged: line 2: invalid value: integer `-8`, expected u64 at column 30 (at byte 512 of the tar)",
        ),
        (
            "{}".to_owned(),
            "error: the tar-split is damaged: line 1: missing field `type` at column 2 (at byte 0 of the tar)",
        ),
        (
            "neither".to_owned(),
            "error: the tar-split is damaged: line 1: expected ident at column 2 (at byte 0 of the tar)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(&listed_split(&text))[0], expected);
    }
    let no_contents = of(lines.replace(r#""position":2"#, r#""position":3"#), nowhere());
    assert!(matches!(no_contents.assemble(&mut Vec::new()), Err(Error::Unavailable(_))));
}
