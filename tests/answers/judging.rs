//! `layertui ci`: every rule kept, broken and not to be judged; our file, dive's file as it stands, and options.

use layertui::stack::notation;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use layertui::findings::place::{Contents, Head};
use layertui::findings::{Accepted, Findings, Id, Severity, judge as find};
use layertui::image::Image;
use layertui::image::base::{Base, Evidence as Told};
use layertui::image::layer::Layer;
use layertui::policy::{Evidence, Limits, Outcome, Rules, Verdict, judge};
use layertui::stack::{EventId, Stack};
use serde_json::{Value, json};

use crate::saved::Place;
use crate::support::tarball::Tar;

/// 100 bytes in the base; above it 50 that are deleted again, and 50 that stay.
const LAYERS: &str = "0: +a:100 | 1: +b:50 +c:50@4755 +n:0@4644 | 2: -b";

fn outcome(rules: &Rules, unread: bool, base: bool) -> Outcome {
    let (stack, _) = notation::stack(LAYERS).unwrap();
    let image = Image { layers: vec![Layer::default(); 3], ..Image::default() };
    let first = Base { layers: 1, name: None, evidence: Told::Assumed };
    let evidence = Evidence {
        image: &image,
        stack: &stack,
        findings: &Findings::default(),
        base: if base { Ok(&first) } else { Err("not here") },
        dive: None,
        unread: unread.then_some((2, "cut short")),
        refused: None,
    };
    let verdicts = judge(rules, evidence).unwrap();
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    verdicts[0].outcome
}

