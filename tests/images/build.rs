//! Saved images built in code: every form an image is kept in, from small layers.
//!
//! [`Image`] is the image in the abstract; what it looks like on disk is one method for each writer. Damage is done by
//! the journeys themselves: [`Tree`] is files by name, open to any change before it is packed or unpacked.

use std::collections::BTreeMap;
use std::path::Path;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// Files by name; a value that begins with `->` is a symbolic link.
#[derive(Clone, Default)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, Vec<u8>>);

/// An image: a layer for each list of paths (each file holds its own path), and what history says of it.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) config: Value,
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).as_str().to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Digest::of(bytes).encoded().to_owned()
}

/// A layer of files that hold their own names.
pub(crate) fn layer(paths: &[&str]) -> Vec<u8> {
    paths.iter().fold(Tar::new(), |tar, path| tar.file(path, path)).finish()
}

impl Tree {
    pub(crate) fn put(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.0.insert(name.into(), bytes.into());
        self
    }

    /// As a tar, in the order of names.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let tar =
            self.0.iter().fold(Tar::new(), |tar, (name, bytes)| match bytes.strip_prefix(b"->") {
                Some(target) => tar.symlink(name, target),
                None => tar.file(name, bytes),
            });
        tar.finish()
    }

    /// As a directory.
    pub(crate) fn unpack(&self, directory: &Path) {
        std::fs::create_dir_all(directory).unwrap();
        for (name, bytes) in &self.0 {
            let path = directory.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match bytes.strip_prefix(b"->") {
                Some(target) => {
                    let target = std::str::from_utf8(target).unwrap();
                    std::os::unix::fs::symlink(target, path).unwrap();
                }
                None => std::fs::write(path, bytes).unwrap(),
            }
        }
    }
}

impl Image {
    /// An image for linux/amd64 with a history step for each layer and one without, at the end.
    pub(crate) fn new(layers: &[&[&str]]) -> Self {
        let layers: Vec<_> = layers.iter().map(|paths| layer(paths)).collect();
        let mut history: Vec<_> =
            (0..layers.len()).map(|at| json!({"created_by": format!("step {at}")})).collect();
        history.push(json!({"created_by": "CMD run", "empty_layer": true}));
        let config = json!({
            "architecture": "amd64", "os": "linux", "config": {"Cmd": ["run"], "Env": ["A=b"]},
            "history": history,
            "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|layer| digest(layer)).collect::<Vec<_>>()},
        });
        Self { layers, config }
    }

    /// The same image for another platform.
    pub(crate) fn on(mut self, os: &str, architecture: &str) -> Self {
        self.config["os"] = json!(os);
        self.config["architecture"] = json!(architecture);
        self
    }

    pub(crate) fn config_bytes(&self) -> Vec<u8> {
        self.config.to_string().into_bytes()
    }

    pub(crate) fn id(&self) -> String {
        digest(&self.config_bytes())
    }

