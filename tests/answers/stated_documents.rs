//! Indexes, manifests and configs whose bytes do not have the digest that is stated of them.

use std::fs;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::saved::Place;
use crate::unread::{COMMANDS, compressed, run, said};

/// The formats of `ci`.
pub(crate) const FORMATS: [&str; 6] = ["text", "json", "junit", "github", "sarif", "markdown"];

/// What leads to the layers is checked as they are: every command says which document is not the stated one.
#[test]
fn a_document_without_its_stated_digest_is_said_and_decides() {
    type Change = fn(&str) -> String;
    let changes: [(&str, Change); 3] = [
        ("config", |text| text.replace("amd64", "arm64")),
        ("index", |text| text.replace("\"schemaVersion\":2", "\"schemaVersion\":2 ")),
        ("manifest", |text| text.replace("\"schemaVersion\":2", "\"schemaVersion\":2 ")),
    ];
    for (what, change) in changes {
        let place = Place::new();
        let (image, middle) = compressed(&place, "image");
        let (whole, _) = compressed(&place, "whole");
        let blobs = middle.parent().unwrap();
        let read = |name: &str| fs::read_to_string(name).unwrap();
        let named = |document: &Value| {
            let digest = document["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
            blobs.join(digest).to_str().unwrap().to_owned()
        };
        let top = place.path("image/index.json");
        let index: Value = serde_json::from_slice(&fs::read(&top).unwrap()).unwrap();
        let nested = json!({"schemaVersion": 2, "manifests": index["manifests"]}).to_string();
        let digest = Digest::of(nested.as_bytes());
        fs::write(blobs.join(digest.encoded()), &nested).unwrap();
        let entry = json!({"mediaType": "application/vnd.oci.image.index.v1+json",
            "digest": digest.as_str(), "size": nested.len()});
        fs::write(&top, json!({"schemaVersion": 2, "manifests": [&entry]}).to_string()).unwrap();
        let manifest = named(&index["manifests"][0]);
        let of_manifest: Value = serde_json::from_str(&read(&manifest)).unwrap();
        let file = match what {
            "config" => named(&of_manifest["config"]),
            "index" => named(&entry),
            _ => manifest,
        };
        let changed = change(&read(&file));
        assert_ne!(changed, read(&file));
        fs::write(&file, changed).unwrap();
        let compare: &[&str] = &["compare", "IMAGE", &whole];
        // Reads no layer.
        let dockerfile: &[&str] = &["layers", "--dockerfile", "IMAGE"];
        for command in COMMANDS.iter().copied().chain([compare, dockerfile]) {
            let output = run(command, &image);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(2), "{what}: {command:?}: {said}");
            assert!(said.contains(&format!("the {what} should be sha256:")), "{command:?}: {said}");
        }
        for format in FORMATS {
            let output = run(&["ci", "IMAGE", "--max-layers", "9", "--format", format], &image);
            let told = String::from_utf8(output.stdout).unwrap();
            assert!(told.contains(&format!("the {what} should be sha256:")), "{format}: {told}");
            assert!(!told.contains("pass"), "it is not the image: {format}: {told}");
        }
        let output = run(&["verify", "IMAGE"], &image);
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
    }
}
