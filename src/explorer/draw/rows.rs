//! Rows of the tree and of the changes pane.

use crate::explorer::draw::bar::bar;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::model::{Rect, Role, Span, State};
use crate::explorer::view;
use crate::explorer::view::columns::{BEFORE_NAME, Column, Columns};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::{marker, metadata};
use crate::stack::kept::entry::Kind;
use crate::stack::query::outline::OutlineRow;
use crate::stack::{Change, ChangeKind, NodeId, Shadow, Stack};
use crate::text::width::width;
use crate::text::{Visible, shorten, size, visible};

/// One row, ready to be drawn.
#[derive(Default)]
pub(super) struct TreeRow {
    /// Signs before the name: opaque, shadowed, the change by this layer; those that apply, at most three.
    pub(super) signs: Vec<(char, Role)>,
    /// The name, or the names of a chain of directories. [`draw`] sets it.
    pub(super) name: Visible<'static>,
    /// Style of the name.
    pub(super) name_role: Role,
    /// The layer that covers or removes the path, and what an opaque directory hides: after the name, over the columns if they
    /// leave no space.
    pub(super) by: Vec<Span>,
    /// Notes after that, the most important first, each whole or not at all, and none over a column.
    pub(super) notes: Vec<Span>,
    /// Where a link leads, last, cut where the columns begin.
    pub(super) target: Vec<Span>,
    /// Permissions and `uid:gid`.
    pub(super) attributes: Option<(Visible<'static>, Visible<'static>)>,
    /// Six cells, seven with a sign, or empty.
    pub(super) size: Visible<'static>,
    /// Part and whole of the bar.
    pub(super) share: (u64, u64),
    /// The layer that wrote it, if the pane has that column.
    pub(super) owner: Visible<'static>,
}

/// Draws the frame and the rows on the screen, each made by `describe`. Returns the number of all rows.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    layout: &Layout,
    area: &PaneArea,
    status: &[Visible<'_>],
    describe: impl Fn(OutlineRow) -> TreeRow,
) -> usize {
    let Some(outline) = view::trees::outline(state, stack, area.pane) else {
        frame::pane(canvas, state, layout, area, status, (0, 0));
        return 0;
    };
    let view = state.view(area.pane);
    let len = outline.len();
    frame::pane(canvas, state, layout, area, status, (view.row, len));
    let columns = Columns::of(
        area.body.width,
        state.layer_count(),
        area.pane == crate::explorer::model::state::Pane::Tree,
        state.columns,
    );
    if let Some(line) = area.header {
        header(canvas, columns, line);
    }
    let hits = state.search.as_ref().and_then(|search| search.found.as_ref());
    let rows = outline.rows(view.top..view.top + usize::from(area.body.height));
    for (offset, row) in rows.into_iter().enumerate() {
        let line = Rect { y: area.body.y + offset as u16, height: 1, ..area.body };
        let under_cursor = view.top + offset == view.row;
        canvas.select(under_cursor && state.focus == area.pane);
        if under_cursor && state.focus == area.pane {
            canvas.blank(line);
        }
        let mut what = describe(row);
        what.notes.extend(view::reload::mark(state, row.node, row.open));
        what.name = view::trees::row_name(stack, row);
        // A hit that a layer changed keeps the looks of the change.
        let plain = matches!(what.name_role, Role::Text | Role::Directory | Role::Quiet);
        if plain && hits.is_some_and(|hits| hits.contains(row.node)) {
            what.name_role = Role::Hit;
        }
        draw_row(canvas, columns, line, row, &what);
        canvas.select(false);
        if under_cursor {
            frame::cursor_mark(canvas, state, area, line.y);
        }
    }
    frame::scroll_bar(canvas, area, view.top, len);
    len
}

/// The status in a pane's border, the least important part first: the order, then these parts.
pub(super) fn status(
    state: &State,
    parts: impl IntoIterator<Item = Visible<'static>>,
) -> Vec<Visible<'static>> {
    let order = view::sort::label(state.orders.sort()).into();
    [order].into_iter().chain(parts).filter(|part| !part.is_empty()).collect()
}

fn header(canvas: &mut Canvas<'_>, columns: Columns, line: Rect) {
    let name = Column { start: BEFORE_NAME, width: 4 };
    let labels = [
        (name, "name"),
        (columns.mode, "mode"),
        (columns.user, "owner"),
        (columns.size, "size"),
        (columns.layer, "layer"),
    ];
    for (column, label) in labels {
        if usize::from(column.width) >= label.len() {
            canvas.text_left_of(line.x + column.end(), line.y, Role::Quiet, label);
        }
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    columns: Columns,
    line: Rect,
    row: OutlineRow,
    what: &TreeRow,
) {
    let (x, y) = (line.x, line.y);
    let indent = Columns::indent(row.depth, line.width);
    let guides = "│".repeat(usize::from(indent));
    canvas.text(x, y, indent, Role::Frame, visible![guides]);
    let fold = match (row.empty, row.open) {
        (true, _) => " ",
        (false, true) => "v",
        (false, false) => ">",
    };
    canvas.text(x + indent, y, 1, Role::Quiet, fold);
    // The signs end one cell before the name; a third one moves the name.
    let signs = what.signs.len().max(2) as u16;
    let skipped = signs - what.signs.len() as u16;
    for (at, (sign, role)) in what.signs.iter().enumerate() {
        canvas.text(x + indent + 1 + skipped + at as u16, y, 1, *role, visible(sign));
    }
    let start = indent + BEFORE_NAME + signs - 2;
    let after = text(canvas, columns, line, what, start);
    values(canvas, columns, line, what, after);
}

/// The name and what follows it. Returns the cell after both, counted from the row's left edge.
fn text(canvas: &mut Canvas<'_>, columns: Columns, line: Rect, what: &TreeRow, start: u16) -> u16 {
    let end = columns.name_end(start.saturating_add(width(&what.name) as u16), line.width);
    let space = end.saturating_sub(start);
    let shown = shorten::middle(&what.name, usize::from(space));
    let after = canvas.text(line.x + start, line.y, space, what.name_role, &shown) - line.x;
    let whole = |canvas: &mut Canvas<'_>, after: u16, end: u16, spans: &[Span]| {
        let space = end.saturating_sub(after);
        canvas.whole_spans(line.x + after, line.y, space, spans) - line.x
    };
    let after = whole(canvas, after, columns.text_limit(line.width), &what.by);
    let end = columns.text_end(line.width).max(end);
    let after = whole(canvas, after, end, &what.notes);
    canvas.spans(line.x + after, line.y, end.saturating_sub(after), &what.target) - line.x
}

