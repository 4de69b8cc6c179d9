//! What a layer, or a range of layers taken together, changed.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::entry::{EntryKeys, PathKeys, size, write_name};
use crate::report::{Format, Lines, Subject, json_line};
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{Change, ChangeKind, EventId, NodeId, Stack};
use crate::text;

/// The layers `from..=to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First layer, from 0.
    pub from: usize,
    /// Last layer, inclusive.
    pub to: usize,
}

impl Range {
    /// Paths with a change, the root included, sorted by path bytes.
    pub fn changes(self, stack: &Stack) -> impl Iterator<Item = (NodeId, Change)> {
        let scope = if self.from == self.to { Scope::Diff(self.to) } else { Scope::All };
        std::iter::once(NodeId::ROOT).chain(Walk::new(stack, scope, NodeId::ROOT, true)).filter_map(
            move |node| {
                let change = if self.from == self.to {
                    stack.change(node, self.to)
                } else {
                    stack.change_in_range(node, self.from, self.to)
                };
                Some((node, change?))
            },
        )
    }

    /// Pairs of events whose contents must be compared before [`diff`] can classify them.
    #[must_use]
    pub fn undecided(self, stack: &Stack) -> Vec<(EventId, EventId)> {
        self.changes(stack)
            .filter(|(_, change)| change.kind == ChangeKind::Undecided)
            .filter_map(|(_, change)| change.event.zip(change.previous))
            .collect()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    change: &'static str,
    opaque: bool,
    #[serde(rename = "previousLayer")]
    previous_layer: Option<usize>,
    #[serde(rename = "previousSize")]
    previous_size: Option<u64>,
    #[serde(flatten)]
    entry: EntryKeys,
}

/// Writes one line for each changed path.
///
/// # Errors
/// Errors of writing to `out`.
pub fn diff(
    out: &mut dyn Write,
    subject: Subject<'_>,
    range: Range,
    format: Format,
    compared: &dyn Fn(EventId, EventId) -> Option<bool>,
) -> io::Result<()> {
    let stack = subject.stack;
    for (node, change) in range.changes(stack) {
        let Some(shown) = change.event.or(change.previous) else { continue };
        let version = stack.version(shown);
        let kind = settle(stack, change, compared);
        let path = stack.path(node);
        let previous = change.previous.map(|event| stack.version(event));
        match format {
            Format::Json => json_line(
                out,
                &Line {
                    path: PathKeys::new(&path),
                    change: kind.name(),
                    opaque: change.opaque,
                    previous_layer: previous.map(|version| version.layer),
                    previous_size: previous.as_ref().and_then(size),
                    entry: EntryKeys::new(stack, &version).in_layer(change.layer),
                },
            )?,
            Format::Text => {
                let mark = if change.opaque { '!' } else { kind.sign() };
                let bytes = text::size::fixed_or_blank(size(&version));
                let out = &mut Lines::new(out);
                write!(out, "{mark} {bytes}  ")?;
                write_name(out, stack, range.to, &version, &path)?;
            }
        }
    }
    Ok(())
}

/// The kind of an undecided change, from the caller's comparison of the contents over the range.
fn settle(
    stack: &Stack,
    change: Change,
    compared: &dyn Fn(EventId, EventId) -> Option<bool>,
) -> ChangeKind {
    if change.kind != ChangeKind::Undecided {
        return change.kind;
    }
    let Some((event, previous)) = change.event.zip(change.previous) else { return change.kind };
    match compared(event, previous) {
        Some(true) => stack.kind_if_same(event, previous),
        Some(false) => ChangeKind::Modified,
        None => ChangeKind::Undecided,
    }
}
