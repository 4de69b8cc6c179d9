//! Frames: borders, tabs, position, scroll bar, and the text of empty panes.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::model::{Pane, Rect, Role, Span, State};
use crate::explorer::view::layout::{Layout, PaneArea};
use crate::text::size::count;
use crate::text::width::{truncate, width};
use crate::text::{Visible, visible, wrap};

/// A border round `rect`.
pub(super) fn border(canvas: &mut Canvas<'_>, rect: Rect, role: Role) {
    border_of(canvas, rect, role, ["╭", "╮", "╰", "╯", "─", "│"]);
}

/// A border round `rect` of these corners (upper left, upper right, lower left, lower right), line across and line down.
pub(super) fn border_of(canvas: &mut Canvas<'_>, rect: Rect, role: Role, of: [&'static str; 6]) {
    if rect.width < 2 || rect.height < 2 {
        return;
    }
    let [left_top, right_top, left_bottom, right_bottom, across, down] = of;
    let line = across.repeat(usize::from(rect.width - 2));
    let (right, bottom) = (rect.x + rect.width - 1, rect.y + rect.height - 1);
    canvas.text(rect.x, rect.y, rect.width, role, visible![left_top, line, right_top]);
    for y in rect.y + 1..bottom {
        canvas.text(rect.x, y, 1, role, down);
        canvas.text(right, y, 1, role, down);
    }
    canvas.text(rect.x, bottom, rect.width, role, visible![left_bottom, line, right_bottom]);
}

/// A pane's border, with its tabs, a status at the right, and the position at the bottom. Of the parts of the status the first
/// ones are left out where they do not fit.
pub(super) fn pane(
    canvas: &mut Canvas<'_>,
    state: &State,
    layout: &Layout,
    area: &PaneArea,
    status: &[Visible<'_>],
    (at, of): (usize, usize),
) {
    if !area.bordered {
        return;
    }
    let focused = state.focus == area.pane;
    let role = if focused { Role::FrameFocused } else { Role::Frame };
    let outer = area.outer;
    border(canvas, outer, role);
    let line = Rect { x: outer.x + 1, width: outer.width - 2, height: 1, ..outer };
    let end = tabs(canvas, state, Pane::tabs(layout.shape, area.pane), line);
    let space = (line.x + line.width).saturating_sub(end + 1);
    let statuses = (0..status.len()).map(|first| Visible::join(&status[first..], ", "));
    let fits = |status: &Visible<'_>| usize::from(space) >= width(status) + 3;
    if let Some(status) = statuses.into_iter().find(fits) {
        canvas.text_left_of(
            outer.x + outer.width - 2,
            outer.y,
            Role::Quiet,
            visible![" ", status, " "],
        );
    }
    let text = position(at, of);
    if width(&text) + 4 < usize::from(outer.width) {
        let (x, y) = (outer.x + outer.width - 2, outer.y + outer.height - 1);
        canvas.text_left_of(x, y, Role::Quiet, &text);
    }
}

/// Which row the cursor is on, of how many; empty without rows.
pub(super) fn position(at: usize, of: usize) -> Visible<'static> {
    if of == 0 {
        return Visible::default();
    }
    visible![" ", count(at as u64 + 1), "/", count(of as u64), " "]
}

/// The names of panes, the focused one highlighted; returns the column after them.
pub(super) fn tabs(canvas: &mut Canvas<'_>, state: &State, tabs: &[Pane], line: Rect) -> u16 {
    let end = line.x + line.width;
    let mut x = line.x;
    for (index, &pane) in tabs.iter().enumerate() {
        if index > 0 {
            x = canvas.text(x, line.y, end.saturating_sub(x), Role::Frame, "│");
        }
        let shown = state.layout().pane(pane).is_some();
        let role = match (state.focus == pane, shown) {
            (true, _) => Role::Accent,
            (false, true) => Role::Text,
            (false, false) => Role::Quiet,
        };
        x = canvas.text(x, line.y, end.saturating_sub(x), role, pane.tab());
    }
    x
}

/// The line above the rows of a pane, where the layout has one.
pub(super) fn remark(canvas: &mut Canvas<'_>, area: &PaneArea, text: &Visible<'_>) {
    let Some(line) = area.remark else { return };
    let space = line.width.saturating_sub(1);
    canvas.text(line.x + 1, line.y, space, Role::Warning, truncate(text, usize::from(space)));
}

/// A scroll bar on the right border, if not all lines fit.
pub(super) fn scroll_bar(canvas: &mut Canvas<'_>, area: &PaneArea, top: usize, lines: usize) {
    if area.bordered {
        thumb(canvas, area.outer.x + area.outer.width - 1, area.body, top, lines);
    }
}

/// The thumb of a scroll bar in column `x` beside `body`.
pub(super) fn thumb(canvas: &mut Canvas<'_>, x: u16, body: Rect, top: usize, lines: usize) {
    let height = usize::from(body.height);
    if lines <= height || height == 0 {
        return;
    }
    let length = (height * height / lines).clamp(1, height);
    let from = top.min(lines - height) * (height - length) / (lines - height);
    for y in from..from + length {
        canvas.text(x, body.y + y as u16, 1, Role::Text, "▐");
    }
}

/// Marks the selected row on the left border, which shows it in panes without the focus too.
pub(super) fn cursor_mark(canvas: &mut Canvas<'_>, state: &State, area: &PaneArea, y: u16) {
    if area.bordered {
        let role = if state.focus == area.pane { Role::FrameFocused } else { Role::Text };
        canvas.text(area.outer.x, y, 1, role, "▌");
    }
}

/// Centred sentences in an empty pane.
pub(super) fn empty(canvas: &mut Canvas<'_>, body: Rect, sentences: &[Span]) {
    let space = usize::from(body.width.saturating_sub(4).max(1));
    let lines: Vec<Span> = sentences
        .iter()
        .flat_map(|(role, text)| wrap(text, space).into_iter().map(|line| (*role, line)))
        .collect();
    let lines = &lines[..lines.len().min(usize::from(body.height))];
    let y = body.y + (body.height - lines.len() as u16) / 3;
    for (offset, (role, line)) in lines.iter().enumerate() {
        let inset = (usize::from(body.width).saturating_sub(width(line)) / 2) as u16;
        canvas.text(body.x + inset, y + offset as u16, body.width - inset, *role, line);
    }
}

/// A frame with the reason why the image cannot be opened.
pub(super) fn failure(canvas: &mut Canvas<'_>, state: &State, reason: &str, layout: &Layout) {
    let Some((first, last)) = layout.panes.first().zip(layout.panes.last()) else { return };
    let width = last.outer.x + last.outer.width - first.outer.x;
    let outer = Rect { width, ..first.outer };
    canvas.blank(outer);
    if first.bordered {
        border(canvas, outer, Role::Frame);
    }
    let quit =
        if state.choices.is_empty() { "q quits" } else { "q quits, esc goes back to the list" };
    let sentences = [
        (Role::Error, "This image cannot be opened.".into()),
        (Role::Text, Visible::default()),
        (Role::Text, visible(reason).into_owned()),
        (Role::Text, Visible::default()),
        (Role::Quiet, quit.into()),
    ];
    empty(canvas, outer.inset(2, 1), &sentences);
}
