//! Images of which a layer is missing, cut, damaged or not the one that is stated: every command says so on standard error,
//! ends with exit code 2 and states no total, in text and in JSON. What needs no such layer is answered as ever.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::stated_documents::FORMATS;
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// What happened to the middle one of three layers, and what standard error says of it.
type Damage = (&'static str, fn(&Path), &'static str);

const DAMAGES: [Damage; 6] = [
    ("missing", |blob| fs::remove_file(blob).unwrap(), "is not here"),
    ("cut", |blob| change(blob, |bytes| bytes.truncate(bytes.len() / 2)), "truncated"),
    ("empty", |blob| fs::write(blob, b"").unwrap(), "engines refuse"),
    ("flipped", |blob| change(blob, |bytes| flip_in_middle(bytes)), "corrupt"),
    ("undecodable", |blob| change(blob, |bytes| bytes[10..].fill(0xff)), "corrupt"),
    ("tampered", |blob| fs::write(blob, gzip(&layer("other"))).unwrap(), "engines refuse"),
];

/// Each command, as an argument list around the image. `cat` and `extract` ask for files that the middle layer might have.
pub(crate) const COMMANDS: &[&[&str]] = &[
    &["layers", "IMAGE"],
    &["layers", "--json", "IMAGE"],
    &["IMAGE"],
    &["ls", "IMAGE", "--recursive"],
    &["ls", "--json", "IMAGE"],
    &["ls", "--du", "--depth", "0", "IMAGE"],
    &["ls", "IMAGE", "/nowhere"],
    &["diff", "IMAGE"],
    &["diff", "--json", "IMAGE", "--from", "0"],
    &["history", "IMAGE", "/base"],
    &["history", "IMAGE", "/"],
    &["history", "--json", "IMAGE", "/nowhere"],
    &["find", "IMAGE", "base"],
    &["find", "--json", "IMAGE", "nowhere"],
    &["grep", "IMAGE", "."],
    &["grep", "IMAGE", "nothing has this", "-l"],
    &["grep", "--json", "IMAGE", "--visible", "-c", "."],
    &["waste", "IMAGE"],
    &["waste", "--json", "IMAGE"],
    &["packages", "IMAGE"],
    &["packages", "--json", "IMAGE"],
    &["packages", "--history", "IMAGE"],
    &["waste", "--plan", "IMAGE"],
    &["waste", "--plan", "--json", "IMAGE"],
    &["findings", "IMAGE"],
    &["findings", "--json", "IMAGE"],
    &["report", "IMAGE"],
    &["report", "--format", "dive", "IMAGE"],
    &["--json", "-", "IMAGE"],
    &["--ci", "IMAGE"],
    &["ci", "IMAGE"],
    &["ci", "--json", "IMAGE"],
    &["cat", "IMAGE", "/base"],
];

/// Bytes that do not compress, so that half of a blob is half of a file.
fn noise(count: usize) -> Vec<u8> {
    let next = |state: &u32| {
        let mut state = *state;
        state ^= state << 13;
        state ^= state >> 17;
        Some(state ^ (state << 5))
    };
    std::iter::successors(Some(2_463_534_242), next).map(|it| it as u8).take(count).collect()
}

fn layer(name: &str) -> Vec<u8> {
    Tar::new().file(name, noise(3000)).finish()
}

fn change(blob: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(blob).unwrap();
    how(&mut bytes);
    fs::write(blob, bytes).unwrap();
}

fn flip_in_middle(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    // The check at the end of the blob fails where nothing before it does.
    bytes[middle..middle + 8].fill(0xff);
}

