//! An image in docker-registry with a SOCI index beside it, found by the tag that stands for the referrers API there.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::deflate::gzip_in_blocks;
use super::engines::require_engines;
use super::lab::lab;
use super::registries::{Registry, repacked, walk};
use super::scratch::fresh;
use super::ztoc::{Form, INDEX_V1, Index, MANIFEST, ztoc};

/// Layers of fewer bytes have no zTOC.
const LARGE: usize = 1 << 20;

/// Whether soci-snapshotter makes a zTOC of such a tar: it refuses whatever Go knows no plain type for.
fn is_plain(tar: &[u8]) -> bool {
    let mut archive = tar::Archive::new(tar);
    archive
        .entries()
        .unwrap()
        .all(|entry| matches!(entry.unwrap().header().entry_type().as_byte(), 0 | b'0'..=b'6'))
}

/// Puts a blob into the repository (distribution-spec, "Pushing a blob monolithically").
fn push_blob(registry: &Registry, bytes: &[u8]) {
    let url = format!("http://{}/v2/lab/hello/blobs/uploads/", registry.host);
    let begun = ureq::post(url).send_empty().unwrap();
    let place = begun.headers()["location"].to_str().unwrap().to_owned();
    let place =
        if place.starts_with('/') { format!("http://{}{place}", registry.host) } else { place };
    let mark = if place.contains('?') { '&' } else { '?' };
    let url = format!("{place}{mark}digest={}", Digest::of(bytes));
    ureq::put(url).header("content-type", "application/octet-stream").send(bytes).unwrap();
}

fn push_manifest(registry: &Registry, name: &str, media_type: &str, bytes: &[u8]) {
    let url = format!("http://{}/v2/lab/hello/manifests/{name}", registry.host);
    ureq::put(url).header("content-type", media_type).send(bytes).unwrap();
}

fn layers(registry: &Registry, reference: &str) -> Value {
    serde_json::from_slice(&registry.ask(&["layers", "--json", reference]).stdout).unwrap()
}

/// How many layers were listed by an index.
fn by_index(said: &Value) -> usize {
    let note = "listed by its SOCI index: the layer itself was not read";
    let layers = said["layers"].as_array().unwrap().iter();
    let noted = |layer: &&Value| layer["problems"].as_array().unwrap().iter().any(|it| it == note);
    layers.filter(noted).count()
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_large_layer_is_listed_by_its_soci_index() {
    require_engines();
    let mut registry = Registry::start(false, false);
    lab();
    let layout = fresh("soci-").join("layout");
    let tables: RefCell<Vec<(String, Vec<u8>)>> = RefCell::default();
    let manifest = repacked(&layout, |tar| {
        let member = gzip_in_blocks(tar, 70_000, 30_000);
        if member.bytes.len() >= LARGE && is_plain(tar) {
            let table = ztoc(tar, &member, 1 << 20, Form::Usual);
            tables.borrow_mut().push((Digest::of(&member.bytes).to_string(), table));
        }
        (member.bytes, "tar+gzip", json!({}))
    });
    let tables = tables.into_inner();
    assert!(!tables.is_empty(), "the lab has a large layer");
    let reference = registry.push_layout(&layout, "soci", "--preserve-digests");
    assert_eq!(by_index(&layers(&registry, &reference)), 0, "there is none yet");
    let index = Index::new(&tables, INDEX_V1);
    push_blob(&registry, b"{}");
    for table in &index.tables {
        push_blob(&registry, table);
    }
    push_manifest(&registry, index.digest().as_str(), MANIFEST, &index.manifest);
    let item = json!({"mediaType": MANIFEST, "digest": index.digest().as_str(),
        "size": index.manifest.len(), "artifactType": INDEX_V1});
    let all = "application/vnd.oci.image.index.v1+json";
    let list = json!({"schemaVersion": 2, "mediaType": all, "manifests": [item]}).to_string();
    let tag = format!("sha256-{}", manifest.encoded());
    push_manifest(&registry, &tag, all, list.as_bytes());

    // With an empty cache.
    registry.home.push("another");
    fs::create_dir(&registry.home).unwrap();
    assert_eq!(by_index(&layers(&registry, &reference)), tables.len());
    registry.agrees(&reference, &[]);
    let tree = registry.ask(&["ls", "--recursive", &reference]);
    // The tree is there without the layers that it is made of.
    let data = registry.home.parent().unwrap().join("data");
    for (layer, _) in &tables {
        assert!(remove(&data, layer.trim_start_matches("sha256:")), "{layer}");
    }
    registry.home.push("a-third");
    fs::create_dir(&registry.home).unwrap();
    let without = registry.ask(&["ls", "--recursive", &reference]);
    assert!(!tree.stdout.is_empty() && without.stdout == tree.stdout);
}

/// Takes a blob away from where the registry keeps it.
fn remove(data: &Path, hex: &str) -> bool {
    let kept = walk(data).into_iter().filter(|it| it.ends_with(format!("{hex}/data")));
    kept.map(|path| fs::remove_file(path).unwrap()).count() == 1
}
