//! layertui held against real engines: an image built by buildah, saved in every form by podman and skopeo, unpacked
//! by umoci, mounted by buildah and podman; samples written by Docker of several ages; public images.
//!
//! They run with `LAYERTUI_INTEROP=1` only, as root, and then whatever is missing is a failure (`engines` lists the
//! Debian packages). Nothing outside one temporary folder is written.
//!
//! | file | what |
//! |---|---|
//! | `Containerfile`, `base` | the image: every kind of change that a layer can make |
//! | `lab`, `crafted`, `builders` | building it, saving it in every form, putting layers on it that no engine writes |
//! | `image`, `past`, `facts` | what is held against what |
//! | `disk`, `tarball`, `union` | trees that others made, layers' tars, and a slow model over them |
//! | `podman`, `rootless`, `storage` | stores of podman and buildah, and reading them without layertui |
//! | `layout`, `saved` | saved images, read without layertui |
//! | `splits` | layers of real stores, put together again from their tar-split |
//! | `data_roots`, `dockerd` | Docker's data roots, left behind and of running daemons |
//! | `sockets` | images that daemons hand over, and that are read in their stores instead |
//! | `far` | engines behind ssh, TLS and sockets of another user, containers that they stream |
//! | `registries`, `chunked`, `soci`, `ztoc`, `deflate` | images in docker-registry, read without an engine |
//! | `explorer` | journeys through the explorer in a pseudo-terminal |
//! | `answers` | comparing two builds, and the page in a browser |
//! | `packages` | packages by layer, held against dpkg, rpm and plain tools; bills of materials |
//! | `asked` | waste, cat, extract, verify and compare, wherever the image lies |
//! | `sarif` | reports in SARIF, read by sarif-tools from PyPI |
//! | `dive` | dive itself, from PyPI: its verdicts and its JSON |
//! | `rebuilt` | why the layers of two builds have other digests |
//! | `semantic` | two builds with steps of apt that mean the same |
//! | `searching` | contents of every layer, against ripgrep over the unpacked layers |
//! | `mounts` | volumes and mounts of containers, as engines record them |
//! | `building` | `build` with each engine, and the base image as its store tells it |
//! | `layertui`, `agree` | what layertui prints, and comparing it |
//! | `containerd` | containerd's store, while it runs and after |
//! | `engines`, `scratch` | engines in a namespace of their own, and the folder that goes away |
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

mod agree;
mod answers;
mod asked;
mod base;
mod builders;
mod building;
#[path = "../registry/chunked.rs"]
mod chunked;
mod containerd;
mod crafted;
mod data_roots;
#[path = "../registry/deflate.rs"]
mod deflate;
mod disk;
mod dive;
mod dockerd;
mod engines;
mod explorer;
mod facts;
mod far;
mod image;
mod lab;
mod layertui;
mod layout;
mod mounts;
mod packages;
mod past;
mod plan;
mod podman;
mod rebuilt;
mod registries;
mod remedies;
mod rootless;
mod sarif;
mod saved;
mod scratch;
mod searching;
mod semantic;
mod soci;
mod sockets;
mod splits;
mod storage;
#[path = "../support/mod.rs"]
mod support;
mod tarball;
#[path = "../terminal/explorer.rs"]
#[expect(
    dead_code,
    reason = "some of what a terminal can do is only asked in the journeys on the demo image"
)]
mod terminal;
#[path = "../answers/totals.rs"]
mod totals;
mod tree;
mod union;
#[path = "../registry/ztoc.rs"]
mod ztoc;

use std::collections::BTreeSet;
use std::fs;

use agree::Differences;
use engines::require_engines;
use image::Image;
use lab::{VIEWS, lab};
use layertui::Form;
use union::changes;

