//! An image is built again, and a container writes, while the explorer shows them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use layertui::image::digest::Digest;
use serde_json::json;

use crate::build::{Store, layer};
use crate::explorer::Explorer;
use crate::support::tarball::Tar;

/// Saves an image of these layers as `docker save` does, in place of an earlier one.
fn save(place: &Path, layers: &[Vec<u8>]) {
    let ids: Vec<String> = layers.iter().map(|tar| Digest::of(tar).to_string()).collect();
    let steps = (0..layers.len()).map(|at| json!({"created_by": format!("step {at}")}));
    let steps: Vec<_> = steps.collect();
    let config = json!({"architecture": "amd64", "os": "linux", "history": steps,
        "rootfs": {"type": "layers", "diff_ids": ids}});
    let names: Vec<String> = (0..layers.len()).map(|at| format!("{at}/layer.tar")).collect();
    let manifest = json!([{"Config": "config.json", "RepoTags": ["lab:1"], "Layers": names}]);
    let mut archive = Tar::new().file("config.json", config.to_string());
    for (name, tar) in names.iter().zip(layers) {
        archive = archive.file(name, tar);
    }
    let bytes = archive.file("manifest.json", manifest.to_string()).finish();
    let new = place.with_extension("new");
    fs::write(&new, bytes).unwrap();
    fs::rename(new, place).unwrap();
}

#[test]
fn an_image_that_is_built_again_is_read_again_in_place() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("image.tar");
    let base = layer(&["etc/hosts", "usr/bin/tool"]);
    save(&place, &[base.clone(), layer(&["srv/a", "srv/b", "srv/c"])]);
    let mut explorer = Explorer::start(&[place.to_str().unwrap()], 120, 40, &[]);
    explorer.shows(&["srv/", "step 1"]);
    explorer.press("2=/srv/c\r");
    explorer.shows(&["/srv/c", "1 found"]);
    explorer.close("1 found");
    save(&place, &[base, layer(&["srv/a", "srv/c", "srv/d"])]);
    explorer.press("\x12");
    explorer.shows(&["read again: 1 new", "1 gone", "d  new", "layer 1", "/srv/c"]);
    explorer.press("j");
    explorer.shows(&["/srv/d"]);
    assert!(!explorer.text().contains("d  new"), "{}", explorer.text());
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

#[test]
fn what_a_followed_container_writes_is_shown() {
    let mut store = Store::new("overlay");
    let (image, top) = store.image("docker.io/lab/web:1", &[layer(&["etc/hosts"])]);
    let own = store.container("web", &image, &top);
    let root = tempfile::tempdir().unwrap();
    store.write(root.path());
    let written = root.path().join(store.directory(&own));
    fs::create_dir_all(&written).unwrap();
    fs::write(written.join("first.log"), "1").unwrap();
    let reference = format!("container:[{}]web", root.path().display());
    let mut explorer = Explorer::start(&[&reference], 120, 40, &[]);
    explorer.shows(&["first.log", "etc/"]);
    explorer.press("F");
    explorer.shows(&["followed", "as it was"]);
    fs::write(written.join("second.log"), "22").unwrap();
    explorer.shows(&["second.log  new", "following: "]);
    fs::remove_file(written.join("first.log")).unwrap();
    explorer.shows(&["1 gone"]);
    explorer.press("F");
    explorer.shows(&["not followed any more"]);
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}

/// The search of contents reads the file again, which may have other bytes now.
#[test]
fn a_file_that_is_written_to_while_its_contents_are_searched_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("image.tar");
    save(&place, &[layer(&["srv/a"])]);
    let mut explorer = Explorer::start(&[place.to_str().unwrap()], 120, 40, &[]);
    explorer.shows(&["srv/", "step 0"]);
    fs::OpenOptions::new().append(true).open(&place).unwrap().write_all(b"more").unwrap();
    explorer.press("\x13nothing\r");
    explorer.shows(&["changed while it was open"]);
    explorer.close("Contents below");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
}
