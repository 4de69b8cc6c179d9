//! What `ci` writes for pipelines: the same verdicts in each form, each form held against its schema.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::judging::{ci, demo};
use crate::saved::{Place, layertui};
use crate::support::tarball::Tar;

/// One rule kept, two broken; with `--base` that is not there, one more that is open.
const RULES: [&str; 8] = [
    "--lowest-efficiency",
    "disabled",
    "--highest-user-wasted-percent",
    "1",
    "--max-layers",
    "1",
    "--block",
    "**",
];
const OPEN: [&str; 2] = ["--base", "/no/such/<base>\u{1b}&"];

/// An image whose name and paths want to be something else.
fn hostile(place: &Place) -> std::path::PathBuf {
    let layer =
        Tar::new().file(b"<b>\"&'|`x`\x1b[31m\xff%0A::error::", "1").file("a\nb", "2").finish();
    let layers = [layer.clone(), layer];
    place.save("<failure> & ]]>", &layers, &layers, &json!({}))
}

/// Every form of every mixture of outcomes.
fn each(format: &str, look: impl Fn(&str, i32)) {
    let place = Place::new();
    for image in [demo(), hostile(&place)] {
        for (more, code) in [(&[][..], 1), (&OPEN, 2)] {
            let arguments = [&RULES[..], more, &["--format", format]].concat();
            let output = ci(&place.path("."), &image, &arguments);
            assert_eq!(output.status.code(), Some(code));
            look(&String::from_utf8(output.stdout).unwrap(), code);
        }
    }
}

#[test]
fn json_tells_each_verdict() {
    each("json", |text, code| {
        let document: Value = serde_json::from_str(text).unwrap();
        let rules = document["rules"].as_array().unwrap().iter();
        let outcomes: Vec<&str> = rules.map(|rule| rule["outcome"].as_str().unwrap()).collect();
        let (all, user) = if code == 1 { ("fail", "pass") } else { ("unjudged", "unjudged") };
        assert_eq!(document["outcome"], all);
        assert_eq!(outcomes, [user, "fail", "fail"]);
        assert_eq!(document["base"].is_null(), code == 2);
    });
    let place = Place::new();
    let by = |arguments: &[&str]| ci(&place.path("."), &demo(), arguments).stdout;
    assert_eq!(by(&["--json"]), by(&["--format", "json"]));
}

#[test]
fn sarif_keeps_to_its_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.json");
    let schema: Value = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    each("sarif", |text, code| {
        let document: Value = serde_json::from_str(text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut other = document.clone();
        other["runs"][0]["results"][0]["level"] = "grave".into();
        assert!(!validator.is_valid(&other), "the schema is one that can fail");
        let run = &document["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        for result in results {
            has_a_place(result);
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
        }
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], code == 1);
        let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(notes.len(), usize::from(code == 2));
    });
}

