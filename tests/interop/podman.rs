//! Stores of podman and buildah, read where they lie, held against the engines' own word: the tars they keep, the
//! archives they save, the root filesystems they mount.

use std::fs;
use std::process::Command;

use super::agree::Differences;
use super::disk;
use super::engines::{require_engines, run, text};
use super::lab::{NAME, lab, store};
use super::saved;
use super::scratch::{fresh, scratch};
use super::storage::Storage;
use super::tree::Tree;

/// The stores that the lab was built in.
fn built() -> [Storage; 2] {
    lab();
    ["overlay", "vfs"]
        .map(|driver| Storage { root: scratch().join("lab").join(driver).join("root"), driver })
}

/// Stores that podman 4.3 and 5.8 wrote, the latter from a partial pull.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn samples_of_podmans_stores_agree_with_their_tars() {
    require_engines();
    let mut found = Differences::default();
    let samples = [
        ("podman4.3-overlay", "p-overlay", "localhost/lab/hello:1"),
        ("podman5.8-zstdchunked", "p-zc2", "localhost/lab/zc:1"),
    ];
    for (sample, folder, name) in samples {
        let archive = saved::shared(&format!("samples/stores/{sample}.tar.zst"));
        let storage = Storage { root: saved::restore(&archive).join(folder), driver: "overlay" };
        storage.image(sample, name).agrees(&mut found);
        if sample == "podman4.3-overlay" {
            let container = storage.container("podman4.3 container", "pc1");
            let image = storage.form(sample, name);
            let last = image.layers()["layers"].as_array().unwrap().len();
            found.same(
                "pc1: layers",
                container.layers()["layers"].as_array().unwrap().len(),
                last + 1,
            );
        }
    }
    found.assert_none();
}

/// The same image in its store and in an archive of it is the same, byte for byte.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn an_image_in_its_store_is_the_image_that_was_saved() {
    require_engines();
    let mut found = Differences::default();
    for (storage, saved) in built().iter().zip([&lab().image, &lab().by_vfs]) {
        let form = storage.form("in its store", NAME);
        let last = saved.layer_count() - 1;
        for layer in 0..=last {
            let layer = layer.to_string();
            let at = ["--layer", layer.as_str()];
            for (command, arguments) in
                [("diff", at.to_vec()), ("ls", [&at[..], &["--recursive"]].concat())]
            {
                let same = form.json(command, &arguments) == saved.form.json(command, &arguments);
                found.same(&format!("{}: {command} at {layer}", storage.driver), same, true);
            }
        }
        let history = ["--glob", "**"];
        let same = form.json("history", &history) == saved.form.json("history", &history);
        found.same(&format!("{}: history", storage.driver), same, true);
        let (ours, theirs) = (form.layers(), saved.form.layers());
        found.same(storage.driver, &ours["totals"], &theirs["totals"]);
        found.same(storage.driver, &ours["image"]["id"], &theirs["image"]["id"]);
        for (ours, theirs) in
            ours["layers"].as_array().unwrap().iter().zip(theirs["layers"].as_array().unwrap())
        {
            for key in [
                "diffId",
                "createdBy",
                "bytes",
                "entries",
                "added",
                "modified",
                "metadata",
                "removed",
            ] {
                found.same(&format!("{}: {key}", storage.driver), &ours[key], &theirs[key]);
            }
        }
    }
    found.assert_none();
}

/// What a container does to its image: every way to take away, change and add, by the engine's own mount.
const CHANGES: &str = "\
    name=$(buildah STORE from NAME)\n\
    root=$(buildah STORE mount $name)\n\
    cd \"$root\"\n\
    rm -rf lab/names/a && rm -rf lab/edit && mkdir lab/edit && echo new > lab/edit/new\n\
    rm etc/lab.conf && echo hello > etc/hello && chmod 700 opt && chown 7:8 bin/busybox\n\
    mkdir -p srv/deep/er && ln -s ../etc srv/link && mknod srv/null c 1 3 && mkfifo srv/pipe\n\
    echo x > srv/one && ln srv/one srv/two && setfattr -n user.mine -v yes srv/one\n\
    rm -rf lab/links && echo file > lab/links\n\
    cd /\n\
    cp -a \"$root\" \"$1\"\n\
    echo $name";

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_working_container_is_what_buildah_mounts() {
    require_engines();
    let mut found = Differences::default();
    for storage in built() {
        let copy = fresh("container-").join("root");
        let script = CHANGES.replace("STORE", &store(storage.driver)).replace("NAME", NAME);
        let name = text(&mut lab().engines.script(&script, &[&copy]));
        let form = storage.container("container", name.trim());
        let layers = form.layers();
        let last = layers["layers"].as_array().unwrap().len() - 1;
        let mut lines = form.ls(last);
        // containers/storage knows no time before 1970.
        for line in
            lines.iter_mut().filter(|line| line.text("mtime").is_some_and(|time| time < "1970"))
        {
            line.value["mtime"] = "1970-01-01T00:00:00Z".into();
        }
        let tree: Tree = disk::walk(&copy);
        found.listing(&format!("container, {}", storage.driver), &lines, &tree, false);
        let contents = |tree: &Tree| -> Vec<_> {
            let facts = tree.iter().map(|(path, node)| {
                let owner = (node.uid, node.gid);
                (path.clone(), node.kind, node.mode, owner, node.content, node.target.clone())
            });
            facts.filter(|(path, ..)| path != b"/").collect()
        };
        let same = contents(&disk::walk(&form.extracted())) == contents(&tree);
        found.same(&format!("{}: extracted", storage.driver), same, true);
        let changed: Vec<String> = form
            .diff(last)
            .iter()
            .map(|line| String::from_utf8_lossy(&line.path).into_owned())
            .collect();
        for path in [
            "/etc/hello",
            "/etc/lab.conf",
            "/lab/edit/new",
            "/lab/links",
            "/lab/names/a",
            "/opt",
            "/srv/two",
        ] {
            found.same(
                &format!("{}: {path} changed", storage.driver),
                changed.iter().any(|it| it == path),
                true,
            );
        }
        found.same("untouched", changed.iter().any(|it| it == "/etc/passwd"), false);
        run(&mut lab()
            .engines
            .script(&format!("buildah {} rm \"$1\"", store(storage.driver)), &[name.trim()]));
        fs::remove_dir_all(copy.parent().unwrap()).unwrap();
    }
    found.assert_none();
}

/// Counted by the kernel: nothing below a layer's directory is opened to list an image.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn listing_an_image_opens_none_of_its_files() {
    require_engines();
    for storage in built() {
        let form = storage.form("traced", NAME);
        let trace = fresh("trace-").join("opens");
        for command in [vec!["layers"], vec!["ls", "--recursive"], vec!["images"]] {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-e", "trace=open,openat,openat2", "-o"]).arg(&trace);
            strace.arg(env!("CARGO_BIN_EXE_layertui")).args(&command);
            if command[0] != "images" {
                strace.arg(&form.argument);
            }
            run(&mut strace);
            let opens = fs::read_to_string(&trace).unwrap();
            let contents = ["/diff", "/vfs/dir/"];
            let below: Vec<&str> = opens
                .lines()
                .filter(|line| contents.iter().any(|part| line.contains(part)))
                .collect();
            if command[0] != "images" {
                assert!(opens.contains("tar-split.gz"), "{opens}");
            }
            assert_eq!(below, [""; 0], "{command:?}");
        }
    }
}
