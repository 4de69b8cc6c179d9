//! The line above the hints: a notice, progress, or facts about the selected row.

use crate::explorer::draw::bar::bar;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::tree::percent;
use crate::explorer::model::owners::Owner;
use crate::explorer::model::{Pane, Rect, Role, Span, State};
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::progress::Progress;
use crate::explorer::view::{coverage, marker};
use crate::explorer::{model, view};
use crate::stack::{ChangeKind, NodeId, Stack, Version};
use crate::text::width::pad_left;
use crate::text::{Visible, mode, shorten, size, time, visible};

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, line: Rect) {
    let inner = line.inset(1, 0);
    if notice_or_work(canvas, state, stack, inner) {
        return;
    }
    if state.is_reading() {
        progress(canvas, state, inner);
    } else if let Some(spans) = under_cursor(state, stack) {
        let end = canvas.spans(inner.x, inner.y, inner.width, &spans);
        if state.undecided > 0 {
            let text =
                visible!["comparing contents: ", size::count(state.undecided), " files left"];
            let from = (inner.x + inner.width).saturating_sub(text.len() as u16);
            if from > end + 2 {
                canvas.text(from, inner.y, inner.width, Role::Quiet, &text);
            }
        }
    }
}

/// Draws the notice, else the progress of what is running besides reading. Returns whether there is either.
pub(super) fn notice_or_work(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    line: Rect,
) -> bool {
    if let Some(notice) = &state.notice {
        let text = shorten::middle(notice, usize::from(line.width));
        canvas.text(line.x, line.y, line.width, Role::Warning, text);
    } else if state.is_working() {
        working(canvas, state, stack, line);
    } else {
        return false;
    }
    true
}

/// Progress of a reload, an extraction, a comparison or the opening of another image.
fn working(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, line: Rect) {
    let stops = (Role::Quiet, visible!["  ", state.keymap.of_panes("esc"), " stops"]);
    let room = |taken: usize| usize::from(line.width).saturating_sub(taken + stops.1.len()).max(8);
    let text = if let Some(running) = state.reloading {
        visible!["reading the image again: ", size::short(running.read)]
    } else if let Some(running) = &state.extraction {
        let of = match running.total {
            0 => Visible::default(),
            total => visible![" of ", size::short(total)],
        };
        let done = visible![size::short(running.done), of];
        let path = visible(&stack.path(running.request.node)).into_owned();
        let path = shorten::path(&path, room(done.len() + "extracting : ".len()));
        visible!["extracting ", path, ": ", done]
    } else if let Some(running) = &state.comparing {
        let read = size::short(running.read);
        let reference = visible(&running.reference);
        let taken = read.len() + "comparing with :  read".len();
        visible!["comparing with ", shorten::middle(&reference, room(taken)), ": ", read, " read"]
    } else {
        let name = state.opening_other.clone().unwrap_or_default();
        visible!["opening ", shorten::middle(&name, room("opening ".len()))]
    };
    canvas.spans(line.x, line.y, line.width, &[(Role::Text, text), stops]);
}

/// Progress of reading all layers.
pub(super) fn progress(canvas: &mut Canvas<'_>, state: &State, line: Rect) {
    let Progress { layers, done, total } = view::progress::of(state);
    let end = line.x + line.width;
    let text = visible!["reading layers: ", layers, " of ", state.layer_count(), " "];
    let mut x = canvas.text(line.x, line.y, line.width, Role::Text, &text);
    let rate =
        state.rate.map_or_else(Visible::default, |rate| visible!["  ", size::short(rate), "/s"]);
    let stop = visible!["  ", state.keymap.of_panes("esc"), " stops"];
    let cells = end.saturating_sub(x + stop.len() as u16 + rate.len() as u16 + 6).min(40);
    if total > 0 && cells >= 6 {
        canvas.text(x, line.y, cells, Role::Bar, bar(done, total, cells));
        x += cells;
        x = canvas.text(
            x,
            line.y,
            end.saturating_sub(x),
            Role::Text,
            visible![pad_left(&visible![percent(done, total)], 4), "%"],
        );
    }
    if x + (rate.len() + stop.len()) as u16 <= end {
        x = canvas.text(x, line.y, end.saturating_sub(x), Role::Text, &rate);
    }
    canvas.text(x, line.y, end.saturating_sub(x), Role::Quiet, stop);
}

fn under_cursor(state: &State, stack: &Stack) -> Option<Vec<Span>> {
    if state.focus == Pane::Stack {
        return layer(state, stack);
    }
    let row = view::trees::current_row(state, stack, state.focus)?;
    let layer = if state.focus == Pane::Tree { state.shown_layer(stack)? } else { state.layer };
    Some(path(state, stack, row.node, layer))
}

