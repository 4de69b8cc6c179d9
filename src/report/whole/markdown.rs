//! The analysis as tables in GitHub's Markdown, for a pull request or a wiki. Foreign text is in code spans that it cannot
//! close.

use std::io;
use std::io::Write;

use crate::findings::Redaction;
use crate::report::Lines;
use crate::report::whole::{Analysis, largest};
use crate::text;
use crate::text::markup::code;

/// Maximum number of rows in tables of paths.
const ROWS: usize = 10;

/// Writes the tables.
///
/// # Errors
/// Errors of writing to `out`.
pub fn markdown(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    let out = &mut Lines::new(out);
    let (image, stack) = (analysis.subject.image, analysis.subject.stack);
    writeln!(out, "### {}", code(&image.reference))?;
    writeln!(out)?;
    writeln!(out, "{}", analysis.subject.totals(text::size::short))?;
    writeln!(out)?;
    for note in analysis.notes {
        writeln!(out, "> {}", code(note))?;
        writeln!(out)?;
    }
    findings(out, analysis)?;
    writeln!(out, "| # | stored | net | wasted | command |")?;
    writeln!(out, "|--:|--:|--:|--:|---|")?;
    let wasted = stack.waste_report().by_layer(image.layers.len());
    let redaction = Redaction::of(image);
    for (at, (layer, wasted)) in image.layers.iter().zip(wasted).enumerate() {
        let command =
            layer.created_by.as_ref().map(|command| redaction.clean(command)).unwrap_or_default();
        let [stored, net, wasted] = analysis.subject.sizes(at, wasted.stored);
        writeln!(
            out,
            "| {at} | {stored} | {net} | {wasted} | {} |",
            code(&text::shorten::middle(&command.visible(), 80)),
        )?;
    }
    let files = largest(stack);
    if !files.is_empty() {
        writeln!(out)?;
        writeln!(out, "| largest | layer | path |")?;
        writeln!(out, "|--:|--:|---|")?;
    }
    for large in files.iter().take(ROWS) {
        let size = text::size::short(large.bytes);
        let path = text::visible(&large.path).to_string();
        writeln!(out, "| {size} | {} | {} |", large.layer, code(&path))?;
    }
    let paths = stack.waste_report().by_path(stack);
    if !paths.is_empty() {
        writeln!(out)?;
        writeln!(out, "| wasted | path |")?;
        writeln!(out, "|--:|---|")?;
    }
    for wasted in paths.iter().take(ROWS) {
        let path = text::visible(&stack.path(wasted.node)).to_string();
        writeln!(out, "| {} | {} |", text::size::short(wasted.bytes), code(&path))?;
    }
    Ok(())
}

fn findings(out: &mut dyn Write, analysis: &Analysis<'_>) -> io::Result<()> {
    if analysis.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| severity | finding | bytes | places |")?;
    writeln!(out, "|---|---|--:|--:|")?;
    for finding in analysis.findings {
        let facts = finding.id.facts();
        let bytes = finding.bytes();
        writeln!(
            out,
            "| {} | {}: {} | {} | {} |",
            facts.severity.name(),
            code(facts.name),
            facts.title,
            if bytes > 0 { text::size::short(bytes) } else { text::Visible::default() },
            finding.places.len(),
        )?;
    }
    writeln!(out)
}
