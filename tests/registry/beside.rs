//! What a registry has about an image: listed with type and size, asked for last, by whichever way it knows.

use std::collections::HashMap;

use layertui::image::Other;
use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::image::Image;
use super::server::{Door, Held, Server};
use super::stage::Stage;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn with(extra: impl Fn(&Image) -> Vec<(String, &'static str, Vec<u8>)>) -> Stage {
    let image = Image::new();
    let mut held: HashMap<String, Held> = image.held();
    for (path, media_type, bytes) in extra(&image) {
        held.insert(format!("/v2/lab/x/{path}"), Held { media_type, bytes });
    }
    let server = Server::start(held, Door::Open, true);
    Stage { folder: tempfile::tempdir().unwrap(), image, server }
}

fn referrers() -> Vec<u8> {
    let item = |kind: &str, size: u64| {
        let digest = Digest::of(kind.as_bytes());
        json!({"mediaType": MANIFEST, "digest": digest.as_str(), "size": size, "artifactType": kind})
    };
    let items = [item("application/spdx+json", 700), item("application/vnd.in-toto+json", 800)];
    json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": items}).to_string().into_bytes()
}

fn lines(others: &[Other]) -> Vec<String> {
    let line = |it: &Other| format!("{} {}", it.kind, it.size.unwrap_or_default());
    others.iter().map(line).collect()
}

#[test]
fn referrers_are_listed_by_the_api_or_by_the_tag() {
    for by_tag in [false, true] {
        let stage = with(|image| {
            let digest = Digest::of(&image.manifest);
            let path = if by_tag {
                format!("manifests/sha256-{}", digest.encoded())
            } else {
                format!("referrers/{digest}")
            };
            vec![(path, INDEX, referrers())]
        });
        let source = stage.open().unwrap();
        assert_eq!(stage.server.seen().len(), 2, "not before somebody asks");
        assert_eq!(lines(&source.beside()), ["SBOM 700", "attestation 800"]);
        let json = stage.says(&["layers", "--json", &stage.reference("1")]);
        let json: Value = serde_json::from_str(&json).unwrap();
        let others = json["image"]["others"].as_array().unwrap();
        assert_eq!(others.len(), 2);
        assert_eq!(others[0]["kind"], "SBOM");
        assert_eq!(others[0]["size"], 700);
        assert_eq!(others[0]["note"], "application/spdx+json");
    }
}

#[test]
fn what_cosign_tags_is_found() {
    let stage = with(|image| {
        let digest = Digest::of(&image.manifest);
        vec![(format!("manifests/sha256-{}.sig", digest.encoded()), MANIFEST, vec![b' '; 321])]
    });
    assert_eq!(lines(&stage.open().unwrap().beside()), ["signature 321"]);
}

#[test]
fn a_registry_that_has_nothing_or_nonsense_says_nothing() {
    assert!(Stage::new().open().unwrap().beside().is_empty());
    for bytes in [&b"<html>"[..], b"{}", b"{\"manifests\":7}"] {
        let stage = with(|image| {
            let path = format!("referrers/{}", Digest::of(&image.manifest));
            vec![(path, INDEX, bytes.to_vec())]
        });
        assert!(stage.open().unwrap().beside().is_empty());
    }
}
