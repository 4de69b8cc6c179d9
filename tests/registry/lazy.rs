//! Layers with a table of contents: the tree without the layer, a file by its parts, and the layer itself wherever the
//! table is not to be relied upon.

use std::io::Read;

use layertui::image::digest::Digest;
use layertui::layer::{Severity, Unwatched};
use layertui::source::{Source, Stored};
use serde_json::{Value, json};

use super::chunked::{Chunked, Format, build, close, files};
use super::image::{Image, noise};
use super::server::{Access, Turn};
use super::stage::{Stage, problems};
use crate::support::compress::{gzip, zstd};
use crate::support::tarball::Tar;

const FORMATS: [Format; 2] = [Format::EStargz, Format::ZstdChunked];

/// Every type of object, attributes, markers, and a file in several chunks.
fn base() -> Vec<u8> {
    objects().finish()
}

/// As an archive to which more can be added.
pub(crate) fn objects() -> Tar {
    Tar::new()
        .dir("./", 0o755)
        .dir("etc/", 0o755)
        .file("etc/passwd", "root:x:0:0")
        .owner(0, 42)
        .mtime(1_700_000_000)
        .file("etc/empty", "")
        .mode(0o4755)
        .xattr("user.note", b"\x01\xff")
        .hardlink("etc/other", "etc/passwd")
        .symlink("bin", "usr/bin")
        .char_device("dev/null", 1, 3)
        .block_device("dev/disk", 8, 1)
        .fifo("run/pipe")
        .file("usr/big", noise(7, 300_000))
        .file("a/very/long/".to_owned() + &"name/".repeat(30) + "file", "deep")
        .mtime(-5)
}

pub(crate) fn top() -> Vec<u8> {
    Tar::new()
        .whiteout("etc/empty")
        .opaque("usr")
        .file("etc/passwd", "root:x:0:0")
        .file("usr/new", noise(9, 150_000))
        .finish()
}

fn image(layers: Vec<(Chunked, Format)>) -> Image {
    let stored = |(chunked, format): (Chunked, Format)| {
        (chunked.blob, format.media_type(), chunked.annotations)
    };
    Image::of(layers.into_iter().map(stored).collect())
}

fn stage(format: Format, ranges: bool) -> Stage {
    Stage::of(lazy_image(format), Access::Open, ranges)
}

/// Two layers of that format.
pub(crate) fn lazy_image(format: Format) -> Image {
    let layers = [base(), top()].map(|tar| (build(&tar, format, 65_536), format));
    image(layers.into())
}

fn plain() -> Stage {
    let layers = [base(), top()].map(|tar| (gzip(&tar), "tar+gzip", json!({})));
    Stage::of(Image::of(layers.into()), Access::Open, true)
}

const QUESTIONS: [&[&str]; 3] =
    [&["ls", "--recursive", "--json"], &["diff", "--json"], &["history", "--glob", "--json"]];

pub(crate) fn answers(stage: &Stage) -> Vec<String> {
    let reference = stage.reference("1");
    let ask = |question: &&[&str]| {
        let mut words = [*question, &[&reference]].concat();
        words.extend(question.contains(&"--glob").then_some("**"));
        stage.says(&words)
    };
    QUESTIONS.iter().map(ask).collect()
}

fn fetched(stage: &Stage) -> usize {
    stage.server.paths().iter().filter(|path| path.contains("/blobs/")).count()
}

/// Of the whole blobs, not of parts.
fn whole(stage: &Stage) -> bool {
    let blobs = [stage.image.blob(0), stage.image.blob(1)];
    stage.server.seen().iter().any(|seen| blobs.contains(&seen.path) && seen.range.is_none())
}

#[test]
fn a_table_of_contents_says_what_the_layer_says() {
    let expected = answers(&plain());
    for format in FORMATS {
        let stage = stage(format, true);
        assert_eq!(answers(&stage), expected, "{format:?}");
        assert!(!whole(&stage), "{format:?}");
        let layers = stage.says(&["layers", "--json", &stage.reference("1")]);
        assert!(layers.contains("table of contents: the layer itself was not read"), "{layers}");
        stage.server.forget();
        answers(&stage);
        let config = format!("/v2/lab/x/blobs/{}", Digest::of(&stage.image.config));
        let again = stage.server.paths();
        assert!(
            again.iter().all(|path| *path == config || path.contains("/manifests/")),
            "tables are kept: {again:?}"
        );
    }
}

/// All contents are needed: each layer comes whole and once, not file by file.
#[test]
fn contents_are_searched_in_the_layer_itself() {
    let ask = |stage: &Stage| {
        let reference = stage.reference("1");
        stage.says(&["grep", "--json", &reference, "root|deep"])
    };
    let expected = ask(&plain());
    assert_eq!(expected.lines().count(), 4, "{expected}");
    for format in FORMATS {
        let stage = stage(format, true);
        assert_eq!(ask(&stage), expected, "{format:?}");
        let blobs = [stage.image.blob(0), stage.image.blob(1)];
        let seen = stage.server.seen();
        let times = blobs.map(|blob| seen.iter().filter(|seen| seen.path == blob).count());
        assert_eq!(times, [1, 1], "{format:?}: {seen:?}");
    }
}

