//! An image, what an engine says of it, and the program under test with nothing of this machine around it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use layertui::image::digest::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::peer::{Peer, Reply};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// Its name.
pub(crate) const NAME: &str = "lab/engine:1";

/// The ID of a container of it.
const CONTAINER: &str = "c0ffee";

/// An image of two layers: the second changes, removes and adds.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) archive: Vec<u8>,
    pub(crate) id: String,
    pub(crate) layers: Vec<String>,
}

impl Image {
    pub(crate) fn new() -> Self {
        let big = vec![b'x'; 300_000];
        let layers = [
            Tar::new().file("etc/a", "one").file("etc/b", "two").file("big", &big).finish(),
            Tar::new().file("etc/a", "other").file("etc/.wh.b", "").file("new", "new").finish(),
        ];
        let ids = layers.each_ref().map(|layer| Digest::of(layer).as_str().to_owned());
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": "2020-01-01T00:00:00Z",
            "config": {"Env": ["A=1"]}, "rootfs": {"type": "layers", "diff_ids": ids},
            "history": [
                {"created": "1970-01-01T00:00:01Z", "created_by": "COPY all /"},
                {"created": "1970-01-01T00:00:02Z", "created_by": "ENV A=1", "empty_layer": true},
                {"created": "1970-01-01T00:00:03Z", "created_by": "RUN change"},
            ],
        })
        .to_string();
        let id = Digest::of(config.as_bytes());
        let config_name = format!("{}.json", id.encoded());
        let manifest = json!([
            {"Config": config_name, "RepoTags": [NAME], "Layers": ["0/layer.tar", "1/layer.tar"]},
        ]);
        let archive = Tar::new()
            .file("0/layer.tar", &layers[0])
            .file("1/layer.tar", &layers[1])
            .file(&config_name, &config)
            .file("manifest.json", manifest.to_string())
            .finish();
        Self { archive, id: id.as_str().to_owned(), layers: ids.to_vec() }
    }

    /// The same image as an OCI layout, which may be compressed and may have a `manifest.json` as well.
    pub(crate) fn as_layout(&self, compressed: bool, old_way: bool) -> Vec<u8> {
        let mut config = None;
        let mut layers = Vec::new();
        for entry in tar::Archive::new(&self.archive[..]).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            match &*entry.path_bytes() {
                b"manifest.json" => {}
                name if name.ends_with(b".tar") => {
                    layers.push(if compressed { gzip(&bytes) } else { bytes });
                }
                _ => config = Some(bytes),
            }
        }
        let config = config.unwrap();
        let path = |bytes: &[u8]| format!("blobs/sha256/{}", Digest::of(bytes).encoded());
        let described = |kind: &str, bytes: &[u8]| {
            json!({"mediaType": format!("application/vnd.oci.image.{kind}"), "size": bytes.len(),
                "digest": Digest::of(bytes).as_str()})
        };
        let kind = if compressed { "layer.v1.tar+gzip" } else { "layer.v1.tar" };
        let manifest = json!({"schemaVersion": 2, "config": described("config.v1+json", &config),
            "layers": layers.iter().map(|layer| described(kind, layer)).collect::<Vec<_>>()});
        let manifest = manifest.to_string();
        let mut item = described("manifest.v1+json", manifest.as_bytes());
        item["annotations"] = json!({"io.containerd.image.name": NAME});
        let index = json!({"schemaVersion": 2, "manifests": [item]});
        let mut tar = Tar::new()
            .file(path(&config), &config)
            .file(path(manifest.as_bytes()), &manifest)
            .file("index.json", index.to_string())
            .file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
        for layer in &layers {
            tar = tar.file(path(layer), layer);
        }
        if old_way {
            let layers: Vec<String> = layers.iter().map(|layer| path(layer)).collect();
            let old = json!([{"Config": path(&config), "RepoTags": [NAME], "Layers": layers}]);
            tar = tar.file("manifest.json", old.to_string());
        }
        tar.finish()
    }

    pub(crate) fn inspect(&self) -> Value {
        json!({
            "Id": self.id, "RepoTags": [NAME], "RepoDigests": [], "Created": "2020-01-01T00:00:00Z",
            "Os": "linux", "Architecture": "amd64", "Config": {"Env": ["A=1"]},
            "RootFS": {"Type": "layers", "Layers": self.layers},
        })
    }

    fn history() -> Value {
        json!([
            {"Id": "<missing>", "Created": 3, "CreatedBy": "RUN change", "Size": 8, "Comment": ""},
            {"Id": "<missing>", "Created": 2, "CreatedBy": "ENV A=1", "Size": 0, "Comment": ""},
            {"Id": "<missing>", "Created": 1, "CreatedBy": "COPY all /", "Size": 300_006, "Comment": ""},
        ])
    }

    /// What a sound engine that has this image answers.
    pub(crate) fn answer(&self, path: &str) -> Reply {
        let list = || json!([{"Id": self.id, "RepoTags": [NAME], "Created": 1, "Size": 300_014}]);
        if path == "/_ping" {
            return Reply::Raw(b"OK".to_vec());
        }
        if path == "/images/json" {
            return Reply::Json(list());
        }
        if path == "/containers/json?all=1" {
            return Reply::Json(json!([
                {"Id": CONTAINER, "Names": ["/web"], "Image": NAME, "Created": 1},
            ]));
        }
        if ["/containers/web/json".to_owned(), format!("/containers/{CONTAINER}/json")]
            .iter()
            .any(|it| it == path)
        {
            let mounts = json!([{"Type": "bind", "Source": "/srv", "Destination": "/data", "RW": false}, {"Destination": 7}]);
            return Reply::Json(
                json!({"Id": CONTAINER, "Name": "/web", "Image": self.id, "Mounts": mounts}),
            );
        }
        if path == format!("/containers/{CONTAINER}/export") {
            return Reply::Stream(merged().finish());
        }
        if path == format!("/containers/{CONTAINER}/changes") {
            return Reply::Json(json!([
                {"Path": "/etc", "Kind": 0}, {"Path": "/etc/from-the-container", "Kind": 1},
                {"Path": "/etc/a", "Kind": 0}, {"Path": "/new", "Kind": 2},
            ]));
        }
        if path == "/info" {
            return Reply::Json(json!({"DockerRootDir": "/nowhere/at/all", "Driver": "overlay2"}));
        }
        for name in [NAME, &self.id] {
            match path.strip_prefix(&format!("/images/{name}")) {
                Some("/json") => return Reply::Json(self.inspect()),
                Some("/history") => return Reply::Json(Self::history()),
                Some("/get") => return Reply::Stream(self.archive.clone()),
                _ => {}
            }
        }
        Reply::No(404, "no such thing")
    }
}

