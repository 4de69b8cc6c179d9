//! Answers about files and bytes, of every kind of place an image can be in: waste, cat, extract, verify, compare. And the
//! extracted tree against what an engine mounts, with a sparse file against what umoci unpacks.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use super::agree::Differences;
use super::disk;
use super::engines::{require_engines, run};
use super::lab::{NAME, VIEWS, lab};
use super::layertui::Form;
use super::scratch::{fresh, scratch};
use super::storage::Storage;
use super::totals;
use super::tree::sha256;

/// A file that one layer adds and a later one deletes, and the layer that still has it.
const DELETED: (&str, &[u8]) = ("/lab/gone/dir/deep/b", b"b\n");

fn ask(form: &Form, arguments: &[&str]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.args(arguments).envs(form.engine.clone());
    layertui.output().unwrap()
}

/// What a form says of waste, without what it says of itself.
fn waste(form: &Form) -> [Value; 3] {
    let mut said: Value = serde_json::from_slice(&form.json("waste", &[])).unwrap();
    ["totals", "paths", "directories"].map(|key| said[key].take())
}

/// A tar's members: what they are and what they hold, whatever the order.
fn members(tar: &[u8]) -> BTreeMap<Vec<u8>, (u8, u32, u64, [u8; 32])> {
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let header = entry.header();
        let facts = (header.entry_type().as_byte(), header.mode().unwrap(), header.uid().unwrap());
        let mut contents = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut contents).unwrap();
        let link = entry.link_name_bytes().unwrap_or_default().into_owned();
        let path = entry.path_bytes().into_owned();
        (path, (facts.0, facts.1, facts.2, sha256(&[contents, link].concat())))
    });
    entries.collect()
}

/// The layer after which [`DELETED`] is there no more.
fn last_with_it() -> String {
    let past = lab().image.form.json("history", &[DELETED.0]);
    let text = String::from_utf8(past).unwrap();
    let removed: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(removed["event"], "removed");
    (removed["layer"].as_u64().unwrap() - 1).to_string()
}

