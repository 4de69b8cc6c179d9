//! `layertui waste`: its sums agree with each other and with `layers`, and the text lists the largest paths first.
#![expect(clippy::unwrap_used, reason = "a program that cannot be run is a failed test")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn layertui(arguments: &[&str]) -> String {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let output = layertui
        .args(["--no-cache", arguments[0]])
        .arg(image)
        .args(&arguments[1..])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn sum<'v>(values: impl IntoIterator<Item = &'v Value>, key: &str) -> u64 {
    values.into_iter().map(|value| value[key].as_u64().unwrap()).sum()
}

#[test]
fn all_sums_equal_the_waste_of_layers() {
    let waste: Value = serde_json::from_str(&layertui(&["waste", "--json"])).unwrap();
    let layers: Value = serde_json::from_str(&layertui(&["layers", "--json"])).unwrap();
    assert_eq!(waste["totals"], layers["totals"]);
    assert_eq!(waste["image"], layers["image"]);
    let wasted = layers["totals"]["wastedBytes"].as_u64().unwrap();
    let paths = waste["paths"].as_array().unwrap();
    let stack = waste["layers"].as_array().unwrap();
    assert_eq!(sum(paths, "wastedBytes"), wasted);
    assert_eq!(
        sum(paths.iter().flat_map(|path| path["pieces"].as_array().unwrap()), "bytes"),
        wasted
    );
    assert_eq!(sum(stack, "wastedBytes"), wasted);
    assert_eq!(sum(stack, "causedBytes"), wasted);
    assert_eq!(sum(stack, "bytes"), layers["totals"]["storedBytes"].as_u64().unwrap());
    assert_eq!(waste["directories"][0]["path"], "/");
    assert_eq!(waste["directories"][0]["wastedBytes"], wasted);
    let sizes: Vec<u64> = paths.iter().map(|path| path["wastedBytes"].as_u64().unwrap()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b));
}

#[test]
fn each_piece_has_its_culprit_cause_and_advice() {
    let waste: Value = serde_json::from_str(&layertui(&["waste", "--json"])).unwrap();
    let piece = |path: &str| {
        let paths = waste["paths"].as_array().unwrap();
        paths.iter().find(|keys| keys["path"] == path).unwrap()["pieces"][0].clone()
    };
    let deleted = piece("/var/cache/apt/pkgcache.bin");
    assert_eq!((&deleted["layer"], &deleted["culpritLayer"]), (&1.into(), &5.into()));
    assert_eq!(
        (&deleted["cause"], &deleted["advice"]),
        (&"removed".into(), &"remove-where-added".into())
    );
    let chowned = piece("/srv/shop/static/img/hero.jpg");
    assert_eq!(
        (&chowned["cause"], &chowned["advice"]),
        (&"attributes".into(), &"set-while-writing".into())
    );
}

#[test]
fn the_text_lists_the_largest_paths_and_counts_the_rest() {
    let short = layertui(&["waste"]);
    assert!(short.contains("in 3 more paths: --all names them"), "{short}");
    assert!(short.contains("delete in the layer that adds it: one RUN"), "{short}");
    let all = layertui(&["waste", "--all"]);
    assert!(
        all.lines().count() == short.lines().count() + 2 && !all.contains("more paths"),
        "{all}"
    );
}
