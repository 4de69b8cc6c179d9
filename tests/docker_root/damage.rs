//! Records that are missing, wrong, damaged or unreadable: the rest is shown, and no record leads out of the root.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::answers::{choices, failure, image, problems, problems_of};
use crate::graph::{Graph, id};
use crate::image_store::ImageStore;
use crate::layers::Layers;
use crate::support::every_byte::{damage, rewrite};
use layertui::source::{Opened, Options, open};

fn store(dir: &tempfile::TempDir) -> (ImageStore, Layers) {
    let layers = Layers::new(true);
    let store = ImageStore::new(dir.path(), "aufs", &layers, true).with_files(&layers);
    (store, layers)
}

#[test]
fn a_truncated_list_of_names_keeps_the_images() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    let path = store.record("repositories.json");
    let whole = fs::read_to_string(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let source = image(&format!("docker-root:[{}]{}", store.root.display(), store.image));
        assert_eq!(source.image().layers.len(), 4);
        assert!(problems(source.image()).contains("repositories.json"), "{length}");
    }
    fs::remove_file(&path).unwrap();
    let source = image(&format!("docker-root:[{}]{}", store.root.display(), store.image));
    assert!(problems(source.image()).contains("names are not known"));
}

#[test]
fn a_damaged_config_is_a_problem_of_its_image() {
    let dir = tempfile::tempdir().unwrap();
    let (store, layers) = store(&dir);
    let hex = store.image.trim_start_matches("sha256:");
    let config = store.record(&format!("imagedb/content/sha256/{hex}"));
    fs::write(&config, "{").unwrap();
    let told = problems(image(&store.reference()).image());
    assert!(
        told.contains("config cannot be read") && told.contains("changed or damaged"),
        "{told}"
    );
    // A config with another digest than its name still states its layers.
    let mut changed = layers.config();
    changed["author"] = "somebody".into();
    fs::write(&config, changed.to_string()).unwrap();
    let source = image(&store.reference());
    assert_eq!(source.image().layers.len(), 4);
    assert!(problems(source.image()).contains("changed or damaged"));
    let big = fs::File::create(&config).unwrap();
    big.set_len(1 << 40).unwrap();
    assert!(problems(image(&store.reference()).image()).contains("more than the"));
}

/// Docker's record of a container.
#[test]
fn a_container_with_any_byte_of_its_config_changed_opens_or_fails() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    store.container("lab");
    let config = dir.path().join(format!("containers/{}/config.v2.json", id("container lab")));
    let whole = fs::read(&config).unwrap();
    let reference = format!("container:[{}]lab", dir.path().display());
    damage(whole, move |bytes| {
        rewrite(&config, bytes);
        let _ = &dir;
        match open(&reference, &Options::default()) {
            Ok(Opened::Image(source)) => assert!(source.image().layers.len() <= 6),
            Ok(Opened::Several(several)) => panic!("{:?}", several.choices),
            Err(error) => assert!(error.to_string().len() > 10, "{error}"),
        }
    });
}

#[test]
fn a_layer_without_a_record_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    let layer = |at: usize| store.record(&format!("layerdb/sha256/{}", store.chain[at]));
    let removing = store.record(&format!("layerdb/sha256/{}-123-removing", store.chain[1]));
    fs::rename(layer(1), removing).unwrap();
    fs::write(layer(2).join("diff"), format!("sha256:{}", id("other"))).unwrap();
    fs::remove_dir_all(dir.path().join("aufs/diff").join(&store.cache_ids[3])).unwrap();
    let source = image(&store.reference());
    let layers = &source.image().layers;
    assert_eq!(layers.len(), 4);
    assert_eq!(layers[0].problems, [""; 0]);
    assert!(layers[1].problems[0].raw().contains("no record of"), "{:?}", layers[1].problems);
    assert!(
        layers[2].problems[0].raw().contains("says that the diff ID"),
        "{:?}",
        layers[2].problems
    );
    assert!(problems_of(source.as_ref(), 3).contains("not available"));
}

