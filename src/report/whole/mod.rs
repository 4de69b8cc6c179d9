//! The whole analysis as one: a JSON document (`assets/report.schema.json` is its schema), a page, or Markdown.
//!
//! JSON has commands and labels unchanged. The page and the Markdown, which are published, contain no value that a finding
//! names as a secret.
//!
//! ```text
//! subject, packages, ─► Analysis ─► JSON     every layer, the findings, the largest and most wasteful paths
//! findings, base                ├► page      HTML without scripts and external resources
//!                               └► markdown  a few tables for a pull request
//! ```

mod markdown;
mod page;
mod treemap;

use std::cmp::Reverse;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::content::packages::Packages;
use crate::findings::Finding;
use crate::image::base::Base;
use crate::report::entry::PathKeys;
use crate::report::findings::Found;
use crate::report::layers::{Head, LayerKeys, rows};
use crate::report::waste::{WastedKeys, wasted_paths};
pub use crate::report::whole::markdown::markdown;
pub use crate::report::whole::page::page;
use crate::report::{Subject, json_line};
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// Number of paths in the lists of the largest and of the most wasteful ones.
const MOST: usize = 200;

/// The data of the report.
pub struct Analysis<'a> {
    /// The image.
    pub subject: Subject<'a>,
    /// Its packages at the last layer.
    pub packages: &'a Packages,
    /// Its findings.
    pub findings: &'a [Finding],
    /// Its base image.
    pub base: &'a Base,
    /// Sentences about what could not be read.
    pub notes: &'a [String],
}

/// A file of the final tree.
pub(super) struct Large {
    pub(super) path: Vec<u8>,
    pub(super) bytes: u64,
    pub(super) layer: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    layers: Vec<LayerKeys<'a>>,
    largest: Vec<LargeKeys>,
    wasted: Vec<WastedKeys>,
    #[serde(flatten)]
    found: Found<'a>,
    packages: Vec<PackageKeys<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LargeKeys {
    #[serde(flatten)]
    path: PathKeys<'static>,
    size: u64,
    layer: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageKeys<'a> {
    manager: &'static str,
    name: &'a str,
    version: &'a str,
    architecture: Option<&'a str>,
    installed_bytes: Option<u64>,
}

/// Writes the JSON document.
///
/// # Errors
/// Errors of writing to `out`.
pub fn whole(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let subject = analysis.subject;
    let large = largest(subject.stack).into_iter().map(|large| LargeKeys {
        path: PathKeys::owned(large.path),
        size: large.bytes,
        layer: large.layer,
    });
    let packages = analysis.packages.list().iter().map(|package| PackageKeys {
        manager: package.manager.name(),
        name: &package.name,
        version: &package.version,
        architecture: package.architecture.as_deref(),
        installed_bytes: package.installed_bytes,
    });
    let document = Document {
        head: Head::new("layertui-report/1", subject),
        layers: rows(subject),
        largest: large.collect(),
        wasted: wasted_paths(subject.stack, &subject.stack.waste_report(), MOST),
        found: Found::new(subject, analysis.base, analysis.findings),
        packages: packages.collect(),
        notes: analysis.notes,
    };
    json_line(out, &document)
}

/// The largest files of the final tree, each inode once, equal sizes by path.
pub(super) fn largest(stack: &Stack) -> Vec<Large> {
    let Some(last) = stack.folded().checked_sub(1) else { return Vec::new() };
    let mut files: Vec<(u64, NodeId, usize)> = Vec::new();
    for node in Walk::new(stack, Scope::Merged(last), NodeId::ROOT, true) {
        let Some(version) = stack.visible(node, last) else { continue };
        let bytes = stack.bytes(version.event, last);
        if bytes > 0 {
            files.push((bytes, node, version.layer));
            // Bounds memory, however many files there are.
            if files.len() > 64 * MOST {
                keep_largest(&mut files);
            }
        }
    }
    keep_largest(&mut files);
    let large = files.into_iter().map(|(bytes, node, layer)| Large {
        path: stack.path(node),
        bytes,
        layer,
    });
    large.collect()
}

fn keep_largest(files: &mut Vec<(u64, NodeId, usize)>) {
    // The walk is in path order, which a stable sort keeps among equal sizes.
    files.sort_by_key(|(bytes, ..)| Reverse(*bytes));
    files.truncate(MOST);
}
