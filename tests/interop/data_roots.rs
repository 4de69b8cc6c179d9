//! Docker's data roots: those that Docker of several ages left behind, and those of daemons that run now, read beside
//! them and held against what they save, export and say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path as FsPath, PathBuf};

use super::agree::Differences;
use super::disk;
use super::dockerd::Docker;
use super::lab::lab;
use super::layertui::{Form, Line};
use super::layout::json_file;
use super::saved::{restore, shared};
use super::tarball;
use super::tree::{Node, Path, Tree, digest, is_below, show};
use super::union::Union;

/// The image of the samples.
const HELLO: &str = "lab/hello:1";

/// Roots that hold the very image that Docker 20.10 saved, by their names among the samples.
const SAMPLES: [(&str, &str); 4] = [
    ("docker1.9.1-vfs", "l-vfs"),
    ("synth-aufs-1.9", "aufs-root"),
    ("docker20.10-overlay2", "d-overlay2"),
    ("docker20.10-userns-vfs", "d-userns"),
];

fn sample(name: &str, root: &str) -> PathBuf {
    restore(&shared(&format!("samples/stores/{name}.tar.zst"))).join(root)
}

fn image(name: &'static str, root: &FsPath, image: &str) -> Form {
    Form::new(name, format!("docker-root:[{}]{image}", root.display()))
}

fn container(name: &'static str, root: &FsPath, container: &str) -> Form {
    Form::new(name, format!("container:[{}]{container}", root.display()))
}

/// Trees, diffs, histories and a file's bytes of one form are those of another, byte for byte.
pub fn same(ours: &Form, theirs: &Form, file: &str, found: &mut Differences) {
    let layers = theirs.layers()["layers"].as_array().unwrap().len();
    let mut questions = vec![("history", vec!["--glob".to_owned(), "**".to_owned()])];
    for layer in 0..layers {
        let layer = ["--layer".to_owned(), layer.to_string()];
        questions.push(("ls", [vec!["--recursive".to_owned()], layer.to_vec()].concat()));
        questions.push(("diff", layer.to_vec()));
    }
    for (command, arguments) in questions {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let what = format!("{}: {command} {arguments:?}", ours.name);
        found.same(&what, ours.json(command, &arguments) == theirs.json(command, &arguments), true);
    }
    found.same(&format!("{}: {file}", ours.name), ours.cat(file), theirs.cat(file));
}

/// What Docker left behind holds what it saved.
pub fn samples_agree(found: &mut Differences) {
    let archive = shared("samples/archives/save-20.10.tar.zst");
    let saved = Form::new("save-20.10", archive.display().to_string());
    for (name, root) in SAMPLES {
        let root = sample(name, root);
        same(&image(name, &root, HELLO), &saved, "/data/a.txt", found);
    }
    let older = shared("samples/archives/save-1.9.tar.zst");
    let older = Form::new("save-1.9", older.display().to_string());
    let root = sample("docker1.9.1-vfs", "l-vfs");
    same(&image("docker1.9.1-vfs", &root, "lab/run:1"), &older, "/data/dir/new.txt", found);
}

/// btrfs keeps a complete tree for each layer: the merged tree up to it.
pub fn the_btrfs_sample_agrees(found: &mut Differences) {
    let root = sample("docker20.10-btrfs", "d-btrfs");
    let form = image("docker20.10-btrfs", &root, HELLO);
    for (layer, cache_id) in cache_ids(&root, "btrfs", HELLO).iter().enumerate() {
        let tree = disk::walk(&root.join("btrfs/subvolumes").join(cache_id));
        found.listing(&format!("btrfs at {layer}"), &form.ls(layer), &tree, false);
    }
}

