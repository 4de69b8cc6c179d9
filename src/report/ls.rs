//! The output of `ls`: the merged tree at a layer, as names, as long lines, or as JSON, one entry per line.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::entry::{EntryKeys, PathKeys, size_cell, write_long, write_name};
use crate::report::{Format, Lines, Subject, json_line};
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Version};
use crate::text;

/// What `ls` lists.
#[derive(Clone, Copy, Debug)]
pub struct Ls {
    /// The directory (what is below it is listed) or any other path (it is listed itself).
    pub node: NodeId,
    /// The merged tree of layers `0..=layer`.
    pub layer: usize,
    /// Levels below the directory that are listed.
    pub depth: usize,
    /// Whether text has mode, owner, size, time and layer.
    pub long: bool,
    /// The order of the lines.
    pub sort: Sort,
    /// Whether directories have the bytes below them, and the directory itself is the last line.
    pub du: bool,
}

/// The order of `ls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By the bytes of the path.
    Name,
    /// Largest first; a directory by the bytes below it.
    Size,
    /// Topmost layer first.
    Layer,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    #[serde(flatten)]
    entry: EntryKeys,
    #[serde(flatten)]
    total: Option<TotalKeys>,
}

/// What `--du` adds: bytes of a file or below a directory, entries below a directory; `null` where a layer was not read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalKeys {
    total_bytes: Option<u64>,
    total_entries: Option<u64>,
}

/// Lists the merged tree at a layer.
///
/// # Errors
/// Errors of writing to `out`.
pub fn ls(out: &mut dyn Write, subject: Subject<'_>, what: Ls, format: Format) -> io::Result<()> {
    let stack = subject.stack;
    let apparent = if what.du { stack.apparent_bytes(what.node, what.layer) } else { None };
    let bytes = |node, version: &Version| bytes(subject, what, apparent.as_ref(), node, version);
    let mut line = |node, version: &Version| {
        write_line(out, subject, what, format, (node, version), bytes(node, version))
    };
    let Some(own) = stack.visible(what.node, what.layer) else { return Ok(()) };
    if own.kind != Kind::Directory {
        return line(what.node, &own);
    }
    let rank = |node, version: &Version| match what.sort {
        Sort::Layer => version.layer as u64,
        Sort::Name | Sort::Size => bytes(node, version),
    };
    let walk = Walk::to_depth(stack, Scope::Merged(what.layer), what.node, what.depth);
    let below = walk.filter_map(|node| Some((node, stack.visible(node, what.layer)?)));
    match what.sort {
        Sort::Name => below.into_iter().try_for_each(|(node, version)| line(node, &version))?,
        // A stable sort: equals stay in the order of their paths.
        Sort::Size | Sort::Layer => {
            let mut nodes: Vec<_> =
                below.map(|(node, version)| (rank(node, &version), node)).collect();
            nodes.sort_by_key(|(rank, _)| Reverse(*rank));
            for (_, node) in nodes {
                if let Some(version) = stack.visible(node, what.layer) {
                    line(node, &version)?;
                }
            }
        }
    }
    if what.du { line(what.node, &own) } else { Ok(()) }
}

/// The size of a file by any of its names, the bytes below a directory, 0 of anything else.
fn bytes(
    subject: Subject<'_>,
    what: Ls,
    apparent: Option<&HashMap<NodeId, u64>>,
    node: NodeId,
    version: &Version,
) -> u64 {
    let stack = subject.stack;
    match (version.kind, apparent) {
        (Kind::Directory, Some(apparent)) => apparent.get(&node).copied().unwrap_or(0),
        (Kind::Directory, None) => stack.totals(node, what.layer).bytes,
        _ => stack.payload_event(version.event).map_or(0, |event| stack.version(event).size),
    }
}

fn write_line(
    out: &mut dyn Write,
    subject: Subject<'_>,
    what: Ls,
    format: Format,
    (node, version): (NodeId, &Version),
    bytes: u64,
) -> io::Result<()> {
    let stack = subject.stack;
    let path = stack.path(node);
    let is_directory = version.kind == Kind::Directory;
    // Totals of directories depend on every layer up to the listed one.
    let is_known = what.du && (!is_directory || subject.sure_below() > what.layer);
    let bytes = is_known.then_some(bytes);
    if format == Format::Json {
        let entries = || stack.totals(node, what.layer).entries;
        let total = what.du.then(|| TotalKeys {
            total_bytes: bytes,
            total_entries: (is_directory && is_known).then(entries),
        });
        let entry = EntryKeys::new(stack, version);
        return json_line(out, &Line { path: PathKeys::new(&path), entry, total });
    }
    let out = &mut Lines::new(out);
    if what.long {
        let cell = match bytes {
            _ if !(what.du && is_directory) => size_cell(stack, version),
            Some(bytes) => bytes.to_string(),
            None => "?".to_owned(),
        };
        return write_long(out, stack, what.layer, version, &path, &cell);
    }
    if what.du {
        match bytes {
            Some(bytes) => write!(out, "{}  ", text::size::fixed(bytes))?,
            None => write!(out, "{:>1$}  ", "?", text::size::CELLS)?,
        }
    }
    write_name(out, stack, what.layer, version, &path)
}
