//! Layers of stores in a stack with layers of other forms: contents are compared by fingerprints of the same kind,
//! files that have changed on disk stay undecided, and reports say where a layer is stored.
#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

#[path = "support/mod.rs"]
mod support;

use layertui::extract;
use layertui::layer;
use std::fs;
use std::io::{self, Read};
use std::sync::Arc;

use layertui::image::Image;
use layertui::image::layer::{Layer, LayerStore};
use layertui::layer::blob::Blob;
use layertui::layer::directory::Tree;
use layertui::layer::split::{Contents, Split};
use layertui::layer::{Listing, Problem, Unwatched, Watch};
use layertui::load::{Loader, Want};
use layertui::report::{Format, Subject, layers};
use layertui::source::{Source, Stored};
use layertui::stack::{ChangeKind, NodeId};
use support::compress::gzip;
use support::split::split;
use support::tarball::Tar;

enum Form {
    Tar(Blob),
    Split(Split),
    Tree(Tree),
}

/// An image with layers of any form.
struct Mixed {
    image: Image,
    forms: Vec<Form>,
}

impl Mixed {
    fn new(forms: Vec<Form>) -> Self {
        let layers = vec![Layer::default(); forms.len()];
        Self { image: Image { layers, ..Image::default() }, forms }
    }
}

impl Source for Mixed {
    fn image(&self) -> &Image {
        &self.image
    }

    fn listing_cost(&self, _layer: usize) -> u64 {
        0
    }

    fn content_key(&self, _layer: usize) -> Option<String> {
        None
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        match &self.forms[layer] {
            Form::Tar(blob) => layer::list(blob, watch),
            Form::Split(split) => split.list(watch),
            Form::Tree(tree) => tree.list(watch),
        }
    }

    fn check_listing(&self, _layer: usize, _listing: &Listing) -> Vec<Problem> {
        Vec::new()
    }

    fn blob(&self, _layer: usize) -> Option<&Blob> {
        None
    }

    fn uncompressed_blob(&self, _layer: usize) -> Option<Blob> {
        None
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        match &self.forms[layer] {
            Form::Tar(blob) => layer::open_at(blob, file.data.unwrap(), file.stored, None),
            Form::Split(split) => split.open(file.path, file.stored, file.fingerprint),
            Form::Tree(tree) => tree.open(file.path),
        }
    }

    fn opens_cheaply(&self, _layer: usize) -> bool {
        true
    }
}

/// The change of the file in each layer above the lowest.
fn changes(source: Mixed) -> Vec<ChangeKind> {
    let loader = Loader::new(Arc::new(source), None);
    loader.run(Want::Kinds, &|_| {});
    let stack = loader.stack();
    let node = stack.find(b"f").unwrap();
    (1..stack.folded()).map(|layer| stack.change(node, layer).unwrap().kind).collect()
}

fn tar(contents: &str) -> Vec<u8> {
    Tar::new().file("f", contents).finish()
}

fn tarball(contents: &str) -> Form {
    Form::Tar(Blob::memory(gzip(&tar(contents))))
}

/// A layer in a store; `on_disk` is the current contents of the file.
fn stored(dir: &tempfile::TempDir, name: &str, contents: &str, on_disk: &str) -> Form {
    let root = dir.path().join(name);
    fs::create_dir(&root).unwrap();
    fs::write(root.join("f"), on_disk).unwrap();
    let listing = Blob::memory(split(&tar(contents)).into_bytes());
    Form::Split(Split::new(listing, Contents::Directory(root), name.to_owned()))
}

#[test]
fn fingerprints_compare_with_their_own_kind_and_else_the_bytes_decide() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = |contents| {
        let contents = split(&tar(contents)).into_bytes();
        let nowhere = Contents::Unavailable("by their checksums alone".to_owned());
        Form::Split(Split::new(Blob::memory(contents), nowhere, String::new()))
    };
    let by_checksum = Mixed::new(vec![nowhere("one"), nowhere("one"), nowhere("two")]);
    assert_eq!(changes(by_checksum), [ChangeKind::Rewritten, ChangeKind::Modified]);

    let mixed = Mixed::new(vec![
        tarball("one"),
        stored(&dir, "a", "one", "one"),
        tarball("two"),
        stored(&dir, "b", "six", "six"),
    ]);
    assert_eq!(changes(mixed), [ChangeKind::Rewritten, ChangeKind::Modified, ChangeKind::Modified]);

    fs::create_dir(dir.path().join("tree")).unwrap();
    fs::write(dir.path().join("tree/f"), "six").unwrap();
    let tree = Tree { root: dir.path().join("tree"), ..Tree::default() };
    let beside_a_tree = Mixed::new(vec![stored(&dir, "c", "six", "six"), Form::Tree(tree)]);
    assert_eq!(changes(beside_a_tree), [ChangeKind::Metadata]);
}

#[test]
fn a_file_that_has_changed_on_disk_decides_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mixed = Mixed::new(vec![
        tarball("one"),
        stored(&dir, "a", "one", "two"),
        stored(&dir, "b", "one", "one"),
    ]);
    // Two layers with one checksum had the same contents when they were stored.
    assert_eq!(changes(mixed), [ChangeKind::Undecided, ChangeKind::Rewritten]);
}

#[test]
fn the_layer_report_states_where_a_layer_is_stored() {
    let mut source = Mixed::new(vec![tarball("one"), tarball("two")]);
    source.image.layers[1].store = Some(LayerStore {
        driver: "overlay2".into(),
        cache_id: Some("m9n3".into()),
        chain_id: None,
        directory: Some("/r/overlay2/m9n3\u{1b}/diff".into()),
    });
    let loader = Loader::new(Arc::new(source), None);
    let states = loader.run(Want::Tree, &|_| {});
    let stack = loader.stack();
    let subject = Subject { image: loader.source().image(), stack: &stack, states: &states };
    let mut out = Vec::new();
    layers(&mut out, subject, Format::Json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["layers"][0]["store"], serde_json::Value::Null);
    let expected = serde_json::json!({
        "driver": "overlay2", "cacheId": "m9n3", "chainId": null,
        "directory": "/r/overlay2/m9n3\u{1b}/diff",
    });
    assert_eq!(json["layers"][1]["store"], expected);
    out.clear();
    layers(&mut out, subject, Format::Text).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\n       overlay2 /r/overlay2/m9n3"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

/// An incomplete file is removed.
#[test]
fn a_file_that_ends_early_while_it_is_extracted_is_not_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("tree");
    fs::create_dir(&root).unwrap();
    for (name, contents) in [("cut", "long enough"), ("whole", "1234")] {
        fs::write(root.join(name), contents).unwrap();
    }
    let tree = Tree { root: root.clone(), ..Tree::default() };
    let loader = Loader::new(Arc::new(Mixed::new(vec![Form::Tree(tree)])), None);
    loader.run(Want::Tree, &|_| {});
    fs::write(root.join("cut"), "short").unwrap();
    let plan = extract::plan(&loader.stack(), NodeId::ROOT, 0);
    let dest = dir.path().join("dest");
    let outcome =
        extract::to_disk(loader.source().as_ref(), &plan, &dest, false, &Unwatched).unwrap();
    let failed: Vec<&[u8]> = outcome.failures.iter().map(|(path, _)| &path[..]).collect();
    assert_eq!(failed, [b"cut"]);
    assert!(!dest.join("cut").exists());
    assert_eq!(fs::read(dest.join("whole")).unwrap(), b"1234");
}
