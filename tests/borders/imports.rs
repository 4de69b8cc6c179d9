//! Which file uses which: `use` declarations and paths in code, followed through re-exports to the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Source;

/// Re-exports are followed so many times at the most.
const MOST_HOPS: usize = 8;

/// For each file, the files it uses and a name that it takes from each.
pub(super) struct Imports {
    edges: BTreeMap<String, BTreeMap<String, String>>,
}

/// What resolving needs: all modules, what each defines, and what each re-exports.
struct Names<'s> {
    modules: BTreeSet<&'s str>,
    /// Module and name, to the whole path it stands for.
    exports: BTreeMap<(String, String), String>,
}

impl Imports {
    pub(super) fn of(sources: &[Source]) -> Self {
        let modules = sources.iter().map(|source| source.module.as_str()).collect();
        let mut names = Names { modules, exports: BTreeMap::new() };
        for source in sources {
            for (path, public) in uses(&source.code) {
                if let (true, Some(whole)) = (public, names.absolute(&path, &source.module)) {
                    let name = path.rsplit("::").next().unwrap_or_default().to_owned();
                    names.exports.insert((source.module.clone(), name), whole);
                }
            }
        }
        let mut edges = BTreeMap::new();
        for source in sources {
            let used: &mut BTreeMap<_, _> = edges.entry(source.module.clone()).or_default();
            for path in paths(source, &names) {
                let (module, name) = names.definition(&path);
                if module != source.module {
                    used.entry(module).or_insert(name);
                }
            }
        }
        Self { edges }
    }

    /// User, used, and a name that is used.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.edges.iter().flat_map(|(from, used)| {
            used.iter().map(move |(to, name)| (from.as_str(), to.as_str(), name.as_str()))
        })
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.edges.keys().map(String::as_str)
    }

    pub(super) fn used_by(&self, file: &str) -> impl Iterator<Item = &str> {
        self.edges.get(file).into_iter().flat_map(|used| used.keys().map(String::as_str))
    }

    /// The arrows among some files, a line each.
    pub(super) fn among(&self, files: &[&str]) -> String {
        let inside =
            |(from, to, _): &(&str, &str, &str)| files.contains(from) && files.contains(to);
        let lines =
            self.all().filter(inside).map(|(from, to, name)| format!("  {from} -> {to}: {name}\n"));
        lines.collect()
    }
}

impl Names<'_> {
    /// A path as written in `module`, from the root of the crate; `None` where it leads into another crate.
    fn absolute(&self, path: &str, module: &str) -> Option<String> {
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        let base = match first {
            "crate" => "",
            "self" => module,
            "super" => {
                let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
                return if rest.starts_with("super::") {
                    self.absolute(rest, parent)
                } else {
                    Some(join(parent, rest))
                };
            }
            name if self.modules.contains(join(module, name).as_str()) => {
                return Some(join(module, path));
            }
            _ => return None,
        };
        Some(join(base, rest))
    }

    /// The module that defines what a path names, and the name.
    fn definition(&self, path: &str) -> (String, String) {
        let mut path = path.to_owned();
        for _ in 0..MOST_HOPS {
            let (module, rest) = self.split(&path);
            let name = rest.split("::").next().unwrap_or_default().to_owned();
            let Some(whole) = self.exports.get(&(module.clone(), name.clone())) else {
                return (module, name);
            };
            path = join(
                whole,
                rest.strip_prefix(name.as_str()).unwrap_or("").trim_start_matches("::"),
            );
        }
        panic!("{path}: re-exported in a circle");
    }

    /// The longest module that a path begins with, and what is behind it. A name that its module re-exports is no module.
    fn split(&self, path: &str) -> (String, String) {
        let ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]);
        let end = ends.filter(|&end| self.modules.contains(&path[..end])).last().unwrap_or(0);
        let (module, rest) = path.split_at(end);
        (module.to_owned(), rest.trim_start_matches("::").to_owned())
    }
}

fn join(module: &str, rest: &str) -> String {
    match (module, rest) {
        ("", rest) => rest.to_owned(),
        (module, "") => module.to_owned(),
        (module, rest) => format!("{module}::{rest}"),
    }
}

/// All paths that a file's code names, from the root of the crate.
fn paths(source: &Source, names: &Names<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut body = String::new();
    for part in source.code.split_inclusive(';') {
        if begins_use(part).is_none() {
            body.push_str(part);
        }
    }
    for (path, public) in uses(&source.code) {
        let Some(whole) = names.absolute(&path, &source.module).filter(|_| !public) else {
            continue;
        };
        if names.modules.contains(whole.as_str()) {
            // A module by its name: what is taken from it stands in the code.
            let local = path.rsplit("::").next().unwrap_or_default();
            found.extend(behind(&body, local).map(|rest| join(&whole, rest)));
        } else {
            found.insert(whole);
        }
    }
    for root in ["crate", "self", "super"] {
        let written = behind(&body, root).map(|rest| format!("{root}::{rest}"));
        found.extend(written.filter_map(|path| names.absolute(&path, &source.module)));
    }
    let children = names.modules.iter().filter_map(|module| {
        let child = module.strip_prefix(source.module.as_str())?.trim_start_matches("::");
        (!source.module.is_empty() && !child.is_empty() && !child.contains("::")).then_some(child)
    });
    for child in children {
        found.extend(behind(&body, child).map(|rest| join(&source.module, &join(child, rest))));
    }
    found
}

/// What stands behind `name::` in the code, wherever `name` is a word of its own; not the reach of a `pub(in …)`.
fn behind<'c>(code: &'c str, name: &str) -> impl Iterator<Item = &'c str> {
    let lead = format!("{name}::");
    let starts: Vec<usize> = code.match_indices(&lead).map(|(at, _)| at).collect();
    starts.into_iter().filter_map(move |at| {
        let before = &code[..at];
        let is_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let rest = &code[at + lead.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        let rest = rest[..end.unwrap_or(rest.len())].trim_end_matches(':');
        (is_word && !before.ends_with("pub(in ") && !rest.is_empty()).then_some(rest)
    })
}

/// The tree of a `use` declaration at the end of `part`, and whether it re-exports.
fn begins_use(part: &str) -> Option<(&str, bool)> {
    let declaration = part.trim_end_matches(';');
    let line = declaration.match_indices("use ").map(|(at, _)| at).find(|&at| {
        let before = declaration[..at].rsplit('\n').next().unwrap_or_default();
        before.trim().is_empty() || (before.starts_with("pub") && before.trim_end().len() <= 24)
    })?;
    let public = declaration[..line].rsplit('\n').next().unwrap_or_default().contains("pub");
    Some((&declaration[line + 4..], public))
}

/// The paths of all `use` declarations, a tree taken apart, and whether each is re-exported.
fn uses(code: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for part in code.split_inclusive(';').filter(|part| part.ends_with(';')) {
        if let Some((tree, public)) = begins_use(part) {
            let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
            branches("", &tree, &mut |path| found.push((path, public)));
        }
    }
    found
}

fn branches(prefix: &str, tree: &str, found: &mut dyn FnMut(String)) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let path = path.strip_suffix("::*").unwrap_or(path);
        let whole = if path == "self" { prefix.to_owned() } else { join(prefix, path) };
        if !whole.is_empty() {
            found(whole);
        }
        return;
    };
    let prefix = join(prefix, head.trim_end_matches("::"));
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches(&prefix, &inside[from..at], found);
                from = at + 1;
            }
            _ => {}
        }
    }
    if !inside[from..].trim().is_empty() {
        branches(&prefix, &inside[from..], found);
    }
}
