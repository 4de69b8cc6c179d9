//! The history page of a path: one item for each event, oldest first.

use crate::explorer::model::comparison::OTHER;
use crate::explorer::model::owners::Owner;
use crate::explorer::model::{Role, State};
use crate::explorer::view;
use crate::explorer::view::coverage;
use crate::explorer::view::marker;
use crate::explorer::view::page::writer::{OverlayText, Writer, cut, spans_width};
use crate::stack::{Cause, ChangeKind, HistoryEvent, NodeId, Stack};
use crate::text::width::pad;
use crate::text::{Visible, mode, shorten, size, time, visible};

pub(super) fn page(state: &State, stack: &Stack, node: NodeId, width: usize) -> OverlayText {
    let mut out = Writer::new(width);
    let path = visible(&stack.path(node)).into_owned();
    out.text(Role::Strong, 0, shorten::path(&path, width * 2));
    package(&mut out, state, stack, node);
    out.blank();
    let steps = stack.history(node);
    for (index, step) in steps.iter().enumerate() {
        out.start_item();
        let before = index.checked_sub(1).and_then(|before| steps.get(before));
        event(&mut out, state, stack, step, before);
    }
    out.end_items();
    if steps.is_empty() {
        out.text(Role::Quiet, 0, "No layer names this path: it is only the way to others.");
    }
    if let Some(warning) = coverage::warning(state, stack, state.layer_count().saturating_sub(1)) {
        out.blank();
        out.text(Role::Warning, 0, &warning);
    } else if stack.folded() < stack.layer_count() {
        out.blank();
        let note = visible!["Layers ", stack.folded(), " and above are not read yet."];
        out.text(Role::Quiet, 0, &note);
    }
    out.finish(
        "History",
        &[
            ("enter", "go to the layer"),
            ("v", "view"),
            ("D", "diff"),
            ("e", "extract"),
            ("m", "mark for D"),
            ("j k", "move"),
            ("esc", "close"),
        ],
    )
}

/// The package that owns the path, if the selected layer has the path.
fn package(out: &mut Writer, state: &State, stack: &Stack, node: NodeId) {
    let shown = state.shown_layer(stack).filter(|&layer| stack.visible(node, layer).is_some());
    let Some(layer) = shown.filter(|_| !state.is_reading()) else { return };
    let said = match view::owners::owner(state, stack, node, layer) {
        Owner::Package(package) => view::owners::package_label(package),
        Owner::Several => "belongs to several packages".into(),
        Owner::None(None) => "belongs to no package".into(),
        Owner::None(Some(why)) => {
            visible!["belongs to no package that is known; ", cut(why)]
        }
        Owner::Unread => "reading the package database".into(),
        Owner::NoDatabase => return,
    };
    out.text(Role::Quiet, 0, &said);
}

/// One event: change, layer, size, details and command.
fn event(
    out: &mut Writer,
    state: &State,
    stack: &Stack,
    step: &HistoryEvent,
    before: Option<&HistoryEvent>,
) {
    let (sign, role) = marker::change(step.event);
    let (place, verb) = match state.comparison {
        Some(_) => in_comparison(step),
        None => in_layer(state, step),
    };
    let mut spans = vec![
        (role, visible![sign, " "]),
        (Role::Strong, visible![place, "  "]),
        (role, verb.into()),
    ];
    if step.opaque {
        spans.push((Role::Opaque, "  opaque".into()));
    }
    let size = step.version.kind.is_regular().then(|| size::short(step.version.size));
    if let Some(size) = size {
        let gap = out.width.saturating_sub(spans_width(&spans) + size.len()).max(2);
        spans.push((Role::Text, visible![Visible::blanks(gap), size]));
    }
    out.line(spans);
    if let Some(how) = cause(step).filter(|_| state.comparison.is_none()) {
        out.text(Role::Text, 2, &how);
    }
    if let Some(changes) = before.and_then(|before| changes(step, before)) {
        out.text(Role::Text, 2, &changes);
    }
    if step.event != ChangeKind::Removed
        && let Some(facts) = facts(stack, step)
    {
        out.text(Role::Quiet, 2, &facts);
    }
    let made_by = state.command(step.layer);
    if !made_by.is_empty() {
        out.text(Role::Quiet, 2, shorten::middle(&made_by.visible(), out.width * 2 - 8));
    }
    out.blank();
}

/// The layer, and what it does.
fn in_layer(state: &State, step: &HistoryEvent) -> (Visible<'static>, &'static str) {
    let verb = match step.event {
        ChangeKind::Undecided => "written again, not compared yet",
        kind => kind.name(),
    };
    let digits = state.layer_count().saturating_sub(1).to_string().len();
    (visible!["layer ", pad(&visible![step.layer], digits)], verb)
}

/// Which of two compared images, and whether it has the path: neither does anything to the other.
fn in_comparison(step: &HistoryEvent) -> (Visible<'static>, &'static str) {
    let place = if step.layer == OTHER { "old image" } else { "new image" };
    let verb = match step.event {
        ChangeKind::Undecided => "has it, contents not compared yet",
        ChangeKind::Added | ChangeKind::Rewritten => "has it",
        ChangeKind::Removed => "does not have it",
        ChangeKind::Modified => "has another version",
        ChangeKind::Metadata => "has it with other attributes",
    };
    (place.into(), verb)
}

/// The cause of a removal.
fn cause(step: &HistoryEvent) -> Option<Visible<'static>> {
    let by = step.by.as_ref().map(|by| visible(by).into_owned());
    match (step.cause, by) {
        (Cause::Entry, _) => None,
        (Cause::Whiteout, None) => Some("by a whiteout".into()),
        (Cause::Whiteout, Some(by)) => Some(visible!["by the whiteout ", by]),
        (Cause::Opaque, by) => Some(visible!["by the opaque marker ", by.unwrap_or_default()]),
        (Cause::Replaced, by) => Some(visible!["replaced by ", by.unwrap_or_default()]),
    }
}

/// Changes of size, mode and owner from the version before.
fn changes(step: &HistoryEvent, before: &HistoryEvent) -> Option<Visible<'static>> {
    use ChangeKind::{Added, Removed};
    if matches!(step.event, Added | Removed) || before.event == Removed {
        return None;
    }
    let changes = view::metadata::differences(&before.version, &step.version);
    (!changes.is_empty()).then(|| Visible::join(&changes, "  "))
}

/// Mode, owner, time, link target and other facts of a version, as far as they are known.
fn facts(stack: &Stack, step: &HistoryEvent) -> Option<Visible<'static>> {
    let version = &step.version;
    let mut facts = Vec::new();
    facts.extend(version.mode.map(mode::permissions));
    facts.extend(version.owner.map(|(uid, gid)| visible![uid, ":", gid]));
    facts.extend(version.mtime.map(|mtime| time::utc(mtime.seconds)));
    let link = stack.link(version.event);
    if !link.is_empty() {
        facts.push(visible!["-> ", link]);
    }
    facts.extend(
        stack.device(version.event).map(|(major, minor)| visible!["device ", major, ":", minor]),
    );
    facts.extend(version.clamped.then(|| "stored through ..".into()));
    facts.extend(version.redirected.then(|| "stored through a link".into()));
    facts.extend(version.broken_link.then(|| "the link has no target".into()));
    (!facts.is_empty()).then(|| Visible::join(&facts, "  "))
}