#[test]
fn less_than_two_hundredths_of_a_large_layer_make_its_tree() {
    let piece = noise(1, 1 << 20);
    for format in FORMATS {
        let packed = match format {
            Format::EStargz => gzip(&piece),
            Format::ZstdChunked => zstd(&piece),
        };
        let digest = Digest::of(&piece);
        let (mut blob, mut records) = (Vec::new(), Vec::new());
        for at in 0..210 {
            records.push(json!({
                "type": "reg", "name": format!("usr/lib/{at}"), "mode": 420, "size": piece.len(),
                "digest": digest.as_str(), "chunkDigest": digest.as_str(), "offset": blob.len(),
            }));
            blob.extend_from_slice(&packed);
        }
        let chunked = close(blob, format, &records);
        let size = chunked.blob.len() as u64;
        assert!(size >= 200_000_000);
        let stage = Stage::of(image(vec![(chunked, format)]), Access::Open, true);
        let tree = stage.says(&["ls", "--recursive", &stage.reference("1")]);
        assert_eq!(tree.lines().count(), 212, "{tree}");
        let sent = stage.server.sent();
        assert!(sent < size / 50, "{format:?}: {sent} of {size}");
        // And a file is that file.
        stage.server.forget();
        let before = stage.server.sent();
        let cat = stage.run(&["cat", &stage.reference("1"), "/usr/lib/100"]);
        assert!(cat.stdout == piece, "{}", String::from_utf8_lossy(&cat.stderr));
        assert!(stage.server.sent() - before < (3 << 20) / 2, "one file, not the layer");
    }
}