    /// As Docker 1.10 to 24 saves it: v1 directories, the config, `manifest.json`, `repositories`. A layer equal to
    /// an earlier one is a link to it.
    pub(crate) fn docker(&self, tags: &[&str]) -> Tree {
        let mut tree = Tree::default();
        let mut known = BTreeMap::new();
        let mut parent = Value::Null;
        let mut paths = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let id = hex(format!("{at} {}", hex(layer)).as_bytes());
            let first = known.entry(hex(layer)).or_insert_with(|| id.clone()).clone();
            let bytes = if first == id {
                layer.clone()
            } else {
                format!("->../{first}/layer.tar").into_bytes()
            };
            tree.put(format!("{id}/layer.tar"), bytes).put(format!("{id}/VERSION"), "1.0");
            let json = json!({"id": id, "parent": parent, "os": "linux", "architecture": "amd64",
                "container_config": {"Cmd": ["/bin/sh", "-c", format!("step {at}")]}, "config": {"Cmd": ["run"]}});
            tree.put(format!("{id}/json"), json.to_string());
            paths.push(format!("{id}/layer.tar"));
            parent = json!(id);
        }
        let config = format!("{}.json", self.id().replace("sha256:", ""));
        tree.put(config.clone(), self.config_bytes());
        let tags = if tags.is_empty() { Value::Null } else { json!(tags) };
        tree.put(
            "manifest.json",
            json!([{"Config": config, "RepoTags": tags, "Layers": paths}]).to_string(),
        );
        tree
    }

    /// As Docker ≤ 1.9 saves it: v1 directories and `repositories`.
    pub(crate) fn docker_v1(&self, names: &Value) -> Tree {
        let mut tree = self.docker(&[]);
        tree.0.retain(|name, _| name.contains('/'));
        let manifest: Value = serde_json::from_slice(&self.docker(&[]).0["manifest.json"]).unwrap();
        let top = manifest[0]["Layers"].as_array().unwrap().last().unwrap().as_str().unwrap();
        let top = top.replace("/layer.tar", "");
        tree.put("repositories", names.to_string().replace("TOP", &top));
        tree
    }

    /// As kaniko saves it: compressed layers at the top, a config called by its digest.
    pub(crate) fn kaniko(&self, tag: &str) -> Tree {
        let mut tree = Tree::default();
        let mut paths = Vec::new();
        for layer in &self.layers {
            let layer = gzip(layer);
            paths.push(format!("{}.tar.gz", hex(&layer)));
            tree.put(format!("{}.tar.gz", hex(&layer)), layer);
        }
        tree.put(self.id(), self.config_bytes());
        let manifest = json!([{"Config": self.id(), "RepoTags": [tag], "Layers": paths}]);
        tree.put("manifest.json", manifest.to_string());
        tree
    }

    /// As podman and skopeo save it: `<diffid>.tar` at the top, v1 directories that link to them.
    pub(crate) fn podman(&self, tag: &str) -> Tree {
        let mut tree = Tree::default();
        let mut paths = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let name = format!("{}.tar", hex(layer));
            tree.put(name.clone(), layer.clone());
            tree.put(format!("{at:064}/layer.tar"), format!("->../{name}"));
            paths.push(name);
        }
        let config = format!("{}.json", self.id().replace("sha256:", ""));
        tree.put(config.clone(), self.config_bytes());
        let manifest = json!([{"Config": config, "RepoTags": [tag], "Layers": paths}]);
        tree.put("manifest.json", manifest.to_string());
        tree
    }

    /// As skopeo's `dir:` has it.
    pub(crate) fn dir(&self) -> Tree {
        let mut layout = Layout::default();
        let manifest = self.manifest(&mut layout);
        let mut tree = Tree::default();
        tree.put("manifest.json", manifest.to_string());
        tree.put("version", "Directory Transport Version: 1.1\n");
        for (name, bytes) in layout.tree.0 {
            tree.put(name.rsplit('/').next().unwrap(), bytes);
        }
        tree
    }

    /// The manifest, its blobs put into the layout. Layers are gzipped.
    pub(crate) fn manifest(&self, layout: &mut Layout) -> Value {
        let config = layout.blob("application/vnd.oci.image.config.v1+json", &self.config_bytes());
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|layer| layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", &gzip(layer)))
            .collect();
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})
    }
}

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An OCI layout in the making.
#[derive(Clone, Default)]
pub(crate) struct Layout {
    pub(crate) tree: Tree,
    pub(crate) index: Vec<Value>,
}

impl Layout {
    /// Stores a blob; gives its descriptor.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        self.tree.put(format!("blobs/sha256/{}", hex(bytes)), bytes);
        json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
    }

    /// Stores an image; gives the descriptor of its manifest.
    pub(crate) fn image(&mut self, image: &Image) -> Value {
        let manifest = image.manifest(self).to_string();
        self.blob(MANIFEST, manifest.as_bytes())
    }

    /// Stores an index of those descriptors; gives its own.
    pub(crate) fn index(&mut self, manifests: &[Value]) -> Value {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.blob(INDEX, index.to_string().as_bytes())
    }

    /// Adds an item to the top index.
    pub(crate) fn list(mut self, descriptor: Value) -> Self {
        self.index.push(descriptor);
        self
    }

    /// All files of the layout.
    pub(crate) fn finish(mut self) -> Tree {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.index});
        self.tree.put("index.json", index.to_string());
        self.tree.put("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
        self.tree
    }
}

/// A descriptor for a platform.
pub(crate) fn on(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({"os": os, "architecture": architecture});
    descriptor
}

/// A descriptor with a name.
pub(crate) fn named(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    descriptor
}
