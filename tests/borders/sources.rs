//! The files of `src`.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Its module path without `crate`: `layer::tar::walker`; empty for `lib.rs`.
    pub(super) module: String,
    pub(super) text: String,
    /// Without comments and unit tests.
    pub(super) code: String,
}

/// All files but `main.rs`, sorted by module.
pub(super) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.extend(source(&root, path));
            }
        }
    }
    assert!(files.len() > 300, "the sources were not found");
    files.sort_by(|a, b| a.module.cmp(&b.module));
    files
}

fn source(root: &Path, path: PathBuf) -> Option<Source> {
    let inside = path.strip_prefix(root).unwrap().with_extension("");
    let mut names: Vec<&str> = inside.iter().map(|name| name.to_str().unwrap()).collect();
    match names.last() {
        Some(&"main") => return None,
        Some(&("mod" | "lib")) => drop(names.pop()),
        _ => {}
    }
    let module = names.join("::");
    let text = fs::read_to_string(&path).unwrap();
    let code = code(&text);
    Some(Source { path, module, text, code })
}

fn code(text: &str) -> String {
    let end = text.find("mod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
