//! Layers with a SOCI index: the tree of a usual gzip layer without the layer, a file by the spans that hold it, and the
//! layer itself wherever the index is not to be relied upon.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use layertui::image::digest::Digest;
use layertui::layer::blob::Blob;
use layertui::layer::blob::remote::RemoteBlob;
use layertui::layer::toc::SociLayer;
use layertui::layer::{Severity, Unwatched};
use layertui::source::Registries;
use serde_json::{Value, json};

use super::deflate::{Member, gzip_in_blocks};
use super::faults::Impatient;
use super::image::{Image, noise};
use super::lazy::{answers, objects, read, top};
use super::server::{Access, Held, Server, Turn};
use super::stage::{Stage, problems};
use super::ztoc::{Form, INDEX_V1, Index, MANIFEST, ztoc};
use crate::support::compress::gzip;

/// Distance between places in the tar, in bytes.
const SPAN: usize = 300_000;

/// The base of the other lazy formats with more in it: some 3 MB, of which a part refers back across the blocks.
fn large() -> Vec<u8> {
    let mut again = noise(3, 30_000);
    for _ in 0..20 {
        again.extend_from_within(..30_000);
    }
    objects()
        .file("usr/share/first", noise(5, 1 << 20))
        .file("usr/share/again", again)
        .file(b"usr/share/\xff\xfe", "no UTF-8")
        .xattr("user.own", b"\xff\0x")
        .file("usr/share/last", noise(11, 1 << 20))
        .finish()
}

fn member() -> (Vec<u8>, Member) {
    let tar = large();
    let member = gzip_in_blocks(&tar, 70_000, 30_000);
    assert!(member.bytes.len() > 2 << 20);
    (tar, member)
}

fn image(member: &Member) -> Image {
    let layers = [member.bytes.clone(), gzip(&top())];
    Image::of(layers.map(|layer| (layer, "tar+gzip", json!({}))).into())
}

/// The index as the repository of the image holds it, and what refers to the image there.
fn held(index: &Index, image: &Image) -> Vec<(String, Held)> {
    let digest = index.digest();
    let item = json!({"mediaType": MANIFEST, "digest": digest.as_str(),
        "size": index.manifest.len(), "artifactType": INDEX_V1});
    let all = json!({"schemaVersion": 2, "manifests": [item],
        "mediaType": "application/vnd.oci.image.index.v1+json"});
    let mut held = vec![
        (referrers(image), "application/vnd.oci.image.index.v1+json", all.to_string().into()),
        (format!("/v2/lab/x/manifests/{digest}"), MANIFEST, index.manifest.clone()),
    ];
    for table in &index.tables {
        let path = format!("/v2/lab/x/blobs/{}", Digest::of(table));
        held.push((path, "application/octet-stream", table.clone()));
    }
    let held = held.into_iter();
    held.map(|(path, media_type, bytes)| (path, Held { media_type, bytes })).collect()
}

/// Where is asked what refers to an image.
fn referrers(image: &Image) -> String {
    let filter = INDEX_V1.replace('+', "%2B");
    format!("/v2/lab/x/referrers/{}?artifactType={filter}", Digest::of(&image.manifest))
}

fn stage_of(image: Image, more: Vec<(String, Held)>, ranges: bool) -> Stage {
    let mut held = image.held();
    held.extend(more);
    let server = Server::start(held, Access::Open, ranges);
    Stage { folder: tempfile::tempdir().unwrap(), image, server }
}

/// The image with an index of its first layer.
fn stage(form: Form, ranges: bool) -> Stage {
    let (tar, member) = member();
    let image = image(&member);
    let index = Index::new(&[(image.digest(0), ztoc(&tar, &member, SPAN, form))], INDEX_V1);
    let more = held(&index, &image);
    stage_of(image, more, ranges)
}

fn plain() -> Stage {
    let (_, member) = member();
    stage_of(image(&member), Vec::new(), true)
}

/// How often the large layer was asked for without a range, and with one.
fn asked(stage: &Stage) -> (usize, usize) {
    let blob = stage.image.blob(0);
    let seen = stage.server.seen().into_iter().filter(|seen| seen.path == blob);
    let (parts, whole): (Vec<_>, Vec<_>) = seen.partition(|seen| seen.range.is_some());
    (whole.len(), parts.len())
}

