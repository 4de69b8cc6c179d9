//! Rules and findings bounded to the layers above the base.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::judging::ci;
use crate::saved::Place;
use crate::support::tarball::Tar;

/// A base with setuid files of its own, as Debian has, and what is built on it.
#[test]
fn rules_can_be_bounded_to_the_layers_above_the_base() {
    let place = Place::new();
    let base =
        Tar::new().file("usr/bin/su", "x".repeat(90)).mode(0o4755).file("old", "x".repeat(10));
    let base = base.finish();
    let clean = Tar::new().file("app", "x".repeat(50)).whiteout("old").finish();
    let added =
        Tar::new().file("app", "x".repeat(50)).file("usr/bin/up", "x").mode(0o4755).finish();
    let more = json!({"history": [
        {"created_by": "/bin/sh -c #(nop) ADD file:x in / "},
        {"created_by": "COPY . /", "comment": "FROM docker.io/library/debian:12"},
    ]});
    let image = |name: &str, upper: &Vec<u8>| {
        let layers = [base.clone(), upper.clone()];
        place.save_all(name, &layers, &layers, &more)
    };
    let (clean, added) = (image("clean", &clean), image("added", &added));
    let dir = place.path(".");
    let rules = |text: &str| fs::write(place.path(".layertui.yaml"), text).unwrap();
    let codes = |arguments: &[&str]| {
        [&clean, &added].map(|image| ci(&dir, image, arguments).status.code().unwrap())
    };
    for (all, rule) in [
        ([1, 1], "rules:\n  no-setuid-except: []\n"),
        ([1, 1], "findings:\n  fail-on: medium\n  ignore: [runs-as-root, removed-later]\n"),
        ([1, 1], "rules:\n  block: ['/usr/bin/*']\n"),
    ] {
        rules(rule);
        assert_eq!(codes(&[]), all, "{rule}");
        assert_eq!(codes(&["--above-base"]), [0, 1], "{rule}");
        rules(&format!("{rule}scope: user\n"));
        assert_eq!(codes(&[]), [0, 1], "{rule}");
        rules(&format!("{rule}  scope: user\n"));
        assert_eq!(codes(&[]), [0, 1], "{rule}");
        assert_eq!(codes(&["--base", "/no/such"]), [2, 2], "{rule}");
    }
    rules(
        "scope: user\nrules:\n  max-size: 51B\n  max-layers: 1\n  lowest-efficiency: 100%\n  highest-wasted-bytes: 0\n",
    );
    assert_eq!(codes(&[]), [0, 0]);
    rules("scope: user\nrules:\n  max-size: 50B\n");
    assert_eq!(codes(&[]), [0, 1]);
    let findings = |image: &Path, more: &[&str]| {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui
            .current_dir(place.path(".."))
            .args(["--no-cache", "findings", "--json"])
            .arg(image);
        let document: Value =
            serde_json::from_slice(&layertui.args(more).output().unwrap().stdout).unwrap();
        let found = document["findings"].as_array().unwrap().iter();
        found.map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(findings(&clean, &[]), ["setuid", "removed-later", "runs-as-root"]);
    assert_eq!(findings(&clean, &["--above-base"]), ["runs-as-root"]);
    assert_eq!(findings(&added, &["--above-base"]), ["setuid", "runs-as-root"]);
}
