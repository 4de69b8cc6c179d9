//! The viewer. The last line of the screen has its keys or the prompt of its search.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::{footer, frame};
use crate::explorer::model::file::{File, ViewMode};
use crate::explorer::model::{Overlay, Rect, Role, State};
use crate::explorer::view::file_rows;
use crate::explorer::{model, view};
use crate::text::width::width;
use crate::text::{Visible, shorten, size, visible};

/// Draws the viewer; returns the position of the terminal's cursor while a search is typed.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    overlay: &Overlay,
) -> Option<(u16, u16)> {
    let file = state.file.as_ref()?;
    let (outer, body) = view::file::area(state);
    canvas.blank(outer);
    let bordered = body.x > outer.x;
    if bordered {
        frame::border(canvas, outer, Role::FrameFocused);
    }
    title(canvas, file, outer, bordered);
    match &file.contents {
        None => frame::empty(canvas, body, &[(Role::Quiet, "reading".into())]),
        Some(Err(reason)) => frame::empty(
            canvas,
            body,
            &[
                (Role::Error, "This file cannot be read.".into()),
                (Role::Text, visible(reason).into_owned()),
            ],
        ),
        Some(Ok(contents)) if contents.window.rows() == 0 && file.form == ViewMode::Text => {
            let why = match file.what {
                model::file::ViewTarget::Version(_) => "The file is empty.",
                model::file::ViewTarget::Two(..) => "The two versions have the same bytes.",
            };
            frame::empty(canvas, body, &[(Role::Quiet, why.into())]);
        }
        Some(Ok(_)) => {
            let lines = file_rows::shown(file, &state.keymap, body.width, body.height);
            for (offset, line) in lines.iter().enumerate() {
                canvas.cut_spans(body.x, body.y + offset as u16, body.width, &line.spans);
            }
        }
    }
    if bordered {
        below(canvas, file, outer, body);
    }
    let line = state.layout().hints.filter(|_| overlay.typing)?;
    Some(prompt(canvas, overlay, file, line))
}

fn title(canvas: &mut Canvas<'_>, file: &File, outer: Rect, bordered: bool) {
    let (path, which) = &file.title;
    let inset = u16::from(bordered);
    let cells = usize::from(outer.width).saturating_sub(4);
    let path = shorten::path(path, cells.saturating_sub(width(which) + 2).max(cells / 2));
    let spans =
        [(Role::Accent, visible![" ", path, " "]), (Role::Quiet, visible![" ", which, " "])];
    canvas.spans(outer.x + inset, outer.y, outer.width.saturating_sub(2 * inset), &spans);
}

/// Lower border: message of the search, size of the file and scroll position.
fn below(canvas: &mut Canvas<'_>, file: &File, outer: Rect, body: Rect) {
    let y = outer.y + outer.height - 1;
    let right = outer.x + outer.width - 2;
    let mut text = Visible::default();
    if let Some((at, whole)) = file_rows::position(file) {
        let percent = u128::from(at) * 100 / u128::from(whole);
        text = visible![" ", size::short(whole), "  ", percent, "% "];
        let height = usize::from(body.height);
        let scale = |bytes: u64| (u128::from(bytes) * 1000 / u128::from(whole)) as usize;
        let window_rows = file.window().map_or(0, crate::content::Window::rows);
        if window_rows > height || file.form == ViewMode::Hex {
            frame::thumb(canvas, outer.x + outer.width - 1, body, scale(at), 1000 + height);
        }
    }
    if file.is_reading() && file.contents.is_some() {
        text = visible![" reading ", text];
    }
    let from = canvas.text_left_of(right, y, Role::Quiet, &text);
    if let Some(message) = &file.message {
        let space = from.saturating_sub(outer.x + 3);
        let message = shorten::middle(message, usize::from(space.saturating_sub(2)));
        canvas.text(outer.x + 2, y, space, Role::Warning, visible![" ", message, " "]);
    }
}

fn prompt(canvas: &mut Canvas<'_>, overlay: &Overlay, file: &File, line: Rect) -> (u16, u16) {
    canvas.blank(line);
    let limit = line.x + line.width;
    let x = canvas.text(line.x + 1, line.y, line.width, Role::Accent, "/");
    let before_max = limit.saturating_sub(x + 1);
    let (cursor, after) = footer::input(canvas, &overlay.input, (x, line.y), limit, before_max);
    let text = match (file.found, file.search.is_empty()) {
        (_, true) => "   type what to find in this file",
        (Some(_), _) => "   enter keep   esc back",
        (None, false) => "   not on this page: enter looks in the whole file",
    };
    canvas.text(after, line.y, limit.saturating_sub(after), Role::Quiet, text);
    (cursor.min(limit.saturating_sub(1)), line.y)
}
