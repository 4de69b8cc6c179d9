//! What documents say is so: the README's table of keys is the table of actions, the table of edge cases names tests. `LAYERTUI_BLESS=1 cargo test --test readme` writes it.

use std::path::Path;

/// The tests that the table of edge cases names are there.
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

/// The same for the config file that says what holds without one.
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

#[test]
fn the_table_of_keys_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let start = readme.find(START).unwrap() + START.len();
    let end = readme.find(END).unwrap();
    let fresh = format!(
        "{}\n{}\n{}",
        &readme[..start],
        layertui::explorer::model::action::markdown_table(),
        &readme[end..]
    );
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let readme = std::fs::read_to_string(&path).unwrap();
    assert!(readme == fresh, "the actions changed: LAYERTUI_BLESS=1 cargo test --test readme");
}
