//! Wasted bytes by path, by directory and by layer, largest first, each with a remedy.
//!
//! Text lists the largest, up to a limit, and a line with the sum of the others. JSON has all.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::io;
use std::io::Write;

use serde::Serialize;

use crate::findings::plan::cache_bytes;
use crate::report::coverage::NONE_READ;
use crate::report::entry::PathKeys;
use crate::report::layers::Head;
use crate::report::{Format, Lines, SCHEMA, Subject, command, json_line};
use crate::stack::query::waste_cause::{PathWaste, WasteReport, WastedFile};
use crate::stack::{NodeId, Stack};
use crate::text;
use crate::text::Foreign;

/// Number of directories that text lists.
const DIRECTORIES: usize = 8;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    layers: Vec<LayerKeys<'a>>,
    paths: Vec<WastedKeys>,
    directories: Vec<DirectoryKeys>,
    /// In the final tree, so not wasted.
    cache_bytes: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerKeys<'a> {
    index: usize,
    diff_id: Option<&'a str>,
    created_by: Option<&'a Foreign>,
    bytes: Option<u64>,
    wasted_bytes: Option<u64>,
    caused_bytes: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WastedKeys {
    #[serde(flatten)]
    path: PathKeys<'static>,
    wasted_bytes: u64,
    pieces: Vec<PieceKeys>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PieceKeys {
    layer: usize,
    bytes: u64,
    culprit_layer: usize,
    cause: &'static str,
    advice: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DirectoryKeys {
    #[serde(flatten)]
    path: PathKeys<'static>,
    wasted_bytes: u64,
}

/// Writes the waste; text names the `most` largest paths.
///
/// # Errors
/// Errors of writing to `out`.
pub fn waste(
    out: &mut dyn Write,
    subject: Subject<'_>,
    format: Format,
    most: usize,
) -> io::Result<()> {
    let waste = subject.stack.waste_report();
    match format {
        Format::Json => json_line(out, &document(subject, &waste)),
        Format::Text => text_of(&mut Lines::new(out), subject, &waste, most),
    }
}

fn document<'a>(subject: Subject<'a>, waste: &WasteReport) -> Document<'a> {
    let Subject { image, stack, .. } = subject;
    let sums = waste.by_layer(image.layers.len());
    let layers = image.layers.iter().zip(sums).enumerate();
    let unsure = subject.unsure();
    let is_sure = |index| unsure.iter().all(|it| it.layer != index);
    Document {
        head: Head::new(SCHEMA, subject),
        layers: layers
            .map(|(index, (layer, sum))| LayerKeys {
                index,
                diff_id: layer.diff_id.as_deref(),
                created_by: layer.created_by.as_ref(),
                bytes: is_sure(index).then(|| stack.summary(index).bytes),
                // Any unread layer may hide or waste bytes of another.
                wasted_bytes: unsure.is_empty().then_some(sum.stored),
                caused_bytes: unsure.is_empty().then_some(sum.caused),
            })
            .collect(),
        paths: wasted_paths(stack, waste, usize::MAX),
        directories: directories(subject, waste)
            .into_iter()
            .map(|(bytes, path, _)| DirectoryKeys {
                path: PathKeys::owned(path),
                wasted_bytes: bytes,
            })
            .collect(),
        cache_bytes: unsure.is_empty().then(|| cache_bytes(stack)),
    }
}

/// The `most` paths with the largest waste.
pub(super) fn wasted_paths(stack: &Stack, waste: &WasteReport, most: usize) -> Vec<WastedKeys> {
    let paths = waste.by_path(stack);
    let keys = |path: &PathWaste| WastedKeys {
        path: PathKeys::owned(stack.path(path.node)),
        wasted_bytes: path.bytes,
        pieces: path.files.iter().map(piece_keys).collect(),
    };
    paths.iter().take(most).map(keys).collect()
}

fn piece_keys(piece: &WastedFile) -> PieceKeys {
    PieceKeys {
        layer: piece.wasted.layer,
        bytes: piece.wasted.bytes,
        culprit_layer: piece.culprit,
        cause: piece.cause.name(),
        advice: piece.cause.advice().name(),
    }
}

/// Directories with waste below them, largest first, then by path.
fn directories(subject: Subject<'_>, waste: &WasteReport) -> Vec<(u64, Vec<u8>, NodeId)> {
    let sums = waste.by_directory(subject.stack);
    let mut sorted: Vec<_> =
        sums.into_iter().map(|(node, bytes)| (bytes, subject.stack.path(node), node)).collect();
    sorted.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    sorted
}

