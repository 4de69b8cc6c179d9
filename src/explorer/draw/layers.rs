//! The stack pane: number and command of each layer; below them its sizes with a bar, and its kinds of change.

use crate::explorer::draw::bar::bar;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::draw::tree::percent;
use crate::explorer::model::{LoadStatus, Pane, Rect, Role, State};
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::layers::{Density, density, layer_at};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::{coverage, marker};
use crate::image::layer::Layer;
use crate::image::problem::Severity;
use crate::stack::{ChangeKind, Stack};
use crate::text::width::{pad_left, truncate, width};
use crate::text::{Foreign, Visible, command, size, visible};

/// Width of the markers of a layer's kinds of change.
const SIGNS: u16 = 5;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    layout: &Layout,
    area: &PaneArea,
) {
    let count = state.layer_count();
    frame::pane(canvas, state, layout, area, &Visible::default(), (state.layer, count));
    let body = area.body;
    if count == 0 {
        let known = state.image.is_some();
        let text = if known { "no layers" } else { "" };
        frame::empty(canvas, body, &[(Role::Quiet, text.into())]);
        return;
    }
    let density = density(count, usize::from(body.height));
    let columns = Columns::of(body.width, count);
    if let Some(line) = area.header {
        header(canvas, columns, density, line);
    }
    let largest = (0..stack.folded()).map(|layer| stack.summary(layer).bytes).max().unwrap_or(0);
    for offset in 0..body.height {
        let (layer, second) = layer_at(density, state.stack_top + usize::from(offset), state.layer);
        if layer >= count {
            break;
        }
        let line = Rect { y: body.y + offset, height: 1, ..body };
        let selected = layer == state.layer;
        canvas.select(selected && state.focus == Pane::Stack);
        if selected && state.focus == Pane::Stack {
            canvas.blank(line);
        }
        if second {
            sizes(canvas, state, stack, columns, line, layer, largest);
        } else {
            first_line(canvas, state, stack, columns, density, line, layer);
        }
        canvas.select(false);
        if selected {
            frame::cursor_mark(canvas, state, area, line.y);
        }
    }
    let lines = crate::explorer::view::layers::line_of(density, count, state.layer);
    frame::scroll_bar(canvas, area, state.stack_top, lines);
}

/// Columns, in cells from the left edge.
#[derive(Clone, Copy)]
struct Columns {
    number: u16,
    stored: u16,
    net: Option<u16>,
    total: Option<u16>,
    bar: u16,
    bar_width: u16,
    signs: bool,
}

impl Columns {
    const fn of(width: u16, layers: usize) -> Self {
        let number = match layers {
            0..=100 => 2,
            101..=1000 => 3,
            _ => 5,
        };
        let stored = number + 2;
        let net = stored + size::CELLS as u16 + 1;
        let total = net + size::SIGNED_CELLS as u16 + 1;
        let bar = total + size::CELLS as u16 + 1;
        let signs = width >= bar + 4 + 1 + SIGNS;
        let left = width.saturating_sub(bar + if signs { SIGNS + 1 } else { 0 });
        Self {
            number,
            stored,
            net: if width >= net + size::SIGNED_CELLS as u16 { Some(net) } else { None },
            total: if width >= total + size::CELLS as u16 { Some(total) } else { None },
            bar,
            bar_width: if left < 3 { 0 } else { left },
            signs,
        }
    }
}

fn header(canvas: &mut Canvas<'_>, columns: Columns, density: Density, line: Rect) {
    if density == Density::One {
        return;
    }
    let label = |canvas: &mut Canvas<'_>, end: u16, text: &'static str| {
        canvas.text_left_of(line.x + end, line.y, Role::Quiet, text);
    };
    label(canvas, columns.stored + size::CELLS as u16, "stored");
    if let Some(net) = columns.net {
        label(canvas, net + size::SIGNED_CELLS as u16, "net");
    }
    if let Some(total) = columns.total {
        label(canvas, total + size::CELLS as u16, "total");
    }
}

fn first_line(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    columns: Columns,
    density: Density,
    line: Rect,
    layer: usize,
) {
    let (x, y) = (line.x, line.y);
    let end = x + line.width;
    let number = usize::from(columns.number);
    let number_role = if layer == state.layer { Role::Strong } else { Role::Text };
    canvas.text(x, y, columns.number, number_role, pad_left(&visible![layer], number));
    let (sign, role) = problem_sign(state, layer);
    canvas.text(x + columns.number, y, 1, role, sign);
    let (from, to) = state.range();
    if from != to && (from..=to).contains(&layer) {
        canvas.text(x + columns.number + 1, y, 1, Role::Accent, "▐");
    }
    let mut right = end;
    let one_line =
        density == Density::One || (density == Density::Selected && layer != state.layer);
    let status = status(state, stack, layer);
    if !status.is_empty() {
        right = canvas.text_left_of(end, y, Role::Quiet, &status).saturating_sub(1);
    } else if one_line && line.width >= 24 {
        let stored = size::fixed(stack.summary(layer).bytes);
        right = canvas.text_left_of(end, y, Role::Text, &stored).saturating_sub(1);
    }
    let start = x + columns.number + 2;
    let described = state.described(layer);
    let (word, rest) = label(described);
    let space = usize::from(right.saturating_sub(start));
    let after = canvas.text(start, y, space as u16, Role::Quiet, truncate(&word, space));
    let space = usize::from(right.saturating_sub(after));
    let role = if layer == state.layer { Role::Strong } else { Role::Text };
    canvas.text(after, y, space as u16, role, truncate(&rest, space));
}

