//! The borders between modules, read from the sources: which folder may use which, what may not occur in a folder, and
//! that no files import each other in a circle.
//!
//! | file | what |
//! |---|---|
//! | `sources` | the files of `src`, without comments and unit tests |
//! | `imports` | which file uses which, through re-exports |
//! | `circles` | groups of files that import each other |
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod circles;
mod imports;
mod sources;

use imports::Imports;
use sources::{Source, sources};

/// What each folder may use beside itself, `text` and `sync`.
const USES: [(&str, &[&str]); 14] = [
    ("text", &[]),
    ("content", &[]),
    ("stack", &[]),
    ("image", &[]),
    ("findings", &["image", "stack"]),
    ("policy", &["findings", "image", "stack"]),
    ("layer", &["image", "stack"]),
    ("source", &["image", "layer", "stack::kept"]),
    ("load", &["content", "findings", "image", "layer", "source", "stack"]),
    ("extract", &["image", "layer", "load", "source", "stack"]),
    ("compare", &["content", "image", "layer", "load", "source", "stack"]),
    (
        "report",
        &["compare", "content", "findings", "image", "layer", "load", "policy", "source", "stack"],
    ),
    (
        "explorer",
        &["compare", "content", "extract", "findings", "image", "layer", "load", "source", "stack"],
    ),
    (
        "cli",
        &[
            "compare", "content", "explorer", "extract", "findings", "image", "layer", "load",
            "policy", "report", "source", "stack",
        ],
    ),
];

/// Inside a folder: what each part may use of the other parts named here.
const PARTS: [(&str, &[&str]); 15] = [
    ("stack::kept", &[]),
    ("stack::fold", &["stack::kept"]),
    ("stack::query", &["stack::kept"]),
    ("explorer::model", &[]),
    ("explorer::view", &["explorer::model"]),
    ("explorer::navigate", &["explorer::model", "explorer::view"]),
    ("explorer::update", &["explorer::model", "explorer::view", "explorer::navigate"]),
    ("explorer::draw", &["explorer::model", "explorer::view"]),
    ("explorer::terminal", &["explorer::model", "explorer::draw"]),
    ("source::contract", &[]),
    ("source::documents", &["source::contract"]),
    ("source::local::containerd", &["source::contract", "source::documents"]),
    ("source::local::containers_storage", &["source::contract", "source::documents"]),
    (
        "source::local::docker",
        &["source::contract", "source::documents", "source::local::containerd"],
    ),
    ("source::registry", &["source::contract", "source::documents"]),
];

