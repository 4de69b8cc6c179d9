//! One file out of a layer, and the members of an outer archive.

use std::io::{ErrorKind, Read};

use layertui::layer::blob::Blob;
use layertui::layer::{Unwatched, list, open_at, opens_cheaply, survey};
use layertui::stack::kept::entry::{Kind, Row};

use crate::support::compress::{gzip, zstd};
use crate::support::tarball::Tar;

fn sample() -> Vec<u8> {
    Tar::new().file("a", "first").file("empty", "").file("b", "y".repeat(300_000)).finish()
}

#[test]
fn every_listed_file_opens_to_its_contents() {
    let bytes = sample();
    for blob in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
        let blob = Blob::memory(blob);
        let listing = list(&blob, &Unwatched);
        let mut rows = listing.table.rows();
        for expected in ["first".to_owned(), String::new(), "y".repeat(300_000)] {
            let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
            let mut text = String::new();
            let mut file = open_at(&blob, entry.data.unwrap(), entry.stored, None).unwrap();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
    }
    assert!(opens_cheaply(&Blob::memory(bytes.clone())));
    assert!(!opens_cheaply(&Blob::memory(gzip(&bytes))));
}

#[test]
fn a_payload_that_is_cut_short_is_an_error_and_no_shorter_file() {
    let bytes = sample();
    let encoded = gzip(&bytes);
    for blob in [&bytes[..bytes.len() - 5000], &encoded[..encoded.len() - 20]] {
        let mut file = open_at(&Blob::memory(blob), 2048, 300_000, None).unwrap();
        let error = file.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
    for data in [1 << 40, u64::MAX] {
        let missing = open_at(&Blob::memory(gzip(&bytes)), data, 1, None).map(|_| ()).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::UnexpectedEof);
        let mut file = open_at(&Blob::memory(bytes.clone()), data, 1, None).unwrap();
        assert!(file.read(&mut [0]).is_err());
    }
}

#[test]
fn members_of_an_outer_archive() {
    let bytes = Tar::new()
        .file("./manifest.json", "[]")
        .dir("blobs/", 0o755)
        .symlink("a/layer.tar", "../b/layer.tar")
        .hardlink("c", "./blobs//x")
        .file(".wh.kept", "no layer, no whiteout")
        .finish();
    let (found, _) = survey(&Blob::memory(bytes.clone()));
    assert!(found.problems.is_empty());
    let lines: Vec<String> = found
        .members
        .iter()
        .map(|member| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            format!(
                "{} {} {} {}",
                text(&member.name),
                member.kind.name(),
                text(&member.link),
                member.size
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "manifest.json file  2",
            "blobs dir  0",
            "a/layer.tar symlink ../b/layer.tar 0",
            "c hardlink blobs/x 0",
            ".wh.kept file  21",
        ]
    );
    let manifest = &found.members[0];
    let blob = Blob::memory(bytes).slice(manifest.offset, manifest.size);
    assert_eq!(blob.read_all(10).unwrap(), b"[]");
}

#[test]
fn a_broken_outer_archive_lists_what_comes_before() {
    let bytes = Tar::new().file("a", "1").file("b", "22").cut_off();
    let (found, _) = survey(&Blob::memory(&bytes[..1537]));
    assert_eq!(found.members.len(), 2);
    assert_eq!((found.members[1].kind, found.members[1].size), (Kind::File, 1));
    assert_eq!(found.problems.len(), 1);
}
