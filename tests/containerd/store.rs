//! Stores: listing and opening, from blobs and from snapshots, and validation of records.

use std::fs;
use std::path::Path;

use layertui::layer::Unwatched;
use layertui::source::{Options, Source, open};
use layertui::stack::kept::entry::Row;
use serde_json::json;

use super::build::{Image, Store, TIME, image};

/// The files that each layer of an image has.
fn files(source: &dyn Source) -> Vec<Vec<String>> {
    let layers = (0..source.image().layers.len()).map(|layer| {
        let listing = source.list(layer, &Unwatched);
        let mut rows = listing.table.rows();
        let mut paths = Vec::new();
        while let Some(row) = rows.next() {
            if let Row::Entry(entry) = row
                && !entry.path.is_empty()
            {
                paths.push(String::from_utf8(entry.path.to_vec()).unwrap());
            }
        }
        paths
    });
    layers.collect()
}

#[test]
fn an_image_is_read_from_its_blobs_and_has_snapshot_directories() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a", "b"]);
    store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
    store.unpack("default", &hello, &["a", "b"]);
    let source = store.open("lab/hello:1");
    assert_eq!(files(&*source), [["a"], ["b"]]);
    let image = source.image();
    assert_eq!(image.source, "containerd");
    assert_eq!(image.id.as_deref(), Some(hello.config.as_str()));
    assert_eq!(image.manifest_digest.as_deref(), Some(hello.manifest.as_str()));
    for (at, layer) in image.layers.iter().enumerate() {
        let kept = layer.store.as_ref().unwrap();
        assert_eq!(kept.driver, "overlayfs");
        assert_eq!(kept.chain_id.as_ref(), Some(&hello.chain[at]));
        assert_eq!(kept.directory, Some(store.snapshot_directory(at as u8 + 1)));
        assert!(layer.problems.is_empty(), "{:?}", layer.problems);
    }
}

#[test]
fn a_snapshot_replaces_a_deleted_blob() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a", "b", "c"]);
    store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
    store.unpack("default", &hello, &["a", "b"]);
    for layer in &hello.layers[1..] {
        fs::remove_file(store.blob_path(layer)).unwrap();
    }
    let source = store.open("lab/hello:1");
    assert_eq!(files(&*source), [vec!["a"], vec!["b"], vec![]]);
    let problems = |layer: usize| {
        source.image().layers[layer]
            .problems
            .iter()
            .map(layertui::text::Foreign::raw)
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert_eq!(problems(0), "");
    assert!(problems(1).contains("read from the snapshot in"), "{}", problems(1));
    assert!(problems(2).contains("this layer cannot be shown"), "{}", problems(2));
}

#[test]
fn names_for_one_target_are_one_image() {
    let mut store = Store::new();
    let (pause, other) = (store.image("amd64", &["p"]), store.image("amd64", &["o"]));
    let by_digest = format!("registry.k8s.io/pause@{}", pause.manifest);
    for name in ["registry.k8s.io/pause:3.9", &by_digest, pause.config.as_str()] {
        store.name("k8s.io", name, pause.manifest.as_str());
    }
    store.name("moby", &format!("moby-dangling@{}", other.manifest), other.manifest.as_str());
    store.records.path(&["v1", "moby_history", "leases"]);
    let choices = store.choices();
    let names: Vec<_> = choices.iter().map(|choice| choice.names.join(" ")).collect();
    assert_eq!(names, ["registry.k8s.io/pause:3.9", ""]);
    assert_eq!(choices[1].id.as_deref(), Some(other.config.as_str()));
    assert!(choices.iter().all(|choice| choice.layers == Some(1) && choice.size == 2048));
    let asked = [&by_digest, "3.9", pause.config.as_str(), pause.manifest.as_str()];
    for name in asked.into_iter().chain([&pause.config.encoded()[..12]]) {
        assert_eq!(files(&*store.open(name)), [["p"]], "{name}");
    }
    assert_eq!(files(&*store.open(other.config.as_str())), [["o"]]);
}

#[test]
fn platforms_that_were_not_pulled_are_no_problem() {
    let mut store = Store::new();
    let own = store.image("amd64", &["own"]);
    let far = store.image("s390x", &["far"]);
    let item = |image: &Image, architecture: &str| {
        json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": image.manifest.as_str(),
            "size": fs::metadata(store.blob_path(&image.manifest)).unwrap().len(),
            "platform": {"os": "linux", "architecture": architecture}})
    };
    let (index, _) = store.json(
        &json!({"schemaVersion": 2, "manifests": [item(&own, "amd64"), item(&far, "s390x")]}),
    );
    fs::remove_file(store.blob_path(&far.manifest)).unwrap();
    store.name("default", "docker.io/lab/multi:1", index.as_str());
    let source = store.open("lab/multi:1");
    assert_eq!(files(&*source), [["own"]]);
    assert!(source.image().problems.is_empty(), "{:?}", source.image().problems);
    let others = &source.image().others;
    assert!(others.len() == 1 && !others[0].present, "{others:?}");
}

