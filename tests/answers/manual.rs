//! Completions and manual pages are those of the arguments, the keys in them those of the table of actions.
//! `LAYERTUI_BLESS=1 cargo test --test answers manual` writes them.

use std::path::Path;

use crate::saved::layertui;

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = String::from_utf8(layertui(&["--help"]).stdout).unwrap();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names: Vec<String> =
        names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 12 && names.contains(&"extract".to_owned()), "{names:?}");
    names
}

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
    for command in commands().iter().filter(|command| *command != "help") {
        is_fresh(&["man", command], &format!("man/layertui-{command}.1"));
    }
}

#[test]
fn the_manual_page_has_every_key_of_the_explorer() {
    let page = String::from_utf8(layertui(&["man"]).stdout).unwrap();
    let (_, keys) = page.split_once(".SH KEYS\n").unwrap();
    let plain = keys.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "");
    for entry in layertui::explorer::model::action::all() {
        let row = format!(".TP\n{}\n{}\n", entry.keys.join(", "), entry.help);
        assert!(plain.contains(&row), "{row}");
    }
}

#[test]
fn there_is_no_page_of_what_is_no_command() {
    assert_eq!(layertui(&["man", "nonsense"]).status.code(), Some(2));
}
