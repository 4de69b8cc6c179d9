//! `layertui ci`: every rule kept, broken and not to be judged; dive's file as it stands; what pipelines read.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use layertui::image::base::{Base, Evidence as Told};
use layertui::image::{Image, Layer};
use layertui::rules::{Evidence, Outcome, Rules, judge};
use layertui::stack::notation;
use serde_json::Value;

/// 100 bytes in the base; above it 50 that are deleted again, and 50 that stay.
const LAYERS: &str = "0: +a:100 | 1: +b:50 +c:50@4755 | 2: -b";

fn outcome(rules: &Rules, unread: bool, base: bool) -> Outcome {
    let (stack, _) = notation::stack(LAYERS).unwrap();
    let image = Image { layers: vec![Layer::default(); 3], ..Image::default() };
    let first = Base { layers: 1, name: None, evidence: Told::Assumed };
    let evidence = Evidence {
        image: &image,
        stack: &stack,
        base: if base { Ok(&first) } else { Err("not here") },
        unread: unread.then_some((2, "cut short")),
    };
    let verdicts = judge(rules, evidence).unwrap();
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    verdicts[0].outcome
}

/// 50 of 200 bytes are wasted: efficiency 0.75; 50 of the 100 above the base.
#[test]
fn every_rule_is_kept_broken_and_not_judged() {
    let globs = |glob: &str| vec![glob.to_owned()];
    let empty = Rules::default;
    for (kept, broken, unread) in [
        (
            Rules { lowest_efficiency: Some(0.75), ..empty() },
            Rules { lowest_efficiency: Some(0.76), ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { highest_wasted_bytes: Some(50), ..empty() },
            Rules { highest_wasted_bytes: Some(49), ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { highest_user_wasted_percent: Some(0.5), ..empty() },
            Rules { highest_user_wasted_percent: Some(0.49), ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { max_size: Some(200), ..empty() },
            Rules { max_size: Some(199), ..empty() },
            [Outcome::Unjudged, Outcome::Fail],
        ),
        (
            Rules { block: globs("x"), ..empty() },
            Rules { block: globs("/b"), ..empty() },
            [Outcome::Unjudged, Outcome::Fail],
        ),
        (
            Rules { deny_waste: globs("/a"), ..empty() },
            Rules { deny_waste: globs("/b"), ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { no_setuid_except: Some(globs("c")), ..empty() },
            Rules { no_setuid_except: Some(vec![]), ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { max_layers: Some(3), ..empty() },
            Rules { max_layers: Some(2), ..empty() },
            // The manifest alone decides: there is nothing it could lack.
            [Outcome::Pass, Outcome::Fail],
        ),
    ] {
        assert_eq!(outcome(&kept, false, true), Outcome::Pass, "{kept:?}");
        assert_eq!(outcome(&broken, false, true), Outcome::Fail, "{broken:?}");
        assert_eq!([outcome(&kept, true, true), outcome(&broken, true, true)], unread, "{kept:?}");
    }
    let user = Rules { highest_user_wasted_percent: Some(1.0), ..empty() };
    assert_eq!(outcome(&user, false, false), Outcome::Unjudged, "without a base");
    let excluded = Rules { highest_wasted_bytes: Some(0), excludes: globs("/b"), ..empty() };
    assert_eq!(outcome(&excluded, false, true), Outcome::Pass);
}

fn ci(dir: &Path, arguments: &[&str]) -> Output {
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar");
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui
        .current_dir(dir)
        .args(["--no-cache", "ci"])
        .arg(image)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn files_and_options_are_followed() {
    let dir = tempfile::tempdir().unwrap();
    let code = |arguments: &[&str]| ci(dir.path(), arguments).status.code();
    assert_eq!(code(&[]), Some(1), "dive's defaults");
    let lax = ["--lowestEfficiency", "0.4", "--highestUserWastedPercent", "disabled"];
    assert_eq!(code(&lax), Some(0), "dive's options");
    fs::write(dir.path().join(".dive-ci"), "rules:\n  lowestEfficiency: 0.4\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.95\n").unwrap();
    assert_eq!(code(&[]), Some(0), "dive's file");
    assert_eq!(code(&["--highestWastedBytes", "1MB"]), Some(1), "options override files");
    fs::write(dir.path().join(".layertui.yaml"), "rules:\n  block: ['**/.env']\n").unwrap();
    assert_eq!(code(&[]), Some(1), "our own file comes first");
    assert_eq!(
        code(&["--base", "/no/such", "--highest-user-wasted-percent", "1", "--block", "x"]),
        Some(2)
    );
    fs::write(dir.path().join(".layertui.yaml"), "rules:\n  blok: []\n").unwrap();
    let wrong = ci(dir.path(), &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains(".layertui.yaml:2: unknown key 'blok'; did you mean 'block'?"), "{said}");
    assert_eq!(code(&["--config", "none"]), Some(2));
}

#[test]
fn pipelines_read_the_same_verdicts() {
    let dir = tempfile::tempdir().unwrap();
    let rules = ["--block", "**/.env", "--max-layers", "20", "--lowest-efficiency", "disabled"];
    let written = |format: &str| {
        let output = ci(
            dir.path(),
            &[&rules[..], &["--highest-user-wasted-percent", "1", "--format", format]].concat(),
        );
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let json = written("json");
    assert_eq!(
        json,
        String::from_utf8(
            ci(
                dir.path(),
                &[&rules[..], &["--highest-user-wasted-percent", "1", "--json"]].concat()
            )
            .stdout
        )
        .unwrap()
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["outcome"], "fail");
    let outcomes: Vec<&str> = json["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["pass", "pass", "fail"]);
    let sarif: Value = serde_json::from_str(&written("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        (&sarif["version"], &run["tool"]["driver"]["name"]),
        (&"2.1.0".into(), &"layertui".into())
    );
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "root/.env");
    let junit = written("junit");
    assert!(junit.contains("tests=\"3\" failures=\"1\" errors=\"0\""), "{junit}");
    assert_eq!(junit.matches("<testcase ").count(), 3);
    assert_eq!(junit.matches("<failure ").count(), 1);
    assert!(written("github").contains("::error title=layertui block::block: 1 path"));
    assert!(written("markdown").contains("| fail | block | 1 path |"));
}
