//! Completions and manual pages are those of the arguments. `LAYERTUI_BLESS=1 cargo test --test answers manual` writes
//! them.

use std::path::Path;

use crate::saved::layertui;

/// The commands that have a page of their own.
const COMMANDS: [&str; 17] = [
    "build",
    "cache",
    "cat",
    "compare",
    "completions",
    "demo",
    "diff",
    "extract",
    "find",
    "history",
    "images",
    "layers",
    "ls",
    "man",
    "report",
    "verify",
    "waste",
];

/// What is printed is what is checked in.
fn is_fresh(arguments: &[&str], name: &str) {
    let output = layertui(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &output.stdout).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(
        kept == output.stdout,
        "{name} is stale: LAYERTUI_BLESS=1 cargo test --test answers manual"
    );
}

#[test]
fn completions_are_not_stale() {
    for (shell, name) in
        [("bash", "layertui.bash"), ("zsh", "_layertui"), ("fish", "layertui.fish")]
    {
        is_fresh(&["completions", shell], &format!("completions/{name}"));
    }
}

#[test]
fn manual_pages_are_not_stale() {
    is_fresh(&["man"], "man/layertui.1");
    for command in COMMANDS {
        is_fresh(&["man", command], &format!("man/layertui-{command}.1"));
    }
}

#[test]
fn there_is_no_page_of_what_is_no_command() {
    assert_eq!(layertui(&["man", "nonsense"]).status.code(), Some(2));
}
