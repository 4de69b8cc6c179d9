//! The tree pane: the merged tree at the selected layer, with the layer that wrote each path, and paths it removed.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::rows::TreeRow;
use crate::explorer::draw::{frame, own_entries, rows};
use crate::explorer::model::filter::Filter;
use crate::explorer::model::{LoadStatus, Phase, Role, Span, State};
use crate::explorer::view;
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::{coverage, marker};
use crate::stack::query::outline::OutlineRow;
use crate::stack::{Change, ChangeKind, Shadow, Stack, Version};
use crate::text::{Visible, mode, size, visible};

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    layout: &Layout,
    area: &PaneArea,
) {
    let shown = state.shown_layer(stack);
    let status = match shown {
        Some(layer) if layer < state.layer => visible!["layer ", layer, ", so far"],
        Some(layer) => match coverage::first_unread(state, stack, layer) {
            Some(gap) if coverage::read(state, stack, gap) == Coverage::Part => {
                visible!["layer ", layer, ", ", gap, " read in part"]
            }
            Some(gap) => visible!["layer ", layer, ", ", gap, " not read"],
            None => visible!["layer ", layer],
        },
        None => Visible::default(),
    };
    let ever = match &state.ever {
        Some(ever) if ever.is_filling() => "looking for everything ever …",
        Some(_) => "everything ever",
        None => "",
    };
    let status = rows::status(state, [ever.into(), status]);
    if let Some(entries) = view::own_entries::shown(state, area.pane) {
        let remark = visible![waiting(state, stack), ", its first entries"];
        own_entries::draw(canvas, state, layout, area, &status, &remark, entries);
        return;
    }
    frame::remark(canvas, area, &waiting(state, stack));
    let rows = rows::draw(canvas, state, stack, layout, area, &status, |row| {
        describe(state, stack, shown.unwrap_or(0), row)
    });
    if rows == 0 {
        frame::empty(canvas, area.body, &why_empty(state, stack));
    }
}

fn describe(state: &State, stack: &Stack, layer: usize, row: OutlineRow) -> TreeRow {
    let change = stack.change(row.node, layer);
    let Some(version) = stack.visible(row.node, layer) else {
        return removed(state, stack, layer, row);
    };
    let opaque =
        change.is_some_and(|change| change.opaque) || (version.opaque && version.layer == layer);
    let shadow = stack.shadowed_by(row.node, layer);
    let bytes = if row.directory {
        stack.totals(row.node, layer).bytes
    } else {
        stack.bytes(version.event, layer)
    };
    let plain = if row.directory { Role::Directory } else { Role::Text };
    let (mut by, mut notes): (Vec<Span>, Vec<Span>) =
        shadow.map(|by| rows::by(state, Role::Shadowed, by)).into_iter().unzip();
    notes.extend(changes(stack, layer, row, &version, change));
    if opaque {
        by.extend(rows::hides(stack, row.node, layer));
    }
    TreeRow {
        signs: marker::signs(opaque, shadow.is_some(), change.map(|change| change.kind)),
        name_role: marker::name(shadow.is_some(), change.map(|change| change.kind), plain),
        by,
        notes,
        target: rows::target(stack, version.event),
        attributes: attributes(&version),
        size: size::fixed(bytes),
        share: (bytes, stack.summary(layer).cumulative_bytes),
        owner: visible![version.layer],
        ..TreeRow::default()
    }
}

/// What changed, and what a folded directory has below.
fn changes(
    stack: &Stack,
    layer: usize,
    row: OutlineRow,
    version: &Version,
    change: Option<Change>,
) -> Vec<Span> {
    let mut spans = Vec::new();
    if row.directory && !row.open {
        spans.extend(rows::below(stack, row.node, layer));
        spans.extend(rows::shadowed_below(stack, row.node, layer));
    }
    if let Some(change) = change {
        spans.extend(rows::changed_metadata(stack, &change));
    }
    spans.extend(rows::details(stack, version.event));
    spans
}