/// Nothing that follows is true for want of something to look at.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn the_built_images_have_every_kind_of_change() {
    require_engines();
    // The vfs driver compares whole trees: it stores nothing again that is the same.
    let images = [(&lab().image, true, 5), (&lab().by_vfs, false, 4), (&lab().crafted, true, 5)];
    for (image, opaque, expected) in images {
        let (name, union) = (image.form.name, &image.union);
        let kinds: BTreeSet<&str> = (0..image.layer_count())
            .flat_map(|at| changes(&union.before(at), &union.trees[at], &union.marks[at]))
            .map(|(_, change)| change.kind)
            .collect();
        assert_eq!(kinds.len(), expected, "{name}: {kinds:?}");
        assert!(union.marks.iter().any(|marks| !marks.whiteouts.is_empty()), "{name}");
        assert_eq!(union.marks.iter().any(|marks| !marks.opaque.is_empty()), opaque, "{name}");
    }
    let tree = lab().image.union.trees.last().unwrap();
    for kind in ["file", "dir", "symlink", "char", "block", "fifo"] {
        assert!(tree.values().any(|node| node.kind == kind), "{kind}");
    }
    let has = |name: &[u8]| tree.values().any(|node| node.xattrs.contains_key(name));
    assert!(has(b"security.capability") && has(b"user.new"));
    assert!(tree.values().any(|node| node.mode & 0o4000 != 0));
    assert!(tree.keys().any(|path| std::str::from_utf8(path).is_err()));
    let longest = lab().image.union.trees.iter().flat_map(|tree| tree.keys().map(Vec::len)).max();
    assert!(longest > Some(255));
    let inodes: BTreeSet<u64> = tree.values().map(|node| node.inode).collect();
    assert!(inodes.len() + 5 < tree.len(), "hard links");
}

