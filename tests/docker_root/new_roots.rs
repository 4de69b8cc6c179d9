//! Images of Docker ≥ 1.10: every driver, with and without tar-splits, several drivers, namespaces, digests.

use std::fs;

use serde_json::json;

use crate::answers::{answers, assert_same, choices, image, problems, problems_of};
use crate::graph::id;
use crate::image_store::ImageStore;
use crate::layers::Layers;
use crate::support::recase::{CASES, recased};

#[test]
fn every_driver_equals_the_saved_archive() {
    for (driver, tar_split, opaque) in [
        ("overlay2", true, true),
        ("overlay2", false, true),
        ("fuse-overlayfs", true, true),
        ("overlay", true, true),
        ("overlay", false, false),
        ("aufs", true, true),
        ("aufs", false, true),
        ("vfs", true, true),
        ("vfs", false, false),
        ("zfs", true, true),
        ("zfs", false, false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let layers = Layers::new(opaque);
        let store = ImageStore::new(dir.path(), driver, &layers, tar_split).with_files(&layers);
        let expected = answers(&layers.save(&dir.path().join("saved.tar")));
        let what = format!("{driver}, tar-split: {tar_split}");
        assert_same(&what, &answers(&store.reference()), &expected);
        let source = image(&store.reference());
        let described = source.image();
        assert_eq!(described.id.as_ref(), Some(&store.image));
        assert_eq!(problems(described), "", "{what}");
        for (at, layer) in described.layers.iter().enumerate() {
            let kept = layer.store.as_ref().unwrap();
            assert_eq!(kept.driver, driver);
            assert_eq!(kept.cache_id, Some(store.cache_ids[at].as_str().into()));
            assert_eq!(kept.chain_id, Some(format!("sha256:{}", store.chain[at])));
            assert!(kept.directory.as_ref().unwrap().is_dir(), "{what}");
            assert_eq!(layer.diff_id.as_ref(), Some(&layers.diff_ids()[at]));
        }
    }
}

#[test]
fn devicemapper_and_unmounted_zfs_are_listed_by_their_tar_splits() {
    for (driver, why) in [("devicemapper", "thin pool"), ("zfs", "not mounted"), ("new", "driver")]
    {
        let dir = tempfile::tempdir().unwrap();
        let layers = Layers::new(true);
        let store = ImageStore::new(dir.path(), driver, &layers, true);
        fs::create_dir_all(dir.path().join("zfs/graph").join(&store.cache_ids[0])).unwrap();
        let expected = answers(&layers.save(&dir.path().join("saved.tar")));
        assert_same(driver, &answers(&store.reference()), &expected);
        let told = problems_of(image(&store.reference()).as_ref(), 0);
        assert!(told.contains(why) && told.contains("not available"), "{driver}: {told}");
    }
}

#[test]
fn an_image_is_found_by_manifest_digest_and_id() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let digests = ["1", "2"].map(|text| format!("sha256:{}", id(text)));
    let by_digest = digests.each_ref().map(|digest| format!("reg:5000/lab/hello@{digest}"));
    let names = ["reg:5000/lab/hello:1", &by_digest[0], &by_digest[1]];
    store.names(&names.map(|name| (name, store.image.as_str())));
    let root = store.root.display();
    let asked = [by_digest[1].as_str(), &digests[1], "reg:5000/lab/hello:1", &store.image[..20]];
    for (text, manifest) in asked.iter().zip([1, 1, 0, 0]) {
        let source = image(&format!("docker-root:[{root}]{text}"));
        assert_eq!(source.image().id.as_ref(), Some(&store.image));
        assert_eq!(source.image().manifest_digest.as_ref(), Some(&digests[manifest]), "{text}");
        assert_eq!(source.image().names, ["reg:5000/lab/hello:1"]);
    }
    // Without a tag the digest is its name.
    store.names(&[(&by_digest[0], store.image.as_str())]);
    assert_eq!(
        image(&format!("docker-root:[{root}]{}", digests[0])).image().names,
        [&*by_digest[0]]
    );
}

#[test]
fn a_layers_blob_is_the_one_of_the_images_own_repository() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let blobs = ["gzip", "zstd"].map(|text| format!("sha256:{}", id(text)));
    let passages = |layer: usize, list: &[(&str, &str)]| {
        let hex = layers.diff_ids()[layer].replace("sha256:", "");
        let list: Vec<_> = list
            .iter()
            .map(|(digest, repository)| json!({"Digest": digest, "SourceRepository": repository}))
            .collect();
        store.put(
            &format!("distribution/v2metadata-by-diffid/sha256/{hex}"),
            &json!(list).to_string(),
        );
    };
    passages(0, &[(&blobs[0], "docker.io/lab/hello"), (&blobs[1], "reg.io/other")]);
    passages(1, &[(&blobs[0], "reg.io/other"), (&blobs[1], "reg.io/more")]);
    passages(2, &[(&blobs[1], "reg.io/other")]);
    let source = image(&store.reference());
    let digests: Vec<_> = source.image().layers.iter().map(|layer| layer.digest.as_ref()).collect();
    assert_eq!(digests, [Some(&blobs[0]), None, Some(&blobs[1]), None]);
}

