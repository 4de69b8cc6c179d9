//! The page of findings: by topic, each with its places, their layers and instructions, and a remedy. Places are items.

use crate::explorer::model::findings::{FindingsReport, FindingsState, Problem, heading};
use crate::explorer::model::{Phase, Role, State};
use crate::explorer::view::coverage;
use crate::explorer::view::page::waste;
use crate::explorer::view::page::writer::{OverlayText, Writer};
use crate::findings::Severity;
use crate::findings::place::{Location, Thing, unread_sentences};
use crate::stack::Stack;
use crate::text::width::pad;
use crate::text::{Visible, shorten, size, visible};

/// Width of the columns before a place: size, layer.
const LEAD: usize = 13;

/// Number of unread files that are named; the others are counted.
const UNREAD_FILES: usize = 5;

pub(super) fn page(state: &State, stack: &Stack, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    match &state.findings {
        _ if state.is_reading() => out.text(
            Role::Quiet,
            0,
            "Layers are being read: findings follow when all are read. Tab shows the waste so far.",
        ),
        Some(FindingsState::Done(report)) => {
            found(&mut out, state, stack, report);
        }
        Some(FindingsState::Running { files }) => {
            let text = visible!["Looking into files: ", size::count(*files), " read …"];
            out.text(Role::Quiet, 0, text);
        }
        None if state.phase == Phase::Done => out.text(Role::Quiet, 0, "Looking into files …"),
        None => {}
    }
    out.finish(
        "What to fix: findings (tab: waste)",
        &[
            ("enter", "go there"),
            ("tab", "waste"),
            ("v", "view"),
            ("e", "extract"),
            ("j k", "move"),
            ("esc", "close"),
        ],
    )
}

fn found(out: &mut Writer, state: &State, stack: &Stack, report: &FindingsReport) {
    let coverage = coverage::layers_read(state, stack);
    let count = |level| {
        let with = report.problems.iter().filter(|it| it.id.facts().severity == level);
        visible![with.count(), " ", level.name()]
    };
    let counts: Vec<_> = Severity::ALL.into_iter().rev().map(count).collect();
    let suffix = coverage.as_ref().map(|it| visible![", ", it]).unwrap_or_default();
    out.text(Role::Strong, 0, visible![Visible::join(&counts, ", "), suffix]);
    waste::unread(out, state, stack);
    let config = state.image.as_ref().and_then(|image| image.config.unread.as_ref());
    if let Some(why) = config {
        out.text(Role::Warning, 0, why.visible());
    }
    for sentence in unread_sentences(&report.unread, stack, UNREAD_FILES) {
        out.text(Role::Warning, 0, visible(&sentence));
    }
    if report.problems.is_empty() {
        let what = match (&coverage, config) {
            (None, _) if !report.unread.is_empty() => "Nothing to fix in what was read.",
            (None, None) => {
                "Nothing to fix: no secrets, no caches, no bytes that can come back, no excess rights."
            }
            (None, Some(_)) => "Nothing to fix in the layers.",
            (Some(_), _) => "Nothing to fix in the layers that were read.",
        };
        out.text(Role::Quiet, 0, what);
    }
    let mut topic = None;
    for problem in &report.problems {
        if topic != Some(problem.topic) {
            topic = Some(problem.topic);
            out.heading(heading(problem.topic));
        }
        one(out, stack, report, problem);
    }
}

fn one(out: &mut Writer, stack: &Stack, report: &FindingsReport, problem: &Problem) {
    let facts = problem.id.facts();
    let role = match facts.severity {
        Severity::High => Role::Error,
        Severity::Medium => Role::Warning,
        Severity::Low => Role::Quiet,
    };
    let bytes = if problem.bytes > 0 {
        visible![": ", size::short(problem.bytes)]
    } else {
        Visible::default()
    };
    out.line(vec![
        (role, pad(&facts.severity.name().into(), 8)),
        (Role::Strong, visible![facts.title, bytes]),
    ]);
    out.hanging((Role::Quiet, "  fix:".into()), 8, Role::Quiet, &facts.remedy.into());
    let mut last = None;
    for place in &problem.places {
        out.start_item();
        place_lines(out, stack, report, place, last);
        last = place.layer;
    }
    out.end_items();
    if problem.more > 0 {
        let more = size::count(problem.more as u64);
        out.text(Role::Quiet, LEAD, visible!["in ", more, " more places"]);
    }
}

/// Size, layer and path; below it the instruction, where the place above has another layer.
fn place_lines(
    out: &mut Writer,
    stack: &Stack,
    report: &FindingsReport,
    place: &Location,
    above: Option<usize>,
) {
    let bytes = size::fixed_or_blank(Some(place.bytes).filter(|&bytes| bytes > 0));
    let layer = place.layer.map(|layer| visible!["L", layer]).unwrap_or_default();
    let lead = visible![bytes, "  ", layer];
    let what = match &place.thing {
        Thing::Path(node) => visible(&stack.path(*node)).into_owned(),
        Thing::Name(name) => visible(name).into_owned(),
        Thing::Whole if place.layer.is_some() => "the whole layer".into(),
        Thing::Whole => "the image".into(),
    };
    let since = match (place.culprit, place.hidden) {
        (Some(by), _) => visible!["  hidden by layer ", by],
        (None, true) => "  deleted later, still stored".into(),
        (None, false) => Visible::default(),
    };
    let space = out.width.saturating_sub(LEAD);
    let path = shorten::path(&what, space.saturating_sub(since.len()).max(space / 2));
    out.line(vec![(Role::Modified, pad(&lead, LEAD)), (Role::Text, path), (Role::Quiet, since)]);
    let command = place.layer.filter(|layer| above != Some(*layer));
    if let Some(command) = command.and_then(|layer| report.commands.get(&layer)) {
        out.text(Role::Quiet, LEAD, shorten::middle(&command.visible(), space));
    }
}
