//! The stack pane: margin, number and command of each layer; below them its sizes and its kinds of change.

use crate::explorer::draw::bar::{bar, column};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::draw::layer_changes::{COUNTS, SIGNS, counts, signs};
use crate::explorer::draw::tree::percent;
use crate::explorer::model::comparison::ComparedImages;
use crate::explorer::model::{LoadStatus, Pane, Rect, Role, State};
use crate::explorer::view::coverage::Coverage;
use crate::explorer::view::layers::{Density, density, layer_at};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::margin::Margin;
use crate::explorer::view::{self, coverage, reload};
use crate::image::layer::Layer;
use crate::image::problem::Severity;
use crate::stack::Stack;
use crate::text::width::{pad_left, truncate, width};
use crate::text::{Foreign, Visible, command, size, visible};

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    layout: &Layout,
    area: &PaneArea,
) {
    let count = state.layer_count();
    frame::pane(canvas, state, layout, area, &[], (state.layer, count));
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
    let margin = Margin::of(state, stack);
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
            sizes(canvas, state, stack, columns, line, layer);
        } else {
            first_line(canvas, state, stack, columns, density, line, layer);
            canvas.select(false);
            draw_margin(canvas, &margin, columns, line, layer);
        }
        canvas.select(false);
        if selected {
            frame::cursor_mark(canvas, state, area, line.y);
        }
    }
    let lines = crate::explorer::view::layers::line_of(density, count, state.layer);
    frame::scroll_bar(canvas, area, state.stack_top, lines);
    if let Some(sides) = &state.comparison {
        let used = (lines.saturating_sub(state.stack_top) + 1).min(usize::from(body.height)) as u16;
        pairs(canvas, state, sides, Rect { y: body.y + used, height: body.height - used, ..body });
    }
}

/// The layers of both images of a comparison, as far as they fit.
fn pairs(canvas: &mut Canvas<'_>, state: &State, sides: &ComparedImages, area: Rect) {
    let lines = view::comparison::pairs(sides);
    let rows = usize::from(area.height);
    let fit = if lines.len() > rows { rows.saturating_sub(1) } else { lines.len() };
    for (y, spans) in (area.y..).zip(&lines[..fit]) {
        canvas.cut_spans(area.x, y, area.width, spans);
    }
    if fit < lines.len() && rows > 0 {
        let more = visible![state.keymap.of_panes("L"), " shows all ", lines.len() - 1];
        canvas.text(area.x, area.y + fit as u16, area.width, Role::Quiet, &more);
    }
}

/// Columns, in cells from the left edge. The margin takes the first two: sign and bar.
#[derive(Clone, Copy)]
struct Columns {
    /// Start of the number.
    number: u16,
    /// Cells of the number.
    digits: u16,
    stored: u16,
    net: Option<u16>,
    total: Option<u16>,
    /// Start of the signs or counts.
    signs: Option<u16>,
    /// The signs have counts.
    counts: bool,
}

/// Sign and bar of the margin.
const MARGIN: u16 = 2;

