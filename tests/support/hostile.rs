//! Hostile text: in place of every string of a record, in turn, and outputs scanned for what a terminal would obey.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use layertui::text::escape::is_hazard;
use serde_json::{Map, Value};

/// Colours, rings, reorders, hides, begins a line and ends markup.
pub(crate) const HOSTILE: &str =
    "MARK\x1b[2J\x07\u{9b}31m\u{202e}\u{200b}\u{e0041}\u{7f}</script>|``<i>\r\nFORGED";

/// Fails where a terminal would obey or hide a character, or take a line for one of the program. Returns the text.
#[track_caller]
pub(crate) fn scan(bytes: &[u8], what: &str) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let hazard = text.chars().find(|&c| c != '\n' && is_hazard(c));
    assert_eq!(hazard, None, "{what}: {}", text.escape_debug());
    assert!(!text.lines().any(|line| line.starts_with("FORGED")), "{what}: {text}");
    text
}

/// Scans both streams of a command. JSON on standard output must be JSON.
#[track_caller]
pub(crate) fn scan_output(output: &Output, what: &str) -> String {
    let answer = scan(&output.stdout, what);
    if answer.starts_with('{') {
        let lines = answer.lines().map(serde_json::from_str::<Value>);
        assert!(lines.into_iter().all(|line| line.is_ok()), "{what}: {answer}");
    }
    answer + &scan(&output.stderr, what)
}

/// The document once for each of its strings and keys, with that one hostile.
pub(crate) fn variants(document: &Value) -> Vec<Value> {
    match document {
        Value::String(_) => vec![HOSTILE.into()],
        Value::Array(items) => (0..items.len())
            .flat_map(|at| {
                variants(&items[at]).into_iter().map(move |item| {
                    let mut items = items.clone();
                    items[at] = item;
                    Value::Array(items)
                })
            })
            .collect(),
        Value::Object(members) => members.keys().flat_map(|key| member(members, key)).collect(),
        _ => Vec::new(),
    }
}

/// The object with the key hostile, then with each hostile form of its value.
fn member(members: &Map<String, Value>, key: &str) -> Vec<Value> {
    let mut renamed = members.clone();
    let value = renamed.remove(key).unwrap_or_default();
    let forms = variants(&value);
    renamed.insert(HOSTILE.to_owned(), value);
    let with = |form: Value| {
        let mut members = members.clone();
        members.insert(key.to_owned(), form);
        Value::Object(members)
    };
    [Value::Object(renamed)].into_iter().chain(forms.into_iter().map(with)).collect()
}

/// Makes each string of each text file below `directory` hostile, in turn, scans what the commands print of it, and
/// restores the file. A file that is not JSON becomes hostile as a whole. Returns how many outputs showed the mark.
#[track_caller]
pub(crate) fn scan_records(directory: &Path, commands: &[&[&str]]) -> usize {
    let mut marked = 0;
    in_every_record(directory, &mut |what| {
        for command in commands {
            let mut layertui = Command::new(env!("CARGO_BIN_EXE_layertui"));
            layertui.env_clear().env("HOME", "/nowhere").arg("--no-cache").args(*command);
            let output = scan_output(&layertui.output().unwrap(), &format!("{command:?}: {what}"));
            marked += usize::from(output.contains("MARK"));
        }
    });
    marked
}

fn in_every_record(directory: &Path, check: &mut dyn FnMut(&str)) -> usize {
    let mut count = 0;
    for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let Some(text) = path.is_file().then(|| fs::read_to_string(&path).ok()).flatten() else {
            continue;
        };
        let forms = match serde_json::from_str(&text) {
            Ok(document @ (Value::Object(_) | Value::Array(_))) => variants(&document),
            _ => vec![Value::from(HOSTILE)],
        };
        for (number, form) in forms.iter().enumerate() {
            fs::write(&path, form.as_str().map_or_else(|| form.to_string(), str::to_owned))
                .unwrap();
            check(&format!("{}, form {number}", path.display()));
        }
        count += forms.len();
        fs::write(&path, text).unwrap();
    }
    count
}

#[test]
fn every_string_and_key_is_hostile_once() {
    let document = serde_json::json!({"a": ["b", 1, {"c": "d"}], "e": null});
    let forms = variants(&document);
    // Keys a, c and e; strings b and d.
    assert_eq!(forms.len(), 5);
    assert!(forms.iter().all(|form| form.to_string().matches("FORGED").count() == 1));
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("record.json"), document.to_string()).unwrap();
    fs::write(dir.path().join("size"), "12").unwrap();
    let mut seen = Vec::new();
    let count = in_every_record(dir.path(), &mut |what| seen.push(what.to_owned()));
    assert_eq!((count, seen.len()), (6, 6));
    assert_eq!(fs::read_to_string(dir.path().join("size")).unwrap(), "12");
    let absent = dir.path().join("absent");
    assert_eq!(scan_records(dir.path(), &[&["layers", absent.to_str().unwrap()]]), 0);
}

#[test]
#[should_panic(expected = "a bell")]
fn a_hazard_is_found() {
    use std::os::unix::process::ExitStatusExt as _;
    let output = Output {
        status: std::process::ExitStatus::from_raw(0),
        stdout: b"{}".to_vec(),
        stderr: b"\x07".to_vec(),
    };
    scan_output(&output, "a bell");
}
