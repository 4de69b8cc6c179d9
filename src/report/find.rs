//! Paths in any layer, also removed and shadowed ones.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::report::entry::PathKeys;
use crate::report::pattern::Pattern;
use crate::report::{Format, Lines, Subject, entry, json_line};
use crate::stack::ChangeKind;
use crate::text;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    layers: &'a [usize],
    /// Whether it is in the final tree; `None` if that depends on an unread layer.
    visible: Option<bool>,
    size: Option<u64>,
    #[serde(rename = "wastedBytes")]
    wasted: Option<u64>,
}

/// Writes one line for each matching path and returns their number.
///
/// # Errors
/// Errors of writing to `out`.
pub fn find(
    out: &mut dyn Write,
    subject: Subject<'_>,
    pattern: &Pattern,
    format: Format,
) -> io::Result<u64> {
    let stack = subject.stack;
    let last_unsure = subject.unsure().last().map(|it| it.layer);
    let top = stack.folded().saturating_sub(1);
    let mut found = 0;
    for node in pattern.matches(stack) {
        let history = stack.history(node);
        let Some(last) = history.last() else { continue };
        found += 1;
        let mut layers: Vec<usize> = history.iter().map(|step| step.layer).collect();
        layers.dedup();
        // Layers below its last event do not matter; one above may remove it or bring it back.
        let known = last_unsure < Some(last.layer);
        let visible = known.then_some(last.event != ChangeKind::Removed);
        let path = stack.path(node);
        let size = entry::size(&last.version);
        match format {
            Format::Json => json_line(
                out,
                &Line {
                    path: PathKeys::new(&path),
                    layers: &layers,
                    visible,
                    size,
                    wasted: last_unsure.is_none().then(|| stack.wasted_at(node)),
                },
            )?,
            Format::Text => {
                let shown = match visible {
                    Some(true) => ' ',
                    Some(false) => '-',
                    None => '?',
                };
                let size = text::size::fixed_or_blank(size);
                let layers: Vec<String> = layers.iter().map(|layer| format!("L{layer}")).collect();
                let out = &mut Lines::new(out);
                write!(out, "{shown} {size}  {:<12}  ", layers.join(" "))?;
                entry::write_name(out, stack, top, &last.version, &path)?;
            }
        }
    }
    Ok(found)
}
