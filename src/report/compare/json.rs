//! A comparison as JSON: one object a line, each with its `kind`, the verdict last. `assets/compare.schema.json` has every key.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::compare::{Difference, Directory, Link, Meaning, SetAside, Setting};
use crate::report::compare::comparison::Comparison;
use crate::report::entry::{EntryKeys, PathKeys};
use crate::report::json_line;
use crate::text::Foreign;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Path {
        #[serde(flatten)]
        path: PathKeys<'a>,
        change: &'static str,
        metadata: Vec<&'static str>,
        old: Option<Box<EntryKeys>>,
        new: Option<Box<EntryKeys>>,
        old_bytes: u64,
        new_bytes: u64,
    },
    Link {
        #[serde(flatten)]
        path: PathKeys<'a>,
        change: &'static str,
        target: String,
        bytes: u64,
    },
    Directory {
        #[serde(flatten)]
        path: PathKeys<'a>,
        added: u64,
        removed: u64,
        changed: u64,
        old_bytes: u64,
        new_bytes: u64,
    },
    Setting {
        key: &'a Foreign,
        old: Option<&'a Foreign>,
        new: Option<&'a Foreign>,
    },
    Package {
        manager: &'static str,
        name: &'a str,
        architecture: Option<&'a str>,
        old: Option<&'a str>,
        new: Option<&'a str>,
    },
    Size {
        key: &'static str,
        old: Option<u64>,
        new: Option<u64>,
    },
    Layers {
        old: usize,
        new: usize,
        shared: usize,
        shared_from_base: usize,
    },
    Note {
        message: &'a str,
    },
    Verdict {
        verdict: &'static str,
        added: u64,
        removed: u64,
        content: u64,
        metadata: u64,
        undecided: u64,
        same: u64,
        settings: usize,
        packages: usize,
        excluded: u64,
        set_aside: Vec<SetAsideKeys<'a>>,
    },
}

/// A file that every build rewrites.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetAsideKeys<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    change: &'static str,
    old_bytes: u64,
    new_bytes: u64,
    reason: &'static str,
}

pub(super) fn write_json(out: &mut dyn Write, found: &Comparison<'_>) -> io::Result<()> {
    for difference in &found.files.differences {
        json_line(out, &path_line(found, difference))?;
    }
    for link in &found.files.links {
        json_line(out, &link_line(link))?;
    }
    for (path, sum) in found.files.directories() {
        let Directory { added, removed, changed, old_bytes, new_bytes } = sum;
        let path = PathKeys::new(path);
        json_line(out, &Line::Directory { path, added, removed, changed, old_bytes, new_bytes })?;
    }
    for Setting { key, old, new } in found.settings {
        json_line(out, &Line::Setting { key, old: old.as_ref(), new: new.as_ref() })?;
    }
    for package in found.packages {
        let line = Line::Package {
            manager: package.manager.name(),
            name: &package.name,
            architecture: package.architecture.as_deref(),
            old: package.old.as_deref(),
            new: package.new.as_deref(),
        };
        json_line(out, &line)?;
    }
    for (key, [old, new]) in found.sizes() {
        json_line(out, &Line::Size { key, old, new })?;
    }
    let ((old, new), (shared, shared_from_base)) = (found.layers(), found.shared);
    json_line(out, &Line::Layers { old, new, shared, shared_from_base })?;
    for message in found.notes {
        json_line(out, &Line::Note { message })?;
    }
    let count = |meaning| found.files.count(meaning);
    let line = Line::Verdict {
        verdict: found.verdict().name(),
        added: count(Meaning::Added),
        removed: count(Meaning::Removed),
        content: count(Meaning::Content),
        metadata: count(Meaning::Metadata),
        undecided: count(Meaning::Undecided),
        same: found.files.same,
        settings: found.settings.len(),
        packages: found.packages.len(),
        excluded: found.files.excluded,
        set_aside: found.files.set_aside.iter().map(set_aside_keys).collect(),
    };
    json_line(out, &line)
}

fn set_aside_keys(file: &SetAside) -> SetAsideKeys<'_> {
    SetAsideKeys {
        path: PathKeys::new(&file.path),
        change: file.meaning.name(),
        old_bytes: file.bytes.0,
        new_bytes: file.bytes.1,
        reason: file.reason,
    }
}

fn link_line(link: &Link) -> Line<'_> {
    Line::Link {
        path: PathKeys::new(&link.path),
        change: link.change.name(),
        target: String::from_utf8_lossy(&link.target).into_owned(),
        bytes: link.bytes,
    }
}

fn path_line<'a>(found: &Comparison<'_>, difference: &'a Difference) -> Line<'a> {
    let keys = |stack, version| Box::new(EntryKeys::new(stack, version));
    Line::Path {
        path: PathKeys::new(&difference.path),
        change: difference.meaning.name(),
        metadata: difference.metadata.names().collect(),
        old: difference.old.as_ref().map(|version| keys(found.old.0.stack, version)),
        new: difference.new.as_ref().map(|version| keys(found.new.0.stack, version)),
        old_bytes: difference.bytes.0,
        new_bytes: difference.bytes.1,
    }
}
