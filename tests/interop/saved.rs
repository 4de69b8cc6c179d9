//! Images saved by others, found again without layertui: what lies in an unpacked archive, and in which order its
//! layers are.

use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::engines::run;
use super::layout::{Layout, json_file, uncompressed};
use super::scratch::fresh;
use super::tarball::{self, Layer};

/// What the project is given to try against, beside its root. Under `LAYERTUI_INTEROP=1` it has to be there.
pub fn shared(path: &str) -> PathBuf {
    let file = FsPath::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    assert!(file.exists(), "{} is missing", file.display());
    file
}

/// The files of a folder with that ending, by name.
pub fn files(folder: &FsPath, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|file| file.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

/// Unpacks an archive, compressed or not, as it was made: with attributes and devices.
pub fn restore(archive: &FsPath) -> PathBuf {
    let dir = fresh("restored-");
    let mut tar = Command::new("tar");
    tar.args(["--xattrs", "--xattrs-include=*", "--numeric-owner"]);
    if archive.extension().is_some_and(|ending| ending == "zst") {
        tar.args(["-I", "zstd -d --long=27"]);
    }
    run(tar.arg("-xf").arg(archive).arg("-C").arg(&dir));
    dir
}

/// The images in a folder: what has to be added to its name to mean one of several, and its layers, base first.
pub fn images(dir: &FsPath) -> Vec<(String, Vec<Layer>)> {
    let read = |files: Vec<PathBuf>| {
        files.iter().map(|file| tarball::read(&uncompressed(file))).collect::<Vec<Layer>>()
    };
    let manifest = dir.join("manifest.json");
    let one = |layers| vec![(String::new(), layers)];
    if manifest.exists() {
        match json_file(&manifest) {
            Value::Array(images) if images.len() == 1 => {
                one(read(saved_by_docker(dir, &images[0])))
            }
            Value::Array(images) => images
                .iter()
                .enumerate()
                .map(|(at, image)| (format!(":@{at}"), read(saved_by_docker(dir, image))))
                .collect(),
            copied => one(read(copied_by_skopeo(dir, &copied))),
        }
    } else if dir.join("index.json").exists() {
        one(layout(dir).layers())
    } else {
        one(read(saved_by_old_docker(dir)))
    }
}

/// A folder that is an OCI layout of one image.
pub fn layout(dir: &FsPath) -> Layout {
    Layout { dir: dir.to_owned(), tag: String::new() }
}

/// `manifest.json` of `docker save` since 1.10.
fn saved_by_docker(dir: &FsPath, image: &Value) -> Vec<PathBuf> {
    let layers = image["Layers"].as_array().unwrap();
    layers.iter().map(|layer| dir.join(layer.as_str().unwrap())).collect()
}

/// `manifest.json` of skopeo's `dir:`.
fn copied_by_skopeo(dir: &FsPath, manifest: &Value) -> Vec<PathBuf> {
    let layers = manifest["layers"].as_array().unwrap().iter();
    let hex = |layer: &Value| layer["digest"].as_str().unwrap().replace("sha256:", "");
    layers.map(|layer| dir.join(hex(layer))).collect()
}

/// Docker before 1.10: `repositories` names the top layer, each layer its parent.
fn saved_by_old_docker(dir: &FsPath) -> Vec<PathBuf> {
    let repositories = json_file(&dir.join("repositories"));
    let tags = repositories.as_object().unwrap().values().next().unwrap();
    let mut next = tags.as_object().unwrap().values().next().unwrap().clone();
    let mut layers = Vec::new();
    while let Some(id) = next.as_str() {
        layers.push(dir.join(id).join("layer.tar"));
        next = json_file(&dir.join(id).join("json"))["parent"].clone();
    }
    layers.reverse();
    layers
}
