//! A store built in code: records, big data, tar-splits and the files beside them, from small layers.
//!
//! The layout is that of containers/storage (`store.go`, `images.go`, `layers.go`); tests damage it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::support::compress::gzip;
use crate::support::split::split;
use crate::support::tarball::Tar;

/// What a store records, before it is written.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) driver: &'static str,
    pub(crate) images: Vec<Value>,
    pub(crate) layers: Vec<Value>,
    pub(crate) containers: Vec<Value>,
    /// Big data and tar-splits, by path below the root.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Directories of layers' files, by layer, filled from a tar.
    contents: Vec<(String, Vec<u8>)>,
}

/// A layer of files that hold their own names; `-x` is a whiteout of `x`.
pub(crate) fn layer(paths: &[&str]) -> Vec<u8> {
    let add = |tar: Tar, path: &&str| match path.strip_prefix('-') {
        Some(gone) => tar.whiteout(gone),
        None => tar.file(path, path),
    };
    paths.iter().fold(Tar::new(), add).finish()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Digest::of(bytes).encoded().to_owned()
}

/// The file that a key's data lies in.
pub(crate) fn key_file(key: &str) -> String {
    if key == "manifest" { key.to_owned() } else { format!("={}", STANDARD.encode(key)) }
}

impl Store {
    pub(crate) fn new(driver: &'static str) -> Self {
        let (images, layers, containers) = (Vec::new(), Vec::new(), Vec::new());
        Self { driver, images, layers, containers, files: Vec::new(), contents: Vec::new() }
    }

    /// The directory that a layer's files lie in, below the root.
    pub(crate) fn directory(&self, id: &str) -> String {
        match self.driver {
            "overlay" => format!("overlay/{id}/diff"),
            "btrfs" => format!("btrfs/subvolumes/{id}"),
            driver => format!("{driver}/dir/{id}"),
        }
    }

    /// Records a layer and the files beside it; gives its ID.
    pub(crate) fn layer(&mut self, parent: Option<&str>, tar: &[u8]) -> String {
        let diff = hex(tar);
        let id = parent.map_or(diff.clone(), |parent| hex(format!("{parent}+{diff}").as_bytes()));
        if self.layers.iter().all(|layer| layer["id"] != id.as_str()) {
            let digest = format!("sha256:{diff}");
            self.layers.push(
                json!({"id": id, "parent": parent, "diff-digest": digest, "diff-size": tar.len(),
                "compressed-diff-digest": digest, "compressed-size": tar.len()}),
            );
            let path = format!("{}-layers/{id}.tar-split.gz", self.driver);
            self.files.push((path, gzip(split(tar).as_bytes())));
            self.contents.push((id.clone(), tar.to_vec()));
        }
        id
    }

    /// Records an image of these layers under a name; gives its ID, and the ID of its top layer.
    pub(crate) fn image(&mut self, name: &str, layers: &[Vec<u8>]) -> (String, String) {
        let mut top = None;
        for tar in layers {
            top = Some(self.layer(top.as_deref(), tar));
        }
        let digests: Vec<_> = layers.iter().map(|tar| format!("sha256:{}", hex(tar))).collect();
        let history: Vec<_> =
            (0..layers.len()).map(|at| json!({"created_by": format!("step {at}")})).collect();
        let config = json!({"architecture": "amd64", "os": "linux", "history": history,
            "rootfs": {"type": "layers", "diff_ids": digests}});
        let config = config.to_string().into_bytes();
        let id = hex(&config);
        let stored = |tar: &Vec<u8>| {
            json!({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": format!("sha256:{}", hex(&[tar, &b"packed"[..]].concat())), "size": 7})
        };
        let manifest = json!({"schemaVersion": 2, "layers": layers.iter().map(stored).collect::<Vec<_>>(),
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": format!("sha256:{id}"),
                "size": config.len()}});
        let manifest = manifest.to_string().into_bytes();
        let digest = format!("sha256:{}", hex(&manifest));
        let keys = [format!("sha256:{id}"), format!("manifest-{digest}"), "manifest".to_owned()];
        for (key, bytes) in keys.iter().zip([&config, &manifest, &manifest]) {
            self.big_data("images", &id, key, bytes);
        }
        self.images.push(json!({"id": id, "digest": digest, "names": [name], "layer": top,
            "big-data-names": keys, "created": "2026-01-02T03:04:05Z"}));
        (id, top.unwrap_or_default())
    }

    /// Puts a document beside an image or a layer.
    pub(crate) fn big_data(&mut self, what: &str, id: &str, key: &str, bytes: &[u8]) {
        let path = format!("{}-{what}/{id}/{}", self.driver, key_file(key));
        self.files.push((path, bytes.to_vec()));
    }

    /// Records a container of an image, with a layer of its own that has files but no tar-split; gives the layer's ID.
    pub(crate) fn container(&mut self, name: &str, image: &str, top: &str) -> String {
        let own = hex(name.as_bytes());
        self.layers.push(json!({"id": own, "parent": top, "names": [format!("{name}-layer")]}));
        self.containers
            .push(json!({"id": hex(own.as_bytes()), "names": [name], "image": image, "layer": own,
            "created": "2026-02-03T04:05:06Z"}));
        own
    }

    /// The layer's record, to be changed.
    pub(crate) fn record(&mut self, id: &str) -> &mut Value {
        self.layers.iter_mut().find(|layer| layer["id"] == id).unwrap()
    }

    pub(crate) fn write(&self, root: &Path) {
        let lists =
            [("images", &self.images), ("layers", &self.layers), ("containers", &self.containers)];
        for (what, list) in lists {
            put(
                root,
                &format!("{}-{what}/{what}.json", self.driver),
                &serde_json::to_vec(list).unwrap(),
            );
        }
        for (path, bytes) in &self.files {
            put(root, path, bytes);
        }
        for (id, tar) in &self.contents {
            unpack(tar, &root.join(self.directory(id)));
        }
    }
}

/// Writes a file and the directories on its way.
pub(crate) fn put(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// Regular files of a layer; what says that something is gone has no place in a driver's directory.
fn unpack(tar: &[u8], directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    for entry in tar::Archive::new(tar).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        if !path.contains(".wh.") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            put(directory, &path, &bytes);
        }
    }
}