/// Words that may not occur in the code of a folder.
const BARRED: [(&str, &[&str]); 14] = [
    ("text", &["ratatui", "crossterm", "std::fs", "std::net"]),
    ("content", &["ratatui", "crossterm", "std::io", "std::fs", "std::net"]),
    ("stack", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("image", &["ratatui", "crossterm", "std::fs", "std::net"]),
    ("findings", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("policy", &["ratatui", "crossterm", "std::io", "std::fs", "std::time", "std::net"]),
    ("layer", &["ratatui", "crossterm", "std::net"]),
    ("source", &["ratatui", "crossterm"]),
    ("load", &["ratatui", "crossterm", "std::net"]),
    (
        "explorer::model",
        &["ratatui", "std::io", "std::fs", "std::net", "std::thread", "std::process"],
    ),
    (
        "explorer::view",
        &["ratatui", "std::io", "std::fs", "std::net", "std::thread", "std::process"],
    ),
    (
        "explorer::navigate",
        &["ratatui", "std::io", "std::fs", "std::net", "std::thread", "std::process"],
    ),
    (
        "explorer::update",
        &["ratatui", "std::io", "std::fs", "std::net", "std::thread", "std::process"],
    ),
    (
        "explorer::draw",
        &["crossterm", "std::io", "std::fs", "std::net", "std::thread", "std::process"],
    ),
];

/// Files that import each other because they are one concept.
const ONE_CONCEPT: [(&str, &[&str]); 2] = [
    ("a blob and its two remote readers", &["layer::blob"]),
    ("an outline and its order", &["stack::query::outline"]),
];

/// The longest of the names that `module` is, or lies below.
fn place<'n>(module: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.filter(|name| is_below(module, name)).max_by_key(|name| name.len())
}

fn is_below(module: &str, name: &str) -> bool {
    module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn a_folder_uses_only_what_stands_below_it() {
    let sources = sources();
    for (from, to, name) in Imports::of(&sources).all() {
        let Some(folder) = place(from, USES.iter().map(|(folder, _)| *folder)) else { continue };
        let may = USES.iter().find(|(name, _)| *name == folder).map_or(&[][..], |(_, may)| may);
        let fine = is_below(to, folder)
            || is_below(to, "text")
            || to == "sync"
            || may.iter().any(|name| is_below(to, name));
        assert!(fine, "{from} uses {name} of {to}: {folder} may use {may:?}");
    }
}

#[test]
fn a_part_uses_only_the_parts_below_it() {
    let sources = sources();
    for (from, to, name) in Imports::of(&sources).all() {
        let parts = || PARTS.iter().map(|(part, _)| *part);
        let (Some(part), Some(other)) = (place(from, parts()), place(to, parts())) else {
            continue;
        };
        let may = PARTS.iter().find(|(name, _)| *name == part).map_or(&[][..], |(_, may)| may);
        let apart = part.split("::").next() != other.split("::").next();
        assert!(apart || part == other || may.contains(&other), "{from} uses {name} of {to}");
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let imports = Imports::of(&sources);
    for circle in circles::circles(&imports) {
        let one = |(_, folders): &(&str, &[&str])| {
            circle.iter().all(|file| folders.iter().any(|folder| is_below(file, folder)))
        };
        assert!(
            ONE_CONCEPT.iter().any(one),
            "a circle of {} files:\n{}",
            circle.len(),
            imports.among(&circle)
        );
    }
}

#[test]
fn folders_keep_out_what_is_not_theirs() {
    for source in sources() {
        for (_, words) in BARRED.iter().filter(|(folder, _)| is_below(&source.module, folder)) {
            for word in *words {
                assert!(!source.code.contains(word), "{}: {word}", source.module);
            }
        }
    }
}

#[test]
fn only_two_folders_write_to_the_standard_streams() {
    for Source { module, code, .. } in sources() {
        let writes = ["stdout()", "stderr()"].iter().any(|word| code.contains(word));
        assert!(!writes || is_below(&module, "cli") || is_below(&module, "explorer"), "{module}");
    }
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    for Source { path, text, .. } in sources() {
        assert!(text.starts_with("//!"), "{} does not open with its purpose", path.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{}: {lines} lines", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        let nameless = ["util", "utils", "common", "helper", "helpers", "types", "misc"];
        assert!(!nameless.contains(&name), "{}: a name that says nothing", path.display());
    }
}

/// Opening a named pipe waits for a writer and a long file takes all memory: what a user, a variable or a setting names is opened
/// by `given`. The others open what this program or the kernel wrote, or have checked that it is a regular file.
#[test]
fn named_files_are_opened_in_one_place() {
    let others = [
        "cli::build",
        "layer::directory::beneath",
        "layer::directory::privileges",
        "load::cache::store",
        "load::cache::trust",
    ];
    for Source { module, code, .. } in sources() {
        let calls = ["File::open(", "fs::read(", "fs::read_to_string("];
        let opens = calls.iter().find(|call| code.contains(*call));
        let may = module == "source::disk::given" || others.contains(&module.as_str());
        assert!(opens.is_none() || may, "{module}: {opens:?}");
    }
}

/// A compiler of patterns panics, or takes gigabytes, where nothing bounds what it is given.
#[test]
fn patterns_are_compiled_in_one_place() {
    let compilers =
        ["RegexBuilder", "Regex::new", "RegexSet", "GlobBuilder", "globset::", "regex_automata"];
    for Source { module, code, .. } in sources() {
        let compiles = compilers.iter().find(|compiler| code.contains(*compiler));
        assert!(compiles.is_none() || module == "text::pattern", "{module}: {compiles:?}");
    }
}