/// An OCI layout of three layers as they are in `stored`, and the path of the blob of the middle one.
fn layout(
    place: &Place,
    name: &str,
    stored: &[Vec<u8>; 3],
    plain: &[Vec<u8>; 3],
) -> (String, PathBuf) {
    let root = place.path(name);
    let blobs = root.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        fs::write(blobs.join(digest.encoded()), bytes).unwrap();
        json!({"digest": digest.as_str(), "size": bytes.len()})
    };
    let ids: Vec<_> = plain.iter().map(|layer| Digest::of(layer).as_str().to_owned()).collect();
    let config = json!({"architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ids}});
    let config = put(config.to_string().as_bytes());
    let layers: Vec<_> = stored.iter().map(|layer| put(layer)).collect();
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": layers});
    let manifest = put(manifest.to_string().as_bytes());
    let index = json!({"schemaVersion": 2, "manifests": [manifest]});
    fs::write(root.join("index.json"), index.to_string()).unwrap();
    fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let middle = blobs.join(Digest::of(&stored[1]).encoded());
    (format!("oci:{}", root.display()), middle)
}

fn layers() -> [Vec<u8>; 3] {
    ["base", "middle", "top"].map(layer)
}

pub(crate) fn compressed(place: &Place, name: &str) -> (String, PathBuf) {
    let plain = layers();
    layout(place, name, &plain.each_ref().map(|layer| gzip(layer)), &plain)
}

pub(crate) fn run(command: &[&str], image: &str) -> Output {
    let arguments: Vec<&str> =
        command.iter().map(|&it| if it == "IMAGE" { image } else { it }).collect();
    layertui(&arguments)
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Exit code 2, and the layer and the reason on standard error.
fn assert_unsure(output: &Output, reason: &str, about: &str) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(2), "{about}: {said}");
    let line = said.lines().find(|line| line.contains("layer 1: "));
    assert!(line.is_some_and(|line| line.contains(reason)), "{about}: {said}");
}

#[test]
fn every_command_says_which_layer_it_cannot_rely_on_and_ends_with_2() {
    for (name, damage, reason) in DAMAGES {
        let place = Place::new();
        let (image, middle) = compressed(&place, "image");
        damage(&middle);
        for command in COMMANDS {
            assert_unsure(&run(command, &image), reason, &format!("{name}: {command:?}"));
        }
        let (whole, _) = compressed(&place, "whole");
        for pair in [[&image, &whole], [&whole, &image]] {
            for more in [&[][..], &["--layers"]] {
                let output = layertui(&[&["compare", "--json", pair[0], pair[1]], more].concat());
                assert_unsure(&output, reason, &format!("{name}: compare {more:?}"));
                let verdict = String::from_utf8(output.stdout).unwrap();
                let verdict: Value = serde_json::from_str(verdict.lines().last().unwrap()).unwrap();
                assert_eq!(verdict["verdict"], "unknown", "{name}");
            }
        }
        let dest = place.path("dest");
        let output = layertui(&["extract", &image, "/", dest.to_str().unwrap()]);
        assert_unsure(&output, reason, &format!("{name}: extract"));
        assert_eq!(
            dest.exists(),
            reason != "engines refuse",
            "what engines refuse is not extracted"
        );
    }
}

/// Totals, and what a layer above the unread one changed, are `null`; so is everything about the layer itself.
#[test]
fn json_states_no_number_that_depends_on_the_layer() {
    for (name, damage, _) in DAMAGES {
        let place = Place::new();
        let (image, middle) = compressed(&place, "image");
        damage(&middle);
        for command in ["layers", "waste", "findings", "ci", "report"] {
            let output = match command {
                "report" => layertui(&["report", &image]),
                _ => layertui(&[command, "--json", &image]),
            };
            let document: Value = serde_json::from_slice(&output.stdout).unwrap();
            let totals = document["totals"].as_object().unwrap();
            assert!(totals.values().all(Value::is_null) && totals.len() == 5, "{name}: {command}");
        }
        let layers: Value =
            serde_json::from_slice(&layertui(&["layers", "--json", &image]).stdout).unwrap();
        let numbers = |layer: usize, keys: &[&str]| -> Vec<bool> {
            keys.iter().map(|key| layers["layers"][layer][key].is_number()).collect()
        };
        let (own, merged) =
            (["bytes", "entries"], ["netBytes", "cumulativeBytes", "added", "removed"]);
        assert_eq!(
            [numbers(0, &own), numbers(1, &own), numbers(2, &own)].concat(),
            [true, true, false, false, true, true]
        );
        assert_eq!(
            [numbers(0, &merged), numbers(1, &merged), numbers(2, &merged)]
                .map(|it| it.contains(&true)),
            [true, false, false]
        );
        let found = layertui(&["find", "--json", &image, "base"]).stdout;
        let found: Value = serde_json::from_slice(&found).unwrap();
        assert!(found["wastedBytes"].is_null(), "{name}: {found}");
        assert!(found["visible"].is_null(), "{name}: {found}");
        let text = String::from_utf8(layertui(&["find", &image, "base"]).stdout).unwrap();
        assert!(text.starts_with('?'), "{name}: {text}");
        // No layer is above it.
        let found = layertui(&["find", "--json", &image, "top"]).stdout;
        let found: Value = serde_json::from_slice(&found).unwrap();
        assert_eq!(found["visible"], true, "{name}: {found}");
    }
}

