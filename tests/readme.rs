//! The README's table of keys is the table of actions. `LAYERTUI_BLESS=1 cargo test --test readme` writes it.

use std::path::Path;

const START: &str =
    "<!-- keys: made from the table of actions; LAYERTUI_BLESS=1 cargo test --test readme -->\n";
const END: &str = "<!-- end of keys -->";

/// The same for the config file that says what holds without one.
#[test]
fn the_default_config_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/config.toml");
    let fresh = layertui::app::config::default_text();
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
        layertui::app::action::markdown_table(),
        &readme[end..]
    );
    if std::env::var_os("LAYERTUI_BLESS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let readme = std::fs::read_to_string(&path).unwrap();
    assert!(readme == fresh, "the actions changed: LAYERTUI_BLESS=1 cargo test --test readme");
}
