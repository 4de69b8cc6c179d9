//! Containers before and since 1.10: the image's layers, the init layer, and the writable layer.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::answers::{answers, assert_same, choices, failure, image};
use crate::disk::{self, date_directories, write};
use crate::graph::Graph;
use crate::image_store::ImageStore;
use crate::layers::{Layers, Plain};

/// The init layer as a tar.
fn init() -> Plain {
    Plain::new().file(".dockerenv", "").dir("dev").file("dev/console", "").dir("proc")
}

/// The writable layer as a tar.
fn changes(opaque: bool) -> Plain {
    let data = Plain::new().dir("data").whiteout("data/a.txt").dir("data/dir");
    let emptied = if opaque { data.opaque("data/dir") } else { data.whiteout("data/dir/new.txt") };
    emptied.file("data/dir/mine", "mine")
}

fn write_init(dir: &Path) {
    write(&dir.join(".dockerenv"), "", 0o644);
    write(&dir.join("dev/console"), "", 0o644);
    fs::create_dir(dir.join("proc")).unwrap();
    date_directories(dir);
}

fn assert_container(what: &str, reference: &str, layers: &Layers, opaque: bool) {
    let dir = tempfile::tempdir().unwrap();
    let whole = layers.and([init(), changes(opaque)]);
    let mut expected = answers(&whole.save(&dir.path().join("saved.tar")));
    let count = layers.len();
    let own = ["container's init layer", "container's writable layer"];
    expected.commands.splice(count.., own.map(str::to_owned));
    assert_same(what, &answers(reference), &expected);
    let source = image(reference);
    let described = source.image();
    assert_eq!(described.names, ["lab"], "{what}");
    let writable: Vec<bool> = described.layers.iter().map(|layer| layer.writable).collect();
    assert_eq!(writable, [false, false, false, false, false, true], "{what}");
    let top = &described.layers[5];
    assert_eq!(
        top.created.as_ref().map(layertui::text::Foreign::raw),
        Some("2020-09-14T00:00:00Z")
    );
    let store = top.store.as_ref().unwrap();
    assert!(store.directory.as_ref().unwrap().is_dir());
    assert_eq!(described.problems, [""; 0], "{what}");
}

/// aufs writes whiteouts as links to one file, beside stores of its own.
fn aufs_marks(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    write(&dir.join(".wh..wh.aufs"), "", 0o444);
    for store in [".wh..wh.plnk", ".wh..wh.orph"] {
        fs::create_dir(dir.join(store)).unwrap();
        fs::set_permissions(dir.join(store), PermissionsExt::from_mode(0o700)).unwrap();
    }
}

fn aufs_container(diff: &Path, id: &str) {
    let (init, top) = (diff.join(format!("{id}-init")), diff.join(id));
    aufs_marks(&init);
    write_init(&init);
    aufs_marks(&top);
    write(&top.join("data/dir/mine"), "mine", 0o644);
    for whiteout in ["data/.wh.a.txt", "data/dir/.wh..wh..opq"] {
        fs::hard_link(top.join(".wh..wh.aufs"), top.join(whiteout)).unwrap();
    }
    date_directories(&top);
}

/// A complete tree for each of the two layers.
fn copied_container(dir: &Path, id: &str, layers: &Layers) {
    let whole = layers.and([init(), changes(false)]);
    disk::copied(&whole.tars[..5], &dir.join(format!("{id}-init")));
    disk::copied(&whole.tars, &dir.join(id));
}

fn overlay_container(init_dir: &Path, top: &Path) {
    disk::overlay(&init().finish(), init_dir);
    disk::overlay(&changes(true).finish(), top);
}

#[test]
fn containers_before_1_10() {
    for driver in ["aufs", "vfs", "btrfs", "overlay"] {
        let dir = tempfile::tempdir().unwrap();
        let opaque = matches!(driver, "aufs" | "overlay");
        let layers = Layers::new(false);
        let graph = Graph::new(dir.path(), driver, &layers, true).with_files(&layers);
        let id = graph.container("lab");
        match driver {
            "aufs" => {
                graph.aufs_records(&format!("{id}-init"), &graph.ids);
                aufs_container(&graph.path("aufs/diff"), &id);
            }
            "vfs" => copied_container(&graph.path("vfs/dir"), &id, &layers),
            "btrfs" => copied_container(&graph.path("btrfs/subvolumes"), &id, &layers),
            _ => {
                let upper = |id: &str| graph.path(&format!("overlay/{id}/upper"));
                graph.put(&format!("overlay/{id}/lower-id"), graph.top());
                overlay_container(&upper(&format!("{id}-init")), &upper(&id));
            }
        }
        let reference = format!("container:[{}]lab", dir.path().display());
        assert_container(driver, &reference, &layers, opaque);
        let by_id = format!("container:[{}]{}", dir.path().display(), &id[..12]);
        assert_eq!(image(&by_id).image().names, ["lab"]);
        let all = choices(dir.path().to_str().unwrap());
        assert_eq!(all.len(), 2, "an image and a container: {all:?}");
    }
}

