//! The changes to a build that give bytes back, most first, and the size of the image then.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::findings::plan::{Change, Kept, Plan, PlanStep};
use crate::image::base::Base;
use crate::report::coverage::NONE_READ;
use crate::report::entry::PathKeys;
use crate::report::findings::base_line;
use crate::report::layers::Head;
use crate::report::{Format, Lines, SCHEMA, Subject, command, json_line};
use crate::text;
use crate::text::{Visible, visible};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    plan: PlanKeys,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanKeys {
    saved_bytes: Option<u64>,
    stored_bytes_then: Option<u64>,
    steps: Vec<StepKeys>,
    kept: Vec<KeptKeys>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepKeys {
    change: &'static str,
    layers: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<&'static str>,
    bytes: u64,
    files: u64,
    paths: Vec<PathKeys<'static>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptKeys {
    reason: &'static str,
    bytes: u64,
}

/// Writes a plan for the image.
///
/// # Errors
/// Errors of writing to `out`.
pub fn plan(
    out: &mut dyn Write,
    subject: Subject<'_>,
    base: &Base,
    plan: &Plan,
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Json => json_line(out, &document(subject, plan)),
        Format::Text => text_of(&mut Lines::new(out), subject, base, plan),
    }
}

fn document<'a>(subject: Subject<'a>, plan: &Plan) -> Document<'a> {
    // A layer that was not read can hide or waste bytes of another.
    let sure = subject.is_sure();
    let path = |node: &_| PathKeys::owned(subject.stack.path(*node));
    let step = |step: &PlanStep| StepKeys {
        change: name(step.change),
        layers: layers(step.change),
        cache: match step.change {
            Change::DeleteCache(_, id) => Some(id.facts().name),
            _ => None,
        },
        bytes: step.bytes,
        files: step.files,
        paths: step.paths.iter().map(path).collect(),
    };
    let kept = |(why, bytes): (&Kept, &u64)| KeptKeys { reason: reason(*why).0, bytes: *bytes };
    Document {
        head: Head::new(SCHEMA, subject),
        plan: PlanKeys {
            saved_bytes: sure.then(|| plan.bytes()),
            stored_bytes_then: sure.then(|| then(subject, plan)),
            steps: plan.steps.iter().map(step).collect(),
            kept: plan.kept.iter().map(kept).collect(),
        },
    }
}

/// The bytes that the image stores after all changes.
fn then(subject: Subject<'_>, plan: &Plan) -> u64 {
    subject.stack.balance().stored.saturating_sub(plan.bytes())
}

fn text_of(out: &mut dyn Write, subject: Subject<'_>, base: &Base, plan: &Plan) -> io::Result<()> {
    let image = subject.image.reference.visible();
    if subject.is_unread() {
        writeln!(out, "{image}: no plan: {NONE_READ}")?;
        return subject.write_unsure(out);
    }
    let coverage = subject.coverage().map(|it| format!(", {it}")).unwrap_or_default();
    writeln!(
        out,
        "{image}: {} of {} can be saved, {} remain{coverage}",
        text::size::long(plan.bytes()),
        text::size::short(subject.stack.balance().stored),
        text::size::long(then(subject, plan)),
    )?;
    writeln!(out, "  base  {}", base_line(base))?;
    subject.write_unsure(out)?;
    if !plan.steps.is_empty() {
        writeln!(out)?;
        writeln!(out, "  bytes  files  change")?;
    }
    for step in &plan.steps {
        writeln!(
            out,
            " {} {:>6}  {}",
            text::size::fixed(step.bytes),
            step.files,
            sentence(step.change)
        )?;
        for layer in layers(step.change) {
            writeln!(out, "                 L{layer:<4} {}", command(subject, layer))?;
        }
        let paths: Vec<String> = step
            .paths
            .iter()
            .map(|node| text::visible(&subject.stack.path(*node)).to_string())
            .collect();
        let more = step.files - step.paths.len() as u64;
        let more =
            if more > 0 { format!(" and {} more", text::size::count(more)) } else { String::new() };
        writeln!(out, "                 {}{more}", paths.join(", "))?;
    }
    if !plan.kept.is_empty() {
        writeln!(out)?;
        writeln!(out, "  bytes  stay wasted")?;
    }
    for (why, bytes) in &plan.kept {
        writeln!(out, " {}  {}", text::size::fixed(*bytes), reason(*why).1)?;
    }
    Ok(())
}

fn command(subject: Subject<'_>, layer: usize) -> Visible<'static> {
    command::cell(subject.image.layers.get(layer), 72).unwrap_or_default()
}

/// The name of a change in JSON.
const fn name(change: Change) -> &'static str {
    match change {
        Change::Merge(..) => "merge",
        Change::Delete(..) => "delete-where-added",
        Change::LeaveOut(..) => "leave-out",
        Change::CopyWithAttributes(..) => "copy-with-attributes",
        Change::DoNotRewrite(_) => "do-not-rewrite",
        Change::DeleteCache(..) => "delete-cache",
    }
}

/// The layers whose instructions change.
fn layers(change: Change) -> Vec<usize> {
    match change {
        Change::Merge(first, last) => (first..=last).collect(),
        Change::Delete(first, last)
        | Change::LeaveOut(first, last)
        | Change::CopyWithAttributes(first, last) => vec![first, last],
        Change::DoNotRewrite(layer) | Change::DeleteCache(layer, _) => vec![layer],
    }
}

fn sentence(change: Change) -> Visible<'static> {
    match change {
        Change::Merge(first, last) => {
            visible!["make one RUN of those of layers ", first, " to ", last]
        }
        Change::Delete(first, last) => {
            visible!["delete in the RUN of layer ", first, " what layer ", last, " deletes"]
        }
        Change::LeaveOut(first, last) => {
            visible![
                "leave out of the COPY of layer ",
                first,
                " what layer ",
                last,
                " deletes: .dockerignore"
            ]
        }
        Change::CopyWithAttributes(first, last) => {
            visible![
                "COPY --chmod and --chown in layer ",
                first,
                ", not chmod or chown in layer ",
                last
            ]
        }
        Change::DoNotRewrite(layer) => {
            visible!["do not write in layer ", layer, " what is there already"]
        }
        Change::DeleteCache(layer, id) => {
            visible!["delete the ", id.facts().title, " at the end of the RUN of layer ", layer]
        }
    }
}

/// The name in JSON, and the sentence.
const fn reason(why: Kept) -> (&'static str, &'static str) {
    match why {
        Kept::Base => ("base", "stored by the base image: only another base changes that"),
        Kept::Apart => (
            "apart",
            "written again by an instruction that cannot be merged with the one that wrote it first",
        ),
        Kept::Unknown => ("unknown", "by an instruction that the history does not record"),
        Kept::Twice => ("twice", "stored twice in one layer by the tool that made it"),
    }
}
