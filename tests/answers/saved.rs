//! Images made of layers' tars, in a place of their own, and layertui run on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use layertui::image::digest::Digest;
use serde_json::json;

use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// A directory for one journey.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A `docker save` archive of these layers.
    pub(crate) fn image(&self, name: &str, layers: &[Vec<u8>]) -> PathBuf {
        self.save(name, layers, layers, &json!({}))
    }

    /// The same with gzipped layers.
    pub(crate) fn compressed(&self, name: &str, layers: &[Vec<u8>]) -> PathBuf {
        let compressed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
        self.save(name, layers, &compressed, &json!({}))
    }

    /// An archive whose config speaks of `layers` and which has `stored`.
    pub(crate) fn save(
        &self,
        name: &str,
        layers: &[Vec<u8>],
        stored: &[Vec<u8>],
        config: &serde_json::Value,
    ) -> PathBuf {
        self.save_all(name, layers, stored, &json!({"config": config}))
    }

    /// The same with whatever else the image says of itself: `history`, `created`.
    pub(crate) fn save_all(
        &self,
        name: &str,
        layers: &[Vec<u8>],
        stored: &[Vec<u8>],
        more: &serde_json::Value,
    ) -> PathBuf {
        let diff_ids: Vec<_> = layers.iter().map(|layer| Digest::of(layer).to_string()).collect();
        let mut config = json!({"architecture": "amd64", "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids}});
        for (key, value) in more.as_object().unwrap() {
            config[key] = value.clone();
        }
        let config = config.to_string();
        let config_name = format!("{}.json", Digest::of(config.as_bytes()).encoded());
        let names: Vec<_> = (0..stored.len()).map(|at| format!("{at}/layer.tar")).collect();
        let manifest = json!([{"Config": config_name, "RepoTags": ["test:1"], "Layers": names}]);
        let mut tar = Tar::new().file(&config_name, &config);
        for (name, layer) in names.iter().zip(stored) {
            tar = tar.file(name, layer);
        }
        let path = self.path(name);
        let bytes = tar.file("manifest.json", manifest.to_string()).finish();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Runs layertui with nothing remembered.
pub(crate) fn layertui<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    // An image without a command is judged where CI=true.
    layertui.env_remove("CI").arg("--no-cache").args(arguments).output().unwrap()
}

/// `layertui extract IMAGE PATH DEST`, and what it says.
pub(crate) fn extract(image: &Path, path: &str, dest: &Path, more: &[&str]) -> (i32, String) {
    let mut arguments: Vec<&std::ffi::OsStr> =
        vec!["extract".as_ref(), image.as_ref(), path.as_ref(), dest.as_ref()];
    arguments.extend(more.iter().map(|more| std::ffi::OsStr::new(*more)));
    let output = layertui(&arguments);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}
