//! The image of these journeys: as a registry holds it, and the same bytes as an OCI layout.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::server::Held;
use crate::support::compress::{gzip, zstd};
use crate::support::tarball::Tar;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// An image for two platforms, and an attestation.
#[derive(Clone)]
pub(crate) struct Image {
    /// The blobs of the layers, base first; the last one is stored plain.
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
    pub(crate) index: Vec<u8>,
}

/// Bytes that do not compress.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn tars() -> [Vec<u8>; 3] {
    let base = Tar::new()
        .dir("etc/", 0o755)
        .file("etc/passwd", "root:x:0:0")
        .file("etc/motd", "hello")
        .file("usr/big", noise(7, 300_000))
        .symlink("bin", "usr/bin");
    let middle = Tar::new().whiteout("etc/motd").file("etc/passwd", "root:x:0:1").file("a", "one");
    let top = Tar::new().file("a", "two").file("etc/new", noise(9, 90_000)).opaque("usr");
    [base.finish(), middle.finish(), top.finish()]
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).as_str(), "size": bytes.len()})
}

/// A layer's blob, what comes after `application/vnd.oci.image.layer.v1.`, and annotations.
pub(crate) type Stored = (Vec<u8>, &'static str, Value);

impl Image {
    pub(crate) fn new() -> Self {
        let [base, middle, top] = tars();
        Self::of(vec![
            (gzip(&base), "tar+gzip", json!({})),
            (zstd(&middle), "tar+zstd", json!({})),
            (top, "tar", json!({})),
        ])
    }

    /// Of these layers, three at the most.
    pub(crate) fn of(stored: Vec<Stored>) -> Self {
        let names = ["ADD base", "RUN middle", "RUN top"];
        let history: Vec<Value> =
            names[..stored.len()].iter().map(|name| json!({"created_by": name})).collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "config": {"Env": ["A=1"]}, "history": history,
        });
        let config = config.to_string().into_bytes();
        let describe = |(bytes, kind, annotations): &Stored| {
            let kind = format!("application/vnd.oci.image.layer.v1.{kind}");
            let mut described = described(&kind, bytes);
            described["annotations"] = annotations.clone();
            described
        };
        let stack: Vec<Value> = stored.iter().map(describe).collect();
        let layers = stored.into_iter().map(|(bytes, ..)| bytes).collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": described(CONFIG, &config), "layers": stack,
        });
        let manifest = manifest.to_string().into_bytes();
        let with = |mut value: Value, platform: Value| {
            value["platform"] = platform;
            value
        };
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            with(described(MANIFEST, b"for another machine"), json!({"os": "linux", "architecture": "s390x"})),
            with(described(MANIFEST, &manifest), json!({"os": "linux", "architecture": "amd64"})),
            with(described(MANIFEST, b"attested"), json!({"os": "unknown", "architecture": "unknown"})),
        ]});
        Self { layers, manifest, config, index: index.to_string().into_bytes() }
    }

    pub(crate) fn digest(&self, layer: usize) -> String {
        Digest::of(&self.layers[layer]).as_str().to_owned()
    }

    /// The path of a layer's blob.
    pub(crate) fn blob(&self, layer: usize) -> String {
        format!("/v2/lab/x/blobs/{}", self.digest(layer))
    }

    /// As `lab/x` of a registry: `:1` for one platform, `:all` for more.
    pub(crate) fn held(&self) -> HashMap<String, Held> {
        let manifest = Digest::of(&self.manifest);
        let at = |path: String, media_type: &'static str, bytes: &Vec<u8>| {
            (format!("/v2/lab/x/{path}"), Held { media_type, bytes: bytes.clone() })
        };
        let mut held = HashMap::from([
            at("manifests/1".to_owned(), MANIFEST, &self.manifest),
            at(format!("manifests/{manifest}"), MANIFEST, &self.manifest),
            at("manifests/all".to_owned(), INDEX, &self.index),
            at(
                format!("blobs/{}", Digest::of(&self.config)),
                "application/octet-stream",
                &self.config,
            ),
        ]);
        for layer in &self.layers {
            let path = format!("blobs/{}", Digest::of(layer));
            held.extend([at(path, "application/octet-stream", layer)]);
        }
        held
    }

    /// As an OCI layout.
    pub(crate) fn lay_out(&self, directory: &Path) {
        let blobs = directory.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        for bytes in self.layers.iter().chain([&self.manifest, &self.config]) {
            fs::write(blobs.join(Digest::of(bytes).encoded()), bytes).unwrap();
        }
        let index = json!({"schemaVersion": 2, "manifests": [described(MANIFEST, &self.manifest)]});
        fs::write(directory.join("index.json"), index.to_string()).unwrap();
        fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    }
}