/// The same image in another form is the same image, byte for byte.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_form_gives_the_same_trees_and_diffs() {
    require_engines();
    let mut found = Differences::default();
    let last = lab().image.layer_count() - 1;
    let trees = [last / 2, last].map(|layer| ("ls", vec!["--recursive".to_owned()], layer));
    let diffs = (0..=last).map(|layer| ("diff", Vec::new(), layer));
    for (command, mut arguments, layer) in trees.into_iter().chain(diffs) {
        arguments.extend(["--layer".to_owned(), layer.to_string()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let expected = lab().image.form.json(command, &arguments);
        for form in &lab().forms {
            let same = form.json(command, &arguments) == expected;
            found.same(&format!("{}: {command} at {layer}", form.name), same, true);
        }
    }
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn trees_and_diffs_follow_from_the_tars() {
    require_engines();
    let mut found = Differences::default();
    lab().image.agrees_with_its_tars(&mut found);
    lab().by_vfs.agrees_with_its_tars(&mut found);
    lab().crafted.agrees_with_its_tars(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_layers_tree_is_what_umoci_unpacks() {
    require_engines();
    let mut found = Differences::default();
    lab().image.agrees_with_umoci(&mut found);
    lab().by_vfs.agrees_with_umoci(&mut found);
    lab().crafted.agrees_with_umoci(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn what_is_extracted_is_what_umoci_unpacks() {
    require_engines();
    let mut found = Differences::default();
    lab().image.extracts_as_umoci_unpacks(&mut found);
    lab().by_vfs.extracts_as_umoci_unpacks(&mut found);
    lab().crafted.extracts_as_umoci_unpacks(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_layers_diff_is_the_difference_of_what_umoci_unpacks() {
    require_engines();
    let mut found = Differences::default();
    lab().image.diffs_follow_from_umoci(&mut found);
    lab().by_vfs.diffs_follow_from_umoci(&mut found);
    lab().crafted.diffs_follow_from_umoci(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn the_merged_tree_is_what_engines_mount() {
    require_engines();
    let mut found = Differences::default();
    let mut lines = lab().image.form.ls(lab().image.layer_count() - 1);
    // containers/storage knows no time before 1970.
    for line in lines.iter_mut().filter(|line| line.text("mtime").is_some_and(|time| time < "1970"))
    {
        line.value["mtime"] = "1970-01-01T00:00:00Z".into();
    }
    for (name, script) in VIEWS {
        found.listing(name, &lines, &lab().mounted(script), false);
    }
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn sizes_waste_and_counts_follow_from_the_tars() {
    require_engines();
    let mut found = Differences::default();
    lab().image.agrees_in_numbers(&mut found);
    lab().by_vfs.agrees_in_numbers(&mut found);
    lab().crafted.agrees_in_numbers(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_event_of_every_path_follows_from_the_tars() {
    require_engines();
    let mut found = Differences::default();
    for image in [&lab().image, &lab().by_vfs, &lab().crafted] {
        past::histories_agree(image, &mut found);
        past::finds_agree(image, &mut found);
    }
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn what_the_image_says_of_itself_is_what_skopeo_says() {
    require_engines();
    let mut found = Differences::default();
    facts::agree_with_skopeo(&mut found);
    found.assert_none();
}

/// Archives that Docker 1.9, 20.10 and 28, podman and skopeo wrote: opened as they lie there and unpacked.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn samples_of_every_age_open_and_agree() {
    require_engines();
    let mut found = Differences::default();
    let samples = saved::files(&saved::shared("samples/archives"), ".tar.zst");
    assert!(samples.len() >= 7, "only {samples:?}");
    for sample in samples {
        let name = sample.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("lab-context") {
            continue;
        }
        let mut dir = saved::restore(&sample);
        let is_folder = name.ends_with(".dir.tar.zst");
        if is_folder {
            dir = dir.join(name.trim_end_matches(".dir.tar.zst"));
        }
        let name: &'static str = name.leak();
        let mut places = vec![dir.as_path()];
        places.extend((!is_folder).then_some(sample.as_path()));
        for (suffix, layers) in saved::images(&dir) {
            for place in &places {
                let form = Form::new(name, format!("{}{suffix}", place.display()));
                Image::new(form, &layers).agrees(&mut found);
            }
        }
        if dir.join("oci-layout").exists() && !dir.join("manifest.json").exists() {
            Image::in_layout(name, &saved::layout(&dir)).agrees_with_umoci(&mut found);
        }
    }
    found.assert_none();
}

/// Images that others made, with kaniko and BuildKit among them: legacy, gzip, zstd, eStargz.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn public_images_open_and_agree() {
    require_engines();
    let mut found = Differences::default();
    let archives = saved::files(&saved::shared("fixtures/public/wagoodman_dive/.data"), ".tar");
    assert!(archives.len() >= 10, "only {archives:?}");
    for archive in archives {
        let name: &'static str = archive.display().to_string().leak();
        let dir = saved::restore(&archive);
        let images = if fs::read_dir(&dir).unwrap().count() == 1 {
            // No image, but the tar of a root filesystem: one layer.
            vec![(String::new(), vec![tarball::read(&fs::read(&archive).unwrap())])]
        } else {
            saved::images(&dir)
        };
        for (suffix, layers) in images {
            Image::new(Form::new(name, format!("{name}{suffix}")), &layers).agrees(&mut found);
        }
    }
    found.assert_none();
}

/// Roots that Docker 1.9 and 20.10 left behind, of every driver they had.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn dockers_data_roots_hold_what_docker_saved() {
    require_engines();
    let mut found = Differences::default();
    data_roots::samples_agree(&mut found);
    data_roots::the_btrfs_sample_agrees(&mut found);
    data_roots::the_aufs_container_shows_what_it_changed(&mut found);
    found.assert_none();
}

/// Daemons that run while their roots are read: images and containers of each driver.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn running_dockers_are_read_beside_them() {
    require_engines();
    let mut found = Differences::default();
    for driver in ["overlay2", "vfs", "overlay", "btrfs"] {
        data_roots::a_daemon_agrees(driver, &mut found);
    }
    found.assert_none();
}

/// containerd's own store, read while it runs: from blobs, from snapshots, and a container.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_store_is_read_while_containerd_runs() {
    require_engines();
    let mut found = Differences::default();
    containerd::live_store_agrees(&mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn samples_of_containerds_stores_agree_with_archives() {
    require_engines();
    let mut found = Differences::default();
    containerd::samples_agree(&mut found);
    found.assert_none();
}