fn attributes(version: &Version) -> Option<(Visible<'static>, Visible<'static>)> {
    let (uid, gid) = version.owner?;
    Some((mode::permissions(version.mode?), visible![uid, ":", gid]))
}

/// A path that this layer or one below it removed: a struck out row in its place, with the layer that removed it, what was in
/// it, and in the layer column, as in every row, the layer whose bytes these are.
fn removed(state: &State, stack: &Stack, layer: usize, row: OutlineRow) -> TreeRow {
    let removal = stack.removal(row.node, layer);
    let at = removal.map_or(layer, |change| change.layer);
    let previous = removal.and_then(|change| change.previous).map(|event| stack.version(event));
    let owner = previous.as_ref().map_or(layer, |version| version.layer);
    let before = at.checked_sub(1).map(|before| stack.totals(row.node, before).bytes);
    let bytes = before.filter(|_| row.directory).or(previous.map(|version| version.size));
    let by = removal.map(|_| rows::by(state, Role::Removed, Shadow { layer: at, removes: true }));
    let (by, mut notes): (Vec<Span>, Vec<Span>) = by.into_iter().unzip();
    if !row.open {
        notes.extend(rows::below(stack, row.node, at));
    }
    let kind = Some(ChangeKind::Removed);
    TreeRow {
        signs: marker::signs(false, false, kind),
        name_role: marker::name(false, kind, Role::Text),
        by,
        notes,
        size: size::fixed(bytes.unwrap_or(0)),
        owner: visible![owner],
        ..TreeRow::default()
    }
}

/// The next layer to be folded, and its progress.
pub(super) fn waiting(state: &State, stack: &Stack) -> Visible<'static> {
    let awaited = stack.folded();
    if !state.is_reading() {
        return visible![
            "layer ",
            awaited,
            " is ",
            coverage::not_read(state, awaited),
            ": ",
            coverage::resume_key(state),
            " goes on"
        ];
    }
    match state.loads.get(awaited).map(|load| load.status) {
        Some(LoadStatus::Reading { done, total }) if total > 0 => {
            visible!["reading layer ", awaited, ": ", percent(done, total), "%"]
        }
        Some(LoadStatus::Reading { done, .. }) => {
            visible!["reading layer ", awaited, ": ", size::short(done)]
        }
        Some(LoadStatus::Waiting) => visible!["layer ", awaited, " is next to be read"],
        _ => visible!["layer ", awaited, " is being merged"],
    }
}

/// Percentage, rounded down: 100 only when all is done.
pub(super) fn percent(done: u64, total: u64) -> u64 {
    (u128::from(done.min(total)) * 100 / u128::from(total.max(1))) as u64
}

fn why_empty(state: &State, stack: &Stack) -> Vec<Span> {
    let text = |text: &'static str| (Role::Text, text.into());
    let quiet = |text: Visible<'static>| (Role::Quiet, text);
    if state.image.is_none() && !state.choices.is_empty() && !state.overlays.is_empty() {
        return Vec::new();
    }
    if state.phase == Phase::Opening {
        return vec![text("Opening the image.")];
    }
    if state.layer_count() == 0 {
        return vec![
            text("This image has no layers."),
            quiet(visible!["Its config may have details: press ", state.keymap.of_panes("i"), "."]),
        ];
    }
    if stack.folded() == 0 {
        return vec![text("Nothing to show yet."), quiet(waiting(state, stack))];
    }
    if state.filter.as_ref().is_some_and(Filter::is_on) {
        return vec![
            text("Nothing here passes the filter."),
            quiet(visible!["Esc ends it; ", state.keymap.of_panes("f"), " changes it."]),
        ];
    }
    if let Some(warning) = coverage::warning(state, stack, state.layer) {
        return vec![text("Nothing to show."), quiet(warning)];
    }
    vec![text("The tree is empty here."), quiet("The layers up to this one hold no files.".into())]
}