pub(crate) fn read(source: &dyn Source, path: &str, stored: u64) -> std::io::Result<Vec<u8>> {
    let stored = Stored { path: path.as_bytes(), data: None, stored, fingerprint: None };
    let mut bytes = Vec::new();
    source.open(0, &stored)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn a_file_comes_by_its_chunks_and_is_verified() {
    for format in FORMATS {
        let stage = stage(format, true);
        let source = stage.open().unwrap();
        assert!(source.list(0, &Unwatched).table.len() > 10);
        let before = fetched(&stage);
        assert_eq!(read(&*source, "etc/passwd", 10).unwrap(), b"root:x:0:0");
        assert_eq!(fetched(&stage), before + 1, "one request");
        assert_eq!(read(&*source, "usr/big", 300_000).unwrap(), noise(7, 300_000));
        assert_eq!(fetched(&stage), before + 2, "and one for chunks side by side");
        assert_eq!(read(&*source, "etc/empty", 0).unwrap(), b"");
        assert!(read(&*source, "etc/none", 3).is_err());
        assert!(!whole(&stage));
    }
}

/// Chunks side by side, and such with a small gap, come in few requests of a bounded length; what lies in a large gap
/// does not come.
#[test]
fn a_file_of_many_chunks_takes_few_requests() {
    let contents = noise(5, 3_000_000);
    let tar = Tar::new().file("usr/big", &contents).file("usr/other", noise(6, 500_000)).finish();
    for format in FORMATS {
        for gap in [0, 1_000, 400_000] {
            let chunked = with_gap(&tar, format, gap);
            let stage = Stage::of(image(vec![(chunked, format)]), Access::Open, true);
            let source = stage.open().unwrap();
            assert_eq!(source.list(0, &Unwatched).problems.len(), 1, "{format:?} {gap}");
            let (before, sent) = (fetched(&stage), stage.server.sent());
            assert!(read(&*source, "usr/big", 3_000_000).unwrap() == contents);
            let requests = fetched(&stage) - before;
            assert!(requests <= 4, "{format:?}, gap of {gap}: {requests} requests");
            let sent = stage.server.sent() - sent;
            assert!(sent < 3_150_000, "{format:?}, gap of {gap}: {sent} bytes");
        }
    }
}

/// The layer with a file of `gap` bytes between the chunks of the first one.
fn with_gap(tar: &[u8], format: Format, gap: usize) -> Chunked {
    let (blob, mut table) = files(tar, format, 32_768);
    let between = noise(8, gap);
    let packed = if gap == 0 { Vec::new() } else { format.pack(&between) };
    let offset = |record: &Value| record["offset"].as_u64();
    let at = table.iter().filter_map(offset).nth(40).unwrap();
    for record in &mut table {
        if let Some(before) = offset(record).filter(|it| *it >= at) {
            record["offset"] = (before + packed.len() as u64).into();
        }
    }
    if gap > 0 {
        let digest = Digest::of(&between);
        table.push(json!({"type": "reg", "name": "usr/between", "size": gap, "mode": 420,
            "offset": at, "digest": digest.as_str(), "chunkDigest": digest.as_str()}));
    }
    let (before, after) = blob.split_at(at as usize);
    close([before, &packed, after].concat(), format, &table)
}

#[test]
fn other_bytes_in_a_file_than_promised_are_an_error() {
    for format in FORMATS {
        let mut chunked = build(&base(), format, 65_536);
        let honest = chunked.blob.clone();
        // The same table behind other files: a manifest can be made to say so.
        let mut tar = base();
        let at = tar.windows(10).position(|it| it == b"root:x:0:0").unwrap();
        tar[at..at + 4].copy_from_slice(b"evil");
        let forged = build(&tar, format, 65_536);
        let end = chunked.files_end.min(forged.files_end);
        chunked.blob[..end].copy_from_slice(&forged.blob[..end]);
        assert!(honest != chunked.blob);
        let stage = Stage::of(image(vec![(chunked, format)]), Access::Open, true);
        let source = stage.open().unwrap();
        source.list(0, &Unwatched);
        let error = read(&*source, "etc/passwd", 10).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{format:?}: {error}");
    }
}

#[test]
fn a_table_that_is_not_what_was_promised_is_not_used() {
    let expected = answers(&plain());
    for format in FORMATS {
        for what in ["digest", "table", "place"] {
            let mut layers = [base(), top()].map(|tar| (build(&tar, format, 65_536), format));
            let chunked = &mut layers[0].0;
            let annotations = chunked.annotations.as_object_mut().unwrap();
            match what {
                "digest" => {
                    let other = Digest::of(b"other");
                    for value in annotations.values_mut() {
                        if value.as_str().unwrap().starts_with("sha256:") {
                            *value = other.as_str().into();
                        }
                    }
                }
                "table" => {
                    let spoilt = [json!({"type": "access"})];
                    let files = chunked.blob[..chunked.files_end].to_vec();
                    *chunked = close(files, format, &spoilt);
                }
                _ => {
                    let key = "io.github.containers.zstd-chunked.manifest-position";
                    if annotations.contains_key(key) {
                        annotations[key] = "999999999:5:5:1".into();
                    } else {
                        // Padding behind the footer, which then is none.
                        chunked.blob.extend_from_slice(&[0; 9]);
                    }
                }
            }
            let stage = Stage::of(image(layers.into()), Access::Open, true);
            let (_, states) = stage.load();
            let said = problems(&states[0]);
            assert!(said.contains("without its"), "{what}: {said}");
            assert_eq!(states[0].problems[0].severity, Severity::Warning, "{what}");
            assert_eq!(answers(&stage)[0], expected[0], "{format:?} {what}");
        }
    }
}

#[test]
fn a_registry_without_ranges_sends_the_layer() {
    let expected = answers(&plain());
    for format in FORMATS {
        let stage = stage(format, false);
        let (loader, states) = stage.load();
        let said = problems(&states[0]);
        assert!(said.contains("does not support range requests for blobs"), "{said}");
        assert_eq!(states[0].problems[0].severity, Severity::Note);
        assert_eq!(loader.stack().folded(), 2);
        assert_eq!(answers(&stage), expected, "{format:?}");
    }
}

#[test]
fn a_table_comes_over_connections_that_break() {
    for format in FORMATS {
        let stage = stage(format, true);
        stage.server.next(&stage.image.blob(0), [Turn::Cut(3), Turn::Stall(7)]);
        let (loader, states) = stage.load();
        assert!(problems(&states[0]).contains("was not read"), "{}", problems(&states[0]));
        assert_eq!(loader.stack().folded(), 2);
        assert!(!whole(&stage));
    }
}

#[test]
fn a_blob_that_is_here_is_read_itself() {
    let stage = stage(Format::ZstdChunked, true);
    std::fs::create_dir(stage.path("blobs")).unwrap();
    let name = stage.image.digest(0).replace(':', "-");
    std::fs::write(stage.path("blobs").join(name), &stage.image.layers[0]).unwrap();
    let (_, states) = stage.load();
    assert!(states[0].problems.is_empty(), "{}", problems(&states[0]));
    assert!(problems(&states[1]).contains("table of contents"));
}

#[test]
fn a_file_of_a_plain_layer_whose_blob_went_comes_by_a_part() {
    let filler: Vec<u8> = noise(3, 24 << 20);
    let tar = Tar::new()
        .file("first", &filler)
        .file("second", "needle")
        .file("third", &filler[..4 << 20])
        .finish();
    let stage = Stage::of(Image::of(vec![(gzip(&tar), "tar+gzip", json!({}))]), Access::Open, true);
    let reference = stage.reference("1");
    stage.says(&["ls", &reference]);
    std::fs::remove_dir_all(stage.path("home/.cache/layertui/blobs")).unwrap();
    let before = stage.server.sent();
    assert_eq!(stage.says(&["cat", &reference, "/second"]), "needle");
    let part = stage.server.sent() - before;
    assert!(part < 8 << 20, "{part} bytes");
    // Damaged on the way, it is not given.
    let noise = Turn::Bytes(stage.image.layers[0].iter().map(|byte| byte ^ 1).collect());
    std::fs::remove_dir_all(stage.path("home/.cache/layertui/blobs")).ok();
    stage.server.next(&stage.image.blob(0), vec![noise; 3]);
    let cat = stage.run(&["cat", &reference, "/second"]);
    assert!(!String::from_utf8_lossy(&cat.stdout).contains("needl"), "{cat:?}");
}
