//! Whether the bytes have the digests that are stated of them.

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// What `verify --json` prints, and its exit code.
fn verify(image: &str) -> (Value, i32) {
    let output = layertui(&["verify", "--json", image]);
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
}

fn verdicts(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap().iter();
    let text = |check: &Value| {
        format!("{} {}", check["what"].as_str().unwrap(), check["verdict"].as_str().unwrap())
    };
    checks.map(text).collect()
}

/// An OCI layout of one layer, and the names of its blobs: manifest, config, layer.
fn layout(place: &Place, layer: &[u8]) -> (String, [std::path::PathBuf; 3]) {
    let root = place.path("layout");
    let blobs = root.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        let path = blobs.join(digest.encoded());
        std::fs::write(&path, bytes).unwrap();
        (json!({"digest": digest.as_str(), "size": bytes.len()}), path)
    };
    let config = json!({"architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [Digest::of(layer).as_str()]}});
    let (config, config_path) = put(config.to_string().as_bytes());
    let (layer, layer_path) = put(&gzip(layer));
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": [layer]});
    let (manifest, manifest_path) = put(manifest.to_string().as_bytes());
    let index = json!({"schemaVersion": 2, "manifests": [manifest]});
    std::fs::write(root.join("index.json"), index.to_string()).unwrap();
    std::fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    (format!("oci:{}", root.display()), [manifest_path, config_path, layer_path])
}

#[test]
fn a_sound_image_is_ok() {
    let place = Place::new();
    let (image, _) = layout(&place, &Tar::new().file("a", "x").finish());
    let (document, code) = verify(&image);
    assert_eq!(code, 0);
    let all = ["manifest ok", "config ok", "layer 0 digest ok", "layer 0 diff ID ok"];
    assert_eq!(verdicts(&document), all);
    assert_eq!((document["verdict"].as_str(), &document["first"]), (Some("ok"), &Value::Null));
}

#[test]
fn each_kind_of_false_bytes_is_found_and_named() {
    let layer = Tar::new().file("a", "x").finish();
    // A space more changes no meaning, and every digest.
    for (at, name) in [(0, "manifest"), (1, "config")] {
        let place = Place::new();
        let (image, files) = layout(&place, &layer);
        let mut bytes = std::fs::read(&files[at]).unwrap();
        bytes.push(b' ');
        std::fs::write(&files[at], bytes).unwrap();
        let (document, code) = verify(&image);
        assert_eq!((code, document["first"].as_str()), (1, Some(name)));
    }
    let place = Place::new();
    let (image, files) = layout(&place, &layer);
    std::fs::write(&files[2], gzip(&Tar::new().file("a", "y").finish())).unwrap();
    let (document, code) = verify(&image);
    assert_eq!((code, document["first"].as_str()), (1, Some("layer 0 digest")));
    assert_eq!(verdicts(&document)[3], "layer 0 diff ID differs");
}

#[test]
fn what_cannot_be_read_cannot_be_judged() {
    let place = Place::new();
    let layer = Tar::new().file("a", "x").finish();
    let (image, files) = layout(&place, &layer);
    std::fs::remove_file(&files[2]).unwrap();
    let (document, code) = verify(&image);
    assert_eq!((code, document["verdict"].as_str()), (2, Some("unknown")));
    assert!(document["checks"][2]["reason"].as_str().unwrap().contains("not here"), "{document}");
    let root = place.path("root");
    std::fs::create_dir(&root).unwrap();
    assert_eq!(verify(&format!("rootfs:{}", root.display())).1, 2);
}

#[test]
fn a_saved_image_states_diff_ids_and_its_configs_name() {
    let place = Place::new();
    let layers = [Tar::new().file("a", "x").finish(), Tar::new().file("b", "y").finish()];
    let (document, code) = verify(place.image("good", &layers).to_str().unwrap());
    assert_eq!(code, 0);
    let all = ["config ok", "layer 0 diff ID ok", "layer 1 diff ID ok"];
    assert_eq!(verdicts(&document), all);
    let stored = [layers[0].clone(), layers[0].clone()];
    let (document, code) =
        verify(place.save("bad", &layers, &stored, &json!({})).to_str().unwrap());
    assert_eq!((code, document["first"].as_str()), (1, Some("layer 1 diff ID")));
}

/// A layer without a diff ID of its own is unknown: too many, too few, none, `rootfs: null`, another type.
#[test]
fn a_layer_for_which_no_diff_id_is_stated_is_unknown() {
    let layers = [Tar::new().file("a", "x").finish(), Tar::new().file("b", "y").finish()];
    let ids = layers.each_ref().map(|layer| Digest::of(layer).as_str().to_owned());
    let more = [ids.to_vec(), ids.to_vec()].concat();
    for rootfs in [
        Value::Null,
        json!({}),
        json!({"type": "layers", "diff_ids": null}),
        json!({"type": "layers", "diff_ids": []}),
        json!({"type": "layers", "diff_ids": ids[..1]}),
        json!({"type": "layers", "diff_ids": more}),
        json!({"type": "layers", "diff_ids": [ids[0], 7]}),
        json!({"type": "layers", "diff_ids": [ids[0], "sha1:00"]}),
    ] {
        let place = Place::new();
        let image = place.save_all("image", &layers, &layers, &json!({"rootfs": rootfs}));
        let (document, code) = verify(image.to_str().unwrap());
        assert_eq!((code, document["verdict"].as_str()), (2, Some("unknown")), "{rootfs}");
        assert_eq!(
            document["checks"].as_array().unwrap().len(),
            3,
            "{rootfs}: every layer is named"
        );
        let text = layertui(&["verify", image.to_str().unwrap()]);
        assert!(String::from_utf8_lossy(&text.stdout).contains("unknown  layer 1 diff ID"));
    }
}