/// The container that was put together by hand: what aufs's marks removed is gone.
pub fn the_aufs_container_shows_what_it_changed(found: &mut Differences) {
    let root = sample("synth-aufs-1.9", "aufs-root");
    let form = container("synth-aufs-1.9, container", &root, "lab");
    let report = form.layers();
    let layers = report["layers"].as_array().unwrap();
    found.same("layers", layers.len(), 6);
    found.same("writable", layers[5]["writable"].as_bool(), Some(true));
    let changes: Vec<(String, String)> = form.diff(5).iter().map(change).collect();
    let expected =
        [("/data/a.txt", "removed"), ("/data/dir", "metadata"), ("/data/dir/new.txt", "removed")];
    let expected: Vec<_> =
        expected.map(|(path, change)| (path.to_owned(), change.to_owned())).into();
    found.same("the writable layer", changes, expected);
    let shown: Vec<String> = form.ls(5).iter().map(|line| show(&line.path)).collect();
    found.same("aufs's own files", shown.iter().any(|path| path.contains(".wh.")), false);
}

fn change(line: &Line) -> (String, String) {
    (show(&line.path), line.text("change").unwrap_or_default().to_owned())
}

/// What the driver calls the layers of an image, base first.
fn cache_ids(root: &FsPath, driver: &str, name: &str) -> Vec<String> {
    let store = root.join("image").join(driver);
    let names = json_file(&store.join("repositories.json"));
    let repository = name.split(':').next().unwrap();
    let id = names["Repositories"][repository][name].as_str().unwrap().replace("sha256:", "");
    let config = json_file(&store.join("imagedb/content/sha256").join(id));
    let mut chain = String::new();
    let diff_ids = config["rootfs"]["diff_ids"].as_array().unwrap().iter();
    let cache_id = |diff_id: &serde_json::Value| {
        let diff_id = diff_id.as_str().unwrap();
        chain = match chain.as_str() {
            "" => diff_id.to_owned(),
            below => digest(format!("{below} {diff_id}").as_bytes()),
        };
        let layer = store.join("layerdb").join(chain.replace(':', "/"));
        fs::read_to_string(layer.join("cache-id")).unwrap()
    };
    diff_ids.map(cache_id).collect()
}

/// What a container does before it is looked at.
const WORK: &str = "rm -rf /opt/lab/share /etc/lab.conf; mkdir /opt/lab/share; echo new > /opt/lab/share/new; \
     echo more >> /opt/lab/kept; chmod 700 /opt; ln -s kept /opt/lab/link; rm /opt/lab/changed; mkdir /opt/lab/changed";

