//! Rows of the tree and of the changes pane.

use crate::explorer::draw::bar::bar;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::model::{Rect, Role, Span, State};
use crate::explorer::view;
use crate::explorer::view::columns::Columns;
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::stack::Stack;
use crate::stack::kept::entry::Kind;
use crate::stack::query::outline::OutlineRow;
use crate::text::width::width;
use crate::text::{Visible, shorten, size, visible};

/// One row, ready to be drawn.
pub(super) struct TreeRow {
    /// Marker of the change by this layer.
    pub(super) change: (char, Role),
    /// Marker of an opaque or shadowed path.
    pub(super) note: (char, Role),
    /// Six cells, seven with a sign, or empty.
    pub(super) size: Visible<'static>,
    /// Part and whole of the bar.
    pub(super) share: (u64, u64),
    /// Style of the name.
    pub(super) name_role: Role,
    /// Spans after the name.
    pub(super) behind: Vec<Span>,
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
    status: &Visible<'_>,
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
    let rows = outline.rows(view.top..view.top + usize::from(area.body.height));
    for (offset, row) in rows.into_iter().enumerate() {
        let line = Rect { y: area.body.y + offset as u16, height: 1, ..area.body };
        let under_cursor = view.top + offset == view.row;
        canvas.select(under_cursor && state.focus == area.pane);
        if under_cursor && state.focus == area.pane {
            canvas.blank(line);
        }
        draw_row(canvas, state, stack, columns, line, row, &describe(row));
        canvas.select(false);
        if under_cursor {
            frame::cursor_mark(canvas, state, area, line.y);
        }
    }
    frame::scroll_bar(canvas, area, view.top, len);
    len
}

/// Status in a pane's border: sort order and layer.
pub(super) fn status(state: &State, layer: Visible<'static>) -> Visible<'static> {
    match view::sort::label(state.orders.sort()) {
        "" => layer,
        words => visible![words, ", ", layer],
    }
}

fn header(canvas: &mut Canvas<'_>, columns: Columns, line: Rect) {
    if columns.has_size {
        canvas.text_left_of(
            line.x + columns.size + size::CELLS as u16,
            line.y,
            Role::Quiet,
            "size",
        );
    }
    canvas.text(line.x + columns.name + 2, line.y, columns.name_width, Role::Quiet, "name");
    if columns.owner_width > 0 && columns.name_width > 12 {
        canvas.text_left_of(line.x + line.width, line.y, Role::Quiet, "layer");
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    columns: Columns,
    line: Rect,
    row: OutlineRow,
    what: &TreeRow,
) {
    let (x, y) = (line.x, line.y);
    canvas.text(x, y, 1, what.change.1, visible(&what.change.0));
    canvas.text(x + 1, y, 1, what.note.1, visible(&what.note.0));
    if columns.has_size {
        // A size of zero is dimmed.
        let role = if what.size.plain().trim_start() == "0 B" { Role::Quiet } else { Role::Text };
        canvas.text_left_of(x + columns.size + size::CELLS as u16, y, role, &what.size);
    }
    if columns.bar_width > 0 {
        let (part, whole) = what.share;
        canvas.text(
            x + columns.bar,
            y,
            columns.bar_width,
            Role::Bar,
            bar(part, whole, columns.bar_width),
        );
    }
    let mark = columns.fold_mark(row.depth);
    let end = x + columns.name + columns.name_width;
    let fold = match (row.directory, row.open) {
        (true, true) => "v",
        (true, false) => ">",
        (false, _) => " ",
    };
    canvas.text(x + mark, y, 1, Role::Quiet, fold);
    let space = end.saturating_sub(x + mark + 2);
    let name = name(stack, row);
    let hit = state
        .search
        .as_ref()
        .and_then(|search| search.found.as_ref())
        .is_some_and(|found| found.contains(row.node));
    let role = if hit { Role::Hit } else { what.name_role };
    let behind: usize = what.behind.iter().map(|(_, text)| width(text)).sum();
    // The name has priority; the spans after it get the rest, but at least a third if they need it.
    let name_space = usize::from(space).saturating_sub(behind.min(usize::from(space) / 3));
    let shown = if width(&name) + behind <= usize::from(space) {
        name
    } else {
        shorten::middle(&name, name_space)
    };
    let after = canvas.text(x + mark + 2, y, space, role, &shown);
    canvas.spans(after, y, end.saturating_sub(after), &what.behind);
    if columns.owner_width > 0 {
        canvas.text_left_of(x + line.width, y, Role::Text, &what.owner);
    }
}

/// The last component of the path, with a slash for a directory.
fn name(stack: &Stack, row: OutlineRow) -> Visible<'static> {
    visible![stack.name(row.node), if row.directory { "/" } else { "" }]
}

/// Spans after a name: link target, device number, special type, warnings.
pub(super) fn behind(stack: &Stack, event: crate::stack::EventId) -> Vec<Span> {
    let version = stack.version(event);
    let mut spans = Vec::new();
    let link = stack.link(event);
    match version.kind {
        Kind::Symlink => spans.push((Role::Quiet, visible![" -> ", link])),
        Kind::Hardlink => spans.push((Role::Quiet, visible![" => ", link])),
        Kind::Char | Kind::Block => {
            let (major, minor) = stack.device(event).unwrap_or_default();
            spans.push((Role::Quiet, visible!["  ", version.kind.name(), " ", major, ":", minor]));
        }
        Kind::Fifo | Kind::Socket | Kind::Other => {
            spans.push((Role::Quiet, visible!["  ", version.kind.name()]));
        }
        Kind::File | Kind::Directory => {}
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