#[test]
fn every_driver_of_a_root_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    for driver in ["aufs", "vfs"] {
        ImageStore::new(dir.path(), driver, &layers, true).with_files(&layers);
    }
    let root = dir.path().to_str().unwrap();
    let choices = choices(root);
    assert_eq!(choices.len(), 2);
    for (choice, driver) in choices.iter().zip(["aufs", "vfs"]) {
        assert!(choice.contains(&format!("[{driver}@")), "{choice}");
        let source = image(choice);
        assert_eq!(source.image().layers[0].store.as_ref().unwrap().driver, driver);
    }
    let one = image(&format!("docker-root:[vfs@{root}]lab/hello:1"));
    assert_eq!(one.image().layers[3].store.as_ref().unwrap().driver, "vfs");
}

/// Owners on disk are shifted. The tar-split has the original ones; without one they are mapped back.
#[test]
fn owners_of_a_user_namespace_are_mapped_back() {
    for (driver, tar_split) in [("aufs", true), ("aufs", false), ("vfs", false)] {
        let dir = tempfile::tempdir().unwrap();
        let namespace = dir.path().join("100000.200000");
        let layers = Layers::new(false);
        let store = ImageStore::new(&namespace, driver, &layers, tar_split).with_files(&layers);
        let top = store.cache_ids.last().unwrap();
        let place = match driver {
            "vfs" => namespace.join("vfs/dir").join(top),
            _ => namespace.join("aufs/diff").join(top),
        };
        // Only root can change owners.
        if std::os::unix::fs::chown(place.join("extra.txt"), Some(100_042), Some(200_043)).is_err()
        {
            continue;
        }
        let reference = format!("docker-root:[{}]lab/hello:1", dir.path().display());
        let source = image(&reference);
        let listing = source.list(3, &layertui::layer::Unwatched);
        let rows = crate::support::rows::rows(&listing);
        let line = rows.iter().find(|row| row.starts_with("extra.txt")).unwrap();
        if tar_split {
            assert!(line.starts_with("extra.txt file 644 5"), "{line}");
        } else {
            assert!(line.contains(" 42:43 "), "{line}");
        }
    }
}

#[test]
fn intermediate_images_are_not_listed_and_untagged_ones_are() {
    let dir = tempfile::tempdir().unwrap();
    let layers = Layers::new(true);
    let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
    let mut below = layers.clone();
    below.tars.pop();
    let step = ImageStore::new(dir.path(), "vfs", &below, true);
    let mut other = layers.clone();
    other.tars.swap(2, 3);
    let untagged = ImageStore::new(dir.path(), "vfs", &other, true);
    store.names(&[("lab/hello:1", &store.image)]);
    let hex = store.image.trim_start_matches("sha256:");
    store.put(&format!("imagedb/metadata/sha256/{hex}/parent"), &step.image);
    let root = store.root.to_str().unwrap();
    let shown = choices(root);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].ends_with("]lab/hello:1"));
    assert!(shown[1].ends_with(&untagged.image), "{shown:?}");
    // Without names, intermediate images cannot be recognised.
    store.put("repositories.json", "{");
    assert_eq!(choices(root).len(), 3);
    let source = image(&format!("docker-root:[{root}]{}", step.image));
    assert!(problems(source.image()).contains("names are not known"));
}

#[test]
fn documents_are_read_in_any_case_of_their_keys() {
    for case in CASES {
        let dir = tempfile::tempdir().unwrap();
        let layers = Layers::new(true);
        let store = ImageStore::new(dir.path(), "vfs", &layers, true).with_files(&layers);
        store.names(&[("lab/hello:1", &store.image)]);
        store.container("web");
        let record = fs::read_dir(dir.path().join("containers")).unwrap().next().unwrap().unwrap();
        let record = record.path().join("config.v2.json");
        for file in [store.record("repositories.json"), record] {
            let document = recased(&fs::read(&file).unwrap(), case, &["Repositories"]);
            fs::write(file, document).unwrap();
        }
        assert_eq!(image(&store.reference()).image().id.as_ref(), Some(&store.image));
        let container = image(&format!("container:[{}]web", dir.path().display()));
        assert!(container.image().layers.last().unwrap().writable);
    }
}