/// A running daemon's root against what the daemon saves and exports, with its tar-splits and without.
pub fn a_daemon_agrees(driver: &'static str, found: &mut Differences) {
    let archive = &lab().forms[0];
    let docker = Docker::start(&lab().engines, driver);
    docker.run(["load", "-q", "-i", &archive.argument]);
    let name = docker.text(["images", "--format", "{{.Repository}}:{{.Tag}}"]).trim().to_owned();
    let ours = image(driver, &docker.root, &name);
    same(&ours, archive, "/opt/lab/kept", found);
    let id = docker.text(["inspect", "--format", "{{.Id}}", &name]);
    found.same("image ID", ours.layers()["image"]["id"].as_str(), Some(id.trim()));

    docker.run(["run", "--name", "worked", "--network", "none", &name, "sh", "-c", WORK]);
    docker.run(["create", "--name", "copied", "--network", "none", &name]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    docker.run(["cp", file, "copied:/opt/lab/copied"]);
    for name in ["worked", "copied"] {
        container_agrees(&docker, driver, name, found);
    }
    // Docker before 1.8 wrote no tar-splits: then the driver's directories have to do.
    let layers = ours.layers()["layers"].as_array().unwrap().len();
    for entry in walkdir::WalkDir::new(docker.root.join("image").join(driver).join("layerdb")) {
        let entry = entry.unwrap();
        if entry.file_name() == "tar-split.json.gz" {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let mut expected = Tree::new();
    for layer in 0..layers {
        let whose = format!("{driver} at {layer}, without tar-split");
        let mut tree = as_unpacked(&lab().image.union.trees[layer]);
        let lines = ours.ls(layer);
        if driver == "overlay2" {
            found.listing(&whose, &lines, &tree, false);
        } else {
            // That a name which stayed the same is a link to one that changed, comparing does not show.
            tree = as_compared(&expected, tree);
            found.entries(&whose, &lines, &tree, false);
        }
        expected = tree;
    }
}

/// A tree as Docker puts it on a disk: it knows no time before 1970.
fn as_unpacked(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    for node in tree.values_mut().filter(|node| node.mtime.0 < 0) {
        node.mtime = (0, 0);
    }
    tree
}

/// A tree as comparing a complete tree with the one below shows it: attributes other than capabilities are not looked
/// at, nor is what a file holds that kept its size and time.
fn as_compared(before: &Tree, mut tree: Tree) -> Tree {
    let facts = |node: &Node| {
        let capability = node.xattrs.get(&b"security.capability"[..]).cloned();
        let size = if node.is_dir() { 0 } else { node.size };
        let time = if node.is_dir() { 0 } else { node.mtime.0 };
        let target = node.target.clone();
        (node.kind, node.mode, node.uid, node.gid, node.device, size, time, capability, target)
    };
    for (path, node) in &mut tree {
        if let Some(was) = before.get(path).filter(|was| facts(was) == facts(node)) {
            *node = Node { inode: node.inode, implied: node.implied, ..was.clone() };
        }
    }
    tree
}

/// A container's tree is what Docker exports, its writable layer what `docker diff` tells.
fn container_agrees(docker: &Docker, driver: &'static str, name: &str, found: &mut Differences) {
    let form = container(driver, &docker.root, name);
    let report = form.layers();
    let top = report["layers"].as_array().unwrap().len() - 1;
    let exported = tarball::read(&docker.bytes(["export", name]));
    let exported = Union::of(&[exported]);
    let whose = format!("{driver}: {name}");
    let mut lines = form.ls(top);
    for line in &mut lines {
        // An export has no time before 1970 and, of the attributes, capabilities.
        if line.text("mtime").is_some_and(|time| time < "1970") {
            line.value["mtime"] = "1970-01-01T00:00:00Z".into();
        }
        if let Some(xattrs) = line.value["xattrs"].as_object_mut() {
            xattrs.retain(|name, _| name == "security.capability");
        }
    }
    found.listing(&whose, &lines, &exported.trees[0], false);
    let told = docker.text(["diff", name]);
    let told: Vec<(&str, Path)> =
        told.lines().map(|line| (&line[..1], line.as_bytes()[2..].to_vec())).collect();
    let lines = form.diff(top);
    let paths = |kind: &str| -> BTreeSet<Path> {
        let of_kind = lines.iter().filter(|line| line.text("change") == Some(kind));
        of_kind.map(|line| line.path.clone()).collect()
    };
    let named = |letter: &str| -> BTreeSet<Path> {
        let of_letter = told.iter().filter(|(kind, _)| *kind == letter);
        of_letter.map(|(_, path)| path.clone()).collect()
    };
    let (added, removed) = (paths("added"), paths("removed"));
    found.same(&format!("{whose}: added"), shown(&added), shown(&named("A")));
    // Docker names what was removed, not what was in it.
    let gone = named("D");
    for path in &gone {
        found.same(&format!("{whose}: {} removed", show(path)), removed.contains(path), true);
    }
    let changed = named("C");
    for path in &removed {
        let told = gone.iter().any(|gone| gone == path || is_below(path, gone))
            || changed.iter().any(|changed| is_below(path, changed));
        found.same(&format!("{whose}: {} told", show(path)), told, true);
    }
}

fn shown(paths: &BTreeSet<Path>) -> Vec<String> {
    paths.iter().map(|path| show(path)).collect()
}