/// The layers that wrote a path, then mode, owner, size and time.
fn path(state: &State, stack: &Stack, node: NodeId, layer: usize) -> Vec<Span> {
    if state.comparison.is_some() {
        return compared(stack, node);
    }
    let Some(version) = stack.visible(node, layer) else {
        let step = stack.history(node).into_iter().rfind(|step| step.layer <= layer);
        let layer = step.as_ref().map_or(layer, |step| step.layer);
        let by = step.as_ref().and_then(|step| step.by.as_ref());
        let by = by.map_or_else(Visible::default, |by| visible![", through ", by]);
        let was = step.map_or_else(Visible::default, |step| {
            visible!["; layer ", step.version.added_by, " had added it"]
        });
        return vec![(Role::Removed, visible!["removed by layer ", layer, by]), (Role::Quiet, was)];
    };
    let made = match (version.implied, version.added_by == version.layer) {
        (true, _) => "no layer names this directory".into(),
        (false, true) => visible!["added by layer ", version.layer],
        (false, false) => {
            visible!["added by layer ", version.added_by, ", written by layer ", version.layer]
        }
    };
    // The most important facts come first: the line is cut on the right.
    let mut spans = vec![(Role::Strong, made)];
    if let Some(shadow) = stack.shadowed_by(node, layer) {
        let verb = marker::shadow_verb(shadow);
        spans.push((Role::Shadowed, visible![", layer ", shadow.layer, " ", verb, " it"]));
    }
    spans.push((Role::Quiet, visible!["  ", version_facts(&version)]));
    if let Owner::Package(package) = view::owners::owner(state, stack, node, layer) {
        spans.push((Role::Quiet, visible!["  ", view::owners::package_label(package)]));
    }
    let made_by = state.command(version.layer);
    if !made_by.is_empty() && !version.implied {
        spans.push((Role::Quiet, visible!["  ", made_by.visible()]));
    }
    spans
}

/// Type, mode, owner, size and time of a version.
fn version_facts(version: &Version) -> Visible<'static> {
    let mut facts = vec![Visible::from(version.kind.name())];
    facts.extend(version.mode.map(mode::permissions));
    facts.extend(version.owner.map(|(uid, gid)| visible![uid, ":", gid]));
    facts.extend(version.kind.is_regular().then(|| size::short(version.size)));
    facts.extend(version.mtime.map(|mtime| time::utc(mtime.seconds)));
    Visible::join(&facts, "  ")
}

fn differs_below(stack: &Stack, node: NodeId) -> bool {
    let below = stack.totals(node, model::comparison::THIS);
    below.added + below.changed + below.removed > 0
}

/// The difference between two images at a path, and the facts of both versions.
fn compared(stack: &Stack, node: NodeId) -> Vec<Span> {
    let difference = view::comparison::difference(stack, node);
    let said = match difference {
        None if differs_below(stack, node) => "the same in both images, but not what is in it",
        None => "the same in both images",
        Some(ChangeKind::Added) => "only in the new image, this one",
        Some(ChangeKind::Removed) => "only in the old image",
        Some(ChangeKind::Metadata) => "other mode, owner, attributes or time than in the old image",
        Some(ChangeKind::Undecided) => "of the same size in both images, contents not compared yet",
        Some(_) => "differs from the old image",
    };
    let role = difference.map_or(Role::Strong, |kind| marker::change(kind).1);
    let facts = |layer| stack.visible(node, layer).map(|version| version_facts(&version));
    let mut spans = vec![(role, said.into())];
    match (facts(model::comparison::OTHER), facts(model::comparison::THIS)) {
        (Some(other), Some(this)) if difference.is_some() => {
            spans.push((Role::Quiet, visible!["  ", this, "; there ", other]));
        }
        (other, this) => {
            spans.extend(this.or(other).map(|facts| (Role::Quiet, visible!["  ", facts])));
        }
    }
    spans
}

fn layer(state: &State, stack: &Stack) -> Option<Vec<Span>> {
    let described = state.described(state.layer)?;
    let digest = described.id().unwrap_or("");
    let mut facts = Vec::new();
    let read = coverage::read(state, stack, state.layer);
    if read == Coverage::Nothing {
        facts.push(coverage::not_read(state, state.layer));
    }
    if read == Coverage::Unmerged {
        facts.push("read, but a layer below it was not".into());
    }
    if matches!(read, Coverage::Part | Coverage::All) {
        let summary = stack.summary(state.layer);
        let noun = if summary.entries == 1 { "entry" } else { "entries" };
        facts.push(visible![size::count(summary.entries), " ", noun]);
    }
    facts.extend(described.created.as_ref().map(|created| created.visible().into_owned()));
    facts.push(shorten::middle(&visible(digest), 40).into_owned());
    let facts = (Role::Quiet, Visible::join(&facts, "  "));
    let made_by = state.command(state.layer);
    if made_by.is_empty() {
        return Some(vec![facts]);
    }
    // The stack cuts a command where it has no more space.
    Some(vec![(Role::Text, visible![made_by.visible(), "  "]), facts])
}
