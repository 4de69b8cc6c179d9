//! The rules file: which one counts, what it may be read from, and what it says of findings.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use layertui::policy;
use layertui::policy::Dialect;
use serde_json::{Value, json};

use crate::judging::{ci, demo, whole_and_cut};
use crate::saved::Place;

#[test]
fn our_own_file_comes_first_and_options_override_it() {
    let place = Place::new();
    let run = |arguments: &[&str]| ci(&place.path("."), &demo(), arguments);
    let code = |arguments: &[&str]| run(arguments).status.code();
    fs::write(
        place.path(".dive-ci"),
        "rules:\n  lowestEfficiency: 0\n  highestUserWastedPercent: 1\n",
    )
    .unwrap();
    assert_eq!(code(&[]), Some(0), "dive's file");
    fs::write(place.path(".layertui.yaml"), "rules:\n  block: ['**/.env']\n").unwrap();
    assert_eq!(code(&[]), Some(1), "ours");
    assert_eq!(code(&["--block", "x"]), Some(0), "an option");
    assert_eq!(code(&["--config", ".dive-ci"]), Some(0), "the file that is asked for");
    assert_eq!(code(&["--config", "none"]), Some(2));
    let base = ["--base", "/no/such", "--highest-user-wasted-percent", "1", "--block", "x"];
    assert_eq!(code(&base), Some(2), "without its base a rule is open");
    fs::write(place.path(".layertui.yaml"), "rules:\n  blok: []\n").unwrap();
    let wrong = run(&[]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains(".layertui.yaml:2: unknown key 'blok'; did you mean 'block'?"), "{said}");
}

/// Findings by the rules file: in `ci` each that is severe enough is a broken rule of its own.
#[test]
fn one_file_says_which_findings_are_accepted() {
    let place = Place::new();
    let (image, _) = whole_and_cut(&place);
    let run = |arguments: &[&str]| {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.current_dir(place.path(".")).args(["--no-cache", arguments[0]]).arg(&image);
        layertui.args(&arguments[1..]).output().unwrap()
    };
    let code = |arguments: &[&str]| run(arguments).status.code().unwrap();
    let ids = |arguments: &[&str], list: &str, key: &str| {
        let document: Value = serde_json::from_slice(&run(arguments).stdout).unwrap();
        let list = document[list].as_array().unwrap().iter();
        list.map(|item| item[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["removed-later", "setuid", "runs-as-root"];
    let rules = |text: &str| fs::write(place.path(".layertui.yaml"), text).unwrap();
    rules("findings:\n  fail-on: medium\n");
    assert_eq!(ids(&["findings", "--json"], "findings", "id"), all);
    assert_eq!(ids(&["report"], "findings", "id"), all);
    assert_eq!(ids(&["ci", "--json"], "rules", "rule"), all);
    assert_eq!([code(&["findings"]), code(&["ci"]), code(&["report"])], [1, 1, 0]);
    rules("findings:\n  fail-on: medium\n  ignore: [runs-as-root, 'setuid:/c']\nexcludes: [/b]\n");
    assert!(ids(&["findings", "--json"], "findings", "id").is_empty());
    assert!(ids(&["report", "--config", ".layertui.yaml"], "findings", "id").is_empty());
    assert_eq!(ids(&["ci", "--json"], "rules", "rule"), ["fail-on"]);
    assert_eq!([code(&["findings"]), code(&["ci"])], [0, 0]);
    // Options say more than the file.
    assert_eq!(ids(&["ci", "--json", "--ignore", "setuid"], "rules", "rule"), ["runs-as-root"]);
    assert_eq!(
        ids(&["findings", "--json", "--exclude", "/x", "--ignore", "setuid"], "findings", "id"),
        ["removed-later", "runs-as-root"]
    );
    rules("findings:\n  ignore: [setuids]\n");
    assert_eq!([code(&["findings"]), code(&["ci"]), code(&["report"])], [2, 2, 2]);
}

/// Runs each command that takes a rules file, with `--config CONFIG` and this text on standard input.
fn with_config(place: &Place, config: &str, input: &str) -> Vec<Output> {
    let (image, _) = whole_and_cut(place);
    let image = image.to_str().unwrap();
    let commands: [&[&str]; 4] =
        [&["ci", image], &["findings", image], &["report", image], &["compare", image, image]];
    let run = |command: &&[&str]| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.current_dir(place.path(".")).arg("--no-cache").args(*command);
        layertui.args(["--config", config]).stdin(reader).stdout(Stdio::piped());
        let running = layertui.stderr(Stdio::piped()).spawn().unwrap();
        // The command holds its end of the pipe until it is dropped.
        drop(layertui);
        // A command that refuses the text reads no more of it.
        let _ = writer.write_all(input.as_bytes());
        drop(writer);
        running.wait_with_output().unwrap()
    };
    commands.iter().map(run).collect()
}

/// A shell's `<(command)` is a pipe, and an empty file of rules is one that allows everything.
#[cfg(unix)]
#[test]
fn rules_are_read_from_whatever_ends() {
    let place = Place::new();
    fs::write(place.path(".layertui.yaml"), "it: is not read\n").unwrap();
    fs::write(place.path("empty"), "").unwrap();
    let expected = with_config(&place, "empty", "");
    let pipe = "/dev/stdin";
    for (config, input) in [("/dev/null", ""), (pipe, ""), (pipe, "# a comment\n")] {
        for (output, expected) in with_config(&place, config, input).iter().zip(&expected) {
            let named = String::from_utf8_lossy(&output.stdout).replace(config, "empty");
            assert_eq!(named, String::from_utf8_lossy(&expected.stdout));
            assert_eq!(output.status, expected.status, "{config}: {output:?}");
        }
    }
    let long = "#".repeat(256 * 1024 + 1);
    for (config, input, why) in [
        (pipe, "rules:\n  blok: []\n", "/dev/stdin:2: unknown key 'blok'"),
        (pipe, long.as_str(), "/dev/stdin: it is longer than 262144 bytes"),
        ("/dev/zero", "", "/dev/zero: it is a device, not a file"),
        (".", "", "it is a directory, not a file"),
        ("none", "", "none: "),
    ] {
        for output in with_config(&place, config, input) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(2) && said.contains(why), "{config}: {said}");
        }
    }
}