fn text_of(
    out: &mut dyn Write,
    subject: Subject<'_>,
    waste: &WasteReport,
    most: usize,
) -> io::Result<()> {
    let (balance, image) = (subject.stack.balance(), subject.image.reference.visible());
    if subject.is_unread() {
        writeln!(out, "{image}: the waste is unknown: {NONE_READ}")?;
        return subject.write_unsure(out);
    }
    let (wasted, stored) = (text::size::long(balance.wasted), text::size::short(balance.stored));
    if subject.is_in_part() {
        writeln!(out, "{image}: {wasted} known to be wasted of {stored} stored: {NONE_READ}")?;
    } else {
        let efficiency = text::size::percent(balance.efficiency);
        let coverage = subject.coverage().map(|it| format!(", {it}")).unwrap_or_default();
        writeln!(
            out,
            "{image}: {wasted} wasted of {stored} stored, efficiency {efficiency}{coverage}"
        )?;
    }
    subject.write_unsure(out)?;
    let caches = cache_bytes(subject.stack);
    if caches > 0 {
        let bytes = text::size::long(caches);
        writeln!(
            out,
            "another {bytes} are package caches in the final tree: `waste --plan` and `findings` list them"
        )?;
    }
    if balance.wasted == 0 {
        return Ok(());
    }
    let paths = waste.by_path(subject.stack);
    write_advice(out, waste)?;
    write_layers(out, subject, waste)?;
    write_directories(out, subject, waste)?;
    write_paths(out, subject, &paths, most)
}

/// Each remedy, with the bytes and files that it would save.
fn write_advice(out: &mut dyn Write, waste: &WasteReport) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, " wasted  files  how to avoid it")?;
    for (advice, bytes, files) in waste.by_advice() {
        writeln!(out, " {} {files:>6}  {}", text::size::fixed(bytes), advice.sentence())?;
    }
    Ok(())
}

fn write_layers(out: &mut dyn Write, subject: Subject<'_>, waste: &WasteReport) -> io::Result<()> {
    writeln!(out)?;
    writeln!(
        out,
        " wasted  caused  layer  (wasted: no longer visible; caused: hidden by this layer)"
    )?;
    for (layer, sum) in waste.layers_most_first(subject.image.layers.len()) {
        let size = |bytes| if bytes == 0 { "     -".into() } else { text::size::fixed(bytes) };
        let command = command::cell(subject.image.layers.get(layer), 72).unwrap_or_default();
        let line = format!(" {}  {}  L{layer:<4}  {command}", size(sum.stored), size(sum.caused));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The largest directories. A directory whose waste is all in one subdirectory is left out.
fn write_directories(
    out: &mut dyn Write,
    subject: Subject<'_>,
    waste: &WasteReport,
) -> io::Result<()> {
    let stack = subject.stack;
    let all = directories(subject, waste);
    let wasted: HashMap<NodeId, u64> = all.iter().map(|(bytes, _, node)| (*node, *bytes)).collect();
    let redundant: HashSet<NodeId> = all
        .iter()
        .filter_map(|(bytes, _, node)| Some((stack.parent(*node)?, bytes)))
        .filter(|(parent, bytes)| wasted.get(parent) == Some(bytes))
        .map(|(parent, _)| parent)
        .collect();
    let shown: Vec<_> = all
        .iter()
        .filter(|(_, _, node)| *node != NodeId::ROOT && !redundant.contains(node))
        .take(DIRECTORIES)
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, " wasted  below directory")?;
    for (bytes, path, _) in shown {
        writeln!(out, " {}  {}/", text::size::fixed(*bytes), text::visible(path))?;
    }
    Ok(())
}

fn write_paths(
    out: &mut dyn Write,
    subject: Subject<'_>,
    paths: &[PathWaste],
    most: usize,
) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, " wasted  stored  why                   path")?;
    for path in paths.iter().take(most) {
        let Some(piece) = path.largest() else { continue };
        let layers: Vec<String> =
            path.files.iter().map(|piece| format!("L{}", piece.wasted.layer)).collect();
        let layers = match layers.as_slice() {
            [first, .., last] if layers.len() > 2 => format!("{first}…{last}"),
            _ => layers.join(","),
        };
        writeln!(
            out,
            " {}  {layers:<6}  {:<20}  {}",
            text::size::fixed(path.bytes),
            format!("{} by L{}", piece.cause.name(), piece.culprit),
            text::visible(&subject.stack.path(path.node))
        )?;
    }
    let rest = paths.get(most..).unwrap_or_default();
    if !rest.is_empty() {
        writeln!(
            out,
            " {}  in {} more paths: --all names them",
            text::size::fixed(rest.iter().map(|path| path.bytes).sum()),
            text::size::count(rest.len() as u64)
        )?;
    }
    Ok(())
}
