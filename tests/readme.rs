//! Checks statements of the documents against the source: tables of keys and edge cases, paths, commands, build requirements.
//! `LAYERTUI_BLESS=1 cargo test --test readme` regenerates the tables.

#![expect(clippy::unwrap_used, reason = "a document that cannot be read is a failed test")]

use std::fs;
use std::path::Path;

use layertui::explorer::model::action::entry::Context;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_edge_cases_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("docs/edge-cases.md")).unwrap();
    let mut sources = String::new();
    let mut open = vec![root.join("src"), root.join("tests")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.contains("| test |"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        assert_eq!(cells.len(), 4, "not four columns: {row}");
        for name in cells[3].split(", ") {
            let name = name.trim_matches('`');
            // As a function, or as a row of a table of cases.
            let exists = [format!("fn {name}()"), format!("    {name}:\n")];
            assert!(exists.iter().any(|it| sources.contains(it)), "no test {name}: {row}");
            count += 1;
        }
    }
    assert!(count > 30, "{count} tests");
}

const START: &str =
    "<!-- keys: made from the table of actions; LAYERTUI_BLESS=1 cargo test --test readme -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn the_default_config_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/config.toml");
    let fresh = layertui::explorer::model::config::default_text();
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "the defaults changed: LAYERTUI_BLESS=1 cargo test --test readme");
}

/// The table of actions as Markdown.
fn table_of_keys() -> String {
    let mut out = String::from("| keys | where | what they do |\n|---|---|---|\n");
    for entry in layertui::explorer::model::action::all() {
        let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
        let place = places(entry.contexts);
        out.extend(["| ", &keys.join(" "), " | ", &place, " | ", entry.help, " |\n"]);
    }
    out
}

/// Where a key works, in words.
fn places(contexts: &[Context]) -> String {
    if [Context::Panes, Context::Overlay, Context::Typing].iter().all(|it| contexts.contains(it)) {
        return "everywhere".to_owned();
    }
    let words = contexts.iter().map(|context| match context {
        Context::Stack => "layers",
        Context::Trees => "trees",
        Context::Panes => "panes",
        Context::Overlay => "lists and pages",
        Context::File => "a file",
        Context::Map => "map",
        Context::Typing => "prompts",
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_table_of_keys_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let start = readme.find(START).unwrap() + START.len();
    let end = readme.find(END).unwrap();
    let fresh = format!("{}\n{}\n{}", &readme[..start], table_of_keys(), &readme[end..]);
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let readme = std::fs::read_to_string(&path).unwrap();
    assert!(readme == fresh, "the actions changed: LAYERTUI_BLESS=1 cargo test --test readme");
}

/// The documents for users.
const FOR_USERS: [&str; 7] = [
    "README.md",
    "docs/cache.md",
    "docs/json.md",
    "docs/keys.md",
    "docs/layers.md",
    "docs/rules-and-findings.md",
    "docs/sources.md",
];

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 160, "{lines} lines");
}

#[test]
fn links_and_pictures_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for document in FOR_USERS {
        let directory = root.join(document).parent().unwrap().to_path_buf();
        for link in read(document).split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            assert!(!link.contains("://"), "{document}: {link}: nothing checks that it is there");
            assert!(directory.join(link).exists(), "{document}: {link} does not exist");
            count += 1;
        }
    }
    assert!(count > 15, "{count} links");
}

/// Paths in code spans and commands: of scripts, schemas, folders.
#[test]
fn paths_in_the_documents_for_users_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for document in FOR_USERS {
        let text = read(document);
        for word in text.split(|c: char| c.is_whitespace() || "`,;()".contains(c)) {
            let word = word.trim_start_matches("./").trim_end_matches(['.', ':', '/']);
            let ours = ["packaging/", "benches/", "assets/", "docs/", ".pre-commit"];
            if ours.iter().any(|start| word.starts_with(start)) && !word.contains(['[', ']']) {
                assert!(root.join(word).exists(), "{document}: {word} does not exist");
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count} paths");
}

/// Paths in code spans, relative to the repository or to `src`. `<name>` and `*` stand for a name that the reader chooses.
#[test]
fn paths_in_the_documents_for_developers_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(document);
        let mut fenced = false;
        let prose = text.lines().filter(|line| {
            fenced ^= line.starts_with("```");
            !fenced
        });
        for line in prose {
            for span in line.split('`').skip(1).step_by(2) {
                let is_path = [".rs", ".md", "/"].iter().any(|end| span.ends_with(end));
                if !is_path || span.contains(['*', ' ']) {
                    continue;
                }
                let known = span.split('<').next().unwrap();
                let known = known.rsplit_once('/').map_or(span, |(directory, _)| directory);
                let path = if span.contains('<') { known } else { span };
                let exists = root.join(path).exists() || root.join("src").join(path).exists();
                assert!(exists, "{document}: {span} does not exist");
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count} paths");
}

/// `cargo test --test NAME` of the documents: each name is a file or folder of `tests`.
#[test]
fn test_targets_in_the_documents_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        for name in read(document).split("--test ").skip(1) {
            let name: String =
                name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let exists = tests.join(&name).is_dir() || tests.join(format!("{name}.rs")).is_file();
            assert!(exists, "{document}: --test {name} does not exist");
        }
    }
}

/// The documents ask for a C compiler as long as a dependency is compiled by the `cc` crate.
#[test]
fn the_documents_name_a_c_compiler_while_one_is_needed() {
    let needed = read("Cargo.lock").contains("name = \"cc\"");
    for document in ["README.md", "CONTRIBUTING.md"] {
        assert_eq!(read(document).contains("C compiler"), needed, "{document}");
    }
}

/// The size of the binary is written by a command, with its date and commit.
#[test]
fn the_size_of_the_binary_has_a_date_and_a_commit() {
    let benches = read("benches/README.md");
    let line = benches.lines().find(|line| line.starts_with("Distributed binary: ")).unwrap();
    let (size, made) = line.split_once(" MB (fat LTO, stripped); ").unwrap();
    assert!(size["Distributed binary: ".len()..].parse::<f64>().is_ok(), "{line}");
    let (date, commit) = made.trim_end_matches('.').split_once(", commit ").unwrap();
    assert_eq!((date.len(), commit.len() >= 7), (10, true), "{line}");
}