/// JSON is YAML: the schema for editors and the reader are asked about the same texts.
#[test]
fn the_schema_says_what_the_reader_says() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/layertui.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (right, document) in [
        (true, json!({})),
        (true, json!({"rules": {"lowest-efficiency": 0.95, "highest-wasted-bytes": "20MB"}})),
        (true, json!({"rules": {"lowestEfficiency": "disabled", "max-size": 5000}})),
        (
            true,
            json!({"rules": {"lowest-efficiency": "95%", "highest-user-wasted-percent": "2.5 %"}}),
        ),
        (true, json!({"rules": {"lowest-efficiency": "off", "max-size": false}})),
        (false, json!({"rules": {"lowest-efficiency": "195%"}})),
        (
            true,
            json!({"rules": {"max-layers": 12, "block": ["**/id_rsa"], "no-setuid-except": []}}),
        ),
        (true, json!({"findings": {"fail-on": "high", "ignore": ["setuid:/bin/su"]}})),
        (true, json!({"excludes": ["/proc/**"], "base": "debian:12"})),
        (true, json!({"scope": "user", "rules": {"scope": "all"}, "findings": {"scope": "user"}})),
        (false, json!({"scope": "base"})),
        (false, json!({"rules": {"lowest-efficiency": 95}})),
        (false, json!({"rules": {"max-size": "1XB"}})),
        (false, json!({"rules": {"max-layers": "many"}})),
        (false, json!({"rules": {"fail-on": "high"}})),
        (false, json!({"findings": {"fail-on": "grave"}})),
        (false, json!({"rule": {}})),
        (false, json!({"base": ["a", "b"]})),
        (false, json!([1])),
    ] {
        let read = policy::read(&document.to_string(), Dialect::Own);
        assert_eq!(read.is_ok(), right, "{document}: {read:?}");
        assert_eq!(validator.is_valid(&document), right, "{document}");
    }
    let rules_and_findings = include_str!("../../docs/rules-and-findings.md");
    let (_, example) = rules_and_findings.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let rules = policy::read(example, Dialect::Own).unwrap();
    assert!(rules.fail_on.is_some() && rules.max_size.is_some() && rules.base.is_some());
    let keys = schema["properties"].as_object().unwrap().values();
    let keys =
        keys.filter_map(|section| section["properties"].as_object()).flat_map(|it| it.keys());
    for key in keys.filter(|key| !key.contains(char::is_uppercase)) {
        assert!(
            example.contains(&format!("{key}:")),
            "the example of docs/rules-and-findings.md lacks {key}"
        );
    }
}