impl Columns {
    const fn of(width: u16, layers: usize) -> Self {
        let digits = match layers {
            0..=100 => 2,
            101..=1000 => 3,
            _ => 5,
        };
        let stored = 1;
        let net = stored + size::CELLS as u16 + 1;
        let total = net + size::SIGNED_CELLS as u16 + 1;
        let signs = total + size::CELLS as u16 + 1;
        Self {
            number: MARGIN,
            digits,
            stored,
            net: if width >= net + size::SIGNED_CELLS as u16 { Some(net) } else { None },
            total: if width >= total + size::CELLS as u16 { Some(total) } else { None },
            signs: if width >= signs + SIGNS { Some(signs) } else { None },
            counts: width >= signs + COUNTS,
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
    let number_role = if layer == state.layer { Role::Accent } else { Role::Text };
    let number = pad_left(&visible![layer], usize::from(columns.digits));
    let after = canvas.text(x + columns.number, y, columns.digits, number_role, &number);
    let (sign, role) = problem_sign(state, layer);
    canvas.text(after, y, 1, role, sign);
    let (from, to) = state.range();
    if from != to && (from..=to).contains(&layer) {
        canvas.text(after + 1, y, 1, Role::Accent, "▐");
    }
    let one_line =
        density == Density::One || (density == Density::Selected && layer != state.layer);
    let mut status = status(state, stack, layer);
    if !one_line && coverage::read(state, stack, layer) != Coverage::Part {
        // The second line says it.
        status = Visible::default();
    }
    if one_line && line.width >= 34 {
        status = with_blob_size(state, stack, layer, &status);
    }
    let right = if status.is_empty() {
        values(canvas, state, stack, line, layer, one_line)
    } else {
        canvas.text_left_of(end, y, Role::Quiet, &status).saturating_sub(1)
    };
    let start = after + 2;
    let described = state.described(layer);
    let (word, rest) = label(described);
    let space = usize::from(right.saturating_sub(start));
    let after = canvas.text(start, y, space as u16, Role::Quiet, truncate(&word, space));
    let space = usize::from(right.saturating_sub(after));
    let role = if layer == state.layer { Role::Strong } else { Role::Text };
    canvas.text(after, y, space as u16, role, truncate(&rest, space));
}

/// At the end of a layer's first line: `rw` for a writable layer, whether it is new or followed, and where it is the only line, stored size and signs.
/// Returns the cell after the rest of the line.
fn values(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    line: Rect,
    layer: usize,
    one_line: bool,
) -> u16 {
    let mut right = line.x + line.width;
    if state.described(layer).is_some_and(|layer| layer.writable) {
        right = canvas.text_left_of(right, line.y, Role::Warning, "rw").saturating_sub(1);
    }
    if let Some(word) = reload::layer_word(state, layer) {
        right = canvas.text_left_of(right, line.y, Role::Accent, word).saturating_sub(1);
    }
    if one_line && line.width >= 24 {
        let from = right.saturating_sub(SIGNS);
        right = signs(canvas, stack, layer, from, line.y).saturating_sub(1);
    }
    if one_line && line.width >= 34 {
        let stored = size::fixed(stack.summary(layer).bytes);
        right = canvas.text_left_of(right, line.y, Role::Text, &stored).saturating_sub(1);
    }
    right
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

/// The status of an unread layer with the size of its blob.
fn with_blob_size(
    state: &State,
    stack: &Stack,
    layer: usize,
    status: &Visible<'static>,
) -> Visible<'static> {
    let unread =
        matches!(coverage::read(state, stack, layer), Coverage::Nothing | Coverage::Unmerged);
    let blob = state.described(layer).filter(|_| unread).and_then(|it| it.compressed_bytes);
    blob.map_or_else(|| status.clone(), |bytes| visible![status, " ", size::fixed(bytes)])
}

/// What the layer did to the selected path; the owner's number is reversed.
fn draw_margin(
    canvas: &mut Canvas<'_>,
    margin: &Margin,
    columns: Columns,
    line: Rect,
    layer: usize,
) {
    if let Some((sign, role)) = margin.signs.get(layer).copied().flatten() {
        canvas.text(line.x, line.y, 1, role, visible(&sign));
    }
    let largest = margin.bytes.iter().copied().max().unwrap_or(0);
    let bytes = margin.bytes.get(layer).copied().unwrap_or(0);
    canvas.text(line.x + 1, line.y, 1, Role::Bar, column(bytes, largest));
    if margin.owner == Some(layer) {
        canvas.reverse(Rect { x: line.x + columns.number, width: columns.digits, ..line });
    }
}

fn sizes(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    columns: Columns,
    line: Rect,
    layer: usize,
) {
    let (x, y) = (line.x, line.y);
    if !matches!(coverage::read(state, stack, layer), Coverage::Part | Coverage::All) {
        pending(canvas, state, stack, columns, line, layer);
        return;
    }
    let summary = stack.summary(layer);
    canvas.text(x + columns.stored, y, 6, Role::Text, size::fixed(summary.bytes));
    // What an unread layer holds is unknown, and with it the tree from there on.
    let known = coverage::first_unread(state, stack, layer).is_none();
    let (net, total) = if known {
        (size::signed(summary.net_bytes), size::fixed(summary.cumulative_bytes))
    } else {
        (pad_left(&"?".into(), size::SIGNED_CELLS), pad_left(&"?".into(), size::CELLS))
    };
    if let Some(from) = columns.net {
        canvas.text(x + from, y, 7, Role::Quiet, net);
    }
    if let Some(from) = columns.total {
        canvas.text(x + from, y, 6, Role::Quiet, total);
    }
    if let Some(from) = columns.signs {
        if columns.counts {
            counts(canvas, stack, layer, Rect { x: x + from, width: line.width - from, ..line });
        } else {
            signs(canvas, stack, layer, x + line.width - SIGNS, y);
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
    let from = columns.stored + size::CELLS as u16 + 1;
    let end = line.x + line.width;
    let status = status(state, stack, layer);
    let right = canvas.text_left_of(end, line.y, Role::Quiet, &status);
    let space = right.saturating_sub(line.x + from + 1);
    match state.loads.get(layer).map(|load| load.status) {
        Some(LoadStatus::Reading { done, total }) => {
            let bar = bar(done, total, space);
            debug_assert!(width(&bar) <= usize::from(space));
            canvas.text(line.x + from, line.y, space, Role::Bar, &bar);
        }
        _ => {
            canvas.text(line.x + from, line.y, space, Role::Quiet, "blob");
        }
    }
}
