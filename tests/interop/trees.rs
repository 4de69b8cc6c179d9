//! The built image: merged trees and diffs in every form, against umoci, podman and the model.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::compare::{self, Trust};
use super::engines::{run, text, wanted};
use super::image::{NAME, built, cut, documents};
use super::layertui::Form;
use super::scratch::fresh;
use super::{disk, tree, union};

fn layers() -> usize {
    built().layers.len()
}

fn layout() -> &'static Form {
    &built().forms[0]
}

#[test]
fn the_image_has_every_kind_of_change() {
    if !wanted() {
        return;
    }
    let model = &built().model;
    let kinds = |kind: &str| {
        (0..layers()).any(|at| {
            union::changes(&model.before(at), &model.trees[at], &model.marks[at])
                .values()
                .any(|change| change.kind == kind)
        })
    };
    for kind in ["added", "modified", "metadata", "rewritten", "removed"] {
        assert!(kinds(kind), "{kind}");
    }
    assert!(model.marks.iter().any(|marks| !marks.whiteouts.is_empty()));
    assert!(model.marks.iter().any(|marks| !marks.opaque.is_empty()));
    let last = &model.trees[layers() - 1];
    assert!(last.keys().any(|path| std::str::from_utf8(path).is_err()));
    assert!(last.values().any(|node| node.xattrs.contains_key(&b"security.capability"[..])));
    assert!(last.values().any(|node| node.mode & 0o4000 != 0));
}

#[test]
fn merged_trees_are_those_of_the_layers() {
    if !wanted() {
        return;
    }
    for layer in 0..layers() {
        let what = format!("layer {layer}");
        compare::tree(&what, &layout().ls(layer), &built().model.trees[layer], Trust::Tars);
    }
}

#[test]
fn diffs_are_those_of_the_layers() {
    if !wanted() {
        return;
    }
    let model = &built().model;
    for layer in 0..layers() {
        let changes =
            union::changes(&model.before(layer), &model.trees[layer], &model.marks[layer]);
        compare::diff(&format!("layer {layer}"), &layout().diff(layer), &changes, model, layer);
    }
}

#[test]
fn every_merged_tree_is_what_umoci_unpacks() {
    if !wanted() {
        return;
    }
    for layer in 0..layers() {
        let place = fresh("umoci");
        cut(&built().layout, layer, &place.join("cut"));
        let image = format!("{}:cut", place.join("cut").display());
        let bundle = place.join("bundle");
        run(Command::new("umoci").args(["unpack", "--image", &image]).arg(&bundle));
        let unpacked = disk::walk(&bundle.join("rootfs"));
        compare::tree(
            &format!("umoci, layer {layer}"),
            &layout().ls(layer),
            &unpacked,
            Trust::Disk,
        );
        fs::remove_dir_all(place).unwrap();
    }
}

#[test]
fn the_final_tree_is_what_podman_mounts() {
    if !wanted() {
        return;
    }
    let copy = fresh("mounted");
    let script = format!("cp -a --preserve=all \"$(podman image mount {NAME})/.\" \"$1\"");
    run(&mut built().engines.script(&script, &[&copy]));
    let mounted = disk::walk(&copy);
    compare::tree("podman", &layout().ls(layers() - 1), &mounted, Trust::Disk);
}

#[test]
fn every_form_says_the_same() {
    if !wanted() {
        return;
    }
    let last = (layers() - 1).to_string();
    let tree = ["--recursive", "--layer", &last];
    let expected = layout().json("ls", &tree);
    let diffs: Vec<Vec<u8>> = (0..layers())
        .map(|layer| layout().json("diff", &["--layer", &layer.to_string()]))
        .collect();
    for form in &built().forms[1..] {
        assert!(form.json("ls", &tree) == expected, "ls of {}", form.name);
        for (layer, expected) in diffs.iter().enumerate() {
            let ours = form.json("diff", &["--layer", &layer.to_string()]);
            assert!(ours == *expected, "diff of {}, layer {layer}", form.name);
        }
    }
}

#[test]
fn the_stack_is_what_skopeo_says() {
    if !wanted() {
        return;
    }
    let (manifest, config) = documents(&built().layout);
    let inspected = text(&mut built().engines.command("skopeo", &["inspect", &layout().argument]));
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    let ours = layout().layers();
    assert_eq!(ours["schema"], "layertui/1");
    assert_eq!(ours["image"]["manifestDigest"], inspected["Digest"]);
    assert_eq!(ours["image"]["id"], manifest["config"]["digest"]);
    assert_eq!(ours["image"]["labels"], inspected["Labels"]);
    assert_eq!(ours["image"]["created"], config["created"]);
    let layers = ours["layers"].as_array().unwrap();
    assert_eq!(layers.len(), inspected["Layers"].as_array().unwrap().len());
    let history = config["history"].as_array().unwrap();
    let history: Vec<&Value> = history.iter().filter(|step| step["empty_layer"] != true).collect();
    for (at, layer) in layers.iter().enumerate() {
        assert_eq!(layer["index"], at);
        assert_eq!(layer["digest"], inspected["Layers"][at]);
        assert_eq!(layer["mediaType"], manifest["layers"][at]["mediaType"]);
        assert_eq!(layer["compressedBytes"], manifest["layers"][at]["size"]);
        assert_eq!(layer["diffId"], config["rootfs"]["diff_ids"][at]);
        assert_eq!(layer["createdBy"], history[at]["created_by"]);
        assert_eq!(layer["created"], history[at]["created"]);
        assert_eq!(layer["problems"], Value::Array(Vec::new()), "layer {at}");
    }
}

#[test]
fn bytes_are_those_of_the_layers() {
    if !wanted() {
        return;
    }
    let model = &built().model;
    for form in &built().forms {
        let ours = form.layers();
        let mut stored = 0;
        let mut below = 0;
        for (at, layer) in ours["layers"].as_array().unwrap().iter().enumerate() {
            let place = format!("{}, layer {at}", form.name);
            let visible = model.visible_bytes(at);
            stored += model.stored_bytes(at);
            assert_eq!(layer["bytes"], model.stored_bytes(at), "{place}");
            assert_eq!(layer["cumulativeBytes"], visible, "{place}");
            assert_eq!(layer["netBytes"], visible as i64 - below, "{place}");
            assert_eq!(layer["entries"], model.entries[at], "{place}");
            assert_eq!(layer["undecided"], 0, "{place}");
            below = visible as i64;
        }
        assert_eq!(ours["totals"]["storedBytes"], stored);
        assert_eq!(ours["totals"]["visibleBytes"], below);
        assert_eq!(ours["totals"]["wastedBytes"], stored - below as u64);
    }
}

#[test]
fn the_digest_of_the_model_is_the_diff_id() {
    if !wanted() {
        return;
    }
    let (_, config) = documents(&built().layout);
    for (at, tar) in super::image::layer_tars(&built().layout).iter().enumerate() {
        assert_eq!(config["rootfs"]["diff_ids"][at], tree::digest(tar));
    }
}