/// 50 of 200 bytes are wasted: efficiency 0.75; 50 of the 100 above the base.
#[test]
fn every_rule_is_kept_broken_and_not_judged() {
    let globs = |glob: &str| vec![glob.to_owned()];
    let (empty, limits) = (Rules::default, Limits::default);
    for (kept, broken, unread) in [
        (
            Rules { own: Limits { lowest_efficiency: Some(0.75), ..limits() }, ..empty() },
            Rules { own: Limits { lowest_efficiency: Some(0.76), ..limits() }, ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { own: Limits { highest_wasted_bytes: Some(50), ..limits() }, ..empty() },
            Rules { own: Limits { highest_wasted_bytes: Some(49), ..limits() }, ..empty() },
            [Outcome::Unjudged; 2],
        ),
        (
            Rules { own: Limits { highest_user_wasted_percent: Some(0.5), ..limits() }, ..empty() },
            Rules {
                own: Limits { highest_user_wasted_percent: Some(0.49), ..limits() },
                ..empty()
            },
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
    let user =
        Rules { own: Limits { highest_user_wasted_percent: Some(1.0), ..limits() }, ..empty() };
    assert_eq!(outcome(&user, false, false), Outcome::Unjudged, "without a base");
    let excluded = Rules {
        own: Limits { highest_wasted_bytes: Some(0), ..limits() },
        excludes: globs("/b"),
        ..empty()
    };
    assert_eq!(outcome(&excluded, false, true), Outcome::Pass);
}

/// The first verdict on an image whose layers were all read.
fn judged(rules: &Rules, image: &Image, stack: &Stack, findings: &Findings) -> Verdict {
    let base = Err("not here");
    let (dive, unread, refused) = (None, None, None);
    let evidence = Evidence { image, stack, findings, base, dive, unread, refused };
    judge(rules, evidence).unwrap().remove(0)
}

/// The mode decides as in Linux, and a name of the same inode is a program as well.
#[test]
fn a_setuid_program_is_the_same_for_the_rule_and_the_finding() {
    for (layers, finding, names) in [
        ("0: +a:5@2744 +b:5@4644 +d/@2777", false, &[][..]),
        ("0: +a:5@2755 +b:5@4701", true, &["/a", "/b"]),
        ("0: +a:5@755 +b=>a@4755", true, &["/a", "/b"]),
    ] {
        let (stack, _) = notation::stack(layers).unwrap();
        let image = Image { layers: vec![Layer::default()], ..Image::default() };
        let found = find(&image, &stack, &Nothing, &Accepted::default(), 0);
        assert_eq!(found.list.iter().any(|it| it.id == Id::Setuid), finding, "{layers}");
        let rules = Rules { no_setuid_except: Some(vec![]), ..Rules::default() };
        let verdict = judged(&rules, &image, &stack, &found);
        let paths: Vec<_> = verdict.offences.iter().map(|it| it.path.as_slice()).collect();
        assert_eq!(paths, names.iter().map(|it| it.as_bytes()).collect::<Vec<_>>(), "{layers}");
    }
}

/// No file can be read.
struct Nothing;

impl Contents for Nothing {
    fn heads(&self, files: &[EventId], take: &mut dyn FnMut(usize, Head<'_>)) {
        (0..files.len()).for_each(|at| take(at, Err("permission denied".to_owned())));
    }

    fn digests(&self, files: &[EventId], take: &mut dyn FnMut(usize, Result<u64, String>)) {
        (0..files.len()).for_each(|at| take(at, Err("permission denied".to_owned())));
    }
}

/// A file that may be a key and was not read leaves the rule about keys open, and no other.
#[test]
fn a_rule_that_depends_on_an_unread_file_is_not_judged() {
    let (stack, _) = notation::stack("0: +a.pem:5 +tmp/x:5 +b:5000 +c:5000").unwrap();
    let image = Image { layers: vec![Layer::default()], ..Image::default() };
    let outcomes = |ignore: &[&str]| {
        let found = find(&image, &stack, &Nothing, &Accepted::new(ignore, &[]).unwrap(), 0);
        [Severity::High, Severity::Low].map(|level| {
            let rules = Rules { fail_on: Some(level), ..Rules::default() };
            let verdict = judged(&rules, &image, &stack, &found);
            (verdict.outcome, verdict.actual.contains("cannot be read"))
        })
    };
    let open = (Outcome::Unjudged, true);
    assert_eq!(outcomes(&[]), [open, (Outcome::Fail, false)]);
    assert_eq!(outcomes(&["build-leftovers"]), [open, open]);
    let only_low = ["build-leftovers", "secret-private-key"];
    assert_eq!(outcomes(&only_low), [(Outcome::Pass, false), open]);
}

/// Judges an image in a directory whose rules file counts.
pub(crate) fn ci(dir: &Path, image: &Path, arguments: &[&str]) -> Output {
    let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
    layertui
        .current_dir(dir)
        .args(["--no-cache", "ci"])
        .arg(image)
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/image.tar")
}

/// The image above, and the same with its second layer cut short.
pub(crate) fn whole_and_cut(place: &Place) -> (PathBuf, PathBuf) {
    let layers = [
        Tar::new().file("a", "x".repeat(100)).finish(),
        Tar::new().file("b", "x".repeat(50)).file("c", "x".repeat(50)).mode(0o4755).finish(),
        Tar::new().whiteout("b").finish(),
    ];
    let mut cut = layers.clone();
    cut[1].truncate(1100);
    let name = |name: &str, stored: &[Vec<u8>]| place.save(name, &layers, stored, &json!({}));
    (name("whole", &layers), name("cut", &cut))
}

/// The same through the command: exit codes 0, 1 and 2. Only what the cut layer cannot change is still told of it.
#[test]
fn every_rule_ends_the_command_as_it_came_out() {
    let place = Place::new();
    let (whole, cut) = whole_and_cut(&place);
    for (option, kept, broken, of_the_cut) in [
        ("--lowest-efficiency", "0.75", "0.76", [2, 2]),
        ("--highest-wasted-bytes", "50B", "49B", [2, 2]),
        ("--highest-user-wasted-percent", "0.5", "0.49", [2, 2]),
        ("--max-size", "200", "90", [2, 1]),
        ("--block", "x", "/a", [2, 1]),
        ("--deny-waste", "/a", "/b", [2, 2]),
        ("--no-setuid-except", "/c", "x", [2, 2]),
        ("--max-layers", "3", "2", [0, 1]),
        // What is above the cut layer may take the setuid bit and the file away.
        ("--fail-on", "high", "medium", [2, 2]),
    ] {
        let only = "rules:\n  max-layers: 9\n";
        fs::write(place.path(".layertui.yaml"), only).unwrap();
        let code = |image: &Path, value: &str| {
            ci(&place.path("."), image, &[option, value]).status.code().unwrap()
        };
        assert_eq!([code(&whole, kept), code(&whole, broken)], [0, 1], "{option}");
        assert_eq!([code(&cut, kept), code(&cut, broken)], of_the_cut, "{option}, cut");
    }
    let certain =
        ["--fail-on", "medium", "--ignore", "setuid", "--ignore", "removed-later"].as_slice();
    assert_eq!(ci(&place.path("."), &cut, certain).status.code(), Some(1), "the config is read");
    // One rule that is broken for certain does not hide one that is open.
    let both = ["--block", "/a", "--deny-waste", "/b"];
    assert_eq!(ci(&place.path("."), &cut, &both).status.code(), Some(2));
    assert_eq!(ci(&place.path("."), &place.path("none"), &[]).status.code(), Some(2), "no image");
}

/// The file as dive's README has it: comments, keys, values.
const OF_DIVE: &str = "rules:
  # If the efficiency is measured below X%, mark as failed.
  # Expressed as a ratio between 0-1.
  lowestEfficiency: 0.95

  # If the amount of wasted space is at least X or larger than X, mark as failed.
  # Expressed in B, KB, MB, and GB.
  highestWastedBytes: 20MB

  # If the amount of wasted space makes up for X% or more of the image, mark as failed.
  # Note: the base image layer is NOT included in the total image size.
  # Expressed as a ratio between 0-1; fails if the threshold is met or crossed.
  highestUserWastedPercent: 0.20
";

#[test]
fn dives_file_and_options_work_as_they_stand() {
    let place = Place::new();
    let outcomes = |arguments: &[&str]| {
        let output = ci(&place.path("."), &demo(), &[arguments, &["--json"]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rules = document["rules"].as_array().unwrap().iter();
        let told = rules.map(|rule| {
            let text = |key: &str| rule[key].as_str().unwrap().to_owned();
            assert!(text("note").contains("dive"), "where our number is not dive's: {rule}");
            assert_eq!(text("measure"), "dive", "{rule}");
            format!("{} {}: {}", text("rule"), text("limit"), text("outcome"))
        });
        told.collect::<Vec<_>>()
    };
    let by_default = [
        "lowest-efficiency at least 90.00 %: fail",
        "highest-user-wasted-percent at most 10.00 %: fail",
    ];
    assert_eq!(outcomes(&[]), by_default, "dive's defaults without rules");
    let by_file = [
        "lowest-efficiency at least 95.00 %: fail",
        "highest-wasted-bytes at most 20,000,000 B (20.0 MB): pass",
        "highest-user-wasted-percent at most 20.00 %: fail",
    ];
    fs::write(place.path(".dive-ci"), OF_DIVE).unwrap();
    assert_eq!(outcomes(&[]), by_file);
    fs::rename(place.path(".dive-ci"), place.path("rules.yaml")).unwrap();
    assert_eq!(outcomes(&["--ci-config", "rules.yaml"]), by_file);
    let options =
        ["--lowestEfficiency=0.4", "--highestWastedBytes", "1MB", "--highestUserWastedPercent=0.7"];
    let by_options = [
        "lowest-efficiency at least 40.00 %: pass",
        "highest-wasted-bytes at most 1,000,000 B (1.0 MB): fail",
        "highest-user-wasted-percent at most 70.00 %: pass",
    ];
    assert_eq!(outcomes(&options), by_options);
}

/// What dive 0.13.1 says of the demo image: efficiency 87.9006 %, 4591769 bytes, 33.5979 %. Each rule by the definition that
/// its file or its option is of, the other number beside it.
#[test]
fn each_number_is_measured_as_its_file_and_its_option_define_it() {
    let place = Place::new();
    let told = |arguments: &[&str]| {
        let output = ci(&place.path("."), &demo(), &[arguments, &["--json"]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rules = document["rules"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rules
            .map(|it| (text(&it["measure"]), text(&it["actual"]), text(&it["note"])))
            .collect::<Vec<_>>()
    };
    fs::write(place.path(".dive-ci"), OF_DIVE).unwrap();
    let numbers = ["efficiency 87.9006 %", "wasted 4,591,769 B", "wasted 33.5979 % of"];
    let exact =
        ["43.07 % of the stored bytes are visible", "have no visible name", "of what is above"];
    for (rule, (number, exact)) in told(&[]).iter().zip(numbers.iter().zip(exact)) {
        assert_eq!(rule.0, "dive");
        assert!(rule.1.contains(number) && rule.2.contains(exact), "{rule:?}");
    }
    let mixed = told(&["--lowest-efficiency", "40%"]);
    let measures: Vec<&str> = mixed.iter().map(|rule| rule.0.as_str()).collect();
    assert_eq!(measures, ["layertui", "dive", "dive"], "an option of ours replaces dive's rule");
    assert!(mixed[0].1.starts_with("43.07 %"), "{mixed:?}");
    fs::write(place.path(".layertui.yaml"), OF_DIVE).unwrap();
    assert!(told(&[]).iter().all(|rule| rule.0 == "layertui"), "our file, dive's keys");
    let over = told(&["--lowestEfficiency", "0.4"]);
    assert_eq!(over.iter().filter(|rule| rule.0 == "dive").count(), 1);
    assert_eq!(over.len(), 3);
}

/// However many files could be keys or copies, each is looked into, wherever it lies.
#[test]
fn what_a_crowd_of_files_holds_is_read() {
    let place = Place::new();
    let mut tar = Tar::new();
    for at in 0..600 {
        let text = if at == 432 {
            "-----BEGIN RSA PRIVATE KEY-----\nx"
        } else {
            "-----BEGIN CERTIFICATE-----\nx"
        };
        tar = tar.file(format!("etc/{at:03}.pem"), text);
    }
    for (name, text) in [
        ("a/.npmrc", "registry=https://registry.example.org/\n"),
        ("b/.npmrc", "//registry.example.org/:_authToken=x\n"),
        ("a/.docker/config.json", r#"{"credsStore": "pass", "auths": {}}"#),
        ("b/.docker/config.json", r#"{"auths": {"x": {"auth": "bWU6cHc="}}}"#),
        ("a/.kube/config", "apiVersion: v1\n"),
        ("b/.m2/settings.xml", "<server><password>x</password></server>"),
        ("b/me.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\n"),
        ("b/me.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
    ] {
        tar = tar.file(name, text);
    }
    let twice = ["a", "b"].map(|letter| letter.repeat(5000));
    tar = tar.file("one", &twice[0]).file("other", &twice[1]).file("one-too", &twice[0]);
    let layers = [tar.finish(), Tar::new().whiteout("etc").file("top", &twice[1]).finish()];
    for image in [place.image("plain", &layers), place.compressed("gzipped", &layers)] {
        let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
        let output =
            layertui.args(["--no-cache", "findings", "--json"]).arg(image).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = |id: &str| -> Vec<String> {
            let all = document["findings"].as_array().unwrap();
            let finding = all.iter().find(|finding| finding["id"] == id).unwrap();
            let places = finding["places"].as_array().unwrap().iter();
            places.map(|place| place["path"].as_str().unwrap().to_owned()).collect()
        };
        let mut keys = found("secret-private-key");
        keys.sort_unstable();
        assert_eq!(keys, ["/b/me.ppk", "/etc/432.pem"]);
        let mut credentials = found("secret-registry-credentials");
        credentials.sort_unstable();
        let with = ["/b/.docker/config.json", "/b/.m2/settings.xml", "/b/.npmrc"];
        assert_eq!(credentials, with);
        let cloud = document.to_string().contains("secret-cloud-credentials");
        assert!(!cloud, "settings without credentials are none");
        assert_eq!(found("duplicates"), ["/one-too", "/top"]);
    }
}

/// Who runs is said by an image's config, which a directory has not.
#[test]
fn a_directory_says_nothing_of_who_runs_in_it() {
    let place = Place::new();
    fs::create_dir(place.path("root")).unwrap();
    fs::write(place.path("root/a"), "x").unwrap();
    let image = place.image("image", &[Tar::new().file("a", "x").finish()]);
    for (image, code) in
        [(format!("rootfs:{}", place.path("root").display()), 0), (image.display().to_string(), 1)]
    {
        let gate =
            ["--fail-on", "low", "--lowest-efficiency", "0", "--highest-user-wasted-percent", "1"];
        assert_eq!(
            ci(&place.path("."), Path::new(&image), &gate).status.code(),
            Some(code),
            "{image}"
        );
    }
}