#[test]
fn text_says_of_how_many_layers_its_totals_are() {
    let place = Place::new();
    let (image, middle) = compressed(&place, "image");
    fs::remove_file(&middle).unwrap();
    for command in
        [&["layers", &image][..], &["waste", &image], &["report", "--markdown", "-", &image]]
    {
        let text = String::from_utf8(layertui(command).stdout).unwrap();
        assert!(text.contains("of the 2 of 3 layers read"), "{text}");
    }
    let text = String::from_utf8(layertui(&["layers", &image]).stdout).unwrap();
    assert!(text.contains("  1  not read, its blob has "), "{text}");
}

/// Only layers that the answer could need count.
#[test]
fn what_does_not_need_the_layer_is_answered() {
    for (name, damage, _) in DAMAGES {
        let place = Place::new();
        let (image, middle) = compressed(&place, "image");
        damage(&middle);
        let dest = place.path("dest");
        for command in [
            &["ls", &image, "--layer", "0"][..],
            &["diff", &image, "--layer", "0"],
            &["cat", &image, "/base", "--layer", "0"],
            &["packages", &image, "--layer", "0"],
            &["grep", &image, ".", "--visible", "--layer", "0"],
            &["extract", &image, "/", dest.to_str().unwrap(), "--layer", "0"],
        ] {
            let output = layertui(command);
            assert_eq!(output.status.code(), Some(0), "{name}: {command:?}: {}", said(&output));
            assert_eq!(said(&output), "", "{name}: {command:?}");
        }
    }
}

/// Plain layers, and compressed ones with a wrong diff ID alone: what is small is digested when it is listed.
#[test]
fn a_layer_with_another_digest_is_refused_however_it_is_stored() {
    let other = [layer("base"), layer("other"), layer("top")];
    let gzipped = |layers: &[Vec<u8>; 3]| layers.each_ref().map(|layer| gzip(layer));
    let place = Place::new();
    let (plain, middle) = layout(&place, "plain", &layers(), &layers());
    fs::write(&middle, &other[1]).unwrap();
    let (wrong_id, _) = layout(&place, "wrong-id", &gzipped(&layers()), &other);
    let saved = place.save("saved.tar", &layers(), &other, &json!({}));
    for image in [plain.as_str(), &wrong_id, saved.to_str().unwrap()] {
        for command in COMMANDS {
            assert_unsure(&run(command, image), "engines refuse", &format!("{image}: {command:?}"));
        }
        let judged = layertui(&["findings", image, "--fail-on", "medium"]);
        assert_unsure(&judged, "engines refuse", "found or not, it is not the image");
        let judged = layertui(&["ci", image, "--max-layers", "2"]);
        assert_unsure(&judged, "engines refuse", "broken or not, it is not the image");
        for (format, most) in FORMATS.into_iter().flat_map(|format| [(format, "2"), (format, "9")])
        {
            let output = layertui(&["ci", image, "--max-layers", most, "--format", format]);
            let told = String::from_utf8(output.stdout).unwrap();
            assert!(told.contains("engines refuse"), "{format}: {told}");
            assert!(!told.contains("pass"), "{format}: {told}");
        }
        let dest = place.path("dest");
        let forced = layertui(&["extract", image, "/top", dest.to_str().unwrap(), "--force"]);
        assert_eq!(forced.status.code(), Some(0), "{}", said(&forced));
        assert!(said(&forced).contains("engines refuse"));
    }
}

