//! Findings, and the history as a Dockerfile with each finding above the instruction that caused it.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::findings::place::{Location, Thing, unread_sentences};
use crate::findings::{Finding, Findings, Severity, Step, dockerfile};
use crate::image::base::{Base, Evidence};
use crate::report::entry::PathKeys;
use crate::report::layers::Head;
use crate::report::{Format, Lines, SCHEMA, Subject, json_line};
use crate::text;
use crate::text::Foreign;

/// Number of places of a finding that text lists.
const PLACES: usize = 5;

/// Number of unread files that are named; the others are counted.
const UNREAD_FILES: usize = 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    found: Found<'a>,
    /// Files that could not be read, although a finding depends on them.
    unread: Vec<UnreadKeys<'a>>,
}

/// A file that could not be read.
#[derive(Serialize)]
struct UnreadKeys<'a> {
    #[serde(flatten)]
    path: PathKeys<'static>,
    layer: Option<usize>,
    finding: &'static str,
    reason: &'a str,
}

/// The JSON document: findings, base image and history.
#[derive(Serialize)]
pub(super) struct Found<'a> {
    base: BaseKeys<'a>,
    findings: Vec<FindingKeys<'a>>,
    dockerfile: Vec<StepKeys>,
}

/// The keys of the base image.
#[derive(Serialize)]
pub(super) struct BaseKeys<'a> {
    name: Option<&'a str>,
    layers: usize,
    evidence: &'static str,
}

impl<'a> BaseKeys<'a> {
    pub(super) fn new(base: &'a Base) -> Self {
        Self { name: base.name.as_deref(), layers: base.layers, evidence: base.evidence.name() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingKeys<'a> {
    id: &'static str,
    severity: Severity,
    title: &'static str,
    remedy: &'static str,
    bytes: u64,
    layers: Vec<usize>,
    places: Vec<PlaceKeys<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceKeys<'a> {
    #[serde(flatten)]
    path: Option<PathKeys<'static>>,
    /// Name of a variable, label or argument; never its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    layer: Option<usize>,
    culprit_layer: Option<usize>,
    bytes: u64,
    visible: bool,
    base: bool,
}

#[derive(Serialize)]
struct StepKeys {
    instruction: String,
    layer: Option<usize>,
    findings: Vec<&'static str>,
}

/// Writes the findings.
///
/// # Errors
/// Errors of writing to `out`.
pub fn findings(
    out: &mut dyn Write,
    subject: Subject<'_>,
    base: &Base,
    findings: &Findings,
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Json => {
            let head = Head::new(SCHEMA, subject).without_labels();
            let unread = findings.unread.iter().map(|file| UnreadKeys {
                path: PathKeys::owned(file.path(subject.stack)),
                layer: file.place.layer,
                finding: file.id.facts().name,
                reason: &file.why,
            });
            let found = Found::new(subject, base, &findings.list);
            json_line(out, &Document { head, found, unread: unread.collect() })
        }
        Format::Text => text_of(&mut Lines::new(out), subject, base, findings),
    }
}

/// Sentences about the files that could not be read, although findings depend on them. Foreign text.
#[must_use]
pub fn unread_files(subject: Subject<'_>, found: &Findings) -> Vec<String> {
    unread_sentences(&found.unread, subject.stack, UNREAD_FILES)
}

impl<'a> Found<'a> {
    pub(super) fn new(subject: Subject<'a>, base: &'a Base, findings: &'a [Finding]) -> Self {
        let steps = dockerfile(subject.image, findings).into_iter().map(|step| StepKeys {
            instruction: step.lines.iter().map(Foreign::raw).collect::<Vec<_>>().join("\n"),
            layer: step.layer,
            findings: step.findings.iter().map(|(id, _, _)| id.facts().name).collect(),
        });
        Self {
            base: BaseKeys::new(base),
            findings: findings.iter().map(|it| finding_keys(subject, base, it)).collect(),
            dockerfile: steps.collect(),
        }
    }
}

fn finding_keys<'a>(subject: Subject<'_>, base: &Base, finding: &'a Finding) -> FindingKeys<'a> {
    let facts = finding.id.facts();
    FindingKeys {
        id: facts.name,
        severity: facts.severity,
        title: facts.title,
        remedy: facts.remedy,
        bytes: finding.bytes(),
        layers: finding.layers(),
        places: finding.places.iter().map(|place| place_keys(subject, base, place)).collect(),
    }
}

fn place_keys<'a>(subject: Subject<'_>, base: &Base, place: &'a Location) -> PlaceKeys<'a> {
    let (path, name) = match &place.thing {
        Thing::Path(node) => (Some(PathKeys::owned(subject.stack.path(*node))), None),
        Thing::Name(name) => (None, Some(name.as_str())),
        Thing::Whole => (None, None),
    };
    PlaceKeys {
        path,
        name,
        layer: place.layer,
        culprit_layer: place.culprit,
        bytes: place.bytes,
        visible: !place.hidden,
        base: place.layer.is_some_and(|layer| base.has(layer)),
    }
}

fn text_of(
    out: &mut dyn Write,
    subject: Subject<'_>,
    base: &Base,
    found: &Findings,
) -> io::Result<()> {
    let findings = &found.list;
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|level| {
            let count = findings.iter().filter(|f| f.id.facts().severity == *level).count();
            (count > 0).then(|| format!("{count} {}", level.name()))
        })
        .collect();
    let counts = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    writeln!(out, "{}: {counts}", subject.image.reference.visible())?;
    writeln!(out, "  base  {}", base_line(base))?;
    subject.write_unsure(out)?;
    if let Some(why) = &subject.image.config.unread {
        writeln!(out, "  incomplete: {}", why.visible())?;
    }
    for file in unread_files(subject, found) {
        writeln!(out, "  incomplete: {}", text::visible(&file))?;
    }
    for finding in findings {
        write_finding(out, subject, base, finding)?;
    }
    write_dockerfile(out, subject, base, findings)
}

