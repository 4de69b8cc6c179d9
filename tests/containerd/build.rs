//! Stores in code: images as blobs, snapshots, and the databases that record both.

use std::fs;
use std::path::PathBuf;

use layertui::image::digest::Digest;
use layertui::source::{Choice, Opened, Options, Source, open};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::database::{Bucket, Layout, write};

/// 2023-01-02T03:04:05.000000006Z, as Go writes it.
pub const TIME: [u8; 15] = [1, 0, 0, 0, 14, 219, 68, 64, 165, 0, 0, 0, 6, 0xFF, 0xFF];

pub struct Store {
    pub root: TempDir,
    pub records: Bucket,
    pub snapshots: Bucket,
    ids: u8,
}

/// An image in a store.
pub struct Image {
    pub manifest: Digest,
    pub config: Digest,
    pub layers: Vec<Digest>,
    pub chain: Vec<String>,
}

impl Store {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("io.containerd.content.v1.content/blobs")).unwrap();
        let mut records = Bucket::default();
        records.bucket("v1").set("version", [8]);
        Self { root, records, snapshots: Bucket::default(), ids: 0 }
    }

    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        let blobs = self.root.path().join("io.containerd.content.v1.content/blobs");
        blobs.join(digest.algorithm()).join(digest.encoded())
    }

    pub fn blob(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let path = self.blob_path(&digest);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        digest
    }

    pub fn json(&self, value: &Value) -> (Digest, usize) {
        let bytes = value.to_string().into_bytes();
        (self.blob(&bytes), bytes.len())
    }

    /// An image whose layers have a file each, of that name.
    pub fn image(&self, architecture: &str, files: &[&str]) -> Image {
        let tars: Vec<Vec<u8>> = files.iter().map(|file| layer(file)).collect();
        let layers: Vec<Digest> = tars.iter().map(|tar| self.blob(tar)).collect();
        let ids: Vec<&str> = layers.iter().map(Digest::as_str).collect();
        let (config, size) = self.json(&json!({
            "architecture": architecture, "os": "linux", "created": "2024-05-06T07:08:09Z",
            "rootfs": {"type": "layers", "diff_ids": ids},
        }));
        let described = layers.iter().zip(&tars).map(|(digest, tar)| {
            json!({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest.as_str(), "size": tar.len()})
        });
        let (manifest, _) = self.json(&json!({
            "schemaVersion": 2,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config.as_str(), "size": size},
            "layers": described.collect::<Vec<_>>(),
        }));
        let mut chain: Vec<String> = Vec::new();
        for id in ids {
            chain.push(match chain.last() {
                None => id.to_owned(),
                Some(below) => Digest::of(format!("{below} {id}").as_bytes()).as_str().to_owned(),
            });
        }
        Image { manifest, config, layers, chain }
    }

    pub fn name(&mut self, namespace: &str, name: &str, target: &str) {
        let image = self.records.path(&["v1", namespace, "images", name]);
        image.set("createdat", TIME).set("updatedat", TIME);
        image.bucket("target").set("digest", target).set("mediatype", "x").set("size", [0]);
    }

    /// A snapshot with a file of that name.
    pub fn snapshot(
        &mut self,
        namespace: &str,
        key: &str,
        parent: Option<&str>,
        kind: u8,
        file: &str,
    ) {
        self.ids += 1;
        let full = |key: &str| format!("{namespace}/1/{key}");
        let path = ["v1", namespace, "snapshots", "overlayfs", key];
        self.records.path(&path).set("name", full(key));
        let snapshot = self.snapshots.path(&["v1", "snapshots", &full(key)]);
        snapshot.set("id", [self.ids]).set("kind", [kind]);
        if let Some(parent) = parent {
            snapshot.set("parent", full(parent));
        }
        let directory = self.snapshot_directory(self.ids);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(file), file).unwrap();
    }

    pub fn snapshot_directory(&self, id: u8) -> PathBuf {
        let snapshotter = self.root.path().join("io.containerd.snapshotter.v1.overlayfs");
        snapshotter.join("snapshots").join(id.to_string()).join("fs")
    }

    pub fn unpack(&mut self, namespace: &str, image: &Image, files: &[&str]) {
        let mut parent = None;
        for (key, file) in image.chain.iter().zip(files) {
            self.snapshot(namespace, key, parent, 3, file);
            parent = Some(key.as_str());
        }
    }

    /// The records of the store and those of its snapshotter, each with the file that holds them.
    pub fn databases(&self) -> [(PathBuf, &Bucket); 2] {
        let root = self.root.path();
        [
            (root.join("io.containerd.metadata.v1.bolt/meta.db"), &self.records),
            (root.join("io.containerd.snapshotter.v1.overlayfs/metadata.db"), &self.snapshots),
        ]
    }

    /// A store with an image that was unpacked, and a container on it: `lab/hello:1` and `box`.
    pub fn small() -> Self {
        let mut store = Self::new();
        let hello = store.image("amd64", &["a"]);
        store.name("default", "docker.io/lab/hello:1", hello.manifest.as_str());
        store.unpack("default", &hello, &["a"]);
        store.snapshot("default", "box", Some(&hello.chain[0]), 2, "written");
        let container = store.records.path(&["v1", "default", "containers", "box"]);
        container.set("image", "docker.io/lab/hello:1").set("createdat", TIME);
        container.set("snapshotter", "overlayfs").set("snapshotKey", "box");
        store
    }

    /// Writes the databases; returns a reference into the store.
    pub fn asking(&self, what: &str) -> String {
        for (path, bucket) in self.databases() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, write(bucket, Layout::default())).unwrap();
        }
        format!("containerd:[{}]{what}", self.root.path().display())
    }

    pub fn open(&self, what: &str) -> Box<dyn Source> {
        image(&self.asking(what))
    }

    pub fn error(&self, what: &str) -> String {
        open(&self.asking(what), &Options::default()).unwrap_err().to_string()
    }

    pub fn choices(&self) -> Vec<Choice> {
        self.asking("");
        match open(self.root.path().to_str().unwrap(), &Options::default()).unwrap() {
            Opened::Several(several) => several.choices,
            Opened::Image(_) => unreachable!("only one"),
        }
    }
}

pub fn image(argument: &str) -> Box<dyn Source> {
    match open(argument, &Options::default()).unwrap() {
        Opened::Image(source) => source,
        Opened::Several(several) => unreachable!("{several:?}"),
    }
}

fn layer(file: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(file.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, file, file.as_bytes()).unwrap();
    tar.into_inner().unwrap()
}
