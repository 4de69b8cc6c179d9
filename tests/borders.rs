//! The house's borders, held by reading the sources: which room may import what, and what may not be in a room.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor, the lowest first. A room may import rooms of lower floors only.
const FLOORS: [&[&str]; 7] = [
    &["text"],
    &["stack", "image", "packages", "content"],
    &["findings", "rules"],
    &["layer", "app"],
    &["source", "ui", "terminal"],
    &["load", "report", "extract", "compare"],
    &["cli"],
];

/// Arrows that go down and are barred all the same.
const BARRED: [(&str, &str); 2] = [("source", "stack"), ("ui", "layer")];

/// Arrows between rooms of one floor.
const BESIDE: [(&str, &str); 4] =
    [("report", "load"), ("report", "compare"), ("compare", "extract"), ("rules", "findings")];

/// Words that may not occur in a room's code.
const FOREIGN: [(&str, &[&str]); 11] = [
    ("rules", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("findings", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("stack", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("image", &["ratatui", "crossterm", "std::fs", "std::net"]),
    ("packages", &["ratatui", "crossterm", "std::io", "std::fs", "std::net"]),
    ("text", &["ratatui", "crossterm", "std::io", "std::fs"]),
    ("layer", &["ratatui", "crossterm"]),
    ("source", &["ratatui", "crossterm"]),
    ("load", &["ratatui", "crossterm"]),
    ("app", &["ratatui", "std::io", "std::fs", "std::net", "std::thread", "std::process"]),
    ("ui", &["std::io", "std::fs", "std::net", "std::thread", "std::process", "crossterm"]),
];

fn sources() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.insert(path.clone(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(files.len() > 30, "the sources were not found");
    files
}

/// The room a file belongs to; `None` for `lib.rs` and `main.rs`.
fn room(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?.to_owned();
    Path::new(&first).extension().is_none().then_some(first)
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room}: no such room"))
}

/// The code without comments and without its unit tests.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that a file names behind `crate::`.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // `use crate::{a, b::c}`: only the names at the first level.
            let mut depth = 0;
            for name in group.split_inclusive([',', '{', '}']) {
                if depth == 0 {
                    rooms.push(
                        name.trim()
                            .chars()
                            .take_while(|c| c.is_alphanumeric() || *c == '_')
                            .collect(),
                    );
                }
                depth += name.matches('{').count() as i32 - name.matches('}').count() as i32;
                if depth < 0 {
                    break;
                }
            }
            continue;
        }
        rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
    }
    rooms.retain(|room: &String| FLOORS.iter().any(|rooms| rooms.contains(&room.as_str())));
    rooms
}

#[test]
fn arrows_go_down() {
    for (path, text) in sources() {
        let Some(room) = room(&path) else { continue };
        for import in imports(&code(&text)) {
            if import == room {
                continue;
            }
            let beside = BESIDE.contains(&(&room, &import));
            assert!(
                floor(&import) < floor(&room) || beside,
                "{}: {room} imports {import}",
                path.display()
            );
            assert!(
                !BARRED.contains(&(&room, &import)),
                "{}: {room} imports {import}",
                path.display()
            );
        }
    }
}

#[test]
fn rooms_keep_out_what_is_foreign_to_them() {
    for (path, text) in sources() {
        let code = code(&text);
        for (_, words) in FOREIGN.iter().filter(|(name, _)| room(&path).as_deref() == Some(*name)) {
            for word in *words {
                assert!(!code.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

#[test]
fn only_the_command_line_writes_to_the_standard_streams() {
    for (path, text) in sources() {
        let writes = ["stdout()", "stderr()"].iter().any(|word| code(&text).contains(word));
        let may = matches!(room(&path).as_deref(), Some("cli" | "terminal"));
        assert!(!writes || may, "{}", path.display());
    }
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} does not open with its purpose", path.display());
        let lines = text.lines().count();
        assert!(lines <= 420, "{}: {lines} lines", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        let nameless = ["util", "utils", "common", "helper", "helpers", "types", "misc"];
        assert!(!nameless.contains(&name), "{}: a room without a name", path.display());
    }
}

/// A compiler of patterns panics, or takes gigabytes, where nobody bounds what it is given.
#[test]
fn patterns_are_compiled_in_one_place() {
    let compilers =
        ["RegexBuilder", "Regex::new", "RegexSet", "GlobBuilder", "globset::", "regex_automata"];
    for (path, text) in sources() {
        if path.ends_with("src/text/pattern.rs") {
            continue;
        }
        let code = code(&text);
        for compiler in compilers {
            assert!(!code.contains(compiler), "{}: {compiler}", path.display());
        }
    }
}