#[test]
fn an_index_says_what_the_layer_says() {
    let expected = answers(&plain());
    for form in [Form::Usual, Form::WithoutFirst, Form::Unshared] {
        let stage = stage(form, true);
        let tree = stage.says(&["ls", "--recursive", "--json", &stage.reference("1")]);
        assert!(tree == expected[0]);
        assert_eq!(asked(&stage), (0, 0));
        assert!(answers(&stage) == expected);
        assert_eq!(asked(&stage), (0, 1), "one file was compared with a later one");
        assert!(answers(&stage) == expected);
        assert_eq!(asked(&stage), (0, 1), "spans are kept");
        let said = stage.says(&["layers", "--json", &stage.reference("1")]);
        assert!(said.contains("listed by its SOCI index: the layer itself was not read"), "{said}");
    }
}

#[test]
fn a_file_comes_by_its_spans_and_once() {
    let stage = stage(Form::Usual, true);
    let source = stage.open().unwrap();
    let listing = source.list(0, &Unwatched);
    assert!(listing.table.len() == 15, "{:?}", listing.problems);
    assert_eq!(asked(&stage), (0, 0), "nothing of the layer for its tree");
    let table = stage.server.sent();
    assert_eq!(read(&*source, "etc/passwd", 10).unwrap(), b"root:x:0:0");
    assert_eq!(asked(&stage), (0, 1), "one span");
    let span = stage.server.sent() - table;
    assert!(span < 2 * SPAN as u64, "{span} bytes");
    assert_eq!(read(&*source, "usr/share/last", 1 << 20).unwrap(), noise(11, 1 << 20));
    let again = read(&*source, "usr/share/again", 21 * 30_000).unwrap();
    assert!(again.chunks(30_000).all(|piece| piece == noise(3, 30_000)));
    let (whole, parts) = asked(&stage);
    assert!(whole == 0 && (6..12).contains(&parts), "{parts}");
    assert_eq!(read(&*source, "usr/share/last", 1 << 20).unwrap(), noise(11, 1 << 20));
    assert_eq!(read(&*source, "etc/empty", 0).unwrap(), b"");
    assert_eq!(asked(&stage), (0, parts), "and not again");
    assert_eq!(read(&*source, "etc/none", 3).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(read(&*source, "etc/passwd", 11).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(stage.server.sent() < stage.image.layers[0].len() as u64 + table);
}

#[test]
fn an_index_is_asked_for_when_a_large_layer_is_listed_and_once() {
    let stage = stage(Form::Usual, true);
    let looked = |stage: &Stage| {
        stage.server.paths().iter().filter(|path| path.contains("/referrers/")).count()
    };
    let source = stage.open().unwrap();
    assert_eq!(stage.server.seen().len(), 2, "manifest and config make the first frame");
    source.list(1, &Unwatched);
    assert_eq!(looked(&stage), 0, "a small layer comes sooner");
    source.list(0, &Unwatched);
    source.list(0, &Unwatched);
    assert_eq!(looked(&stage), 1);
    // The second version is named by the manifest: nothing need be looked for.
    let (tar, member) = member();
    let mut image = image(&member);
    let v2 = "application/vnd.amazon.soci.index.v2+json";
    let index = Index::new(&[(image.digest(0), ztoc(&tar, &member, SPAN, Form::Usual))], v2);
    let mut manifest: Value = serde_json::from_slice(&image.manifest).unwrap();
    let digest = index.digest();
    manifest["annotations"] = json!({"com.amazon.soci.index-digest": digest.as_str()});
    image.manifest = manifest.to_string().into_bytes();
    let mut more = held(&index, &image);
    more.retain(|(path, _)| !path.contains("/referrers/"));
    let stage = stage_of(image, more, true);
    let source = stage.open().unwrap();
    assert!(source.list(0, &Unwatched).table.len() == 15);
    assert_eq!((looked(&stage), asked(&stage)), (0, (0, 0)));
}

#[test]
fn without_an_index_the_layer_comes_and_nothing_is_said() {
    let stage = plain();
    let (_, states) = stage.load();
    assert_eq!(problems(&states[0]), "");
    assert_eq!(asked(&stage), (1, 0));
    // An index of other layers is none of this one.
    let (tar, member) = member();
    let other = ztoc(&tar, &member, SPAN, Form::Usual);
    let image = image(&member);
    let index = Index::new(&[(Digest::of(b"other").as_str().to_owned(), other)], INDEX_V1);
    let more = held(&index, &image);
    let stage = stage_of(image, more, true);
    let (_, states) = stage.load();
    assert_eq!(problems(&states[0]), "");
    assert_eq!(asked(&stage), (1, 0));
}

#[test]
fn an_index_that_is_no_good_is_not_used() {
    let expected = answers(&plain());
    let (tar, member) = member();
    let sound = ztoc(&tar, &member, SPAN, Form::Usual);
    let forms = [Form::Longer, Form::Uncompressed];
    let tables = forms.map(|form| ztoc(&tar, &member, SPAN, form));
    let cut = sound[..sound.len() / 2].to_vec();
    for (table, why) in tables.into_iter().chain([cut, b"nonsense".to_vec()]).zip([
        "",
        "not gzip",
        "",
        "it is not a zTOC",
    ]) {
        let image = image(&member);
        let index = Index::new(&[(image.digest(0), table)], INDEX_V1);
        let more = held(&index, &image);
        let stage = stage_of(image, more, true);
        let (_, states) = stage.load();
        let said = problems(&states[0]);
        assert!(said.contains("without its SOCI index: ") && said.contains(why), "{said}");
        assert!(answers(&stage) == expected, "{why}");
    }
}

#[test]
fn what_does_not_have_its_digest_is_not_used() {
    let expected = answers(&plain());
    for what in ["/manifests/sha256:", "/blobs/"] {
        let (tar, member) = member();
        let image = image(&member);
        let table = ztoc(&tar, &member, SPAN, Form::Usual);
        let index = Index::new(&[(image.digest(0), table)], INDEX_V1);
        let mut more = held(&index, &image);
        for (path, held) in &mut more {
            if path.contains(what) {
                held.bytes[100] ^= 1;
            }
        }
        let stage = stage_of(image, more, true);
        let (_, states) = stage.load();
        assert_eq!(states[0].problems[0].severity, Severity::Warning);
        let said = problems(&states[0]);
        assert!(said.contains("without its SOCI index: ") && said.contains("digest"), "{said}");
        assert!(answers(&stage)[0] == expected[0], "{what}");
    }
}

#[test]
fn a_span_with_other_bytes_than_promised_gives_no_file() {
    let damaged = stage(Form::Usual, true);
    let source = damaged.open().unwrap();
    source.list(0, &Unwatched);
    let other: Vec<u8> = damaged.image.layers[0].iter().map(|byte| byte ^ 1).collect();
    damaged.server.next(&damaged.image.blob(0), vec![Turn::Bytes(other); 9]);
    let promised = stage(Form::OtherDigests, true);
    let lied = promised.open().unwrap();
    lied.list(0, &Unwatched);
    for source in [source, lied] {
        let error = read(&*source, "etc/passwd", 10).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains("does not have the digest"), "{error}");
    }
}

#[test]
fn a_registry_without_ranges_sends_the_layer_when_a_file_is_wanted() {
    let stage = stage(Form::Usual, false);
    let source = stage.open().unwrap();
    source.list(0, &Unwatched);
    assert_eq!(asked(&stage), (0, 0));
    assert_eq!(read(&*source, "usr/share/last", 1 << 20).unwrap(), noise(11, 1 << 20));
    let (whole, _) = asked(&stage);
    assert_eq!(read(&*source, "etc/passwd", 10).unwrap(), b"root:x:0:0");
    assert_eq!((whole, asked(&stage).0), (1, 1));
}

#[test]
fn everything_of_an_index_comes_over_connections_that_break() {
    let stage = stage(Form::Usual, true);
    let paths = [referrers(&stage.image), stage.image.blob(0)];
    let status = |status| Turn::Status(status, Vec::new(), String::new());
    stage.server.next(&paths[0], [status(503), Turn::Stall(0), Turn::Cut(0)]);
    stage.server.next(&paths[1], [Turn::Cut(3), status(502), Turn::Stall(70_000)]);
    let source = stage.open().unwrap();
    let listing = source.list(0, &Unwatched);
    if listing.problems.iter().any(|problem| problem.message.contains("SOCI")) {
        assert_eq!(read(&*source, "etc/passwd", 10).unwrap(), b"root:x:0:0");
    } else {
        assert_eq!(listing.table.len(), 15, "{:?}", listing.problems);
    }
}

/// At each request: the index's list, the index, its zTOC, a span.
#[test]
fn whoever_stops_waiting_is_let_go_at_every_door() {
    let (tar, member) = member();
    let table = ztoc(&tar, &member, SPAN, Form::Usual);
    for request in 0..3 {
        let stage = stage(Form::Usual, true);
        let index = Index::new(&[(stage.image.digest(0), table.clone())], INDEX_V1);
        let path = [
            referrers(&stage.image),
            format!("/v2/lab/x/manifests/{}", index.digest()),
            format!("/v2/lab/x/blobs/{}", Digest::of(&table)),
        ][request]
            .clone();
        stage.server.next(&path, vec![Turn::Stall(1); 9]);
        let settings = Registries { stall: Duration::from_mins(10), ..stage.settings() };
        let source = stage.open_with(settings).unwrap();
        let watch = Impatient(AtomicBool::new(false));
        let listing = std::thread::scope(|scope| {
            let listing = scope.spawn(|| source.list(0, &watch));
            while !stage.server.paths().contains(&path) {
                std::thread::sleep(Duration::from_millis(5));
            }
            watch.0.store(true, Ordering::Relaxed);
            listing.join().unwrap()
        });
        assert!(listing.faulty || listing.cancelled, "{request}: {:?}", listing.problems);
        assert_eq!(stage.server.paths().iter().filter(|it| **it == path).count(), 1, "{request}");
    }
}

/// A blob and its zTOC in memory.
#[derive(Debug)]
struct Near(Vec<u8>, Vec<u8>);

impl RemoteBlob for Near {
    fn digest(&self) -> &'static str {
        "sha256:0"
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        Blob::memory(&self.0[..]).read_at(buffer, offset)
    }
    fn fetch_verified(&self, _retry: bool) -> std::io::Result<Blob> {
        Ok(Blob::memory(&self.0[..]))
    }
    fn local(&self) -> Option<Blob> {
        None
    }
    fn discard(&self) {}
    fn cancel(&self) {}
    fn fetch_range(&self, offset: u64, len: u64) -> std::io::Result<Vec<u8>> {
        Blob::memory(&self.0[..]).slice(offset, len).read_all(len)
    }
    fn ztoc(&self) -> std::io::Result<Option<Vec<u8>>> {
        Ok(Some(self.1.clone()))
    }
    fn cached(&self, _digest: &Digest) -> Option<Blob> {
        None
    }
    fn cache(&self, _digest: &Digest, _bytes: &[u8]) {}
}

