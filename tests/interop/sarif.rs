//! Reports of `ci --format sarif`, read by a public reader: sarif-tools, from PyPI.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::engines::{from_pypi, require_engines, run, text};
use super::scratch::fresh;

/// Rules about the whole image only, findings only, both.
const RULES: [&str; 3] = [
    "rules:\n  max-layers: 1\n  max-size: 1kB\n  lowest-efficiency: 0.999\n",
    "findings:\n  fail-on: low\n",
    "rules:\n  max-layers: 1\n  block: ['**/.env']\nfindings:\n  fail-on: high\n",
];

/// Rule, text, file and line of each result, as the reader says them, in its table and for GitLab.
#[test]
#[cfg_attr(not(interop), ignore = "needs real engines and root: LAYERTUI_INTEROP=1 cargo test")]
fn a_public_reader_reads_every_result_with_its_text_and_place() {
    require_engines();
    let sarif = from_pypi(&["sarif-tools==3.0.5"]).join("sarif");
    let dir = fresh("sarif-");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    for rules in RULES {
        fs::write(dir.join(".layertui.yaml"), rules).unwrap();
        let mut ci = Command::new(env!("CARGO_BIN_EXE_layertui"));
        ci.current_dir(&dir).args(["--no-cache", "ci", "--format", "sarif"]).arg(&demo);
        let output = ci.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(dir.join("x.sarif"), &output.stdout).unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = document["runs"][0]["results"].as_array().unwrap();
        assert!(results.len() > 1, "{rules}");
        let read = |form: &str, file: &str| {
            run(Command::new(&sarif).current_dir(&dir).args([form, "-o", file, "x.sarif"]));
            fs::read_to_string(dir.join(file)).unwrap()
        };

        let table = read("csv", "x.csv");
        assert_eq!(table.lines().count(), results.len() + 1, "{table}");
        let quoted = read("codeclimate", "x.json");
        let quality: Vec<Value> = serde_json::from_str(&quoted).unwrap();
        let by_rule: BTreeMap<&str, &Value> =
            quality.iter().map(|issue| (issue["check_name"].as_str().unwrap(), issue)).collect();
        let mut prints: Vec<&str> =
            quality.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), results.len(), "each is told from the others");
        for result in results {
            let issue = by_rule[result["ruleId"].as_str().unwrap()];
            assert_eq!(issue["description"], result["message"]["text"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(issue["location"]["path"], place["artifactLocation"]["uri"]);
            assert_eq!(issue["location"]["lines"]["begin"], place["region"]["startLine"]);
            assert_eq!(issue["location"]["path"], ".layertui.yaml");
        }
        let summary = text(Command::new(&sarif).arg("summary").arg(dir.join("x.sarif")));
        assert!(summary.contains(&format!("error: {}", results.len())), "{summary}");
    }
}
