//! Images whose config is missing, cut, or has a field of the wrong type: what depends on it is unknown, and nothing takes what
//! was not read for what is not set. What needs no config is answered as ever.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

const GOOD: &str = r#"{"architecture": "amd64", "os": "linux", "config": {"User": "1000",
    "Env": ["A=b"]}, "rootfs": {"type": "layers", "diff_ids": []},
    "history": [{"created_by": "COPY . ."}]}"#;

/// An archive of one layer with these files, and with this config.
fn archive(place: &Place, name: &str, config: Option<&str>, files: &[&str]) -> PathBuf {
    let layer = files.iter().fold(Tar::new(), |tar, name| tar.file(name, "x")).finish();
    let manifest = json!([{"Config": "c.json", "RepoTags": ["test:1"], "Layers": ["l.tar"]}]);
    let tar = Tar::new().file("l.tar", layer).file("manifest.json", manifest.to_string());
    let tar = config.into_iter().fold(tar, |tar, config| tar.file("c.json", config));
    std::fs::write(place.path(name), tar.finish()).unwrap();
    place.path(name)
}

/// Exit code, standard output and standard error of a command, in which `IMAGE` is the image and `GOOD` one that is whole.
fn run(command: &[&str], image: &Path, good: &Path) -> (i32, String, String) {
    let arguments: Vec<&Path> = command
        .iter()
        .map(|word| match *word {
            "IMAGE" => image,
            "GOOD" => good,
            word => Path::new(word),
        })
        .collect();
    let output = layertui(&arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The image with each damage of its config, and words of the reason.
fn damaged(place: &Place, files: &[&str]) -> Vec<(PathBuf, &'static str)> {
    let typed = GOOD.replace(r#""1000""#, "1000");
    vec![
        (archive(place, "missing", None, files), "the config cannot be read"),
        (archive(place, "cut", Some(&GOOD[..60]), files), "the config cannot be read"),
        (archive(place, "typed", Some(&typed), files), "User"),
    ]
}

#[test]
fn what_depends_on_the_config_is_unknown() {
    let place = Place::new();
    let good = archive(&place, "good", Some(GOOD), &["a"]);
    let whole: [(&[&str], i32); 3] = [
        (&["findings", "IMAGE", "--fail-on", "low"], 0),
        (&["ci", "IMAGE", "--fail-on", "low"], 0),
        (&["compare", "IMAGE", "GOOD"], 0),
    ];
    for (command, code) in whole {
        assert_eq!(run(command, &good, &good).0, code, "{command:?}");
    }
    let commands: &[&[&str]] = &[
        &["findings", "IMAGE"],
        &["findings", "--json", "IMAGE", "--fail-on", "low"],
        &["ci", "IMAGE", "--fail-on", "low"],
        &["ci", "--json", "IMAGE", "--fail-on", "low", "--max-layers", "3"],
        &["report", "IMAGE"],
        &["report", "IMAGE", "--markdown", "-"],
        &["layers", "--dockerfile", "IMAGE"],
        &["compare", "IMAGE", "GOOD"],
        &["compare", "--json", "GOOD", "IMAGE"],
        &["compare", "--semantic", "IMAGE", "GOOD"],
    ];
    for (image, why) in damaged(&place, &["a"]) {
        for command in commands {
            let (code, out, said) = run(command, &image, &good);
            assert_eq!(code, 2, "{image:?} {command:?}: {out}{said}");
            let told = if command[0] == "compare" { &out } else { &said };
            assert!(told.contains(why), "{image:?} {command:?}: {out}{said}");
            let text = command == &["findings", "IMAGE"];
            assert!(!text || out.contains("incomplete: "), "{image:?}: {out}");
            for claim in ["runs-as-root", "pass      fail-on", "(none)"] {
                assert!(!out.contains(claim), "{image:?} {command:?} claims {claim}: {out}");
            }
        }
    }
}

#[test]
fn what_is_sure_without_the_config_is_answered() {
    let place = Place::new();
    let good = archive(&place, "good", Some(GOOD), &["a"]);
    for (image, _) in damaged(&place, &["repo/.git/config"]) {
        let commands: [(&[&str], i32); 6] = [
            (&["ls", "IMAGE"], 0),
            (&["layers", "IMAGE"], 0),
            (&["ci", "IMAGE", "--max-layers", "1"], 0),
            (&["ci", "IMAGE", "--max-layers", "0"], 1),
            // Another config may have more to find, not less; and files that differ do.
            (&["findings", "IMAGE", "--fail-on", "low"], 1),
            (&["compare", "IMAGE", "GOOD"], 1),
        ];
        for (command, expected) in commands {
            let (code, out, said) = run(command, &image, &good);
            assert_eq!(code, expected, "{image:?} {command:?}: {out}{said}");
        }
    }
}
