//! Images of Docker ≤ 1.9: every driver, with and without tar-splits, and the odd things that graphs have.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::answers::{answers, assert_same, choices, failure, image, problems, problems_of};
use crate::disk;
use crate::graph::{Graph, id};
use crate::layers::Layers;

/// What an archive of the same layers answers.
fn expected(layers: &Layers) -> crate::answers::Answers {
    let dir = tempfile::tempdir().unwrap();
    answers(&layers.save(&dir.path().join("saved.tar")))
}

#[test]
fn every_driver_equals_the_saved_archive() {
    for (driver, tar_data, opaque) in [
        ("aufs", true, true),
        ("aufs", false, true),
        ("vfs", true, true),
        ("vfs", false, false),
        ("btrfs", true, true),
        ("btrfs", false, false),
        ("overlay", true, true),
        ("overlay", false, false),
        ("devicemapper", true, true),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let layers = Layers::new(opaque);
        let graph = Graph::new(dir.path(), driver, &layers, tar_data).with_files(&layers);
        let what = format!("{driver}, tar-data: {tar_data}");
        assert_same(&what, &answers(&graph.reference()), &expected(&layers));
        let source = image(&graph.reference());
        let described = source.image();
        assert_eq!(described.source, "docker-root");
        assert_eq!(described.id.as_deref(), Some(graph.top()));
        assert_eq!(described.names, ["lab/hello:1"]);
        for (at, layer) in described.layers.iter().enumerate() {
            let store = layer.store.as_ref().unwrap();
            assert_eq!(store.driver, driver);
            assert_eq!(store.cache_id, Some(graph.ids[at].as_str().into()));
            assert_eq!(store.directory.is_some(), driver != "devicemapper");
            assert!(store.directory.as_ref().is_none_or(|directory| directory.is_dir()));
        }
    }
}

#[test]
fn contents_come_from_the_drivers_directory() {
    for (driver, tar_data) in [("aufs", true), ("aufs", false), ("vfs", true), ("overlay", false)] {
        let dir = tempfile::tempdir().unwrap();
        let layers = Layers::new(false);
        let graph = Graph::new(dir.path(), driver, &layers, tar_data).with_files(&layers);
        let source = image(&graph.reference());
        let file = layertui::source::Stored {
            path: b"data/a.txt",
            data: None,
            stored: 5,
            fingerprint: None,
        };
        let mut text = String::new();
        source.open(1, &file).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "three", "{driver}");
    }
}

#[test]
fn devicemapper_lists_files_and_says_why_it_opens_none() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "devicemapper", &layers, true).with_files(&layers);
    let source = image(&graph.reference());
    let told = problems_of(source.as_ref(), 3);
    assert!(told.contains("thin pool") && told.contains("docker save"), "{told}");
    let file =
        layertui::source::Stored { path: b"extra.txt", data: None, stored: 5, fingerprint: None };
    let error = source.open(3, &file).map(drop).unwrap_err();
    assert!(error.to_string().contains("thin pool"), "{error}");

    let graph = Graph::new(dir.path(), "devicemapper", &layers, false).with_files(&layers);
    fs::remove_file(graph.path(&format!("graph/{}/tar-data.json.gz", graph.top()))).unwrap();
    let told = problems(image(&graph.reference()).image());
    assert!(told.contains("no tar-split") && told.contains("cannot be shown"), "{told}");
}

#[test]
fn before_0_7_layers_are_in_the_graph() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "aufs", &layers, false);
    for (id, tar) in graph.ids.iter().zip(&layers.tars) {
        disk::verbatim(tar, &graph.path(&format!("graph/{id}/layer")));
    }
    fs::rename(graph.path("repositories-aufs"), graph.path("repositories")).unwrap();
    assert_same("0.6", &answers(&graph.reference()), &expected(&layers));
    // Docker 0.7 took such roots over with links, wherever the root was at that time.
    for id in &graph.ids {
        fs::create_dir_all(graph.path("aufs/diff")).unwrap();
        let target = format!("/var/lib/docker/graph/{id}/layer");
        symlink(target, graph.path(&format!("aufs/diff/{id}"))).unwrap();
    }
    assert_same("0.7", &answers(&graph.reference()), &expected(&layers));
    let store = image(&graph.reference()).image().layers[0].store.clone().unwrap();
    assert!(store.directory.unwrap().ends_with(format!("graph/{}/layer", graph.ids[0])));
}

