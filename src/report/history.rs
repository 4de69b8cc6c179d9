//! Every event of a path, oldest first, and what each layer put below it.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::coverage::Known;
use crate::report::entry::{EntryKeys, PathKeys};
use crate::report::{Format, Lines, Subject, command, json_line};
use crate::stack::query::below::{Below, Layers};
use crate::stack::{Cause, ChangeKind, HistoryEvent, NodeId};
use crate::text;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    /// `None` if there is an entry, whose keys include the layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    /// `None` for a root that no layer has an entry for.
    event: Option<&'static str>,
    cause: Option<&'static str>,
    by: Option<Cow<'a, str>>,
    #[serde(flatten)]
    entry: Option<EntryKeys>,
    /// On the last line of a directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<Vec<BelowKeys>>,
}

/// What a layer did below a directory; what depends on a layer that was not read is `null`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BelowKeys {
    layer: usize,
    bytes: Option<u64>,
    net_bytes: Option<i64>,
    added: Option<u64>,
    changed: Option<u64>,
    removed: Option<u64>,
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
    for node in nodes {
        let path = subject.stack.path(*node);
        let steps = subject.stack.history(*node);
        let below = subject.stack.has_below(*node).then(|| subject.stack.below(*node));
        let below = below.as_ref();
        match format {
            Format::Json => write_json(out, subject, &path, &steps, below)?,
            Format::Text => write_text(&mut Lines::new(out), subject, &path, &steps, below)?,
        }
    }
    Ok(())
}

fn write_json(
    out: &mut dyn Write,
    subject: Subject<'_>,
    path: &[u8],
    steps: &[HistoryEvent],
    below: Option<&Layers>,
) -> io::Result<()> {
    let below = below.map(|layers| below_keys(subject, layers));
    let Some((last, before)) = steps.split_last() else {
        let bare = Line {
            path: PathKeys::new(path),
            layer: None,
            event: None,
            cause: None,
            by: None,
            entry: None,
            below,
        };
        return json_line(out, &bare);
    };
    before.iter().try_for_each(|step| json_line(out, &line(subject, path, step)))?;
    json_line(out, &Line { below, ..line(subject, path, last) })
}

fn line<'a>(subject: Subject<'_>, path: &'a [u8], step: &'a HistoryEvent) -> Line<'a> {
    let removed = step.event == ChangeKind::Removed;
    Line {
        path: PathKeys::new(path),
        layer: removed.then_some(step.layer),
        event: Some(step.event.name()),
        cause: Some(step.cause.name()),
        by: step.by.as_deref().map(String::from_utf8_lossy),
        entry: (!removed).then(|| EntryKeys::new(subject.stack, &step.version)),
        below: None,
    }
}

/// The layers that did something below, and those that were not read and might have.
fn listed<'a>(
    subject: Subject<'a>,
    layers: &'a Layers,
) -> impl Iterator<Item = (usize, Known, Below)> + 'a {
    (0..subject.image.layers.len()).filter_map(move |layer| {
        let known = subject.known(layer);
        let below = layers.get(&layer).copied();
        let is_listed = below.is_some() || known == Known::Nothing;
        is_listed.then(|| (layer, known, below.unwrap_or_default()))
    })
}

fn below_keys(subject: Subject<'_>, layers: &Layers) -> Vec<BelowKeys> {
    let sure = subject.sure_below();
    let keys = |(layer, known, below): (usize, Known, Below)| {
        let merged = (layer < sure).then_some(below);
        BelowKeys {
            layer,
            bytes: (known != Known::Nothing && !subject.is_unsure(layer)).then_some(below.stored),
            net_bytes: merged.map(|it| it.net),
            added: merged.map(|it| it.added),
            changed: merged.map(|it| it.changed),
            removed: merged.map(|it| it.removed),
        }
    };
    listed(subject, layers).map(keys).collect()
}

fn write_text(
    out: &mut dyn Write,
    subject: Subject<'_>,
    path: &[u8],
    steps: &[HistoryEvent],
    below: Option<&Layers>,
) -> io::Result<()> {
    writeln!(out, "{}", text::visible(path))?;
    steps.iter().try_for_each(|step| write_step(out, subject, step))?;
    let Some(layers) = below else { return Ok(()) };
    writeln!(out, "  below    stored     net    added  changed  removed")?;
    for (layer, known, below) in listed(subject, layers) {
        let numbers = match known {
            Known::Nothing => subject.not_read(layer),
            Known::Stored => {
                format!("{} {1:>7} {1:>8} {1:>8} {1:>8}", text::size::fixed(below.stored), "?")
            }
            Known::All => format!(
                "{} {} {:>8} {:>8} {:>8}",
                text::size::fixed(below.stored),
                text::size::signed(below.net),
                below.added,
                below.changed,
                below.removed
            ),
        };
        write!(out, "  L{layer:<7} {numbers:<41}")?;
        write_command(out, subject, layer)?;
    }
    Ok(())
}

fn write_step(out: &mut dyn Write, subject: Subject<'_>, step: &HistoryEvent) -> io::Result<()> {
    let kind = step.event.name();
    let regular = step.version.kind.is_regular();
    let size = text::size::fixed_or_blank(regular.then_some(step.version.size));
    write!(out, "  L{:<3} {} {kind:<9} {size}", step.layer, step.event.sign())?;
    match (&step.by, step.cause) {
        (Some(by), _) => write!(out, "  by {}", text::visible(by))?,
        (None, Cause::Whiteout) => write!(out, "  by its whiteout")?,
        _ => {}
    }
    write_command(out, subject, step.layer)
}

/// The end of a line: the command of the layer, if it is known.
fn write_command(out: &mut dyn Write, subject: Subject<'_>, layer: usize) -> io::Result<()> {
    if let Some(command) = command::cell(subject.image.layers.get(layer), 60) {
        write!(out, "  {command}")?;
    }
    writeln!(out)
}
