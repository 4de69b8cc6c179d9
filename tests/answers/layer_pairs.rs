//! `compare --layers`: why each layer of one build has another digest than that of another.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::compress::{gzip, zstd};
use crate::support::tarball::{Dialect, Tar};

/// The lines of `compare --layers --json`, and its exit code.
pub(crate) fn compare(old: &Path, new: &Path) -> (Vec<Value>, i32) {
    let arguments = ["compare", "--layers", "--json", old.to_str().unwrap(), new.to_str().unwrap()];
    let output = layertui(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    valid(&lines);
    (lines, output.status.code().unwrap())
}

/// Every line keeps to the schema.
fn valid(lines: &[Value]) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compare-layers.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in lines {
        let errors: Vec<String> = validator.iter_errors(line).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
    }
    assert_eq!(lines.last().unwrap()["kind"], "verdict");
}

/// The lines of layers, as `old new verdict: differs`.
pub(crate) fn layers(lines: &[Value]) -> Vec<String> {
    let number = |side: &Value| side["layer"].as_u64().map_or("-".into(), |at| at.to_string());
    let line = |line: &Value| {
        let differs = words(&line["differs"]);
        let (old, new) = (number(&line["old"]), number(&line["new"]));
        format!("{old} {new} {}: {differs}", line["verdict"].as_str().unwrap())
    };
    lines.iter().filter(|line| line["kind"] == "layer").map(line).collect()
}