/// Whatever a zTOC says: it ends, and a file that is given is as long as it was said to be.
#[test]
fn a_damaged_ztoc_is_refused_or_read_within_bounds() {
    let tar = objects().finish();
    let member = gzip_in_blocks(&tar, 70_000, 30_000);
    let whole = ztoc(&tar, &member, 100_000, Form::Usual);
    let mut listed = 0;
    for round in 0..600_usize {
        let mut damaged = whole.clone();
        // The places are mostly windows: damage is worth more in the rest.
        let at = [round * 7919 % damaged.len(), damaged.len() - 1 - round % 4000, round % 4000];
        let at = at[round % 3];
        damaged[at] ^= [1, 0x80, 0xff, 0x10][round % 4];
        let near: Arc<dyn RemoteBlob> = Arc::new(Near(member.bytes.clone(), damaged));
        let indexed = SociLayer::new(&Blob::remote(near, member.bytes.len() as u64)).unwrap();
        let listing = indexed.list(&Unwatched);
        assert!(listing.table.len() <= 16, "{round}");
        if listing.problems.iter().any(|it| it.message.contains("was not read")) {
            listed += 1;
            if let Ok(mut file) = indexed.open(b"usr/big", 300_000) {
                let mut bytes = Vec::new();
                if file.read_to_end(&mut bytes).is_ok() {
                    assert_eq!(bytes.len(), 300_000);
                }
            }
        }
    }
    assert!(listed > 100, "{listed}");
}