#[test]
fn a_container_has_the_layers_of_its_image() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a", "b"]);
    store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
    store.unpack("default", &hello, &["a", "b"]);
    store.snapshot("default", "box", Some(&hello.chain[1]), 2, "written");
    let container = store.records.path(&["v1", "default", "containers", "0123abcd"]);
    container.set("image", "docker.io/lab/hello:1").set("createdat", TIME);
    container.set("snapshotter", "overlayfs").set("snapshotKey", "box");
    container.bucket("labels").set("nerdctl/name", "box-1");
    let asked =
        |store: &Store, name: &str| image(&store.asking(name).replace("containerd:", "container:"));
    for name in ["0123abcd", "box-1"] {
        let source = asked(&store, name);
        assert_eq!(files(&*source), [["a"], ["b"], ["written"]], "{name}");
        let writable: Vec<bool> = source.image().layers.iter().map(|it| it.writable).collect();
        assert_eq!(writable, [false, false, true]);
        let top = &source.image().layers[2];
        assert_eq!(
            top.created.as_ref().map(layertui::text::Foreign::raw),
            Some("2023-01-02T03:04:05.000000006Z")
        );
        assert_eq!(source.image().id.as_deref(), Some(hello.config.as_str()));
    }
    // The image may go; what was unpacked of it stays as long as the container.
    store.records.path(&["v1", "default", "images"]).0.clear();
    let source = asked(&store, "box-1");
    assert_eq!(files(&*source), [["a"], ["b"], ["written"]]);
    assert!(source.image().problems[0].raw().contains("docker.io/lab/hello:1 is not here"));
}

#[test]
fn no_record_leads_out_of_the_store() {
    let mut store = Store::new();
    let secret = store.root.path().join("secret");
    fs::create_dir_all(secret.join("fs")).unwrap();
    let hello = store.image("amd64", &["a"]);
    store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
    store.name("default", "docker.io/lab/path:1", "sha256:../../../secret");
    store.name("default", "docker.io/lab/none:1", "");
    fs::remove_file(store.blob_path(&hello.layers[0])).unwrap();
    // An ID that is a path, in a snapshotter whose name is one.
    let key = &hello.chain[0];
    for snapshotter in ["../../x", "overlayfs"] {
        store.records.path(&["v1", "default", "snapshots", snapshotter, key]).set("name", "n");
    }
    store.snapshots.path(&["v1", "snapshots", "n"]).set("id", "../../secret").set("kind", [3]);
    let choices = store.choices();
    let notes: Vec<_> = choices.iter().map(|choice| choice.note.clone().unwrap()).collect();
    assert!(notes[0].contains("this layer cannot be shown"), "{notes:?}");
    assert!(notes[1].contains("no digest") && notes[2].contains("not a digest"), "{notes:?}");
    assert_eq!(files(&*store.open("lab/hello:1")), [[""; 0]]);
}

#[test]
fn a_missing_manifest_affects_only_its_image() {
    let mut store = Store::new();
    let (one, two) = (store.image("amd64", &["1"]), store.image("amd64", &["2"]));
    store.name("default", "docker.io/lab/one:1", one.manifest.as_str());
    store.name("default", "docker.io/lab/two:1", two.manifest.as_str());
    fs::remove_file(store.blob_path(&one.manifest)).unwrap();
    let note = store.choices()[0].note.clone().unwrap();
    assert!(note.contains(one.manifest.as_str()) && note.contains("not in the content store"));
    assert!(store.error("lab/one:1").contains(one.manifest.as_str()));
    assert_eq!(files(&*store.open("lab/two:1")), [["2"]]);
}

#[test]
fn damaged_records_are_named() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a"]);
    store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
    let argument = store.asking("lab/hello:1");
    let database = store.root.path().join("io.containerd.metadata.v1.bolt/meta.db");
    let whole = fs::read(&database).unwrap();
    for length in [0, 100, 5000, whole.len() - 8192] {
        fs::write(&database, &whole[..length]).unwrap();
        let error = open(&argument, &Options::default()).unwrap_err().to_string();
        assert!(error.contains("meta.db"), "{length}: {error}");
    }
}

#[test]
fn a_store_inside_a_docker_root_is_found() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a"]);
    store.name("moby", "docker.io/lab/hello:1", hello.manifest.as_str());
    store.asking("");
    let docker = tempfile::tempdir().unwrap();
    fs::create_dir(docker.path().join("containerd")).unwrap();
    move_to(store.root.path(), &docker.path().join("containerd/daemon"));
    let argument = format!("containerd:[moby@{}]lab/hello:1", docker.path().display());
    assert_eq!(files(&*image(&argument)), [["a"]]);
}

fn move_to(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Docker 29 keeps its images so, and earlier ones where that was chosen.
#[test]
fn a_docker_root_has_the_images_of_dockers_own_containerd() {
    let mut store = Store::new();
    let hello = store.image("amd64", &["a", "b"]);
    store.name("moby", "docker.io/lab/hello:1", hello.manifest.as_str());
    let other = store.image("amd64", &["c"]);
    store.name("k8s.io", "docker.io/lab/pod:1", other.manifest.as_str());
    store.asking("");
    let system = tempfile::tempdir().unwrap();
    let docker = system.path().join("docker");
    fs::create_dir_all(docker.join("containerd")).unwrap();
    let asked = |name: &str| format!("docker-root:[{}]{name}", docker.display());
    for place in [docker.join("containerd/daemon"), system.path().join("containerd")] {
        std::os::unix::fs::symlink(store.root.path(), &place).unwrap();
        for name in ["lab/hello:1", "docker.io/lab/hello:1", &hello.config.as_str()[..20], ""] {
            // All that the first place has is Docker's; beside it, one namespace is.
            if name.is_empty() && place.ends_with("daemon") {
                continue;
            }
            let source = image(&asked(name));
            assert_eq!(files(&*source), [["a"], ["b"]], "{name} in {}", place.display());
        }
        fs::remove_file(place).unwrap();
    }
    std::os::unix::fs::symlink(store.root.path(), system.path().join("containerd")).unwrap();
    let message = open(&asked("lab/pod:1"), &Options::default()).unwrap_err().to_string();
    assert!(message.contains("lab/hello:1") && !message.contains("k8s.io"), "{message}");
}
