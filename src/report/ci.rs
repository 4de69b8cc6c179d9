//! Verdicts on an image's rules, as text and in the formats of pipelines: JSON, JUnit, GitHub's annotations,
//! SARIF, and a short summary in Markdown.

pub(super) mod judged;
mod junit;
mod sarif;

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::policy::{Definition, Offence, Outcome};
use crate::report::ci::judged::{Judged, NAMED, offence_line, sentence};
use crate::report::entry::PathKeys;
use crate::report::findings::BaseKeys;
use crate::report::layers::Head;
use crate::report::{Lines, SCHEMA, json_line};
use crate::text;
use crate::text::markup::{code, github as github_message};

/// Output format of `ci`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiFormat {
    /// Plain text.
    Text,
    /// One JSON object.
    Json,
    /// JUnit XML, which most pipelines read as a test report.
    Junit,
    /// GitHub's workflow commands: annotations on the run.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A table for a pull request.
    Markdown,
}

/// Writes the verdicts.
///
/// # Errors
/// Errors of writing to `out`.
pub fn ci(out: &mut dyn Write, judged: Judged<'_>, format: CiFormat) -> io::Result<()> {
    match format {
        CiFormat::Text => text_of(&mut Lines::new(out), judged),
        CiFormat::Json => json_line(out, &document(judged)),
        CiFormat::Junit => junit::write(&mut Lines::new(out), judged),
        CiFormat::Github => github(&mut Lines::new(out), judged),
        CiFormat::Sarif => json_line(out, &sarif::document(judged)),
        CiFormat::Markdown => markdown(&mut Lines::new(out), judged),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    outcome: &'static str,
    rules_from: &'a str,
    base: Option<BaseKeys<'a>>,
    rules: Vec<VerdictKeys<'a>>,
}

#[derive(Serialize)]
struct VerdictKeys<'a> {
    rule: &'static str,
    outcome: &'static str,
    limit: &'a str,
    actual: &'a str,
    measure: Option<&'static str>,
    note: Option<&'a str>,
    paths: Vec<OffenceKeys<'a>>,
}

#[derive(Serialize)]
struct OffenceKeys<'a> {
    #[serde(flatten)]
    path: PathKeys<'a>,
    layer: usize,
    bytes: u64,
}

fn document<'a>(judged: Judged<'a>) -> Document<'a> {
    let offence = |offence: &'a Offence| OffenceKeys {
        path: PathKeys::new(&offence.path),
        layer: offence.layer,
        bytes: offence.bytes,
    };
    let rules = judged.verdicts.iter().map(|keys| VerdictKeys {
        rule: keys.rule,
        outcome: keys.outcome.name(),
        limit: &keys.limit,
        actual: &keys.actual,
        measure: keys.measure.map(Definition::name),
        note: keys.note.as_deref(),
        paths: keys.offences.iter().map(offence).collect(),
    });
    Document {
        head: Head::new(SCHEMA, judged.subject).without_labels(),
        outcome: judged.outcome().name(),
        rules_from: judged.rules_from,
        base: judged.base.ok().map(BaseKeys::new),
        rules: rules.collect(),
    }
}

fn text_of(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    let reference = judged.subject.image.reference.visible();
    writeln!(out, "{reference}: {}", judged.outcome().name())?;
    writeln!(out, "  rules  {}", text::visible(judged.rules_from))?;
    match judged.base {
        Ok(base) => writeln!(out, "  base   {}", crate::report::findings::base_line(base))?,
        Err(why) => writeln!(out, "  base   not known: {}", text::visible(why))?,
    }
    writeln!(out)?;
    for verdict in judged.verdicts {
        let (limit, actual) = (text::visible(&verdict.limit), text::visible(&verdict.actual));
        writeln!(
            out,
            "{:<8}  {:<27}  {actual}; limit: {limit}",
            verdict.outcome.name(),
            verdict.rule
        )?;
        if let Some(note) = &verdict.note {
            writeln!(out, "{:39}{}", "", text::visible(note))?;
        }
        if verdict.outcome != Outcome::Fail {
            continue;
        }
        for offence in verdict.offences.iter().take(NAMED) {
            writeln!(out, "          {}", offence_line(offence))?;
        }
        let more = verdict.offences.len().saturating_sub(NAMED);
        if more > 0 {
            writeln!(out, "          {more} more path{}", if more == 1 { "" } else { "s" })?;
        }
    }
    Ok(())
}

/// GitHub's workflow commands, an annotation for each rule.
fn github(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    for verdict in judged.verdicts {
        let level = match verdict.outcome {
            Outcome::Pass => "notice",
            Outcome::Fail | Outcome::Unjudged => "error",
        };
        let mut message = vec![sentence(verdict)];
        if verdict.outcome == Outcome::Fail {
            message.extend(verdict.offences.iter().take(NAMED).map(offence_line));
        }
        writeln!(out, "::{level} title=layertui {}::{}", verdict.rule, github_message(&message))?;
    }
    Ok(())
}

/// A table, and below it the paths that break a rule.
fn markdown(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    writeln!(out, "### {}: {}", code(&judged.subject.image.reference), judged.outcome().name())?;
    writeln!(out)?;
    writeln!(out, "| | rule | is | limit |")?;
    writeln!(out, "|---|---|---|---|")?;
    for verdict in judged.verdicts {
        let (actual, limit) = (code(&verdict.actual), code(&verdict.limit));
        writeln!(out, "| {} | {} | {actual} | {limit} |", verdict.outcome.name(), verdict.rule)?;
    }
    writeln!(out)?;
    writeln!(out, "{}", judged.subject.totals(text::size::short))?;
    let mut told: &[Offence] = &[];
    for verdict in judged.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Fail) {
        // A wasted path can break several rules.
        if verdict.offences.is_empty() || verdict.offences == told {
            continue;
        }
        told = &verdict.offences;
        writeln!(out)?;
        writeln!(out, "{}:", verdict.rule)?;
        writeln!(out)?;
        for offence in verdict.offences.iter().take(NAMED) {
            let path = code(&text::visible(&offence.path));
            let size = text::size::short(offence.bytes);
            writeln!(out, "- {path} in layer {}, {size}", offence.layer)?;
        }
        let more = verdict.offences.len().saturating_sub(NAMED);
        if more > 0 {
            writeln!(out, "- and {more} more")?;
        }
    }
    Ok(())
}