/// A result that code scanning takes: a file and a line, and a print that tells it from others.
fn has_a_place(result: &Value) -> (String, u64) {
    let place = &result["locations"][0]["physicalLocation"];
    let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
    assert!(print.len() == 18 && print.ends_with(":1"), "{print}");
    let uri = place["artifactLocation"]["uri"].as_str().unwrap().to_owned();
    assert!(!uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    (uri, place["region"]["startLine"].as_u64().unwrap())
}

/// Only rules about the whole image are broken. Where each result is, by what is known of the image.
#[test]
fn each_result_is_where_its_author_can_change_something() {
    let place = Place::new();
    let layers = [
        Tar::new().file("bin/su", "x".repeat(100)).finish(),
        Tar::new().file("a", "x".repeat(50)).finish(),
        Tar::new().whiteout("a").finish(),
    ];
    let more = json!({"config": {"Env": ["DB_PASSWORD=correct-horse"]}, "history": [
        {"created_by": "/bin/sh -c #(nop) ADD file:x in / "},
        {"created_by": "ENV DB_PASSWORD=correct-horse", "empty_layer": true},
        {"created_by": "RUN /bin/sh -c make a # buildkit"},
        {"created_by": "RUN /bin/sh -c rm a # buildkit"},
    ]});
    let image = place.save_all("image.tar", &layers, &layers, &more);
    let told = |arguments: &[&str]| {
        let output = ci(&place.path("."), &image, &[&["--format", "sarif"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let run = &document["runs"][0];
        assert!(run["tool"]["driver"]["informationUri"].is_string());
        let results = run["results"].as_array().unwrap().iter();
        results
            .map(|result| {
                let (uri, line) = has_a_place(result);
                let print = result["partialFingerprints"].to_string();
                (result["ruleId"].as_str().unwrap().to_owned(), uri, line, print)
            })
            .collect::<Vec<_>>()
    };
    let places = |all: &[(String, String, u64, String)]| {
        all.iter().map(|it| format!("{} {}:{}", it.0, it.1, it.2)).collect::<Vec<_>>()
    };
    let numbers = ["--max-layers", "1", "--lowest-efficiency", "99%"];
    let alone = told(&[&["--highestUserWastedPercent=off"], &numbers[..]].concat());
    let name = alone[0].1.clone();
    assert!(name.ends_with("image.tar"), "{name}");
    assert!(alone.len() == 2 && alone.iter().all(|it| it.2 == 1 && it.1 == name));
    assert_ne!(alone[0].3, alone[1].3, "rules are told apart");
    let rules =
        "# ours\nrules:\n  max-layers: 1\n  lowest-efficiency: 99%\nfindings:\n  fail-on: high\n";
    fs::write(place.path(".layertui.yaml"), rules).unwrap();
    let by_file = told(&[]);
    assert_eq!(
        places(&by_file),
        [
            "lowest-efficiency .layertui.yaml:4",
            "max-layers .layertui.yaml:3",
            "secret-in-env .layertui.yaml:6",
        ]
    );
    assert_eq!(by_file[0].3, alone[0].3, "the same rule of the same image");
    let dockerfile = "FROM base\nENV DB_PASSWORD=correct-horse\n\nRUN make a\nRUN rm a\n";
    fs::write(place.path("Dockerfile"), dockerfile).unwrap();
    assert_eq!(
        places(&told(&["--dockerfile", "Dockerfile"])),
        ["lowest-efficiency Dockerfile:4", "max-layers Dockerfile:1", "secret-in-env Dockerfile:2",]
    );
    let none = ci(&place.path("."), &image, &["--dockerfile", "none"]);
    assert_eq!(none.status.code(), Some(2));
}

/// The facts of `tests/schemas/junit.xsd`, which `tests/interop` holds it against.
#[test]
fn junit_is_what_its_readers_expect() {
    each("junit", |text, code| {
        let document = roxmltree::Document::parse(text).unwrap();
        let suites = document.root_element();
        assert_eq!((suites.tag_name().name(), suites.attributes().count()), ("testsuites", 0));
        let suite = suites.first_element_child().unwrap();
        let number = |name: &str| suite.attribute(name).unwrap().parse::<usize>().unwrap();
        let open = usize::from(code == 2);
        assert_eq!([number("tests"), number("failures"), number("errors")], [3, 2, open]);
        assert_eq!([number("id"), number("time")], [0, 0]);
        assert_eq!(suite.attribute("timestamp").unwrap().len(), 19);
        let parts: Vec<&str> = suite
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|it| it.tag_name().name())
            .collect();
        let cases = ["testcase"; 3];
        assert_eq!(parts, [&["properties"][..], &cases, &["system-out", "system-err"]].concat());
        let named = |name: &str| suite.descendants().filter(|it| it.has_tag_name(name)).count();
        assert_eq!([named("failure"), named("error")], [2, open]);
        for trouble in suite.descendants().filter(|it| it.attribute("message").is_some()) {
            assert_eq!(trouble.attribute("type"), trouble.parent().unwrap().attribute("name"));
        }
    });
}

#[test]
fn annotations_are_one_line_each_without_foreign_commands() {
    each("github", |text, code| {
        let levels = |level: &str| text.matches(&format!("::{level} title=layertui ")).count();
        assert_eq!(text.lines().count(), 3);
        let notices = usize::from(code == 1);
        assert_eq!([levels("error"), levels("notice")], [3 - notices, notices]);
        assert!(
            text.lines().all(|line| line.starts_with("::")) && !text.contains('\x1b'),
            "{text}"
        );
    });
}

/// What of a Markdown text is not code, which begins and ends with as many backticks.
fn without_code(text: &str) -> String {
    let run = |text: &str| text.len() - text.trim_start_matches('`').len();
    let (mut bare, mut rest) = (String::new(), text);
    while let Some(start) = rest.find('`') {
        bare.push_str(&rest[..start]);
        let fence = run(&rest[start..]);
        rest = &rest[start + fence..];
        let mut at = 0;
        loop {
            at += rest[at..].find('`').unwrap();
            let length = run(&rest[at..]);
            at += length;
            if length == fence {
                break;
            }
        }
        rest = &rest[at..];
    }
    bare + rest
}

#[test]
fn a_table_stays_a_table() {
    each("markdown", |text, _| {
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 2 + 3);
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        }
        let bare = without_code(text);
        let markup = ['<', '[', '@', '*', '%', '\x1b'];
        assert!(!bare.replace(" %", "").contains(markup), "{bare}");
        let broken: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
        assert!(broken.iter().any(|line| line.contains("in layer 0")), "{text}");
    });
}

/// What is made to be passed on names a secret and never has its value; what repeats the image is exact.
#[test]
fn no_value_of_a_secret_is_passed_on() {
    let place = Place::new();
    let secrets = ["correct-horse", "ghp_0123456789abcdef", "Hunter2Hunter2", "build-arg-value"];
    let layers = [Tar::new().file("a", "1").finish(), Tar::new().file("b", "1").finish()];
    let more = json!({
        "config": {
            "Env": [format!("DB_PASSWORD={}", secrets[0]), "PATH=/bin"],
            "Labels": {"deploy.token": secrets[1]},
        },
        "history": [
            {"created_by": format!("/bin/sh -c curl -H {} https://me:{}@x/", secrets[0], secrets[2])},
            {"created_by": format!("|1 API_KEY={0} /bin/sh -c make KEY={0}", secrets[3])},
        ],
    });
    let image = place.save_all("image", &layers, &layers, &more);
    let shown = |arguments: &[&str]| {
        let mut layertui = std::process::Command::new(env!("CARGO_BIN_EXE_layertui"));
        layertui.current_dir(place.path(".")).args(["--no-cache", arguments[0]]).arg(&image);
        let output = layertui.args(&arguments[1..]).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let gate = ["--fail-on", "low"];
    let mut forms = vec![
        shown(&["findings"]),
        shown(&["findings", "--json"]),
        shown(&["report", "--html", "-"]),
        shown(&["report", "--markdown", "-"]),
    ];
    for format in ["text", "json", "junit", "github", "sarif", "markdown"] {
        let text = shown(&[&["ci", "--format", format], &gate[..]].concat());
        assert!(
            ["DB_PASSWORD", "deploy.token", "API_KEY"].iter().all(|it| text.contains(it)),
            "{text}"
        );
        forms.push(text);
    }
    for text in &forms {
        assert!(text.contains("secret-in-env"), "{text}");
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    let exact = shown(&["layers", "--json"]);
    assert!(secrets.iter().all(|secret| exact.contains(secret)), "{exact}");
}

/// A pipe gets every byte, those that a terminal would obey too.
#[test]
fn cat_gives_a_pipe_the_exact_bytes() {
    let place = Place::new();
    let bytes: Vec<u8> = (0..=255).collect();
    let image = place.image("image", &[Tar::new().file("f", &bytes).finish()]);
    let output = layertui(&["cat", image.to_str().unwrap(), "/f"]);
    assert_eq!((output.status.code(), output.stdout), (Some(0), bytes));
}