#[test]
fn a_non_distributable_layer_names_its_url() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    let at = |name: &str| format!("layerdb/sha256/{}/{name}", store.chain[3]);
    fs::remove_file(store.record(&at("tar-split.json.gz"))).unwrap();
    fs::remove_dir_all(dir.path().join("aufs/diff").join(&store.cache_ids[3])).unwrap();
    store.put(&at("descriptor.json"), r#"{"mediaType":"m","urls":["https://example.org/layer"]}"#);
    let told = problems(image(&store.reference()).image());
    assert!(told.contains("https://example.org/layer"), "{told}");
}

#[test]
fn no_record_leads_out_of_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("outside");
    fs::create_dir_all(outside.join("diff")).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    let layers = Layers::new(true);
    let root = dir.path().join("root");
    let store = ImageStore::new(&root, "aufs", &layers, false).with_files(&layers);
    let cache_id = format!("layerdb/sha256/{}/cache-id", store.chain[0]);
    let lies = ["../../outside", "..", ".", "/", "a/b", "\0", "", "A", "x y", &"a".repeat(5000)];
    for lie in lies {
        store.put(&cache_id, lie);
        let source = image(&store.reference());
        let layer = &source.image().layers[0];
        assert_eq!(layer.store.as_ref().unwrap().directory, None, "{lie}");
        assert!(!layer.problems.is_empty(), "{lie}");
    }
    // Links in place of a layer or a record are not followed.
    store.put(&cache_id, "linked");
    symlink(&outside, root.join("aufs/diff/linked")).unwrap();
    assert_eq!(image(&store.reference()).image().layers[0].store.as_ref().unwrap().directory, None);
    let hex = store.image.trim_start_matches("sha256:");
    let config = store.record(&format!("imagedb/content/sha256/{hex}"));
    fs::remove_file(&config).unwrap();
    symlink(outside.join("secret"), &config).unwrap();
    let told = problems(image(&store.reference()).image());
    assert!(told.contains("leads out of the directory"), "{told}");
}

#[test]
fn cyclic_parents_of_layers_end() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    store.container("lab");
    let top = store.chain.last().unwrap();
    store.put(&format!("layerdb/sha256/{}/parent", store.chain[0]), &format!("sha256:{top}"));
    let source = image(&format!("container:[{}]lab", store.root.display()));
    assert_eq!(source.image().layers.len(), 6);
    assert!(problems(source.image()).contains("leads back"));
    store.put(&format!("layerdb/sha256/{}/parent", store.chain[0]), "../../etc");
    let source = image(&format!("container:[{}]lab", store.root.display()));
    assert!(problems(source.image()).contains("is not a chain ID"));
}

#[test]
fn an_unreadable_root_is_an_error_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = store(&dir);
    let image_dir = store.root.join("image");
    fs::set_permissions(&image_dir, PermissionsExt::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read_dir(&image_dir).is_err() {
        let told = failure(&store.reference());
        assert!(told.contains("permission denied") && told.contains("sudo"), "{told}");
    }
    fs::set_permissions(&image_dir, PermissionsExt::from_mode(0o700)).unwrap();
    assert_eq!(image(&store.reference()).image().layers.len(), 4);
}

#[test]
fn other_directories_are_not_data_roots() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("image/overlay2")).unwrap();
    fs::create_dir_all(dir.path().join("graph/notes")).unwrap();
    fs::create_dir_all(dir.path().join("1.5/image")).unwrap();
    fs::write(dir.path().join("graph/notes/json"), "{}").unwrap();
    let told = failure(&format!("docker-root:[{}]x", dir.path().display()));
    assert!(told.contains("not a storage root"), "{told}");
}

#[test]
fn a_graph_of_random_records_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let graph = Graph::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let nonsense = ["", "{", "[]", "null", r#"{"id":"../../etc","parent":"../x"}"#, r#"{"id":7}"#];
    for (at, text) in nonsense.iter().enumerate() {
        graph.put(&format!("graph/{}/json", id(&format!("nonsense {at}"))), text);
    }
    let shown = choices(dir.path().to_str().unwrap());
    assert_eq!(shown.len(), 1 + nonsense.len());
    for reference in shown {
        let source = image(&reference);
        for layer in &source.image().layers {
            let directory = layer.store.as_ref().unwrap().directory.clone();
            assert!(
                directory.is_none_or(|it| it.starts_with(fs::canonicalize(dir.path()).unwrap()))
            );
        }
    }
}
