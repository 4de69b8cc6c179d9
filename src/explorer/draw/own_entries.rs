//! Entries of a layer that is not merged yet: in the changes those of the selected layer, in the tree those of the lowest.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::model::own_entries::{OwnEntries, OwnEvent, OwnRow};
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::explorer::view::{marker, own_entries};
use crate::stack::ChangeKind;
use crate::text::{Visible, shorten, size, visible};

/// Width in cells from which rows have a size.
const SIZE_FROM: u16 = 26;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    layout: &Layout,
    area: &PaneArea,
    status: &[Visible<'_>],
    remark: &Visible<'_>,
    entries: &OwnEntries,
) {
    let len = entries.rows.len();
    let (cursor, top) = own_entries::position(state, area.pane, entries, state.view(area.pane).row);
    frame::pane(canvas, state, layout, area, status, (cursor, len));
    frame::remark(canvas, area, remark);
    let focused = state.focus == area.pane;
    let rows = entries.rows.iter().enumerate().skip(top).take(usize::from(area.body.height));
    for (y, (index, row)) in (area.body.y..).zip(rows) {
        let line = Rect { y, height: 1, ..area.body };
        canvas.select(focused && index == cursor);
        if focused && index == cursor {
            canvas.blank(line);
        }
        draw_row(canvas, line, row);
        canvas.select(false);
        if index == cursor {
            frame::cursor_mark(canvas, state, area, y);
        }
    }
    frame::scroll_bar(canvas, area, top, len);
}

/// Indentation, two signs, name, size.
fn draw_row(canvas: &mut Canvas<'_>, line: Rect, row: &OwnRow) {
    let (what, y) = (row.statement, line.y);
    let mut end = line.x + line.width;
    if let Some(bytes) = what.size.filter(|_| line.width >= SIZE_FROM) {
        end = canvas.text_left_of(end, y, Role::Text, size::fixed(bytes)).saturating_sub(1);
    }
    let (sign, role) = match what.event {
        OwnEvent::Stored => marker::change(ChangeKind::Added),
        OwnEvent::Removed => marker::change(ChangeKind::Removed),
        OwnEvent::Nothing => (' ', Role::Quiet),
    };
    let opaque = if what.opaque { marker::OPAQUE } else { (' ', Role::Text) };
    let x = line.x + row.depth.min(usize::from(line.width / 2)) as u16;
    let x = canvas.text(x, y, end.saturating_sub(x), role, visible(&sign));
    let x = canvas.text(x, y, end.saturating_sub(x), opaque.1, visible(&opaque.0));
    let name = visible![&row.name[..], if what.directory { "/" } else { "" }];
    let space = end.saturating_sub(x);
    let role = if what.event == OwnEvent::Removed { Role::RemovedName } else { role };
    canvas.text(x, y, space, role, shorten::middle(&name, usize::from(space)));
}
