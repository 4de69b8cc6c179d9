//! The output of `ls`: the merged tree at a layer, as names, as long lines, or as JSON, one entry per line.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::entry::{EntryKeys, PathKeys, write_long, write_name};
use crate::report::{Format, Lines, Subject, json_line};
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Version};

/// What `ls` lists.
#[derive(Clone, Copy, Debug)]
pub struct Ls {
    /// The directory (its children are listed) or any other path (it is listed itself).
    pub node: NodeId,
    /// The merged tree of layers `0..=layer`.
    pub layer: usize,
    /// Whether to list everything below the directory.
    pub recursive: bool,
    /// Whether text has mode, owner, size, time and layer.
    pub long: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    #[serde(flatten)]
    entry: EntryKeys,
}

/// Lists the merged tree at a layer.
///
/// # Errors
/// Errors of writing to `out`.
pub fn ls(out: &mut dyn Write, subject: Subject<'_>, what: Ls, format: Format) -> io::Result<()> {
    let stack = subject.stack;
    let mut line = |node: NodeId, version: &Version| {
        let path = stack.path(node);
        match format {
            Format::Json => {
                let entry = EntryKeys::new(stack, version);
                json_line(out, &Line { path: PathKeys::new(&path), entry })
            }
            Format::Text if what.long => write_long(&mut Lines::new(out), stack, version, &path),
            Format::Text => write_name(&mut Lines::new(out), stack, version, &path),
        }
    };
    if let Some(version) = stack.visible(what.node, what.layer)
        && version.kind != Kind::Directory
    {
        return line(what.node, &version);
    }
    for node in Walk::new(stack, Scope::Merged(what.layer), what.node, what.recursive) {
        if let Some(version) = stack.visible(node, what.layer) {
            line(node, &version)?;
        }
    }
    Ok(())
}
