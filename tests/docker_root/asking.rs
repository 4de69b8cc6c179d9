//! Ways to ask for what a store holds, and what is said to those who ask beside it.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::answers::{choices, failure, image};
use crate::graph::id;
use crate::image_store::ImageStore;
use crate::layers::Layers;

/// A root with one image that has a container, in a directory whose name is no easy one.
fn root(dir: &std::path::Path) -> ImageStore {
    let layers = Layers::new(true);
    let root = dir.join("my disk/docker");
    let store = ImageStore::new(&root, "vfs", &layers, true).with_files(&layers);
    store.names(&[("ghcr.io/lab/hello:1", store.image.as_str())]);
    let container = json!({
        "ID": id("container"), "Image": store.image, "Driver": "vfs", "Name": "/web",
        "Config": {"Image": "ghcr.io/lab/hello:1"},
    });
    let record = format!("containers/{}", id("container"));
    fs::create_dir_all(root.join(&record)).unwrap();
    fs::write(root.join(record).join("config.v2.json"), container.to_string()).unwrap();
    store
}

#[test]
fn by_less_than_the_whole_name() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let link = dir.path().join("link");
    symlink(&store.root, &link).unwrap();
    let roots = [store.root.display().to_string(), format!("{}/", store.root.display())];
    for root in roots.into_iter().chain([link.display().to_string()]) {
        for name in ["ghcr.io/lab/hello:1", "ghcr.io/lab/hello", "lab/hello:1", "hello", "1"] {
            for asked in [format!("docker-root:[{root}]{name}"), format!("{root}:{name}")] {
                assert_eq!(image(&asked).image().id.as_ref(), Some(&store.image), "{asked}");
            }
        }
        let hex = store.image.trim_start_matches("sha256:");
        for name in [&hex[..4], &hex[..12], hex, &format!("@{hex}"), &format!("hello:1@{hex}")] {
            let asked = format!("docker-root:[{root}]{name}");
            assert_eq!(image(&asked).image().id.as_ref(), Some(&store.image), "{asked}");
        }
    }
}

#[test]
fn without_a_name_all_of_the_kind_is_offered() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let root = store.root.display();
    assert_eq!(choices(&format!("docker-root:[{root}]")), ["ghcr.io/lab/hello:1"]);
    assert_eq!(choices(&format!("{root}")).len(), 2, "the container is a choice, too");
    fs::remove_file(store.root.join("image/vfs/repositories.json")).unwrap();
    assert_eq!(choices(&format!("docker-root:[vfs@{root}]")), [""], "untagged");
}

#[test]
fn a_directory_that_holds_stores_stands_for_them() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let above = store.root.parent().unwrap().display().to_string();
    assert_eq!(choices(&above).len(), 2);
    assert_eq!(image(&format!("{above}:hello")).image().id.as_ref(), Some(&store.image));
    assert_eq!(image(&format!("docker-root:[{above}]hello")).image().source, "docker-root");
    // A root file system is itself, whatever lies in it.
    fs::create_dir(store.root.with_file_name("etc")).unwrap();
    assert_eq!(image(&above).image().source, "rootfs");
}

#[test]
fn a_part_of_a_store_leads_to_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let root = store.root.display();
    for part in ["image", "image/vfs", "vfs", "vfs/dir", "containers"] {
        for asked in [format!("{root}/{part}"), format!("docker-root:[{root}/{part}]x")] {
            let message = failure(&asked);
            assert!(message.contains(&format!("a part of the storage root {root}")), "{message}");
        }
    }
    assert_eq!(image(&format!("rootfs:{root}/vfs")).image().source, "rootfs");
    // A layer's own directory is worth looking at.
    let layer = format!("{root}/vfs/dir/{}", store.cache_ids[0]);
    assert_eq!(image(&layer).image().source, "rootfs");
}

#[test]
fn what_is_not_there_is_called_what_it_would_be() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let root = store.root.display();
    for (asked, told) in [
        (format!("docker-root:[{root}]ghcr.io/lab/hello:2"), "no image `ghcr.io/lab/hello:2`"),
        (format!("container:[{root}]db"), "no container `db`"),
        (format!("docker-root:[aufs@{root}]hello"), "another kind of store, driver or namespace"),
        (format!("containerd:[{root}]hello"), "ask for docker-root:[vfs@"),
    ] {
        let message = failure(&asked);
        assert!(message.contains(told), "{asked}: {message}");
    }
}

#[test]
fn where_layers_lie_is_told_in_full() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let crooked = store.root.join("../docker/./");
    let source = image(&format!("docker-root:[{}]hello", crooked.display()));
    let kept = source.image().layers[0].store.as_ref().unwrap();
    let directory = store.root.canonicalize().unwrap().join("vfs/dir").join(&store.cache_ids[0]);
    assert_eq!(kept.directory.as_ref(), Some(&directory));
}