/// Holds a form of the lab's image against the layout it came from. `whole`: it says digests of which each can be checked.
pub fn answers_agree(form: &Form, whole: bool, found: &mut Differences) {
    let near = &lab().image.form;
    let whose = |what: &str| format!("{} ({}): {what}", form.name, form.argument);
    let complain = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();

    let (ours, theirs) = (waste(form), waste(near));
    found.same(&whose("waste"), ours == theirs, true);

    let before = last_with_it();
    let shown = ask(form, &["cat", &form.argument, DELETED.0, "--layer", &before]);
    found.same(&whose("a deleted file"), &shown.stdout[..], DELETED.1);
    found.same(&whose("what is said of it"), complain(&shown), String::new());
    let gone = ask(form, &["cat", &form.argument, DELETED.0]);
    found.same(&whose("where it is gone"), gone.status.code(), Some(1));

    let stream = ask(form, &["extract", &form.argument, "/lab", "-"]);
    found.same(&whose("what is said of extracting"), complain(&stream), String::new());
    let near_stream = ask(near, &["extract", &near.argument, "/lab", "-"]);
    found.same(
        &whose("the extracted stream"),
        members(&stream.stdout) == members(&near_stream.stdout),
        true,
    );

    let verified = ask(form, &["verify", &form.argument]);
    let code = if whole { 0 } else { 2 };
    let said = String::from_utf8_lossy(&verified.stdout).into_owned() + &complain(&verified);
    found.same(&whose(&format!("verify: {said}")), verified.status.code(), Some(code));

    let compared = ask(form, &["compare", "--json", "--semantic", &near.argument, &form.argument]);
    let text = String::from_utf8(compared.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    for key in ["added", "removed", "content", "metadata", "undecided", "packages"] {
        found.same(&whose(&format!("compare: {key}")), last[key].as_u64(), Some(0));
    }
    found.same(&whose("compare: same"), last["same"].as_u64() > Some(100), true);
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn every_saved_form_gives_the_same_answers() {
    require_engines();
    let mut found = Differences::default();
    // What is read from standard input is gone after one question, and most of these ask twice.
    for form in lab().forms.iter().filter(|form| form.stdin.is_none()) {
        // Schema 1 states no diff IDs: what they should be is not known.
        answers_agree(form, !form.name.contains("schema 1"), &mut found);
    }
    let root = scratch().join("lab/overlay/root");
    let storage = Storage { root, driver: "overlay" };
    answers_agree(&storage.form("containers-storage", NAME), true, &mut found);
    found.assert_none();
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn all_totals_of_built_images_agree_with_the_model() {
    require_engines();
    for image in [&lab().image, &lab().by_vfs, &lab().crafted] {
        let last = image.layer_count() - 1;
        let stored = (0..=last).map(|layer| image.union.stored_bytes(layer)).sum::<u64>();
        let visible = image.union.visible_bytes(last);
        let ours = totals::agree(&image.form.argument);
        assert_eq!(ours, [stored, visible, stored - visible], "{}", image.form.name);
    }
}

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn what_is_extracted_is_what_engines_mount() {
    require_engines();
    let mut found = Differences::default();
    for (name, script) in VIEWS {
        lab().image.extracts_as_mounted(name, &lab().mounted(script), &mut found);
    }
    found.assert_none();
}

/// Where the lab's image lies as an OCI layout.
fn built_layout() -> PathBuf {
    lab();
    scratch().join("lab/layout")
}

/// Sparse files as GNU tar writes them, put on top of the image: the bytes that umoci unpacks, and the holes are kept.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn sparse_files_are_what_umoci_unpacks() {
    require_engines();
    let (layout, place) = (built_layout(), fresh("sparse-"));
    let make = "cd \"$1\" && mkdir in && cd in\n\
        truncate -s 8M holes && printf begin | dd of=holes conv=notrunc status=none\n\
        printf middle | dd of=holes bs=1 seek=5000000 conv=notrunc status=none\n\
        truncate -s 3M nothing\n\
        truncate -s 4M ends && printf end | dd of=ends bs=1 seek=4194301 conv=notrunc status=none";
    run(Command::new("sh").args(["-euc", make, "sh"]).arg(&place));
    for format in ["gnu", "posix"] {
        let (tar, copy) = (place.join(format!("{format}.tar")), place.join(format));
        let mut pack = Command::new("tar");
        pack.arg(format!("--format={format}"))
            .arg("-cSf")
            .arg(&tar)
            .arg("-C")
            .arg(place.join("in"));
        run(pack.args(["holes", "nothing", "ends"]));
        assert!(tar.metadata().unwrap().len() < 200_000, "it is a sparse archive");
        run(Command::new("cp").arg("-a").arg(&layout).arg(&copy));
        let image = format!("{}:lab", copy.display());
        run(Command::new("umoci").args(["raw", "add-layer", "--image", &image]).arg(&tar));
        // umoci does not know GNU's own form: that holds what was packed.
        let expected = if format == "gnu" {
            place.join("in")
        } else {
            let bundle = place.join("unpacked");
            run(Command::new("umoci").args(["unpack", "--image", &image]).arg(&bundle));
            bundle.join("rootfs")
        };
        let form = Form::new("sparse", format!("oci:{image}"));
        for root in [form.extracted(), form.streamed()] {
            for name in ["holes", "nothing", "ends"] {
                let ours = root.join(name);
                let same = fs::read(&ours).unwrap() == fs::read(expected.join(name)).unwrap();
                assert!(same, "{format}: {name}");
                assert!(ours.metadata().unwrap().blocks() * 512 < 200_000, "{format}: {name}");
            }
        }
        assert!(form.cat("/holes") == fs::read(place.join("in/holes")).unwrap(), "{format}");
    }
    fs::remove_dir_all(place).unwrap();
}

/// A mounted tree on the disk is an image, too.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn an_unpacked_tree_differs_from_its_image_in_times_at_most() {
    require_engines();
    let image = &lab().image.form;
    let root = image.extracted();
    assert!(disk::walk(&root).len() > 100);
    let form = Form::new("rootfs", format!("rootfs:{}", root.display()));
    let compared = ask(&form, &["compare", "--json", &image.argument, &form.argument]);
    let text = String::from_utf8(compared.stdout).unwrap();
    // No layer names the root.
    let differs =
        |line: &&str| line.contains("\"kind\":\"path\"") && !line.contains("\"path\":\"/\"");
    let paths: Vec<&str> = text.lines().filter(differs).collect();
    assert_eq!(paths, [""; 0]);
}
