//! Several stores that are one: additional image stores, a separate image store, several drivers.

use std::path::Path;
use std::process::{Command, Output};

use crate::build::{Store, layer, put};
use crate::stage::Stage;

/// Runs layertui with a configuration of its own.
fn layertui(configuration: &str, arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), "storage.conf", configuration.as_bytes());
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(arguments).env("CONTAINERS_STORAGE_CONF", home.path().join("storage.conf"));
    layertui.env_remove("SUDO_UID").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn configuration(graph: &Path, additional: &Path) -> String {
    format!(
        "[storage]\ngraphroot = '{}'\n[storage.options]\nadditionalimagestores = ['{}']\n",
        graph.display(),
        additional.display()
    )
}

/// The image is in one store, some of its layers in another.
#[test]
fn layers_are_found_in_any_root() {
    let mut shared = Store::new("overlay");
    let base = layer(&["base"]);
    let (_, below) = shared.image("localhost/base:1", std::slice::from_ref(&base));
    let mut own = Store::new("overlay");
    own.image("localhost/lab:1", &[base, layer(&["top"])]);
    own.layers.retain(|record| record["id"] != below.as_str());
    let (shared, own) = (Stage::of(&shared), Stage::of(&own));
    std::fs::remove_dir_all(own.root().join("overlay").join(&below)).unwrap();
    std::fs::remove_file(own.root().join(format!("overlay-layers/{below}.tar-split.gz"))).unwrap();
    let configuration = configuration(own.root(), shared.root());
    for reference in ["containers-storage:lab:1", &own.image_reference("lab:1")] {
        let output = layertui(&configuration, &["ls", reference]);
        assert_eq!(text(&output.stdout), "/base\n/top\n", "{}", text(&output.stderr));
        let output = layertui(&configuration, &["cat", reference, "/base"]);
        assert_eq!(text(&output.stdout), "base", "{}", text(&output.stderr));
    }
    let output = layertui(&configuration, &["images"]);
    let listed = text(&output.stdout);
    assert!(listed.contains("lab:1") && listed.contains("base:1"), "{listed}");
}

#[test]
fn each_driver_of_a_root_is_a_store() {
    let (mut overlay, mut vfs) = (Store::new("overlay"), Store::new("vfs"));
    overlay.image("localhost/lab:1", &[layer(&["overlay"])]);
    vfs.image("localhost/lab:1", &[layer(&["vfs"])]);
    let stage = Stage::of(&overlay);
    vfs.write(stage.root());
    for driver in ["overlay", "vfs"] {
        let reference = format!("containers-storage:[{driver}@{}]lab:1", stage.root().display());
        let output = layertui("", &["ls", &reference]);
        assert_eq!(text(&output.stdout), format!("/{driver}\n"));
    }
}

/// One driver's records are broken; the other's are not.
#[test]
fn a_broken_store_does_not_hide_another() {
    let (mut overlay, vfs) = (Store::new("overlay"), Store::new("vfs"));
    overlay.image("localhost/lab:1", &[layer(&["a"])]);
    let stage = Stage::of(&overlay);
    vfs.write(stage.root());
    put(stage.root(), "vfs-images/images.json", b"[{");
    let output = layertui("", &["ls", &stage.image_reference("lab:1")]);
    assert_eq!(text(&output.stdout), "/a\n", "{}", text(&output.stderr));
}
