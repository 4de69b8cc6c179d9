//! Layers truncated at every byte, with flipped bits, and with impossible sizes: no panic, and the rows before the
//! damage are kept.

use layertui::layer::blob::Blob;
use layertui::layer::{Severity, Unwatched, list, survey};
use layertui::stack::kept::entry::Row;

use crate::listed;
use crate::support::compress::{bzip2, gzip, gzip_members, xz, zstd};
use crate::support::rows::{problems, rows};
use crate::support::tarball::{Dialect, Tar};

/// One of each kind of entry, in few bytes.
fn sample() -> Vec<u8> {
    Tar::new()
        .dir("etc/", 0o755)
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
        .owner(0, 42)
        .file("short", "x")
        .pax(&[("path", "a/longer/name"), ("mtime", "1.5")])
        .xattr("user.a", "1")
        .global(&[("comment", "all")])
        .symlink("l", "t")
        .long_link("y".repeat(120))
        .gnu_sparse(
            "s",
            1 << 20,
            &[(0, b"a"), (512, b"b"), (1024, b"c"), (2048, b"d"), (4096, b"e")],
        )
        .whiteout("etc/gone")
        .opaque("var")
        .hardlink("h", "etc/passwd")
        .file("last", "z".repeat(700))
        .finish()
}

/// The rows of the damaged listing that the original does not have: at most the last may be a truncated file.
#[track_caller]
fn assert_prefix(damaged: &[String], whole: &[String], context: usize) {
    let same = damaged.iter().zip(whole).take_while(|(a, b)| a == b).count();
    assert!(damaged.len() - same <= 1, "cut at {context}: {damaged:#?}");
}

#[test]
fn a_plain_layer_cut_anywhere_keeps_what_came_before() {
    let bytes = sample();
    let whole = rows(&listed(&bytes));
    let mut counts = Vec::new();
    for cut in 0..bytes.len() {
        let listing = listed(&bytes[..cut]);
        let damaged = rows(&listing);
        assert_prefix(&damaged, &whole, cut);
        counts.push(damaged.len());
    }
    assert!(counts.is_sorted(), "more bytes never give fewer rows");
    assert_eq!(counts.last(), Some(&whole.len()));
}

#[test]
fn a_plain_layer_cut_inside_a_header_or_payload_says_so() {
    let bytes = Tar::new().file("a", "x".repeat(600)).file("b", "y").finish();
    for cut in 1..bytes.len() {
        let listing = listed(&bytes[..cut]);
        let broken = listing.problems.iter().any(|problem| problem.severity == Severity::Error);
        let whole = [512 + 600..=1536, 2049..=3584].iter().any(|range| range.contains(&cut));
        assert_eq!(broken, !whole, "cut at {cut}: {:?}", problems(&listing));
    }
}

#[test]
fn a_compressed_layer_cut_anywhere_keeps_what_came_before_and_says_so() {
    let bytes = sample();
    let whole = rows(&listed(&bytes));
    for blob in [gzip(&bytes), gzip_members(&bytes, 9), zstd(&bytes), xz(&bytes), bzip2(&bytes)] {
        for cut in 0..blob.len() {
            let listing = listed(&blob[..cut]);
            assert_prefix(&rows(&listing), &whole, cut);
            assert!(cut == 0 || !listing.problems.is_empty(), "cut at {cut}");
        }
    }
}

#[test]
fn a_truncated_gzip_says_where() {
    let blob = gzip(&Tar::new().file("a", "x".repeat(5000)).finish());
    let listing = listed(&blob[..blob.len() - 3]);
    assert_eq!(rows(&listing), ["a file 644 5000"]);
    assert_eq!(
        problems(&listing),
        [format!(
            "error: truncated: the blob ends at byte {}, inside its gzip data (at byte 6656 of the tar)",
            blob.len() - 3
        )]
    );
    assert!(listing.blob_digest.is_some());
}

#[test]
fn flipped_bits_never_panic() {
    let bytes = sample();
    for blob in [bytes.clone(), gzip(&bytes), zstd(&bytes), bzip2(&bytes), xz(&bytes)] {
        for index in 0..blob.len() {
            let mut damaged = blob.clone();
            damaged[index] ^= 1 << (index % 8);
            let listing = listed(&damaged);
            assert!(listing.table.len() <= 40);
            let _ = survey(&Blob::memory(damaged));
        }
    }
}

#[test]
fn a_header_that_states_exabytes_allocates_nothing() {
    let claims: [fn(Tar) -> Tar; 3] = [
        |tar| tar.claim(i64::MAX as u64),
        |tar| tar.pax(&[("size", "9223372036854775807")]),
        |tar| tar.claim(1 << 62).base256().dialect(Dialect::Gnu),
    ];
    for claim in claims {
        let bytes = claim(Tar::new().file("a", "real").file("huge", "x")).finish();
        for blob in [bytes.clone(), gzip(&bytes)] {
            let listing = listed(&blob);
            assert!(listing.table.len() <= 2);
            let mut rows = listing.table.rows();
            while let Some(Row::Entry(entry)) = rows.next() {
                assert!(entry.size <= bytes.len() as u64 && entry.stored <= bytes.len() as u64);
            }
            assert!(
                problems(&listing)[0].starts_with("error: truncated: "),
                "{:?}",
                problems(&listing)
            );
        }
    }
}

#[test]
fn extended_headers_that_state_exabytes_allocate_nothing() {
    for flag in *b"xgLKVMNAX%D" {
        let bytes = Tar::new()
            .file("a", "")
            .entry("huge", flag)
            .claim(i64::MAX as u64)
            .file("b", "")
            .finish();
        for blob in [bytes.clone(), gzip(&bytes)] {
            let listing = listed(&blob);
            assert_eq!(rows(&listing)[0], "a file 644");
            assert_eq!(listing.problems[0].severity, Severity::Error, "{}", char::from(flag));
        }
    }
}

#[test]
fn a_sparse_map_without_end_ends_with_the_blob() {
    let endless = [1; 512].repeat(100);
    let bytes =
        Tar::new().gnu_sparse("s", 9, &[]).patch(482, [1]).claim(5).extension(endless).cut_off();
    let listing = listed(&bytes);
    assert_eq!(rows(&listing), ["s file 644 9 stored=0 sparse"]);
    assert_eq!(
        problems(&listing),
        ["error: truncated: 5 bytes should follow from byte 51712, 0 are present"]
    );
}

#[test]
fn a_billion_entries_are_not_believed() {
    let mut tar = Tar::new();
    for (key, value) in [("GNU.sparse.numblocks", "1000000000"), ("GNU.sparse.map", "1,1")] {
        tar = tar.file("s", "").pax(&[(key, value)]);
    }
    let map = Tar::new().pax_sparse_1_0("t", 5, &[]).finish();
    let bytes = tar.raw(map).finish();
    assert_eq!(rows(&listed(&bytes)).len(), 3);
}

#[test]
fn a_region_longer_than_its_file_is_truncated() {
    use std::io::Write;
    let bytes = sample();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes[..bytes.len() - 1500]).unwrap();
    let blob = Blob::region(std::sync::Arc::new(file), 0, bytes.len() as u64);
    let listing = list(&blob, &Unwatched);
    assert_prefix(&rows(&listing), &rows(&listed(&bytes)), 1500);
    assert_eq!(
        problems(&listing),
        [format!(
            "error: truncated: the file that holds the layer ends after {} of its {} bytes",
            bytes.len() - 1500,
            bytes.len()
        )]
    );
}
