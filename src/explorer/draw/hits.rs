//! The list of a search that is being typed: sign, path or command, who covers or removes it, owner layer.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::model::search::Search;
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view::layout::ListArea;
use crate::explorer::view::search::{HitRow, first_shown, row};
use crate::stack::Stack;
use crate::text::size::count;
use crate::text::width::{truncate, width};
use crate::text::{shorten, visible};

/// Cells of the signs, which end one cell before the name.
const SIGNS: u16 = 3;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, area: &ListArea) {
    let Some(search) = &state.search else { return };
    let Some(found) = &search.found else { return empty(canvas, search, area) };
    if let Some(line) = area.header {
        header(canvas, line, Some((search.selected, found.len())));
    }
    if found.is_empty() {
        let text = if search.is_of_layers() {
            "no layer's command contains it"
        } else {
            "no path matches"
        };
        canvas.text(area.body.x + 1, area.body.y, area.body.width, Role::Quiet, text);
    }
    let first = first_shown(search, usize::from(area.body.height));
    for offset in 0..area.body.height {
        let number = first + usize::from(offset);
        let Some(row) = row(state, stack, search, number) else { break };
        let line = Rect { y: area.body.y + offset, height: 1, ..area.body };
        canvas.select(number == search.selected);
        if number == search.selected {
            canvas.blank(line);
        }
        hit(canvas, state, search, line, &row);
        canvas.select(false);
    }
}

fn empty(canvas: &mut Canvas<'_>, search: &Search, area: &ListArea) {
    if let Some(line) = area.header {
        header(canvas, line, None);
    }
    let text = if search.is_of_layers() {
        "type words of a layer's command"
    } else {
        "type a name, a part of one, a/path, or letters of it"
    };
    canvas.text(area.body.x + 1, area.body.y, area.body.width.saturating_sub(1), Role::Quiet, text);
}

/// A rule with the number of the selected hit.
fn header(canvas: &mut Canvas<'_>, line: Rect, position: Option<(usize, usize)>) {
    let rule = "─".repeat(usize::from(line.width));
    canvas.text(line.x, line.y, line.width, Role::FrameFocused, visible![rule]);
    if let Some((at, of)) = position.filter(|&(_, of)| of > 0) {
        let text = visible![" ", count(at as u64 + 1), "/", count(of as u64), " "];
        canvas.text_left_of(line.x + line.width - 2, line.y, Role::Quiet, &text);
    }
}

/// One row. The note is left out before the name is cut.
fn hit(canvas: &mut Canvas<'_>, state: &State, search: &Search, line: Rect, row: &HitRow) {
    let inner = line.inset(1, 0);
    let owner_width = width(&visible![state.layer_count().saturating_sub(1)]) as u16;
    let (x, y, end) = (inner.x, inner.y, inner.x + inner.width);
    let owner_x = end.saturating_sub(owner_width);
    let skipped = SIGNS.saturating_sub(row.signs.len() as u16);
    for (at, (sign, role)) in (skipped..SIGNS).zip(&row.signs) {
        canvas.text(x + at, y, 1, *role, visible(sign));
    }
    canvas.text_left_of(end, y, Role::Text, &row.owner);
    let space = usize::from(owner_x.saturating_sub(x + SIGNS + 2));
    let (role, name) = &row.name;
    let note = width(&row.note.1);
    let has_note = note > 0 && width(name) + 2 + note <= space;
    let name =
        if search.is_of_layers() { truncate(name, space) } else { shorten::path(name, space) };
    canvas.text(x + SIGNS + 1, y, space as u16, *role, &name);
    if has_note {
        canvas.text_left_of(owner_x.saturating_sub(1), y, row.note.0, &row.note.1);
    }
}