/// The merged tree of the container: in it one file is new, one is changed and one is removed.
fn merged() -> Tar {
    Tar::new()
        .file(".dockerenv", "")
        .dir("etc/", 0o755)
        .file("etc/from-the-container", "x")
        .file("etc/a", "by the container")
        .file("big", vec![b'x'; 300_000])
}

/// The program, an engine for it, and a folder.
pub(crate) struct Stage {
    pub(crate) home: TempDir,
    pub(crate) image: Image,
    pub(crate) peer: Peer,
}

impl Stage {
    /// A sound engine.
    pub(crate) fn new() -> Self {
        Self::with(|_| None)
    }

    /// An engine that gives other answers where `other` has some.
    pub(crate) fn with(other: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::speaking("1.41", other)
    }

    /// One of that version of the API.
    pub(crate) fn speaking(
        version: &'static str,
        other: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let image = Image::new();
        let sound = image.clone();
        let answer = move |path: &str| other(path).unwrap_or_else(|| sound.answer(path));
        let peer = Peer::start(home.path(), version, answer);
        Self { home, image, peer }
    }

    /// One whose exports are not sound.
    pub(crate) fn exporting(export: impl Fn(Vec<u8>) -> Reply + Send + Sync + 'static) -> Self {
        let archive = Image::new().archive;
        Self::with(move |path| path.ends_with("/get").then(|| export(archive.clone())))
    }

    /// The image as a file.
    pub(crate) fn archive(&self) -> PathBuf {
        let path = self.home.path().join("image.tar");
        std::fs::write(&path, &self.image.archive).unwrap();
        path
    }

    /// The program with the engine in `DOCKER_HOST`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(
            arguments,
            &[("DOCKER_HOST", &format!("unix://{}", self.peer.socket.display()))],
        )
    }

    /// The program with these variables, and no engine unless they name one.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        layertui(self.home.path(), variables).args(arguments).output().unwrap()
    }

    /// What it prints.
    pub(crate) fn prints(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The program with nothing of this machine around it.
pub(crate) fn layertui(home: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layertui"));
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command.envs(variables.iter().copied());
    command
}

/// What a program says on standard error.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
