//! The built image once more, written as builders write that are not run here: kaniko's and jib's archives, a layout of
//! rules_oci.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::lab::NAME;
use super::layertui::Form;
use super::layout::Layout;
use super::support::tarball::Tar;

/// The forms, below `home`.
pub fn forms(layout: &Layout, home: &Path) -> Vec<Form> {
    let file = |name: &str, bytes: Vec<u8>| {
        let path = home.join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    vec![
        Form::new("kaniko-like", file("kaniko.tar", archive(layout, str::to_owned))),
        Form::new("jib-like", file("jib.tar", archive(layout, str::to_lowercase))),
        Form::new("rules_oci-like", linked(layout, &home.join("rules_oci"))),
    ]
}

/// Compressed layers called by their digest at the archive's top, the config by its digest; no directories, no times.
fn archive(layout: &Layout, case: fn(&str) -> String) -> Vec<u8> {
    let manifest = layout.manifest();
    let config = manifest["config"]["digest"].as_str().unwrap();
    let mut tar = Tar::new().file(config, fs::read(layout.blob(&json!(config))).unwrap());
    let mut names = Vec::new();
    for layer in manifest["layers"].as_array().unwrap() {
        let digest = layer["digest"].as_str().unwrap();
        let name = format!("{}.tar.gz", digest.trim_start_matches("sha256:"));
        tar = tar.file(&name, fs::read(layout.blob(&layer["digest"])).unwrap());
        names.push(name);
    }
    let saved = [("Config", json!(config)), ("RepoTags", json!([NAME])), ("Layers", json!(names))];
    let saved: Map<String, Value> =
        saved.into_iter().map(|(key, value)| (case(key), value)).collect();
    tar.file("manifest.json", json!([saved]).to_string()).finish()
}

/// A layout whose blobs are links to those of another, as Bazel leaves the outputs of rules_oci.
fn linked(layout: &Layout, to: &Path) -> String {
    let blobs = to.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    for name in ["index.json", "oci-layout"] {
        fs::copy(layout.dir.join(name), to.join(name)).unwrap();
    }
    let up = Path::new("../../..").join(layout.dir.file_name().unwrap()).join("blobs/sha256");
    for blob in fs::read_dir(layout.dir.join("blobs/sha256")).unwrap() {
        let name = blob.unwrap().file_name();
        symlink(up.join(&name), blobs.join(name)).unwrap();
    }
    to.display().to_string()
}
