//! Real archives of other ages and engines, and other projects' test images, against the model.

use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::compare::{self, Trust};
use super::engines::{run, wanted};
use super::image::{layer_tars, plain};
use super::layertui::Form;
use super::scratch::fresh;
use super::tarball::{self, Layer};
use super::union::{self, Union};

fn shared(path: &str) -> PathBuf {
    FsPath::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path)
}

/// Holds every merged tree and every diff of an image against its layers' tars.
fn hold(form: &Form, layers: &[Layer]) {
    let model = Union::of(layers);
    for layer in 0..layers.len() {
        let what = format!("{}, layer {layer}", form.argument);
        compare::tree(&what, &form.ls(layer), &model.trees[layer], Trust::Tars);
        let changes =
            union::changes(&model.before(layer), &model.trees[layer], &model.marks[layer]);
        compare::diff(&what, &form.diff(layer), &changes, &model, layer);
    }
}

/// The layers of an unpacked docker archive's image, as its manifest lists them.
fn saved_layers(root: &FsPath, image: usize) -> Vec<Layer> {
    let manifest: Value =
        serde_json::from_slice(&fs::read(root.join("manifest.json")).unwrap()).unwrap();
    let files = manifest[image]["Layers"].as_array().unwrap();
    files
        .iter()
        .map(|file| tarball::read(&plain(fs::read(root.join(file.as_str().unwrap())).unwrap())))
        .collect()
}

/// Unpacks a `.tar.zst` sample.
fn restored(name: &str) -> PathBuf {
    let to = fresh(name);
    let archive = shared(&format!("samples/archives/{name}.tar.zst"));
    let mut tar = Command::new("tar");
    tar.args(["--xattrs", "--xattrs-include=*", "-I", "zstd -d --long=27", "-xf"]);
    run(tar.arg(archive).arg("-C").arg(&to));
    to
}

#[test]
fn docker_save_of_three_ages() {
    if !wanted() {
        return;
    }
    for (name, image) in [("save-20.10", 0), ("save-28", 0), ("save-28", 1)] {
        let root = restored(name);
        let layers = saved_layers(&root, image);
        let archive = shared(&format!("samples/archives/{name}.tar.zst"));
        for place in [archive, root] {
            hold(&Form::new(name, format!("{}:@{image}", place.display())), &layers);
        }
    }
    // Docker 1.9 wrote no manifest: the chain of parents is the order.
    let root = restored("save-1.9");
    let repositories: Value =
        serde_json::from_slice(&fs::read(root.join("repositories")).unwrap()).unwrap();
    let tags = repositories.as_object().unwrap().values().next().unwrap();
    let mut id = tags.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    let mut layers = Vec::new();
    loop {
        let dir = root.join(&id);
        layers.insert(0, tarball::read(&fs::read(dir.join("layer.tar")).unwrap()));
        let json: Value = serde_json::from_slice(&fs::read(dir.join("json")).unwrap()).unwrap();
        match json["parent"].as_str() {
            Some(parent) => parent.clone_into(&mut id),
            None => break,
        }
    }
    let archive = shared("samples/archives/save-1.9.tar.zst").display().to_string();
    hold(&Form::new("save-1.9", archive), &layers);
}

#[test]
fn layouts_and_directories() {
    if !wanted() {
        return;
    }
    let layout = restored("oci-hello.dir").join("oci-hello");
    hold(&Form::new("oci", format!("oci:{}", layout.display())), &layer_tars_read(&layout));
    let archive = restored("ps-oci-archive");
    let form = shared("samples/archives/ps-oci-archive.tar.zst").display().to_string();
    hold(&Form::new("oci-archive", form), &layer_tars_read(&archive));
    let dir = restored("ps-docker-dir.dir").join("ps-docker-dir");
    let form = Form::new("dir", format!("dir:{}", dir.display()));
    assert_eq!(form.layers()["layers"].as_array().unwrap().len(), 4);
    // The same image, saved once more: the trees are the archive's.
    let last = form.ls(3).len();
    assert_eq!(last, Form::new("x", archive.display().to_string()).ls(3).len());
}

fn layer_tars_read(layout: &FsPath) -> Vec<Layer> {
    layer_tars(layout).iter().map(|tar| tarball::read(tar)).collect()
}

#[test]
fn other_projects_images() {
    if !wanted() {
        return;
    }
    let data = shared("fixtures/public/wagoodman_dive/.data");
    for name in ["test-docker-image", "test-kaniko-image"] {
        let archive = data.join(format!("{name}.tar"));
        let root = fresh(name);
        run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&root));
        hold(&Form::new(name, archive.display().to_string()), &saved_layers(&root, 0));
    }
}
