//! Writing data roots of Docker ≥ 1.10.

use std::fs;
use std::path::{Path, PathBuf};

use layertui::image::digest::Digest;
use serde_json::json;

use crate::disk;
use crate::graph::id;
use crate::layers::Layers;
use crate::support::compress::gzip;
use crate::support::split::split;

/// Builder of a root: writes records at once; tests damage them afterwards.
pub(crate) struct ImageStore {
    pub(crate) root: PathBuf,
    pub(crate) driver: &'static str,
    /// Cache IDs of the layers, base first.
    pub(crate) cache_ids: Vec<String>,
    /// The layers' chain IDs, without `sha256:`.
    pub(crate) chain: Vec<String>,
    /// The image's ID.
    pub(crate) image: String,
}

impl ImageStore {
    /// `image/<driver>`, without any layer's files.
    pub(crate) fn new(root: &Path, driver: &'static str, layers: &Layers, tar_split: bool) -> Self {
        let config = layers.config().to_string();
        let chain = chain(&layers.diff_ids());
        let store = Self {
            root: root.to_owned(),
            driver,
            // The topmost as BuildKit names them.
            cache_ids: (0..layers.len())
                .map(|at| id(&format!("cache {at}")))
                .take(layers.len() - 1)
                .chain(["k2zq3x9w8v7u6t5s4r1p0o9n8".to_owned()])
                .collect(),
            chain,
            image: Digest::of(config.as_bytes()).as_str().to_owned(),
        };
        let hex = store.image.trim_start_matches("sha256:");
        store.put(&format!("imagedb/content/sha256/{hex}"), &config);
        for (at, diff_id) in layers.diff_ids().iter().enumerate() {
            let at_layer = |name: &str| format!("layerdb/sha256/{}/{name}", store.chain[at]);
            store.put(&at_layer("cache-id"), &store.cache_ids[at]);
            store.put(&at_layer("diff"), diff_id);
            store.put(&at_layer("size"), &layers.size(at).to_string());
            if let Some(below) = at.checked_sub(1) {
                store.put(&at_layer("parent"), &format!("sha256:{}", store.chain[below]));
            }
            if tar_split {
                let path = store.record(&at_layer("tar-split.json.gz"));
                fs::write(path, gzip(split(&layers.tars[at]).as_bytes())).unwrap();
            }
        }
        store.names(&[("lab/hello:1", &store.image)]);
        for dir in ["layerdb/mounts", "layerdb/tmp", "distribution"] {
            fs::create_dir_all(store.record(dir)).unwrap();
        }
        fs::create_dir_all(store.root.join("containers")).unwrap();
        store
    }

    /// Writes the names: `repository:tag` or `repository@sha256:…`.
    pub(crate) fn names(&self, names: &[(&str, &str)]) {
        let mut repositories = json!({});
        for (name, id) in names {
            let repository = name.split('@').next().unwrap();
            let repository = if name.contains('@') {
                repository
            } else {
                repository.rsplit_once(':').unwrap().0
            };
            repositories[repository][name] = json!(id);
        }
        self.put("repositories.json", &json!({"Repositories": repositories}).to_string());
    }

    /// With the files of each layer as the driver keeps them.
    pub(crate) fn with_files(self, layers: &Layers) -> Self {
        for at in 0..layers.len() {
            let (id, tar) = (&self.cache_ids[at], &layers.tars[at]);
            let dir = |below: &str| self.root.join(below);
            match self.driver {
                "overlay2" | "fuse-overlayfs" => {
                    disk::overlay(tar, &dir(&format!("{}/{id}/diff", self.driver)));
                }
                "aufs" => disk::verbatim(tar, &dir(&format!("aufs/diff/{id}"))),
                "vfs" => disk::copied(&layers.tars[..=at], &dir(&format!("vfs/dir/{id}"))),
                "zfs" => disk::copied(&layers.tars[..=at], &dir(&format!("zfs/graph/{id}"))),
                "overlay" => {
                    let root = |id: &String| dir(&format!("overlay/{id}/root"));
                    let parent = at.checked_sub(1).map(|below| root(&self.cache_ids[below]));
                    disk::linked(parent.as_deref(), tar, &root(id));
                }
                other => panic!("no driver {other}"),
            }
        }
        self
    }

    /// A container with that name; gives its mount ID.
    pub(crate) fn container(&self, name: &str) -> String {
        let (id, mount) = (id(&format!("container {name}")), id(&format!("mount {name}")));
        let at = format!("layerdb/mounts/{id}");
        self.put(&format!("{at}/mount-id"), &mount);
        self.put(&format!("{at}/init-id"), &format!("{mount}-init"));
        self.put(&format!("{at}/parent"), &format!("sha256:{}", self.chain.last().unwrap()));
        let config = json!({
            "ID": id, "Created": "2020-09-14T00:00:00Z", "Name": format!("/{name}"),
            "Image": self.image, "Driver": self.driver, "Config": {"Image": "lab/hello:1"},
            "MountPoints": {"/data": {"Destination": "/data", "Type": "volume", "Name": "v", "RW": false}},
        });
        let path = self.root.join(format!("containers/{id}/config.v2.json"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let host = path.with_file_name("hostconfig.json");
        fs::write(path, config.to_string()).unwrap();
        fs::write(host, r#"{"Tmpfs": {"/tmp": ""}}"#).unwrap();
        mount
    }

    /// A path below `image/<driver>`.
    pub(crate) fn record(&self, below: &str) -> PathBuf {
        self.root.join("image").join(self.driver).join(below)
    }

    pub(crate) fn put(&self, below: &str, contents: &str) {
        let path = self.record(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// A reference to the image.
    pub(crate) fn reference(&self) -> String {
        format!("docker-root:[{}]lab/hello:1", self.root.display())
    }
}

/// The hexadecimal chain IDs of a stack.
fn chain(diff_ids: &[String]) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            None => diff_id.trim_start_matches("sha256:").to_owned(),
            Some(below) => id(&format!("sha256:{below} {diff_id}")),
        });
    }
    chain
}
