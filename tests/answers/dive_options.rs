//! An image without a command, with dive's options and in dive's environment; and dive's JSON.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::judging::demo;
use crate::saved::Place;
use crate::support::tarball::Tar;

/// Runs layertui in a directory; `ci`: the variable CI.
fn run(dir: &Path, ci: Option<&str>, arguments: &[&str]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui.current_dir(dir).env_remove("CI").arg("--no-cache").args(arguments);
    layertui.envs(ci.map(|value| ("CI", value))).output().unwrap()
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_image_alone_is_judged_where_dive_would_judge_it() {
    let place = Place::new();
    let image = demo();
    let image = image.to_str().unwrap();
    let of = |ci, arguments: &[&str]| run(&place.path("."), ci, &[arguments, &[image]].concat());
    let judged = of(None, &["--ci"]);
    assert_eq!(judged.status.code(), Some(1));
    assert!(
        shown(&judged).contains("by dive's measure: efficiency 87.9006 %"),
        "{}",
        shown(&judged)
    );
    for ci in ["true", "1", "yes"] {
        let by_variable = of(Some(ci), &[]);
        assert_eq!(
            (by_variable.status.code(), &by_variable.stdout),
            (Some(1), &judged.stdout),
            "{ci}"
        );
    }
    let by_command = of(Some("true"), &["ci"]);
    assert_eq!(by_command.stdout, judged.stdout, "it is ci IMAGE");
    for ci in [None, Some("false"), Some("0"), Some("")] {
        let layers = of(ci, &[]);
        assert_eq!(layers.status.code(), Some(0), "{ci:?}");
        assert!(!shown(&layers).contains("efficiency 87.9006"), "{ci:?}");
    }
    let lenient = ["--ci", "--lowestEfficiency", "0.879", "--highestUserWastedPercent", "disabled"];
    assert_eq!(of(None, &lenient).status.code(), Some(0));
    let strict = ["--highestWastedBytes", "1KB"];
    assert_eq!(of(Some("true"), &[&lenient[1..], &strict].concat()).status.code(), Some(1));
    assert_eq!(
        of(None, &["--ci", "--ignore-errors", "--lowestEfficiency=2"]).status.code(),
        Some(2)
    );
    fs::write(
        place.path("rules"),
        "rules:\n  lowestEfficiency: 0.8\n  highestUserWastedPercent: 1\n",
    )
    .unwrap();
    assert_eq!(of(None, &["--ci", "--ci-config", "rules"]).status.code(), Some(0));
    let own = "rules:\n  lowest-efficiency: 43%\n";
    fs::write(place.path(".layertui.yaml"), own).unwrap();
    assert_eq!(of(Some("true"), &[]).status.code(), Some(0), "our file by our measure");
}

#[test]
fn an_option_of_dive_before_a_command_is_refused() {
    let place = Place::new();
    let image = demo();
    let image = image.to_str().unwrap();
    for arguments in [&["--ci", "layers", image][..], &["--json", "x", "ci", image], &["--ci"]] {
        let output = run(&place.path("."), None, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("option"), "{said}");
    }
    assert!(!place.path("x").exists());
}

#[test]
fn dives_ways_to_name_an_image_are_understood() {
    let place = Place::new();
    let layers = [Tar::new().file("a", "12345").finish()];
    let image = place.image("image.tar", &layers);
    let absolute = format!("docker-archive://{}", image.display());
    let skopeos = format!("docker-archive:/{}", image.display());
    for arguments in [
        &["--source", "docker-archive", "image.tar"][..],
        &["image.tar", "--source=docker-archive"],
        &["docker-archive://image.tar"],
        &["docker-archive://image.tar:test:1"],
        &["--source", "docker", "docker-archive://image.tar"],
        &[&absolute],
        &[&skopeos],
    ] {
        let output = run(&place.path("."), None, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        assert!(shown(&output).contains("5 B"), "{arguments:?}: {}", shown(&output));
    }
    let none = run(&place.path("."), None, &["docker-archive://none.tar"]);
    assert_eq!(none.status.code(), Some(2));
}

/// The keys are those of dive's file, which `tests/interop` holds it against.
#[test]
fn the_analysis_is_written_as_dive_writes_it() {
    let place = Place::new();
    let layers = [
        Tar::new().dir("d/", 0o755).file("d/a", "12345").mode(0o4755).symlink("d/l", "a").finish(),
        Tar::new().whiteout("d/a").finish(),
    ];
    let more = json!({"history": [{"created_by": "/bin/sh -c one"}, {"created_by": "COPY x"}]});
    let image = place.save_all("image.tar", &layers, &layers, &more);
    let image = image.to_str().unwrap();
    let dir = place.path(".");
    let report = run(&dir, None, &["report", "--format", "dive", image]);
    assert_eq!(report.status.code(), Some(0));
    let document: Value = serde_json::from_slice(&report.stdout).unwrap();
    let image_keys = json!({"sizeBytes": 5, "inefficientBytes": 5, "efficiencyScore": 0.0,
        "fileReference": [{"count": 2, "sizeBytes": 5, "file": "/d/a"}]});
    assert_eq!(document["image"], image_keys);
    let file = |path: &str, flag: u8, link: &str, size: u64, mode: u32, is_dir: bool| {
        json!({"path": path, "typeFlag": flag, "linkName": link, "size": size, "fileMode": mode,
            "uid": 0, "gid": 0, "isDir": is_dir})
    };
    let lower = [
        file("d/a", b'0', "", 5, 1 << 23 | 0o755, false),
        file("d/l", b'2', "a", 0, 1 << 27 | 0o777, false),
        file("d", b'5', "", 0, 1 << 31 | 0o755, true),
    ];
    assert_eq!(document["layer"][0]["fileList"], json!(lower));
    let upper = [file("d/.wh.a", b'0', "", 0, 0, false), file("", 0, "", 0, 0, false)];
    assert_eq!(document["layer"][1]["fileList"], json!(upper));
    let keys = ["index", "sizeBytes", "command"].map(|key| document["layer"][0][key].clone());
    assert_eq!(keys, [json!(0), json!(5), json!("one")]);
    let id = document["layer"][0]["digestId"].as_str().unwrap();
    assert_eq!(id.strip_prefix("sha256:"), document["layer"][0]["id"].as_str());
    for arguments in [&["--json", "out.json", image][..], &[image, "-j", "out.json"]] {
        let _ = fs::remove_file(place.path("out.json"));
        // As in dive, a file that is asked for comes before a verdict.
        let output = run(&dir, Some("true"), arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
        assert_eq!(fs::read(place.path("out.json")).unwrap(), report.stdout);
    }
    let unwritable = run(&dir, None, &["--json", "none/out.json", image]);
    assert_eq!(unwritable.status.code(), Some(2));
    let cut = place.save_all("cut.tar", &layers, &[layers[0].clone(), vec![1; 700]], &more);
    let unsure = run(&dir, None, &["report", "--format", "dive", cut.to_str().unwrap()]);
    assert_eq!(unsure.status.code(), Some(2));
    let document: Value = serde_json::from_slice(&unsure.stdout).unwrap();
    assert!(document["image"]["efficiencyScore"].is_null());
}
