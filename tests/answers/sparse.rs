//! Sparse files come out as programs would read them, and onto a disk with their holes.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::saved::{Place, extract, layertui};
use crate::support::sparse::Segment;
use crate::support::tarball::Tar;

const SIZE: u64 = 3 << 20;

fn forms(segments: &[Segment<'_>]) -> Vec<Vec<u8>> {
    let before = || Tar::new().file("before", "b".repeat(700));
    [
        before().gnu_sparse("s", SIZE, segments),
        before().pax_sparse_0_0("s", SIZE, segments),
        before().pax_sparse_0_1("s", SIZE, segments),
        before().pax_sparse_1_0("s", SIZE, segments),
    ]
    .map(|tar| tar.file("after", "a").finish())
    .into()
}

fn whole(segments: &[Segment<'_>]) -> Vec<u8> {
    let mut bytes = vec![0; SIZE as usize];
    for (offset, segment) in segments {
        bytes[*offset as usize..][..segment.len()].copy_from_slice(segment);
    }
    bytes
}

#[test]
fn every_form_is_put_together_from_plain_and_compressed_layers() {
    let many: Vec<Segment<'_>> = (0..60).map(|at| (at * 50_000, &b"segment"[..])).collect();
    let few: Vec<Segment<'_>> = vec![(4096, b"some"), (SIZE - 4, b"data")];
    let hole_at_the_end: Vec<Segment<'_>> = vec![(0, b"some"), (4096, b"data")];
    for segments in [&few, &hole_at_the_end, &many, &vec![]] {
        for (at, layer) in forms(segments).into_iter().enumerate() {
            let place = Place::new();
            let layers = [layer];
            let images = [place.image("plain", &layers), place.compressed("gzipped", &layers)];
            for (image, dest) in images.iter().zip(["a", "b"]) {
                let shown = layertui(&["cat", image.to_str().unwrap(), "/s"]);
                let said = String::from_utf8_lossy(&shown.stderr);
                assert!(shown.stdout == whole(segments), "form {at}, {}: {said}", segments.len());
                let dest = place.path(dest);
                assert_eq!(extract(image, "/", &dest, &[]), (0, String::new()));
                assert!(fs::read(dest.join("s")).unwrap() == whole(segments), "form {at}");
                assert_eq!(fs::read(dest.join("after")).unwrap(), b"a");
                if segments.len() < 3 {
                    assert!(dest.join("s").metadata().unwrap().blocks() * 512 < SIZE / 2);
                }
            }
        }
    }
}

#[test]
fn a_stream_keeps_the_holes_and_says_them() {
    let segments: Vec<Segment<'_>> = vec![(4096, b"some"), (1 << 20, b"data")];
    let place = Place::new();
    let image = place.image("image", &[forms(&segments).remove(0)]);
    let stream = layertui(&["extract", image.to_str().unwrap(), "/s", "-"]).stdout;
    assert!(stream.len() < 16 * 1024);
    // What reads it is layertui again: the form is GNU's 1.0, which the tests above hold against its rules.
    let again = place.image("again", &[stream]);
    assert!(layertui(&["cat", again.to_str().unwrap(), "/s"]).stdout == whole(&segments));
}

#[test]
fn a_map_that_lies_is_an_error_and_no_file() {
    let place = Place::new();
    let lies = Tar::new()
        .pax_sparse_0_1("s", 100, &[(0, b"0123456789")])
        .pax(&[("GNU.sparse.map", "0,10,5,10")])
        .file("after", "a")
        .finish();
    let image = place.image("image", &[lies]);
    let shown = layertui(&["cat", image.to_str().unwrap(), "/s"]);
    assert_eq!(shown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&shown.stderr).contains("map of the sparse file is damaged"));
    let (code, said) = extract(&image, "/", &place.path("dest"), &[]);
    assert!(code == 2 && said.contains("/s: the map"), "{said}");
    assert!(!place.path("dest/s").exists() && place.path("dest/after").exists());
}

/// One layer may store the holes of a file as zeros and the next leave them out; and equal stored bytes may lie at other
/// offsets.
#[test]
fn a_sparse_file_of_the_next_layer_is_compared_by_its_contents() {
    let segments: Vec<Segment<'_>> = vec![(4096, b"some"), (1 << 20, b"data")];
    let moved: Vec<Segment<'_>> = vec![(8192, b"some"), (1 << 20, b"data")];
    let dense = Tar::new().file("s", whole(&segments)).finish();
    let [first, again, other] = [&segments, &segments, &moved]
        .map(|segments| Tar::new().gnu_sparse("s", SIZE, segments).finish());
    let place = Place::new();
    let layers = [first, again, dense, other];
    for image in [place.image("plain", &layers), place.compressed("gzipped", &layers)] {
        for (layer, expected) in [("1", "rewritten"), ("2", "rewritten"), ("3", "modified")] {
            let diff = layertui(&["diff", image.to_str().unwrap(), "--layer", layer, "--json"]);
            let diff = String::from_utf8(diff.stdout).unwrap();
            assert!(diff.contains(&format!("\"{expected}\"")), "layer {layer}: {diff}");
        }
    }
}

/// A file of exbibytes that stores some bytes is answered from these: reading its holes would take years.
#[test]
fn holes_longer_than_can_be_read_are_not_read() {
    const HUGE: u64 = i64::MAX as u64;
    let layer = |segments: &[Segment<'_>], mode| {
        Tar::new().pax_sparse_1_0("s", HUGE, segments).mode(mode).finish()
    };
    let far: &[Segment<'_>] = &[(1 << 40, b"a secret\n"), (1 << 62, b"end")];
    let near: &[Segment<'_>] = &[(1 << 41, b"a secret\n"), (1 << 62, b"end")];
    for (second, change) in [(far, "metadata"), (near, "modified")] {
        let place = Place::new();
        let layers = [layer(far, 0o644), layer(second, 0o600)];
        for image in [place.image("plain", &layers), place.compressed("gzipped", &layers)] {
            let image = image.to_str().unwrap();
            let text = |arguments: &[&str]| {
                let output = layertui(arguments);
                (output.status.code(), String::from_utf8(output.stdout).unwrap())
            };
            let (code, diff) = text(&["diff", "--json", image]);
            assert!(
                code == Some(0) && diff.contains(&format!("\"change\":\"{change}\"")),
                "{diff}"
            );
            let (code, found) = text(&["grep", image, "secret", "-c"]);
            assert!(code == Some(0) && found.contains("/s:1"), "{found}");
            for arguments in [&["findings", image][..], &["report", image], &["waste", image]] {
                assert_eq!(text(arguments).0, Some(0), "{arguments:?}");
            }
            let first = place.image("first", &layers[..1]);
            let first = first.to_str().unwrap();
            for more in [&[][..], &["--layers"]] {
                let compare = [&["compare", first, image], more].concat();
                assert_eq!(text(&compare).0, Some(1), "{more:?}");
            }
            assert_eq!(text(&["compare", first, first]).0, Some(0));
        }
    }
}

/// `du --apparent-size`: holes count, and a file with several names counts once in each directory that has one of them.
#[test]
fn the_bytes_below_directories_are_those_of_du() {
    let place = Place::new();
    let segments: &[Segment<'_>] = &[(0, b"some")];
    let layer = Tar::new()
        .file("z/file", "f".repeat(1000))
        .hardlink("a/link", "z/file")
        .hardlink("a/deep/link", "z/file")
        .pax_sparse_1_0("d/sparse", SIZE, segments)
        .file("d/more", "12345")
        .finish();
    let image = place.image("image", &[layer]);
    let image = image.to_str().unwrap();
    let dest = place.path("dest");
    extract(image.as_ref(), "/", &dest, &[]);
    let listed = layertui(&["ls", image, "--du", "-r", "--json"]).stdout;
    for line in String::from_utf8(listed).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = dest.join(line["path"].as_str().unwrap().trim_start_matches('/'));
        let mut seen = std::collections::HashSet::new();
        let files =
            walkdir::WalkDir::new(&path).into_iter().map(|it| it.unwrap().metadata().unwrap());
        let files = files.filter(|it| it.is_file() && seen.insert(it.ino()));
        let bytes: u64 = files.map(|it| it.len()).sum();
        assert_eq!(line["totalBytes"], bytes, "{line}");
    }
}
