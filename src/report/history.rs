//! Every event of a path, oldest first.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::entry::{EntryKeys, PathKeys};
use crate::report::{Format, Lines, Subject, json_line};
use crate::stack::{Cause, ChangeKind, HistoryEvent, NodeId};
use crate::text;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    /// `None` if there is an entry, whose keys include the layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    event: &'static str,
    cause: &'static str,
    by: Option<Cow<'a, str>>,
    #[serde(flatten)]
    entry: Option<EntryKeys>,
}

/// Writes the history of these paths.
///
/// # Errors
/// Errors of writing to `out`.
pub fn history(
    out: &mut dyn Write,
    subject: Subject<'_>,
    nodes: &[NodeId],
    format: Format,
) -> io::Result<()> {
    for &node in nodes {
        let path = subject.stack.path(node);
        let steps = subject.stack.history(node);
        if format == Format::Text {
            writeln!(Lines::new(out), "{}", text::visible(&path))?;
        }
        for step in &steps {
            match format {
                Format::Json => json_line(out, &line(subject, &path, step))?,
                Format::Text => write_step(&mut Lines::new(out), subject, step)?,
            }
        }
    }
    Ok(())
}

fn line<'a>(subject: Subject<'_>, path: &'a [u8], step: &'a HistoryEvent) -> Line<'a> {
    let removed = step.event == ChangeKind::Removed;
    Line {
        path: PathKeys::new(path),
        layer: removed.then_some(step.layer),
        event: step.event.name(),
        cause: step.cause.name(),
        by: step.by.as_deref().map(String::from_utf8_lossy),
        entry: (!removed).then(|| EntryKeys::new(subject.stack, &step.version)),
    }
}

fn write_step(out: &mut dyn Write, subject: Subject<'_>, step: &HistoryEvent) -> io::Result<()> {
    let kind = step.event.name();
    let size = if step.version.kind.is_regular() {
        text::size::fixed(step.version.size)
    } else {
        text::Visible::blanks(6)
    };
    write!(out, "  L{:<3} {} {kind:<9} {size}", step.layer, step.event.sign())?;
    match (&step.by, step.cause) {
        (Some(by), _) => write!(out, "  by {}", text::visible(by))?,
        (None, Cause::Whiteout) => write!(out, "  by its whiteout")?,
        _ => {}
    }
    let command = subject
        .image
        .layers
        .get(step.layer)
        .and_then(|layer| layer.created_by.as_ref())
        .map(text::command::clean);
    if let Some(command) = command {
        write!(out, "  {}", text::shorten::middle(&command.visible(), 60))?;
    }
    writeln!(out)
}
