//! Writing data roots of Docker ≤ 1.9.

use std::fs;
use std::path::{Path, PathBuf};

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::disk;
use crate::layers::{Layers, command};
use crate::support::compress::gzip;
use crate::support::split::split;

/// Builder of a root: writes records at once; tests damage them afterwards.
pub(crate) struct Graph {
    pub(crate) root: PathBuf,
    pub(crate) driver: &'static str,
    /// The IDs of the layers, base first.
    pub(crate) ids: Vec<String>,
}

/// 64 hexadecimal digits derived from a name.
pub(crate) fn id(name: &str) -> String {
    Digest::of(name.as_bytes()).encoded().to_owned()
}

impl Graph {
    /// `graph/` and the names, without any layer's files. `tar_data`: Docker 1.8 and later wrote tar-splits.
    pub(crate) fn new(root: &Path, driver: &'static str, layers: &Layers, tar_data: bool) -> Self {
        let ids: Vec<String> = (0..layers.len()).map(|at| id(&format!("layer {at}"))).collect();
        let graph = Self { root: root.to_owned(), driver, ids };
        for (at, id) in graph.ids.iter().enumerate() {
            graph.put_json(at, &graph.json(at));
            graph.put(&format!("graph/{id}/layersize"), &layers.size(at).to_string());
            if tar_data {
                let path = graph.root.join(format!("graph/{id}/tar-data.json.gz"));
                fs::write(path, gzip(split(&layers.tars[at]).as_bytes())).unwrap();
            }
        }
        for dir in ["graph/_tmp", "init", "tmp", "trust", "volumes", "containers"] {
            fs::create_dir_all(graph.root.join(dir)).unwrap();
        }
        let names = json!({"Repositories": {"lab/hello": {"1": graph.top()}}});
        graph.put(&format!("repositories-{driver}"), &names.to_string());
        graph
    }

    /// With the files of each layer as the driver keeps them.
    pub(crate) fn with_files(self, layers: &Layers) -> Self {
        for at in 0..layers.len() {
            let (id, tar) = (&self.ids[at], &layers.tars[at]);
            match self.driver {
                "aufs" => {
                    disk::verbatim(tar, &self.path(&format!("aufs/diff/{id}")));
                    self.aufs_records(id, &self.ids[..at]);
                }
                "vfs" => disk::copied(&layers.tars[..=at], &self.path(&format!("vfs/dir/{id}"))),
                "btrfs" => {
                    let to = self.path(&format!("btrfs/subvolumes/{id}"));
                    disk::copied(&layers.tars[..=at], &to);
                }
                "overlay" => {
                    let root = |id: &String| self.path(&format!("overlay/{id}/root"));
                    let parent = at.checked_sub(1).map(|below| root(&self.ids[below]));
                    disk::linked(parent.as_deref(), tar, &root(id));
                }
                "devicemapper" => {
                    let metadata = json!({"device_id": at + 1, "size": 10_737_418_240u64,
                        "transaction_id": at + 1, "initialized": true, "deleted": false});
                    self.put(&format!("devicemapper/metadata/{id}"), &metadata.to_string());
                }
                other => panic!("no driver {other}"),
            }
        }
        self
    }

    /// aufs's list of ancestors, nearest first, and an empty mount point. `below` is base first.
    pub(crate) fn aufs_records(&self, id: &str, below: &[String]) {
        let ancestors: String = below.iter().rev().flat_map(|id| [id.as_str(), "\n"]).collect();
        self.put(&format!("aufs/layers/{id}"), &ancestors);
        fs::create_dir_all(self.path(&format!("aufs/mnt/{id}"))).unwrap();
    }

    /// The image JSON of a layer.
    pub(crate) fn json(&self, at: usize) -> Value {
        let command = command(at);
        let words: Vec<&str> = command.splitn(3, ' ').collect();
        let mut json = json!({
            "id": self.ids[at], "created": "2020-09-13T12:26:40Z", "docker_version": "1.9.1",
            "container_config": {"Cmd": words}, "config": {"Cmd": ["run"]},
            "architecture": "amd64", "os": "linux",
        });
        if at > 0 {
            json["parent"] = json!(self.ids[at - 1]);
        }
        json
    }

    pub(crate) fn put_json(&self, at: usize, json: &Value) {
        self.put(&format!("graph/{}/json", self.ids[at]), &json.to_string());
    }

    /// A container with that name; gives its ID.
    pub(crate) fn container(&self, name: &str) -> String {
        let id = id(&format!("container {name}"));
        let config = json!({
            "ID": id, "Created": "2020-09-14T00:00:00Z", "Name": format!("/{name}"),
            "Image": self.top(), "Driver": self.driver, "Config": {"Image": "lab/hello:1"},
        });
        self.put(&format!("containers/{id}/config.json"), &config.to_string());
        id
    }

    pub(crate) fn top(&self) -> &str {
        self.ids.last().unwrap()
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    pub(crate) fn put(&self, below: &str, contents: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// A reference to the image.
    pub(crate) fn reference(&self) -> String {
        format!("docker-root:[{}]lab/hello:1", self.root.display())
    }
}
