//! Overlays: a frame, lines, and a prompt.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::{footer, frame};
use crate::explorer::model::{Overlay, OverlayKind, Rect, Role, State};
use crate::explorer::view;
use crate::stack::Stack;
use crate::text::size::count;
use crate::text::{shorten, visible};

/// Draws an overlay; returns the position of the terminal's cursor if it has a prompt.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    overlay: &Overlay,
) -> Option<(u16, u16)> {
    let placed = view::overlay::place(state, stack, overlay);
    let outer = placed.outer;
    canvas.blank(outer);
    if placed.bordered {
        frame::border(canvas, outer, Role::FrameFocused);
        let title = shorten::middle(&placed.page.title, usize::from(outer.width.saturating_sub(6)));
        canvas.text(outer.x + 1, outer.y, outer.width - 2, Role::Accent, visible![" ", title, " "]);
    }
    let lines = &placed.page.lines;
    let body = placed.body;
    let visible = lines.iter().skip(overlay.top).take(usize::from(body.height));
    for (offset, line) in visible.enumerate() {
        let y = body.y + offset as u16;
        let selected = line.item == Some(overlay.selected) && !line.spans.is_empty();
        canvas.select(selected);
        if selected {
            canvas.blank(Rect { y, height: 1, ..body });
        }
        canvas.spans(body.x, y, body.width, &line.spans);
        canvas.select(false);
    }
    if placed.bordered {
        frame::thumb(canvas, outer.x + outer.width - 1, body, overlay.top, lines.len());
        let foot = &placed.page.foot;
        if !foot.is_empty() && outer.width > 30 {
            let foot = shorten::middle(foot, usize::from(outer.width - 20));
            let bottom = outer.y + outer.height - 1;
            canvas.text(
                outer.x + 2,
                bottom,
                outer.width - 4,
                Role::Quiet,
                visible![" ", foot, " "],
            );
        }
        position(canvas, overlay, placed.page.items, outer);
    }
    placed.input.map(|line| prompt(canvas, overlay, line))
}

fn position(canvas: &mut Canvas<'_>, overlay: &Overlay, items: usize, outer: Rect) {
    if items > 0 {
        let text = visible![" ", count(overlay.selected as u64 + 1), "/", count(items as u64), " "];
        canvas.text_left_of(
            outer.x + outer.width - 2,
            outer.y + outer.height - 1,
            Role::Quiet,
            &text,
        );
    }
}

fn prompt(canvas: &mut Canvas<'_>, overlay: &Overlay, line: Rect) -> (u16, u16) {
    let limit = line.x + line.width;
    let (sign, hint) = match overlay.kind {
        OverlayKind::Palette => (":", " type to search"),
        OverlayKind::Compare => ("old: ", " type an image to compare with"),
        OverlayKind::Extract(..) => ("to ", " type a file or directory"),
        OverlayKind::Contents(_) => ("/", " type a regular expression"),
        _ => ("/", " type to search"),
    };
    let x = canvas.text(line.x, line.y, line.width, Role::Accent, sign);
    let before_max = limit.saturating_sub(x + 1);
    let (cursor, after) = footer::input(canvas, &overlay.input, (x, line.y), limit, before_max);
    if overlay.input.text().is_empty() {
        canvas.text(after, line.y, limit.saturating_sub(after), Role::Quiet, hint);
    }
    (cursor.min(limit.saturating_sub(1)), line.y)
}
