//! Packages by layer: installed, upgraded, removed, of dpkg and of apk; damaged databases.

use std::path::Path;

use serde_json::{Value, json};

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// A paragraph of dpkg's list: `name version architecture KiB`.
fn paragraph(words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    format!(
        "Package: {}\nStatus: install ok installed\nVersion: {}\nArchitecture: {}\nInstalled-Size: {}\n\n",
        words[0], words[1], words[2], words[3]
    )
}

fn status(packages: &[&str]) -> String {
    packages.iter().map(|words| paragraph(words)).collect()
}

/// The lines, the exit code and what standard error says.
pub(crate) fn ask(image: &str, options: &[&str]) -> (Vec<Value>, i32, String) {
    let output = layertui(&[&["packages", image, "--json"], options].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/packages.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in &lines {
        schema.validate(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    (lines, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// What a line says, in short: its layers, the event, name and version.
pub(crate) fn short(line: &Value) -> String {
    let text = |key: &str| match &line[key] {
        Value::String(text) => format!(" {text}"),
        Value::Null => String::new(),
        other => format!(" {other}"),
    };
    ["layer", "addedBy", "event", "name", "previousVersion", "version"]
        .map(text)
        .concat()
        .trim()
        .to_owned()
}

pub(crate) fn shorts(image: &str, options: &[&str]) -> Vec<String> {
    let (lines, code, said) = ask(image, options);
    assert_eq!((code, said.as_str()), (0, ""), "{options:?}");
    lines.iter().map(short).collect()
}

/// Three layers: two packages, one upgraded and one added, one removed.
fn debian(place: &Place) -> String {
    let layer =
        |packages: &[&str]| Tar::new().file("var/lib/dpkg/status", status(packages)).finish();
    let image = place.compressed(
        "debian",
        &[
            layer(&["zlib1g 1.3-1 amd64 100", "bash 5.2-1 amd64 2000"]),
            Tar::new().file("unrelated", "x").finish(),
            layer(&["zlib1g 1.3-1 amd64 100", "bash 5.2-2 amd64 2001", "curl 8.1 amd64 500"]),
            layer(&["bash 5.2-2 amd64 2001", "curl 8.1 amd64 500"]),
        ],
    );
    image.to_str().unwrap().to_owned()
}

#[test]
fn each_package_has_the_layer_that_installed_it() {
    let place = Place::new();
    let image = debian(&place);
    assert_eq!(shorts(&image, &[]), ["2 0 bash 5.2-2", "2 2 curl 8.1"]);
    let at = |layer: &str| shorts(&image, &["--layer", layer]);
    assert_eq!(at("0"), ["0 0 bash 5.2-1", "0 0 zlib1g 1.3-1"]);
    assert_eq!(at("1"), at("0"));
    assert_eq!(at("-2"), ["2 0 bash 5.2-2", "2 2 curl 8.1", "0 0 zlib1g 1.3-1"]);
    let (lines, ..) = ask(&image, &[]);
    assert_eq!(
        lines[0],
        json!({"manager": "dpkg", "name": "bash", "version": "5.2-2", "architecture": "amd64",
            "size": 2001 * 1024, "layer": 2, "addedBy": 0})
    );
}

#[test]
fn the_history_has_what_each_layer_did() {
    let place = Place::new();
    let image = debian(&place);
    let events = [
        "0 installed bash 5.2-1",
        "0 installed zlib1g 1.3-1",
        "2 upgraded bash 5.2-1 5.2-2",
        "2 installed curl 8.1",
        "3 removed zlib1g 1.3-1",
    ];
    assert_eq!(shorts(&image, &["--history"]), events);
    assert_eq!(shorts(&image, &["--history", "--layer", "2"]), events[..4]);
    let text = String::from_utf8(layertui(&["packages", &image, "--history"]).stdout).unwrap();
    for line in
        ["2 packages of dpkg, 2.6 MB", "L2   +1 ~1 -0", "5.2-1 -> 5.2-2", "  - 102 kB  zlib1g"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    let text = String::from_utf8(layertui(&["packages", &image]).stdout).unwrap();
    assert!(text.contains("\nL2    2.0 MB  bash  5.2-2  amd64  (first by L0)\n"), "{text}");
}

#[test]
fn packages_of_apk_and_of_a_directory_of_lists_are_there_too() {
    let place = Place::new();
    let apk = "P:musl\nV:1.2.4-r2\nA:x86_64\nI:622592\nF:lib\nR:ld.so\n\n";
    let base = Tar::new()
        .file("lib/apk/db/installed", apk)
        .file("var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12\n")
        .file("var/lib/dpkg/status.d/base-files.md5sums", "00  etc/x\n");
    let above = Tar::new()
        .file("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\nArchitecture: all")
        .whiteout("lib/apk/db/installed");
    let image = place.image("mixed", &[base.finish(), above.finish()]);
    let image = image.to_str().unwrap();
    assert_eq!(shorts(image, &["--layer", "0"]), ["0 0 base-files 12", "0 0 musl 1.2.4-r2"]);
    assert_eq!(shorts(image, &[]), ["0 0 base-files 12", "1 1 tzdata 2024a"]);
    assert_eq!(
        shorts(image, &["--history"])[2..],
        ["1 removed musl 1.2.4-r2".to_owned(), "1 installed tzdata 2024a".to_owned()]
    );
}

#[test]
fn an_image_without_a_database_says_so() {
    let place = Place::new();
    let image = place.image("none", &[Tar::new().file("a", "x").finish()]);
    let image = image.to_str().unwrap();
    assert!(ask(image, &[]).0.is_empty());
    let output = layertui(&["packages", image]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("no package database of dpkg"), "{text}");
}

/// What a damaged list lacks is not taken for removed, the next whole one counts again.
#[test]
fn a_damaged_list_is_named_and_removes_nothing() {
    let place = Place::new();
    let list = status(&["bash 5 amd64 1", "curl 8 amd64 1"]);
    let layer = |bytes: &[u8]| Tar::new().file("var/lib/dpkg/status", bytes).finish();
    let cut = &list.as_bytes()[..list.len() - 10];
    let zeros = [list.as_bytes(), &[0; 20], b"\n"].concat();
    for damaged in [cut, &zeros] {
        let layers =
            [layer(list.as_bytes()), layer(damaged), layer(status(&["bash 6 amd64 1"]).as_bytes())];
        let image = place.image("damaged", &layers);
        let (lines, code, said) = ask(image.to_str().unwrap(), &["--history"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("layer 1: /var/lib/dpkg/status: damaged"), "{said}");
        let lines: Vec<String> = lines.iter().map(short).collect();
        assert_eq!(lines[2..], ["2 upgraded bash 5 6".to_owned(), "2 removed curl 8".to_owned()]);
        let below = ask(image.to_str().unwrap(), &["--layer", "0"]);
        assert_eq!((below.0.len(), below.1, below.2.as_str()), (2, 0, ""));
    }
}

/// A database that could not be read says nothing of the packages of another manager.
#[test]
fn a_damaged_database_of_rpm_keeps_no_package_of_dpkg() {
    let place = Place::new();
    let list = |packages: &[&str]| Tar::new().file("var/lib/dpkg/status", status(packages));
    let both = list(&["bash 5 amd64 1", "curl 8 amd64 1"]);
    let layers = [both.file("var/lib/rpm/rpmdb.sqlite", "no database"), list(&["bash 5 amd64 1"])];
    let image = place.image("both", &layers.map(Tar::finish));
    let image = image.to_str().unwrap();
    let (lines, code, said) = ask(image, &[]);
    assert_eq!((lines.len(), code), (1, 2), "{said}");
    assert!(said.contains("/var/lib/rpm/rpmdb.sqlite"), "{said}");
    let history: Vec<String> = ask(image, &["--history"]).0.iter().map(short).collect();
    assert_eq!(history[2..], ["1 removed curl 8"]);
}

#[test]
fn changes_that_dpkg_did_not_finish_are_named() {
    let place = Place::new();
    let both = status(&["bash 5 amd64 1", "curl 8 amd64 1"]);
    let layers = [
        Tar::new().file("var/lib/dpkg/status", both).dir("var/lib/dpkg/updates/", 0o755),
        Tar::new()
            .file("var/lib/dpkg/status", status(&["bash 5 amd64 1"]))
            .file("var/lib/dpkg/updates/0003", paragraph("curl 9 amd64 1")),
    ];
    let image = place.image("interrupted", &layers.map(Tar::finish));
    let image = image.to_str().unwrap();
    assert_eq!(shorts(image, &["--layer", "0"]).len(), 2);
    let (lines, code, said) = ask(image, &[]);
    assert_eq!((lines.len(), code), (2, 2));
    assert!(said.contains("layer 1: /var/lib/dpkg/updates: dpkg was interrupted"), "{said}");
}
