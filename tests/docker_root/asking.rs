//! References to images of a store, and errors for references that match nothing.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::answers::{choices, failure, image};
use crate::graph::id;
use crate::image_store::ImageStore;
use crate::layers::Layers;

/// A root with one image and a container, in a directory whose name has special characters.
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
fn images_are_found_by_abbreviated_names() {
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
fn without_a_name_all_of_the_kind_are_offered() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let root = store.root.display();
    assert_eq!(choices(&format!("docker-root:[{root}]")), ["ghcr.io/lab/hello:1"]);
    assert_eq!(choices(&format!("{root}")).len(), 2, "the container is a choice, too");
    fs::remove_file(store.root.join("image/vfs/repositories.json")).unwrap();
    assert_eq!(choices(&format!("docker-root:[vfs@{root}]")), [""], "untagged");
}

#[test]
fn a_directory_of_stores_opens_them() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let above = store.root.parent().unwrap().display().to_string();
    assert_eq!(choices(&above).len(), 2);
    assert_eq!(image(&format!("{above}:hello")).image().id.as_ref(), Some(&store.image));
    assert_eq!(image(&format!("docker-root:[{above}]hello")).image().source, "docker-root");
    // A root file system is not searched for stores.
    fs::create_dir(store.root.with_file_name("etc")).unwrap();
    assert_eq!(image(&above).image().source, "rootfs");
}

#[test]
fn a_part_of_a_store_is_an_error_that_names_the_root() {
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
    // The directory of one layer opens as a root file system.
    let layer = format!("{root}/vfs/dir/{}", store.cache_ids[0]);
    assert_eq!(image(&layer).image().source, "rootfs");
}

#[test]
fn a_missing_image_is_an_error_that_names_the_others() {
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
fn layer_directories_are_absolute_paths() {
    let dir = tempfile::tempdir().unwrap();
    let store = root(dir.path());
    let crooked = store.root.join("../docker/./");
    let source = image(&format!("docker-root:[{}]hello", crooked.display()));
    let kept = source.image().layers[0].store.as_ref().unwrap();
    let directory = store.root.canonicalize().unwrap().join("vfs/dir").join(&store.cache_ids[0]);
    assert_eq!(kept.directory.as_ref(), Some(&directory));
}