/// The columns at the right that begin after the text.
fn values(canvas: &mut Canvas<'_>, columns: Columns, line: Rect, what: &TreeRow, after: u16) {
    let (x, y) = (line.x, line.y);
    let shown = |column: Column| column.width > 0 && column.start > after;
    if shown(columns.bar) {
        let (part, whole) = what.share;
        let bar = bar(part, whole, columns.bar.width);
        canvas.text(x + columns.bar.start, y, columns.bar.width, Role::Bar, bar);
    }
    if let Some((mode, user)) = &what.attributes {
        for (column, value) in [(columns.mode, mode), (columns.user, user)] {
            if shown(column) {
                let value = shorten::middle(value, usize::from(column.width));
                canvas.text_left_of(x + column.end(), y, Role::Quiet, &value);
            }
        }
    }
    if shown(columns.size) {
        // A size of zero is dimmed.
        let role = if what.size.plain().trim_start() == "0 B" { Role::Quiet } else { Role::Text };
        canvas.text_left_of(x + columns.size.end(), y, role, &what.size);
    }
    if columns.layer.width > 0 {
        canvas.text_left_of(x + columns.layer.end(), y, Role::Text, &what.owner);
    }
}

/// The layer that shadows or removed a path, and what it does, which gives way to the columns: `L7`, ` removes`.
pub(super) fn by(state: &State, role: Role, shadow: Shadow) -> (Span, Span) {
    let (layer, verb) = marker::shadow(state, shadow);
    ((role, visible!["  ", layer]), (role, verb))
}

/// How many names an opaque directory hides.
pub(super) fn hides(stack: &Stack, dir: NodeId, layer: usize) -> Option<Span> {
    let hidden = stack.totals(dir, layer).removed;
    (hidden > 0).then(|| (Role::Opaque, visible!["  hides ", size::count(hidden)]))
}

/// Counts of the changes that a layer made below a folded directory: `+1 ~3 -2`.
pub(super) fn below(stack: &Stack, dir: NodeId, layer: usize) -> Vec<Span> {
    let totals = stack.totals(dir, layer);
    let parts = [
        (Role::Added, '+', totals.added),
        (Role::Modified, '~', totals.changed),
        (Role::Removed, '-', totals.removed),
    ];
    counts(parts.into_iter())
}

/// How many paths below a folded directory a later layer shadows: `x21`.
pub(super) fn shadowed_below(stack: &Stack, dir: NodeId, layer: usize) -> Vec<Span> {
    let shadowed = stack.shadowed_below(dir, layer);
    counts([(Role::Shadowed, 'x', shadowed)].into_iter())
}

/// The counts above zero, each behind its sign.
fn counts(parts: impl Iterator<Item = (Role, char, u64)>) -> Vec<Span> {
    let parts = parts.filter(|(_, _, number)| *number > 0);
    parts.map(|(role, sign, number)| (role, visible!["  ", sign, size::count(number)])).collect()
}

/// What differs where only metadata changed.
pub(super) fn changed_metadata(stack: &Stack, change: &Change) -> Option<Span> {
    let (old, new) =
        change.previous.zip(change.event).filter(|_| change.kind == ChangeKind::Metadata)?;
    let text = metadata::short(stack, &stack.version(old), &stack.version(new));
    (!text.is_empty()).then(|| (Role::Metadata, visible!["  ", text]))
}

/// Where a link leads; nothing for other paths.
pub(super) fn target(stack: &Stack, event: crate::stack::EventId) -> Vec<Span> {
    let arrow = match stack.version(event).kind {
        Kind::Symlink => " -> ",
        Kind::Hardlink => " => ",
        _ => return Vec::new(),
    };
    vec![(Role::Quiet, visible![arrow, stack.link(event)])]
}

/// Device number, special type, warnings.
pub(super) fn details(stack: &Stack, event: crate::stack::EventId) -> Vec<Span> {
    let version = stack.version(event);
    let mut spans = Vec::new();
    match version.kind {
        Kind::Char | Kind::Block => {
            let (major, minor) = stack.device(event).unwrap_or_default();
            spans.push((Role::Quiet, visible!["  ", version.kind.name(), " ", major, ":", minor]));
        }
        Kind::Fifo | Kind::Socket | Kind::Other => {
            spans.push((Role::Quiet, visible!["  ", version.kind.name()]));
        }
        Kind::File | Kind::Directory | Kind::Symlink | Kind::Hardlink => {}
    }
    if version.broken_link {
        spans.push((Role::Error, "  no such target".into()));
    }
    if version.clamped || version.redirected {
        let why = if version.clamped { "  through .." } else { "  through a link" };
        spans.push((Role::Warning, why.into()));
    }
    spans
}