#[test]
fn a_link_out_of_the_root_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(&dir.path().join("root"), "aufs", &layers, false).with_files(&layers);
    let elsewhere = dir.path().join("secret");
    disk::write(&elsewhere.join("key"), "secret", 0o600);
    let diff = graph.path(&format!("aufs/diff/{}", graph.top()));
    for target in [elsewhere.as_path(), "../../../secret".as_ref()] {
        fs::remove_dir_all(&diff).or_else(|_| fs::remove_file(&diff)).unwrap();
        symlink(target, &diff).unwrap();
        let source = image(&graph.reference());
        let top = source.image().layers.last().unwrap();
        assert!(top.problems[0].raw().contains("leads elsewhere"), "{:?}", top.problems);
        assert_eq!(top.store.as_ref().unwrap().directory, None);
    }
}

#[test]
fn the_parent_is_recorded_in_three_ways() {
    let layers = Layers::new(true);
    let expected = expected(&layers);
    for way in ["file over json", "parent_id", "file alone"] {
        let dir = tempfile::tempdir().unwrap();
        let graph = Graph::new(dir.path(), "aufs", &layers, true).with_files(&layers);
        let mut json = graph.json(2);
        let below = graph.ids[1].clone();
        match way {
            "file over json" => {
                json["parent"] = json!(graph.ids[0]);
                graph.put(&format!("graph/{}/parent", graph.ids[2]), &below);
            }
            "parent_id" => {
                let keys = json.as_object_mut().unwrap();
                keys.remove("id");
                keys.remove("parent");
                json["parent_id"] = json!(format!("sha256:{below}"));
                json["layer_id"] = json!(layers.diff_ids()[2]);
            }
            _ => {
                json["parent"] = json!("");
                graph.put(&format!("graph/{}/parent", graph.ids[2]), &format!("{below}\n"));
            }
        }
        graph.put_json(2, &json);
        assert_same(way, &answers(&graph.reference()), &expected);
    }
}

#[test]
fn a_missing_parent_leaves_the_chain_so_far() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    fs::remove_dir_all(graph.path(&format!("graph/{}", graph.ids[1]))).unwrap();
    let source = image(&graph.reference());
    let described = source.image();
    assert_eq!(described.layers.len(), 2);
    assert!(problems(described).contains(&format!("broken: the parent {}", graph.ids[1])));
    // The image below the gap is no longer a parent, so it is listed.
    assert_eq!(choices(dir.path().to_str().unwrap()).len(), 2);
}

#[test]
fn a_cyclic_chain_ends() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    graph.put(&format!("graph/{}/parent", graph.ids[0]), graph.top());
    let source = image(&graph.reference());
    assert_eq!(source.image().layers.len(), 4);
    assert!(problems(source.image()).contains("broken: the chain of parents leads back"));
}

#[test]
fn untagged_heads_are_listed_and_what_is_half_deleted_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    let untagged = id("untagged");
    graph.put(&format!("graph/{untagged}/json"), &json!({"parent": graph.ids[0]}).to_string());
    graph.aufs_records(&untagged, &graph.ids[..1]);
    disk::verbatim(&layers.tars[3], &graph.path(&format!("aufs/diff/{untagged}")));
    for leftover in [id("half"), format!("{}-removing", id("gone")), "_tmp".to_owned()] {
        fs::create_dir_all(graph.path(&format!("graph/{leftover}"))).unwrap();
        fs::create_dir_all(graph.path(&format!("aufs/diff/{leftover}-removing"))).unwrap();
    }
    let root = dir.path().to_str().unwrap();
    let choices = choices(root);
    assert_eq!(choices.len(), 2, "{choices:?}");
    assert!(choices[0].ends_with("lab/hello:1") && choices[1].ends_with(&untagged));
    let source = image(&format!("docker-root:[{root}]{}", &untagged[..12]));
    assert_eq!(source.image().layers.len(), 2);
    assert!(problems(source.image()).contains("partly deleted"));
    assert!(failure(&format!("docker-root:[{root}]{}", id("half"))).contains("lab/hello:1"));
}

#[test]
fn names_of_missing_images_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let names = json!({"Repositories": {
        "lab/hello": {"1": graph.top(), "old": id("gone"), "bad": "../../etc"},
    }});
    graph.put("repositories-vfs", &names.to_string());
    let told = problems(image(&graph.reference()).image());
    assert!(told.contains(&format!("`lab/hello:old` is {}", id("gone"))), "{told}");
    assert!(told.contains("`lab/hello:bad` is ../../etc, which is not here"), "{told}");
}

#[test]
fn the_newer_records_of_a_migrated_root_count() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    Graph::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    let store =
        crate::image_store::ImageStore::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    let source = image(&store.reference());
    assert_eq!(source.image().id.as_ref(), Some(&store.image));
    assert_same("migrated", &answers(&store.reference()), &expected(&layers));
}