/// The instruction word and the rest of the command, or a text in place of a missing command.
fn label(layer: Option<&Layer>) -> (Visible<'static>, Visible<'static>) {
    let Some(layer) = layer else { return (Visible::default(), Visible::default()) };
    let cleaned = layer.created_by.as_ref().map(command::one_line).unwrap_or_default();
    if cleaned.is_empty() {
        let remark = layer.comment.as_ref().map(Foreign::raw).filter(|it| !it.trim().is_empty());
        let standing =
            if layer.writable { "the container's own changes" } else { "no command recorded" };
        return (visible(remark.unwrap_or(standing)).into_owned(), Visible::default());
    }
    let seen = cleaned.visible().into_owned();
    match command::split_instruction(&seen) {
        Some((word, rest)) => (visible![word, " "], rest.into_owned()),
        None => (Visible::default(), seen),
    }
}

fn problem_sign(state: &State, layer: usize) -> (&'static str, Role) {
    let described = state.described(layer);
    let known = described.is_some_and(|layer| !layer.problems.is_empty());
    let worst = state
        .loads
        .get(layer)
        .and_then(|load| load.problems.iter().map(|problem| problem.severity).max());
    match worst {
        _ if known => ("!", Role::Error),
        Some(Severity::Refused | Severity::Error) => ("!", Role::Error),
        Some(Severity::Warning) => ("!", Role::Warning),
        Some(Severity::Note) | None => (" ", Role::Text),
    }
}

/// Progress of a layer; empty for one that was read completely.
fn status(state: &State, stack: &Stack, layer: usize) -> Visible<'static> {
    match coverage::read(state, stack, layer) {
        Coverage::All => return Visible::default(),
        Coverage::Nothing => return "not read".into(),
        Coverage::Unmerged => return "not merged".into(),
        Coverage::Part => return "read in part".into(),
        Coverage::NotYet => {}
    }
    match state.loads.get(layer).map(|load| load.status) {
        Some(LoadStatus::Reading { done, total }) if total > 0 => {
            visible![percent(done, total), "%"]
        }
        Some(LoadStatus::Reading { done, .. }) => size::short(done),
        Some(LoadStatus::Listed | LoadStatus::Folded) => "read".into(),
        _ => "waiting".into(),
    }
}

fn sizes(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    columns: Columns,
    line: Rect,
    layer: usize,
    largest: u64,
) {
    let (x, y) = (line.x, line.y);
    let described = state.described(layer);
    let writable = described.is_some_and(|layer| layer.writable);
    let (mark, role) = if writable { ("rw", Role::Warning) } else { ("ro", Role::Quiet) };
    canvas.text_left_of(x + columns.number, y, role, mark);
    if !matches!(coverage::read(state, stack, layer), Coverage::Part | Coverage::All) {
        pending(canvas, state, stack, columns, line, layer);
        return;
    }
    let summary = stack.summary(layer);
    canvas.text(x + columns.stored, y, 6, Role::Text, size::fixed(summary.bytes));
    if let Some(net) = columns.net {
        canvas.text(x + net, y, 7, Role::Quiet, size::signed(summary.net_bytes));
    }
    if let Some(total) = columns.total {
        canvas.text(x + total, y, 6, Role::Quiet, size::fixed(summary.cumulative_bytes));
    }
    canvas.text(
        x + columns.bar,
        y,
        columns.bar_width,
        Role::Bar,
        bar(summary.bytes, largest, columns.bar_width),
    );
    if columns.signs {
        let kinds = [
            (ChangeKind::Added, summary.added),
            (ChangeKind::Modified, summary.modified + summary.undecided),
            (ChangeKind::Metadata, summary.metadata),
            (ChangeKind::Rewritten, summary.rewritten),
            (ChangeKind::Removed, summary.removed),
        ];
        let from = x + line.width - SIGNS;
        for (offset, (kind, number)) in kinds.into_iter().enumerate() {
            let kind = if kind == ChangeKind::Modified && summary.modified == 0 {
                ChangeKind::Undecided
            } else {
                kind
            };
            let (sign, role) = marker::change(kind);
            if number > 0 {
                canvas.text(from + offset as u16, y, 1, role, visible(&sign));
            }
        }
    }
}

/// The second line of a layer that is not folded: the size of its blob, and a bar for its progress.
fn pending(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    columns: Columns,
    line: Rect,
    layer: usize,
) {
    let described = state.described(layer);
    let blob = described.and_then(|layer| layer.compressed_bytes);
    if let Some(bytes) = blob {
        canvas.text(line.x + columns.stored, line.y, 6, Role::Quiet, size::fixed(bytes));
    }
    // Labelled, because the size of the blob is not the size of the stored files.
    let after = columns.stored + size::CELLS as u16 + 1;
    let unread =
        matches!(coverage::read(state, stack, layer), Coverage::Nothing | Coverage::Unmerged);
    if unread && line.width > after + 4 {
        canvas.text(line.x + after, line.y, line.width - after, Role::Quiet, "blob");
    }
    if let Some(LoadStatus::Reading { done, total }) =
        state.loads.get(layer).map(|load| load.status)
    {
        let from = columns.stored + size::CELLS as u16 + 1;
        let space = line.width.saturating_sub(from);
        let bar = bar(done, total, space);
        debug_assert!(width(&bar) <= usize::from(space));
        canvas.text(line.x + from, line.y, space, Role::Bar, &bar);
    }
}
