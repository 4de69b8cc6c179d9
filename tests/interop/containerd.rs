//! containerd: a store of its own that is read while the daemon runs, and samples of stores that others left.

use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::agree::Differences;
use super::asked::answers_agree;
use super::disk;
use super::engines::{find, run, text};
use super::lab::lab;
use super::layertui::{Form, Line};
use super::saved::{restore, shared};
use super::scratch::fresh;
use super::tree::{Path, Tree};

const NAME: &str = "localhost/lab:1";

/// A containerd with private places.
struct Daemon {
    home: PathBuf,
    process: Child,
}

impl Daemon {
    fn start() -> Self {
        assert!(
            find("containerd").is_some() && find("ctr").is_some(),
            "apt-get install containerd"
        );
        let home = fresh("containerd-");
        let config = format!(
            "version = 2\nroot = \"{0}/root\"\nstate = \"{0}/state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
             [grpc]\naddress = \"{0}/socket\"\n[ttrpc]\naddress = \"{0}/socket.ttrpc\"\n",
            home.display()
        );
        fs::write(home.join("config.toml"), config).unwrap();
        let log = fs::File::create(home.join("log")).unwrap();
        let mut command = Command::new("containerd");
        command.arg("--config").arg(home.join("config.toml"));
        let process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let daemon = Self { home, process };
        for _ in 0..300 {
            let mut version = daemon.ctr(&["version"]);
            if version.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success() {
                return daemon;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("{}", fs::read_to_string(daemon.home.join("log")).unwrap());
    }

    fn ctr(&self, arguments: &[&str]) -> Command {
        let mut ctr = Command::new("ctr");
        ctr.arg("-a").arg(self.home.join("socket")).args(["-n", "lab"]).args(arguments);
        ctr
    }

    fn root(&self) -> PathBuf {
        self.home.join("root")
    }

    fn form(&self, name: &'static str, transport: &str, what: &str) -> Form {
        Form::new(name, format!("{transport}:[{}]{what}", self.root().display()))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Its own way to end, which leaves nothing mounted.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// What `ls` and `diff` say at every layer.
fn rows(form: &Form) -> Vec<(String, Vec<Value>)> {
    let count = form.layers()["layers"].as_array().unwrap().len();
    let values = |lines: Vec<Line>| lines.into_iter().map(|line| line.value).collect();
    let layers = (0..count).flat_map(|layer| {
        [("ls", form.ls(layer)), ("diff", form.diff(layer))]
            .map(|(command, lines)| (format!("{command} at {layer}"), values(lines)))
    });
    layers.collect()
}

/// The same rows, byte for byte.
fn same(found: &mut Differences, ours: &Form, theirs: &Form) {
    let whose = ours.name;
    let (ours, theirs) = (rows(ours), rows(theirs));
    found.same(&format!("{whose}: answers"), ours.len(), theirs.len());
    for ((what, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        found.same(&format!("{whose}: {what}: lines"), ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            found.same(&format!("{whose}: {what}"), ours, theirs);
        }
    }
}

/// A listing as containerd lays it down: it knows no time before 1970.
fn laid_down(form: &Form, layer: usize) -> Vec<Line> {
    let mut lines = form.ls(layer);
    for line in &mut lines {
        if line.text("mtime").is_some_and(|time| time < "1970") {
            line.value["mtime"] = "1970-01-01T00:00:00Z".into();
        }
    }
    lines
}

/// Paths and what happened to them. A directory says something of its root, which a tar need not.
fn changes(form: &Form, layer: usize) -> Vec<(Path, String)> {
    let lines = form.diff(layer).into_iter().filter(|line| line.path != b"/");
    lines.map(|line| (line.path.clone(), line.text("change").unwrap().to_owned())).collect()
}

/// The image as containerd holds it, while containerd runs; then without the blobs of its layers; then a container.
pub fn live_store_agrees(found: &mut Differences) {
    let daemon = Daemon::start();
    let archive = lab().forms.iter().find(|form| form.name == "podman save").unwrap();
    run(&mut daemon.ctr(&["images", "import", "--snapshotter", "overlayfs", &archive.argument]));
    let held = daemon.form("containerd", "containerd", NAME);
    same(found, &held, archive);
    answers_agree(&held, true, found);
    let last = lab().image.layer_count() - 1;
    let tree = mounted(&daemon);
    found.listing("ctr images mount", &laid_down(&held, last), &tree, false);

    run(&mut daemon.ctr(&["snapshots", "prepare", "box", &top_chain_id(&daemon)]));
    run(&mut daemon.ctr(&[
        "containers",
        "create",
        "--snapshotter",
        "overlayfs",
        NAME,
        "boxed",
        "true",
    ]));
    let container = daemon.form("container", "container", "boxed");
    let layers = container.layers();
    let layers = layers["layers"].as_array().unwrap();
    found.same("container: layers", layers.len(), lab().image.layer_count() + 1);
    let below = layers.len() - 2;
    let lines = |form: &Form| form.ls(below).into_iter().map(|line| line.value).collect::<Vec<_>>();
    found.same("container: the image below", lines(&container) == lines(&held), true);

    let blobs = daemon.root().join("io.containerd.content.v1.content/blobs/sha256");
    for layer in held.layers()["layers"].as_array().unwrap() {
        let digest = layer["digest"].as_str().unwrap();
        fs::remove_file(blobs.join(digest.trim_start_matches("sha256:"))).unwrap();
    }
    let from_snapshots = daemon.form("containerd without blobs", "containerd", NAME);
    let mut layers = from_snapshots.layers()["layers"].take();
    for (at, layer) in layers.as_array_mut().unwrap().iter_mut().enumerate() {
        let says = layer["problems"].take().to_string();
        found.same(&says, says.contains("read from the snapshot"), true);
        found.same(
            &format!("from snapshots: diff at {at}"),
            changes(&from_snapshots, at),
            changes(archive, at),
        );
    }
    found.listing("from snapshots", &laid_down(&from_snapshots, last), &tree, false);
}

/// The image as containerd mounts it.
fn mounted(daemon: &Daemon) -> Tree {
    let target = daemon.home.join("mounted");
    fs::create_dir(&target).unwrap();
    let place = target.to_str().unwrap();
    run(&mut daemon.ctr(&["images", "mount", "--snapshotter", "overlayfs", NAME, place]));
    let tree = disk::walk(&target);
    run(&mut daemon.ctr(&["images", "unmount", "--rm", place]));
    tree
}

/// The snapshot that is the whole image.
fn top_chain_id(daemon: &Daemon) -> String {
    let all = text(&mut daemon.ctr(&["snapshots", "list"]));
    let rows: Vec<Vec<&str>> =
        all.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let is_parent = |key: &str| rows.iter().any(|row| row.get(1) == Some(&key));
    let top = rows.iter().find(|row| row[0].starts_with("sha256:") && !is_parent(row[0]));
    top.unwrap()[0].to_owned()
}

/// Samples of stores hold the same image as the archives beside them.
pub fn samples_agree(found: &mut Differences) {
    let samples = [
        ("containerd1.6", "ctrd/root", "save-20.10"),
        ("docker28-containerd", "d-28c8d", "save-28"),
    ];
    for (store, root, archive) in samples {
        let root = restore(&shared(&format!("samples/stores/{store}.tar.zst"))).join(root);
        let archive = shared(&format!("samples/archives/{archive}.tar.zst"));
        let archive = Form::new("archive", format!("{}:lab/hello:1", archive.display()));
        let held = Form::new(store, format!("containerd:[{}]lab/hello:1", root.display()));
        same(found, &held, &archive);
        lists_its_images(&root, found);
    }
}

fn lists_its_images(root: &FsPath, found: &mut Differences) {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let listed = layertui.arg("layers").arg(format!("containerd:[{}]nothing", root.display()));
    let listed = listed.output().unwrap();
    let says = String::from_utf8_lossy(&listed.stderr).into_owned();
    found.same("an image that is not there", listed.status.code(), Some(2));
    found.same(&format!("what is there: {says}"), says.contains("docker.io/lab/hello:1"), true);
}