/// The layers of the base image, and the evidence for them.
pub(super) fn base_line(base: &Base) -> String {
    let layers = match base.layers {
        0 => "no layer".to_owned(),
        1 => "layer 0".to_owned(),
        count => format!("layers 0 to {}", count - 1),
    };
    match &base.name {
        Some(name) => format!("{}: {layers} ({})", text::visible(name), base.evidence.phrase()),
        None if base.evidence == Evidence::Assumed => {
            format!("unknown, {layers} is assumed")
        }
        None => format!("{layers} ({})", base.evidence.phrase()),
    }
}

fn write_finding(
    out: &mut dyn Write,
    subject: Subject<'_>,
    base: &Base,
    finding: &Finding,
) -> io::Result<()> {
    let facts = finding.id.facts();
    let bytes = finding.bytes();
    let size = if bytes > 0 { format!(", {}", text::size::short(bytes)) } else { String::new() };
    let in_base = finding.places.iter().filter(|place| place.layer.is_some_and(|l| base.has(l)));
    let count = finding.places.len();
    let from_base = match in_base.count() {
        0 => String::new(),
        all if all == count => ", in the base image".to_owned(),
        some => format!(", {some} of {count} in the base image"),
    };
    writeln!(out)?;
    writeln!(
        out,
        "{:<6}  {}: {}{size}{from_base}",
        facts.severity.name(),
        facts.name,
        facts.title
    )?;
    writeln!(out, "        {}", facts.remedy)?;
    for place in finding.places.iter().take(PLACES) {
        writeln!(out, "        {}", place_line(subject, place))?;
    }
    if count > PLACES {
        let rest: u64 = finding.places[PLACES..].iter().map(|place| place.bytes).sum();
        let more = text::size::count((count - PLACES) as u64);
        writeln!(out, "        {}        {more} more places", text::size::fixed(rest))?;
    }
    Ok(())
}

fn place_line(subject: Subject<'_>, place: &Location) -> String {
    let size = text::size::fixed_or_blank(Some(place.bytes).filter(|&bytes| bytes > 0));
    let layer = place.layer.map_or_else(String::new, |layer| format!("L{layer}"));
    let what = what(subject, place);
    let since = match (place.culprit, place.hidden) {
        (Some(culprit), _) => format!("  (by L{culprit})"),
        (None, true) => "  (deleted later, still stored)".to_owned(),
        (None, false) => String::new(),
    };
    format!("{size}  {layer:<4}  {what}{since}")
}

/// The place as one visible word: path, name, or layer.
pub(super) fn what(subject: Subject<'_>, place: &Location) -> String {
    match &place.thing {
        Thing::Path(node) => text::visible(&subject.stack.path(*node)).to_string(),
        Thing::Name(name) => text::visible(name).to_string(),
        Thing::Whole if place.layer.is_none() => "the image".to_owned(),
        Thing::Whole => "the whole layer".to_owned(),
    }
}

fn write_dockerfile(
    out: &mut dyn Write,
    subject: Subject<'_>,
    base: &Base,
    findings: &[Finding],
) -> io::Result<()> {
    let steps = dockerfile(subject.image, findings);
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "The history, each finding above the instruction that caused it:")?;
    writeln!(out)?;
    let own = steps.iter().position(|step| step.layer.is_some_and(|layer| !base.has(layer)));
    for (at, step) in steps.iter().enumerate() {
        if Some(at) == own && base.layers > 0 {
            writeln!(out, "# ─── end of the base image")?;
        }
        write_step(out, step)?;
    }
    Ok(())
}

fn write_step(out: &mut dyn Write, step: &Step) -> io::Result<()> {
    for (_, line) in finding_lines(step) {
        writeln!(out, "{line}")?;
    }
    instruction_lines(step).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The findings of a step, each with its severity and as a comment of a Dockerfile.
pub(super) fn finding_lines(step: &Step) -> impl Iterator<Item = (Severity, String)> {
    step.findings.iter().map(|(id, places, bytes)| {
        let facts = id.facts();
        let size =
            if *bytes > 0 { format!(", {}", text::size::short(*bytes)) } else { String::new() };
        let places = if *places > 1 { format!(" ×{places}") } else { String::new() };
        let line = format!("# {}: {}{places}{size}", facts.severity.name(), facts.name);
        (facts.severity, line)
    })
}

/// The lines of a step's instruction, the first with the number of its layer.
pub(super) fn instruction_lines(step: &Step) -> Vec<String> {
    let layer = step.layer.map(|layer| format!("L{layer}")).unwrap_or_default();
    if step.lines.iter().all(Foreign::is_empty) {
        return vec![format!("{layer:>4}  # no instruction recorded")];
    }
    let line = |(at, line): (usize, &Foreign)| {
        let margin = if at == 0 { layer.as_str() } else { "" };
        format!("{margin:>4}  {}", line.visible()).trim_end().to_owned()
    };
    step.lines.iter().enumerate().map(line).collect()
}