/// A cached listing is judged as a fresh one.
#[test]
fn the_cache_does_not_hide_what_engines_refuse() {
    let place = Place::new();
    let large = |name: &str| Tar::new().file(name, noise(90_000)).finish();
    let plain = [layer("base"), large("middle"), layer("top")];
    let (image, middle) = layout(&place, "image", &plain.each_ref().map(|it| gzip(it)), &plain);
    fs::write(&middle, gzip(&large("other"))).unwrap();
    let cache = place.path("cache");
    let again = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"));
        command.args(["layers", &image]).env("XDG_CACHE_HOME", &cache).output().unwrap()
    };
    for _ in 0..2 {
        assert_unsure(&again(), "engines refuse", "with a cache");
    }
    assert!(cache.join("layertui").exists(), "something was kept");
}

#[test]
fn a_path_that_another_layer_has_is_named_with_that_layer() {
    let place = Place::new();
    let layers = [
        Tar::new().file("etc/motd", "hello").finish(),
        Tar::new().file("etc/.wh.motd", "").finish(),
        Tar::new().file("etc/late", "x").finish(),
    ];
    let image = place.image("image.tar", &layers);
    let image = image.to_str().unwrap();
    let dest = place.path("dest");
    let dest = dest.to_str().unwrap();
    for command in [
        &["cat", image, "/etc/motd"][..],
        &["extract", image, "/etc/motd", dest],
        &["ls", image, "/etc/motd"],
    ] {
        let output = layertui(command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(
            said(&output).contains("removed by layer 1; --layer 0 has it"),
            "{}",
            said(&output)
        );
    }
    let early = layertui(&["cat", image, "/etc/late", "--layer", "0"]);
    assert!(said(&early).contains("added by layer 2; --layer 2 has it"), "{}", said(&early));
    let bare = layertui(&["history", image, "motd"]);
    assert_eq!(bare.status.code(), Some(1));
    assert!(said(&bare).contains("'layertui find"), "{}", said(&bare));
    let removed = layertui(&["history", image, "/etc/motd"]);
    assert!(String::from_utf8_lossy(&removed.stdout).contains("removed"));
}

/// What comes out of a file that is overwritten meanwhile is not the file: however much of it was printed before.
#[test]
fn an_archive_that_is_overwritten_while_it_is_printed_is_no_success() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};
    let place = Place::new();
    let image = place.image("image.tar", &[Tar::new().file("big", noise(2_000_000)).finish()]);
    let mut cat = Command::new(env!("CARGO_BIN_EXE_layertui"))
        .args(["--no-cache", "cat", image.to_str().unwrap(), "/big"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe is full long before the end: the command waits.
    let mut out = cat.stdout.take().unwrap();
    out.read_exact(&mut [0; 1000]).unwrap();
    let length = fs::metadata(&image).unwrap().len();
    fs::write(&image, vec![b'#'; usize::try_from(length).unwrap()]).unwrap();
    std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    let output = cat.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("changed while it was open"), "{}", said(&output));
}

/// Of the only layer, which was read in part or not at all, nothing says that nothing is wasted.
#[test]
fn no_report_states_totals_of_a_layer_that_was_not_read_to_its_end() {
    let place = Place::new();
    let mut tar = Tar::new().file("a", noise(3000)).file("b", noise(3000)).finish();
    tar.truncate(6000);
    fs::write(place.path("cut.tar"), tar).unwrap();
    let cut = place.path("cut.tar").to_str().unwrap().to_owned();
    let (missing, _) = compressed(&place, "missing");
    for layer in layers() {
        let name = Digest::of(&gzip(&layer)).encoded().to_owned();
        fs::remove_file(place.path("missing/blobs/sha256").join(name)).unwrap();
    }
    for image in [&cut, &missing] {
        for command in [
            &["layers", image][..],
            &["waste", image],
            &["report", "--markdown", "-", image],
            &["report", "--html", "-", image],
        ] {
            let output = layertui(command);
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(2), "{command:?}: {text}");
            assert!(text.contains("no layer was read to its end"), "{command:?}: {text}");
            let says = |word: &str| text.contains(word);
            assert!(!says("efficiency") && !says("0 B wasted"), "{command:?}: {text}");
            assert!(image == &cut || !says("0 B"), "{command:?}: {text}");
        }
    }
}