fn words(list: &Value) -> String {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// The lines of entries, as `change path: differs`.
pub(crate) fn entries(lines: &[Value]) -> Vec<String> {
    let line = |line: &Value| {
        let (change, path) = (line["change"].as_str().unwrap(), line["path"].as_str().unwrap());
        format!("{change} {path}: {}", words(&line["differs"])).trim_end_matches(": ").to_owned()
    };
    lines.iter().filter(|line| line["kind"] == "entry").map(line).collect()
}

fn base() -> Tar {
    Tar::new()
        .dir("etc/", 0o755)
        .mtime(1_700_000_000)
        .file("etc/motd", "hello")
        .mtime(1_700_000_000)
        .symlink("etc/link", "motd")
        .char_device("etc/null", 1, 3)
        .file("etc/last", "the last one")
}

/// `base` with its file `etc/motd` made otherwise.
fn with_motd(change: impl FnOnce(Tar) -> Tar) -> Tar {
    let tar = Tar::new().dir("etc/", 0o755).mtime(1_700_000_000);
    change(tar.file("etc/motd", "hello").mtime(1_700_000_000))
        .symlink("etc/link", "motd")
        .char_device("etc/null", 1, 3)
        .file("etc/last", "the last one")
}

/// What `compare --layers` says of images with one layer each, from these tars.
fn compared(old: &[u8], new: &[u8]) -> (String, Vec<String>, i32) {
    let place = Place::new();
    let (old, new) = (place.image("old", &[old.to_vec()]), place.image("new", &[new.to_vec()]));
    let (lines, code) = compare(&old, &new);
    (layers(&lines).concat(), entries(&lines), code)
}

#[test]
fn an_entry_that_differs_is_named_with_what_differs_in_it() {
    let old = base().finish();
    let motd = |change: fn(Tar) -> Tar| with_motd(change).finish();
    let pax = motd(|tar| tar.pax(&[("comment", "made today")]));
    let gnu = motd(|tar| tar.dialect(Dialect::Gnu));
    for (new, differs) in [
        (motd(|tar| tar.mtime(1_700_000_001)), "mtime"),
        (motd(|tar| tar.pax(&[("mtime", "1700000000.5")])), "mtime dialect"),
        (motd(|tar| tar.mode(0o600)), "mode"),
        (motd(|tar| tar.owner(0, 5)), "owner"),
        (motd(|tar| tar.owner(5, 0).mode(0o600)), "mode owner"),
        (motd(|tar| tar.xattr("user.a", "1")), "xattrs dialect"),
        (motd(|tar| tar.patch(265, "root")), "ownerNames"),
        (pax, "records dialect"),
        (gnu, "dialect"),
        (motd(|tar| tar.dialect(Dialect::V7)), "dialect"),
        (motd(|tar| tar.patch(100, " 000644\0")), "header"),
        (motd(Tar::base256), "header"),
    ] {
        let (layer, entries, code) = compared(&old, &new);
        assert_eq!(code, 1);
        assert_eq!(layer, format!("0 0 sameContents: {differs}"));
        assert_eq!(entries, [format!("metadata /etc/motd: {differs}")]);
        // The other way round, it is the same.
        assert_eq!(compared(&new, &old), (layer, entries, 1));
    }
    // The same contents; another layer.
    let (layer, entries, code) = compared(&old, &motd(|tar| tar));
    assert_eq!((layer.as_str(), entries, code), ("0 0 sameBlob: ", vec![], 0));
    let times = compared(&old, &motd(|tar| tar.mtime(5)));
    assert_eq!(times.1.len(), 1);
}

#[test]
fn files_that_changed_are_named() {
    let old = base().finish();
    let motd = |change: fn(Tar) -> Tar| with_motd(change).finish();
    let hole: &[u8] = &[7; 512];
    let sparse = Tar::new().gnu_sparse("s", 9000, &[(8192, hole)]);
    let whole = [vec![0; 8192], hole.to_vec(), vec![0; 9000 - 8704]].concat();
    for (old, new, expected) in [
        (&old, motd(|tar| tar.contents("HELLO")), &["content /etc/motd: content"][..]),
        (&old, motd(|tar| tar.contents("longer")), &["content /etc/motd: content"]),
        (&old, motd(|tar| tar.contents("HELLO").mtime(5)), &["content /etc/motd: content mtime"]),
        (&old, base().file("etc/new", "x").finish(), &["added /etc/new"]),
        (&old, base().whiteout("etc/gone").finish(), &["added /etc/.wh.gone"]),
        (&base().file("z", "").finish(), old.clone(), &["removed /z"]),
        // One path twice: both entries count.
        (&old, base().file("etc/last", "the last one").finish(), &["added /etc/last"]),
        (
            &Tar::new().symlink("l", "a").finish(),
            Tar::new().symlink("l", "b").finish(),
            &["content /l: target"],
        ),
        (
            &Tar::new().file("l", "").mode(0o777).finish(),
            Tar::new().symlink("l", "").finish(),
            &["content /l: type header"],
        ),
        (
            &Tar::new().char_device("c", 1, 3).finish(),
            Tar::new().char_device("c", 1, 5).finish(),
            &["content /c: device"],
        ),
        (
            &Tar::new().gnu_sparse("s", 9000, &[(8192, &[8; 512])]).finish(),
            sparse.clone().finish(),
            &["content /s: content"],
        ),
        (
            &sparse.finish(),
            Tar::new().file("s", whole).dialect(Dialect::Gnu).finish(),
            &["content /s: holes header"],
        ),
    ] {
        let (layer, entries, code) = compared(old, &new);
        assert_eq!(entries, expected);
        assert!(code == 1 && layer.starts_with("0 0 changed: "), "{layer}");
    }
}

#[test]
fn entries_in_another_order_are_named() {
    let file = |tar: Tar, name: &str| tar.file(name, name);
    let tar = |names: &str| names.split(' ').fold(Tar::new(), file).finish();
    for (old, new, moved) in [
        ("a b c z", "z a b c", &["/z"][..]),
        ("z a b c", "a b c z", &["/z"]),
        ("a b c d e", "a c d b e", &["/b"]),
        ("a b", "b a", &["/a"]),
    ] {
        let (layer, entries, code) = compared(&tar(old), &tar(new));
        assert_eq!((layer.as_str(), code), ("0 0 sameContents: order", 1), "{old} | {new}");
        let expected: Vec<String> =
            moved.iter().map(|path| format!("metadata {path}: order")).collect();
        assert_eq!(entries, expected, "{old} | {new}");
    }
    // What comes between them moves nothing.
    let (layer, entries, _) = compared(&tar("a b c"), &tar("x a y b c"));
    assert_eq!((layer.as_str(), entries.len()), ("0 0 changed: ", 2));
    let (_, entries, _) = compared(&tar("a b c z"), &tar("z x a b c"));
    assert_eq!(entries, ["added /x", "metadata /z: order"]);
    let backwards: Vec<String> = (100..999).map(|at| at.to_string()).collect();
    let forwards = backwards.join(" ");
    let backwards: Vec<&str> = backwards.iter().rev().map(String::as_str).collect();
    let (layer, entries, _) = compared(&tar(&forwards), &tar(&backwards.join(" ")));
    // The first that meets its counterpart has no name any more when it turns out to be the one that moved.
    assert_eq!((layer.as_str(), entries.len()), ("0 0 sameContents: order", 897));
}

#[test]
fn bytes_of_no_entry_are_told_apart() {
    let old = base().finish();
    let (layer, entries, code) = compared(&old, &[&old[..], &[0; 1024]].concat());
    assert_eq!((layer.as_str(), entries, code), ("0 0 sameContents: padding", vec![], 1));
}

fn level(bytes: &[u8], level: u32) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_same_tar_is_told_from_the_same_blob() {
    let place = Place::new();
    let tar = base().file("much", "abcdefgh".repeat(5000)).finish();
    let saved = |name: &str, stored: Vec<u8>| {
        place.save(name, std::slice::from_ref(&tar), &[stored], &json!({}))
    };
    let plain = saved("plain", tar.clone());
    let (fast, best) = (saved("fast", level(&tar, 1)), saved("best", level(&tar, 9)));
    let (again, zstd) = (saved("again", level(&tar, 9)), saved("zstd", zstd(&tar)));
    for (old, new, expected, codecs) in [
        (&plain, &plain, "0 0 sameBlob: ", ["plain", "plain"]),
        (&best, &again, "0 0 sameBlob: ", ["gzip", "gzip"]),
        (&fast, &best, "0 0 sameTar: compression", ["gzip", "gzip"]),
        (&plain, &best, "0 0 sameTar: compression", ["plain", "gzip"]),
        (&best, &zstd, "0 0 sameTar: compression", ["gzip", "zstd"]),
    ] {
        let (lines, code) = compare(old, new);
        assert_eq!(layers(&lines), [expected]);
        assert_eq!(code, i32::from(expected.contains("compression")));
        let shown = [&lines[0]["old"]["compression"], &lines[0]["new"]["compression"]];
        assert_eq!(shown, codecs);
    }
    // An image that states no diff ID: the tars themselves are compared.
    let unstated = place.save("unstated", &[], &[gzip(&tar)], &json!({}));
    let (lines, _) = compare(&unstated, &plain);
    assert_eq!(layers(&lines), ["0 0 sameTar: compression"]);
}

/// `CREATED_BY` of each layer with its files.
fn image(place: &Place, name: &str, layers: &[(&str, &[&str])]) -> PathBuf {
    let file = |tar: Tar, name: &&str| tar.file(name, name);
    let tars: Vec<_> =
        layers.iter().map(|(_, files)| files.iter().fold(Tar::new(), file).finish()).collect();
    let steps: Vec<_> = layers.iter().map(|(step, _)| json!({"created_by": step})).collect();
    place.save_all(name, &tars, &tars, &json!({"history": steps}))
}

#[test]
fn layers_without_counterpart_are_added_or_removed() {
    let place = Place::new();
    let one = image(
        &place,
        "one",
        &[("FROM", &["base"]), ("RUN old", &["gone"]), ("COPY . /app", &["app"])],
    );
    let other = image(
        &place,
        "other",
        &[("FROM", &["base"]), ("COPY . /app", &["app2"]), ("ADD x", &["x"])],
    );
    let (lines, code) = compare(&one, &other);
    assert_eq!(code, 1);
    assert_eq!(layers(&lines), ["0 0 sameBlob: ", "1 - removed: ", "2 1 changed: ", "- 2 added: "]);
    let pairing: Vec<&Value> =
        lines.iter().filter(|it| it["kind"] == "layer").map(|it| &it["pairedBy"]).collect();
    assert_eq!(pairing, [&json!("diffId"), &Value::Null, &json!("instruction"), &Value::Null]);
    let last = lines.last().unwrap();
    assert_eq!((&last["verdict"], &last["added"]), (&json!("differ"), &json!(1)));
    let (one, other) = (one.to_str().unwrap(), other.to_str().unwrap());
    let text = String::from_utf8(layertui(&["compare", "--layers", one, other]).stdout).unwrap();
    for line in [
        "   L0    L0  the same blob\n",
        "   L1     -  only in the old image\n",
        "   L2    L1  changed: 1 added, 1 removed\n             COPY . /app\n",
        "              +    4 B  /app2\n",
        "verdict=differ same-blob=1 same-tar=0 same-files=0 same-contents=0 changed=1 added=1 removed=1 unknown=0\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(layertui(&["compare", "--layers", one, one]).status.code(), Some(0));
    assert_eq!(layertui(&["compare", "--layers", "--semantic", one, one]).status.code(), Some(2));
}

#[test]
fn text_says_both_values() {
    let place = Place::new();
    let old = place.image("old", &[base().finish()]);
    let new = with_motd(|tar| tar.mtime(1_700_000_060).mode(0o600).owner(1, 2)).finish();
    let new = place.image("new", &[new]);
    let text = layertui(&["compare", "--layers", old.to_str().unwrap(), new.to_str().unwrap()]);
    let text = String::from_utf8(text.stdout).unwrap();
    let entry = "=    5 B  /etc/motd  (mode 0644 -> 0600, owner 0:0 -> 1:2, \
                 time 2023-11-14 22:13:20 -> 2023-11-14 22:14:20)";
    assert!(text.contains(entry), "{text}");
    let layer = "L0    L0  the same contents, other modes, owners, times: 1 with other metadata\n";
    assert!(text.contains(layer), "{text}");
}

/// The tar is cut behind what was listed, or differs from its stated digest: nothing is said of the pair.
#[test]
fn a_layer_that_cannot_be_read_is_unknown() {
    let place = Place::new();
    let layers_of = |last: &str| {
        [Tar::new().file("a", "1").finish(), Tar::new().file("b", last).finish()].to_vec()
    };
    let whole = place.image("whole", &layers_of("whole"));
    let other = layers_of("other");
    let stored = [gzip(&other[0]), gzip(&other[1])[..40].to_vec()];
    let cut = place.save("cut", &other, &stored, &json!({}));
    for (old, new) in [(&whole, &cut), (&cut, &whole)] {
        let (lines, code) = compare(old, new);
        assert_eq!(code, 2);
        assert_eq!(layers(&lines), ["0 0 sameTar: compression", "1 1 unknown: "]);
        let reason = lines[1]["reason"].as_str().unwrap();
        assert!(reason.contains("layer 1: ") && reason.contains("truncated"), "{reason}");
        assert_eq!(lines.last().unwrap()["verdict"], "unknown");
    }
}
