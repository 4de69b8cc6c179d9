//! Images of a sound store.

use std::fs;

use serde_json::json;

use crate::build::{Store, hex, layer};
use crate::stage::{Stage, opened, problems, stack, text};
use crate::support::recase::{CASES, recased};

#[test]
fn an_image_of_any_driver_opens_from_its_tar_splits() {
    for driver in ["overlay", "vfs", "btrfs"] {
        let mut store = Store::new(driver);
        let tars = [layer(&["a", "b"]), layer(&["-b", "dir/c"])];
        let (id, _) = store.image("localhost/lab:1", &tars);
        let stage = Stage::of(&store);
        let source = stage.image("lab:1");
        let image = source.image();
        assert_eq!(stack(&*source), "a b | -b dir/c", "{driver}");
        assert_eq!(text(&*source, 1, "dir/c"), Ok("dir/c".to_owned()), "{driver}");
        assert_eq!(problems(&*source), "", "{driver}");
        assert_eq!(image.id, Some(format!("sha256:{id}")));
        assert_eq!(
            (image.source.as_str(), &image.names[..]),
            ("containers-storage", &["localhost/lab:1".into()][..])
        );
        assert_eq!(
            image.platform.as_ref().map(ToString::to_string).as_deref(),
            Some("linux/amd64")
        );
        assert!(image.manifest_digest.is_some());
        let top = &image.layers[1];
        assert_eq!(
            (top.created_by.as_ref().map(layertui::text::Foreign::raw), top.compressed_bytes),
            (Some("step 1"), Some(7))
        );
        assert_eq!(
            top.media_type.as_ref().map(layertui::text::Foreign::raw),
            Some("application/vnd.oci.image.layer.v1.tar+gzip")
        );
        assert_eq!(top.diff_id, Some(format!("sha256:{}", hex(&tars[1]))));
    }
}

/// The directory of each layer.
#[test]
fn each_layer_has_its_directory() {
    let mut store = Store::new("overlay");
    let tars = [layer(&["a"]), layer(&["b"])];
    let (_, top) = store.image("lab:1", &tars);
    let stage = Stage::of(&store);
    let source = stage.image("lab:1");
    let kept = source.image().layers[1].store.clone().unwrap();
    assert_eq!(
        (kept.driver.raw(), kept.cache_id.as_ref().map(layertui::text::Foreign::raw)),
        ("overlay", Some(top.as_str()))
    );
    let directory = fs::canonicalize(stage.root()).unwrap().join(store.directory(&top));
    assert_eq!(kept.directory, Some(directory));
    // The chain ID of OCI's config.md, which is not the library's layer ID.
    let chain = format!("sha256:{} sha256:{}", hex(&tars[0]), hex(&tars[1]));
    assert_eq!(kept.chain_id, Some(format!("sha256:{}", hex(chain.as_bytes()))));
}

/// Listing is from the tar-split alone.
#[test]
fn an_image_without_files_is_listed_by_its_tar_splits() {
    let mut store = Store::new("overlay");
    store.image("lab:1", &[layer(&["a", "b"]), layer(&["-a", "c"])]);
    let stage = Stage::of(&store);
    let before = stack(&*stage.image("lab:1"));
    fs::remove_dir_all(stage.root().join("overlay")).unwrap();
    let source = stage.image("lab:1");
    assert_eq!(stack(&*source), before);
    assert!(problems(&*source).contains("contents cannot be read"), "{}", problems(&*source));
    assert!(text(&*source, 1, "c").unwrap_err().contains("is not there"));
}

#[test]
fn an_image_is_found_by_name_tag_id_or_digest() {
    let mut store = Store::new("vfs");
    let (id, _) = store.image("docker.io/library/one:1", &[layer(&["1"])]);
    store.image("localhost/two:2", &[layer(&["2"])]);
    let digest = store.images[0]["digest"].as_str().unwrap().to_owned();
    let stage = Stage::of(&store);
    for name in ["one:1", "docker.io/library/one:1", &id[..12], &format!("sha256:{id}"), &digest] {
        assert_eq!(stack(&*stage.image(name)), "1", "{name}");
    }
    let message = stage.failure("three");
    assert!(message.contains("three") && message.contains("two:2"), "{message}");
    let path = format!("{}:two:2", stage.root().display());
    assert_eq!(stack(&*opened(&path)), "2");
}

/// A store for composefs has files under the digests of their contents; the table of contents knows which.
#[test]
fn files_stored_by_digest_are_found() {
    let mut store = Store::new("overlay");
    let (_, top) = store.image("lab:1", &[layer(&["bin/a"])]);
    let hex = hex(b"bin/a");
    let toc = json!({"version": 1, "entries": [{"type": "reg", "name": "bin/a", "digest": format!("sha256:{hex}")}]});
    store.big_data("layers", &top, "zstd-chunked-manifest", toc.to_string().as_bytes());
    store.big_data("layers", &top, "zstd-chunked-layer-data", br#"{"format":1}"#);
    store.record(&top)["big-data-names"] =
        json!(["zstd-chunked-manifest", "zstd-chunked-layer-data"]);
    let stage = Stage::of(&store);
    let diff = stage.root().join(store.directory(&top));
    fs::create_dir(diff.join(&hex[..2])).unwrap();
    fs::rename(diff.join("bin/a"), diff.join(&hex[..2]).join(&hex[2..])).unwrap();
    let source = stage.image("lab:1");
    assert_eq!((stack(&*source), problems(&*source)), ("bin/a".to_owned(), String::new()));
    assert_eq!(text(&*source, 0, "bin/a"), Ok("bin/a".to_owned()));
}

#[test]
fn a_manifest_list_means_the_image_for_this_platform() {
    let mut store = Store::new("overlay");
    store.image("lab:amd64", &[layer(&["a"])]);
    let digest = store.images[0]["digest"].clone();
    let platform = json!({"os": "linux", "architecture": "amd64"});
    let list =
        json!({"manifests": [{"digest": digest, "size": 1, "platform": platform}]}).to_string();
    let id = hex(list.as_bytes());
    store.big_data("images", &id, "manifest", list.as_bytes());
    store
        .images
        .push(json!({"id": id, "names": ["localhost/both:1"], "big-data-names": ["manifest"]}));
    let stage = Stage::of(&store);
    assert_eq!(stack(&*stage.image("both:1")), "a");
    fs::remove_dir_all(
        stage.root().join("overlay-images").join(store.images[0]["id"].as_str().unwrap()),
    )
    .unwrap();
    store.images.remove(0);
    store.write(stage.root());
    let message = stage.failure("both:1");
    assert!(message.contains("none of which is in this store"), "{message}");
}

#[test]
fn records_are_read_in_any_case_of_their_keys() {
    for case in CASES {
        let mut store = Store::new("overlay");
        let (id, _) = store.image("localhost/lab:1", &[layer(&["a"]), layer(&["b"])]);
        store.container("web", &id, &id);
        let stage = Stage::of(&store);
        for what in ["images", "layers", "containers"] {
            let file = stage.root().join(format!("overlay-{what}/{what}.json"));
            let records = recased(&fs::read(&file).unwrap(), case, &["big-data-digests"]);
            fs::write(&file, records).unwrap();
        }
        let source = stage.image("lab:1");
        assert_eq!((stack(&*source), problems(&*source)), ("a | b".to_owned(), String::new()));
    }
}