#[test]
fn containers_since_1_10() {
    for driver in ["overlay2", "overlay", "aufs", "vfs"] {
        let dir = tempfile::tempdir().unwrap();
        let opaque = driver != "vfs";
        let layers = Layers::new(false);
        let store = ImageStore::new(dir.path(), driver, &layers, true).with_files(&layers);
        let id = store.container("lab");
        let place = |below: &str| dir.path().join(below);
        match driver {
            "aufs" => aufs_container(&place("aufs/diff"), &id),
            "vfs" => copied_container(&place("vfs/dir"), &id, &layers),
            _ => {
                let last = if driver == "overlay" { "upper" } else { "diff" };
                let dir = |id: &str| place(&format!("{driver}/{id}/{last}"));
                overlay_container(&dir(&format!("{id}-init")), &dir(&id));
            }
        }
        let reference = format!("container:[{}]lab", dir.path().display());
        assert_container(driver, &reference, &layers, opaque);
        let source = image(&reference);
        let mounts = source.image().mounts.as_ref().unwrap().iter();
        let mounts: Vec<String> = mounts.map(|mount| mount.line().into_raw()).collect();
        assert_eq!(mounts, ["/data  volume v  read-only", "/tmp  tmpfs  read-write"]);
    }
}

/// The image may be deleted from under a container; its layers stay as long as the container does.
#[test]
fn a_container_outlives_its_image() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(false);
    let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let id = store.container("lab");
    copied_container(&dir.path().join("vfs/dir"), &id, &layers);
    let hex = store.image.trim_start_matches("sha256:");
    fs::remove_file(store.record(&format!("imagedb/content/sha256/{hex}"))).unwrap();
    store.names(&[]);
    let source = image(&format!("container:[{}]lab", dir.path().display()));
    let described = source.image();
    assert_eq!(described.layers.len(), 6);
    assert_eq!(described.layers[0].diff_id.as_ref(), Some(&layers.diff_ids()[0]));
    assert!(
        described.problems.iter().any(|problem| problem.raw().contains("config cannot be read"))
    );
}

#[test]
fn before_0_7_a_container_has_one_layer() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "aufs", &layers, false);
    for (id, tar) in graph.ids.iter().zip(&layers.tars) {
        disk::verbatim(tar, &graph.path(&format!("graph/{id}/layer")));
    }
    fs::rename(graph.path("repositories-aufs"), graph.path("repositories")).unwrap();
    let id = graph.container("lab");
    disk::verbatim(&changes(true).finish(), &graph.path(&format!("containers/{id}/rw")));
    let source = image(&format!("container:[{}]lab", dir.path().display()));
    assert_eq!(source.image().layers.len(), 5);
    assert!(source.image().layers[4].writable);
    let saved = layers.and([changes(true)]).save(&dir.path().join("saved.tar"));
    let mut expected = answers(&saved);
    expected.commands[4] = "container's writable layer".to_owned();
    let container = format!("container:[{}]lab", dir.path().display());
    assert_same("0.6", &answers(&container), &expected);
}

#[test]
fn a_half_deleted_container_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(false);
    let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    store.container("lab");
    let top = image(&format!("container:[{}]lab", dir.path().display()));
    let top = top.image().layers.last().unwrap().problems.clone();
    assert!(top[0].raw().contains("this layer cannot be shown"), "{top:?}");
    let id = crate::graph::id("container lab");
    fs::remove_file(dir.path().join(format!("containers/{id}/config.v2.json"))).unwrap();
    let error = failure(&format!("container:[{}]lab", dir.path().display()));
    assert!(error.contains("lab"), "{error}");
    // IDs of layers are names in the driver's directory, nothing else.
    store.container("evil");
    let id = crate::graph::id("container evil");
    symlink("/etc", dir.path().join("vfs/dir/link")).unwrap();
    for lie in ["../../../etc", "link", "/etc", ""] {
        store.put(&format!("layerdb/mounts/{id}/mount-id"), lie);
        let source = image(&format!("container:[{}]evil", dir.path().display()));
        let store = source.image().layers.last().unwrap().store.clone().unwrap();
        assert_eq!(store.directory, None, "{lie}");
    }
}
