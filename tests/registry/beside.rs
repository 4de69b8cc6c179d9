//! What a registry has about an image: listed with type and size, asked for last, by whichever way it knows.

use std::collections::HashMap;

use layertui::image::Other;
use layertui::image::digest::Digest;
use layertui::source::Attachments;
use serde_json::{Value, json};

use super::image::Image;
use super::server::{Access, Held, Server, Turn};
use super::stage::Stage;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn with(extra: impl Fn(&Image) -> Vec<(String, &'static str, Vec<u8>)>) -> Stage {
    let image = Image::new();
    let mut held: HashMap<String, Held> = image.held();
    for (path, media_type, bytes) in extra(&image) {
        held.insert(format!("/v2/lab/x/{path}"), Held { media_type, bytes });
    }
    let server = Server::start(held, Access::Open, true);
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
        assert_eq!(stage.server.seen().len(), 2, "not before the attachments are requested");
        assert_eq!(lines(&source.attachments().found), ["SBOM 700", "attestation 800"]);
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
fn a_list_in_several_answers_is_read_to_its_end() {
    let image = Image::new();
    let digest = Digest::of(&image.manifest);
    let path = format!("/v2/lab/x/referrers/{digest}");
    let page = |kind: &str, size: u64| {
        let digest = Digest::of(kind.as_bytes());
        let item = json!({"mediaType": MANIFEST, "digest": digest.as_str(), "size": size,
            "artifactType": kind});
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [item]}).to_string()
    };
    let stage = Stage::new();
    let answer = |link: Option<&str>, body: String| {
        let link = link.map(|it| ("link", format!("<https://elsewhere{path}?{it}>; rel=\"next\"")));
        Turn::Status(200, link.into_iter().collect(), body)
    };
    stage.server.next(&path, [answer(Some("n=1&last=a"), page("application/spdx+json", 1))]);
    let second = format!("{path}?n=1&last=a");
    stage.server.next(&second, [answer(None, page("application/vnd.in-toto+json", 2))]);
    let source = stage.open().unwrap();
    assert_eq!(lines(&source.attachments().found), ["SBOM 1", "attestation 2"]);
    assert!(stage.server.paths().contains(&second), "asked of the registry itself");
}

/// As BuildKit has it: an index of an image and of what is attested about it.
#[test]
fn what_the_images_own_index_attests_is_told_apart() {
    let image = Image::new();
    let about = Digest::of(&image.manifest);
    let statement = |predicate: &str, size: u64| {
        json!({"mediaType": "application/vnd.in-toto+json", "size": size,
            "digest": Digest::of(predicate.as_bytes()).as_str(),
            "annotations": {"in-toto.io/predicate-type": predicate}})
    };
    let config = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2,
        "digest": Digest::of(b"{}").as_str()});
    let attestation = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
        "layers": [statement("https://spdx.dev/Document", 900),
            statement("https://slsa.dev/provenance/v0.2", 70)]})
    .to_string()
    .into_bytes();
    let listed = |bytes: &[u8], platform: &str| {
        let (os, architecture) = platform.split_once('/').unwrap();
        json!({"mediaType": MANIFEST, "digest": Digest::of(bytes).as_str(), "size": bytes.len(),
            "platform": {"os": os, "architecture": architecture}})
    };
    let mut beside = listed(&attestation, "unknown/unknown");
    beside["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": about.as_str()});
    let items =
        [listed(&image.manifest, "linux/amd64"), listed(b"elsewhere", "linux/arm64"), beside];
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": items}).to_string();
    let stage = with(|image| {
        vec![
            ("manifests/several".to_owned(), INDEX, index.clone().into_bytes()),
            (
                format!("manifests/{}", Digest::of(&image.manifest)),
                MANIFEST,
                image.manifest.clone(),
            ),
            (format!("manifests/{}", Digest::of(&attestation)), MANIFEST, attestation.clone()),
        ]
    });
    let source = stage.open_tag("several").unwrap();
    let others = &source.image().others;
    assert_eq!(others.len(), 2);
    assert!(others.iter().all(|other| other.present), "all of it can be asked for: {others:?}");
    assert_eq!(others[0].platform.as_ref().unwrap().to_string(), "linux/arm64");
    assert_eq!(lines(&source.attachments().found), ["SBOM 900", "attestation 70"]);
}

#[test]
fn what_cosign_tags_is_found() {
    let stage = with(|image| {
        let digest = Digest::of(&image.manifest);
        vec![(format!("manifests/sha256-{}.sig", digest.encoded()), MANIFEST, vec![b' '; 321])]
    });
    assert_eq!(lines(&stage.open().unwrap().attachments().found), ["signature 321"]);
}

#[test]
fn a_registry_that_has_nothing_or_nonsense_says_nothing() {
    assert!(Stage::new().open().unwrap().attachments() == Attachments::default());
    for bytes in [&b"<html>"[..], b"{}", b"{\"manifests\":7}"] {
        let stage = with(|image| {
            let path = format!("referrers/{}", Digest::of(&image.manifest));
            vec![(path, INDEX, bytes.to_vec())]
        });
        assert!(stage.open().unwrap().attachments() == Attachments::default());
    }
}

/// A list that was refused is unknown, not empty; one that does not exist is empty.
#[test]
fn what_a_registry_does_not_give_is_unknown() {
    let image = Image::new();
    let hex = Digest::of(&image.manifest).encoded().to_owned();
    let api = format!("/v2/lab/x/referrers/sha256:{hex}");
    let tag = format!("/v2/lab/x/manifests/sha256-{hex}");
    let refused = |status| Turn::Status(status, Vec::new(), String::new());
    for (path, status, known) in [
        (&api, 403, false),
        (&api, 404, true),
        (&api, 405, true),
        (&tag, 403, false),
        (&format!("{tag}.sig"), 403, false),
        (&format!("{tag}.sig"), 404, true),
    ] {
        let stage = Stage::new();
        stage.server.next(path, [refused(status)]);
        let found = stage.open().unwrap().attachments();
        assert_eq!((found.found.len(), found.unread.is_none()), (0, known), "{path} {status}");
    }
    // The list goes on, and the rest is refused.
    let stage = with(|image| {
        vec![(format!("referrers/{}", Digest::of(&image.manifest)), INDEX, referrers())]
    });
    let link = ("link", format!("<{api}?n=2>; rel=\"next\""));
    let first = String::from_utf8(referrers()).unwrap();
    stage.server.next(&api, vec![Turn::Status(200, vec![link], first); 2]);
    stage.server.next(&format!("{api}?n=2"), [refused(403), refused(403)]);
    let found = stage.open().unwrap().attachments();
    assert_eq!(lines(&found.found), ["SBOM 700", "attestation 800"]);
    assert!(found.unread.unwrap().contains("may be missing"));
    let json = stage.says(&["layers", "--json", &stage.reference("1")]);
    assert!(json.contains("may be missing"), "{json}");
}
