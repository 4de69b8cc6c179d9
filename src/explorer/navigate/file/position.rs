//! Moving in the viewer: which row of the window is on top, and when another window is needed.

use crate::explorer::model::file::{File, ReadPart, ViewMode, ViewTarget};
use crate::explorer::model::geometry::Rect;
use crate::explorer::model::message::Effect;
use crate::explorer::model::state::State;
use crate::explorer::navigate::file::ask::ask;
use crate::explorer::view::file::area;
use crate::explorer::view::file_rows;
use crate::explorer::view::file_rows::{hex_columns, parts};

/// Moves by rows of the screen; requests another window near the end of this one.
pub(super) fn step(state: &mut State, by: isize) -> Vec<Effect> {
    let (_, body) = area(state);
    let Some(file) = &mut state.file else { return Vec::new() };
    match file.form {
        ViewMode::Facts => {
            file.top = file
                .top
                .saturating_add_signed(by)
                .min(file_rows::facts(file, &state.keymap).len().saturating_sub(1));
        }
        ViewMode::Text => {
            for _ in 0..by.unsigned_abs() {
                if by > 0 && !is_at_end(file, body) {
                    down(file, body);
                } else if by < 0 {
                    up(file, body);
                }
            }
        }
        ViewMode::Hex => {
            let columns = hex_columns(body.width);
            let size = file.window().map_or(0, |window| window.size);
            let last =
                size.saturating_sub(columns * u64::from(body.height)).next_multiple_of(columns);
            let by = (by.unsigned_abs() as u64 * columns, by < 0);
            file.hex_top = match by {
                (by, true) => file.hex_top.saturating_sub(by),
                (by, false) => (file.hex_top + by).min(last.max(file.hex_top)),
            };
        }
    }
    more(state, body)
}

/// Whether the end of the window is on the screen.
fn is_at_end(file: &File, body: Rect) -> bool {
    let Some(window) = file.window() else { return true };
    let height = usize::from(body.height);
    if file.top + height < window.rows() {
        return false;
    }
    let shown: usize = (file.top..window.rows()).map(|row| parts(file, row, body.width)).sum();
    shown.saturating_sub(file.part) <= height
}

fn down(file: &mut File, body: Rect) {
    if file.part + 1 < parts(file, file.top, body.width) {
        file.part += 1;
    } else {
        (file.top, file.part) = (file.top + 1, 0);
    }
}

fn up(file: &mut File, body: Rect) {
    if let Some(part) = file.part.checked_sub(1) {
        file.part = part;
    } else if let Some(row) = file.top.checked_sub(1) {
        (file.top, file.part) = (row, parts(file, row, body.width) - 1);
    }
}

/// Requests the window around the top of the screen, if the screen is near an end of the window that is not an end of
/// the file.
fn more(state: &mut State, body: Rect) -> Vec<Effect> {
    let Some(file) = state.file.as_ref().filter(|file| !file.is_reading()) else {
        return Vec::new();
    };
    let Some(window) = file.window().filter(|window| !window.is_whole()) else { return Vec::new() };
    let margin = usize::from(body.height) * 2;
    let (top, near) = match file.form {
        ViewMode::Facts => return Vec::new(),
        ViewMode::Text => {
            let below = file.top + margin >= window.rows() && window.end() < window.size;
            (window.start_of(file.top), below || (file.top < margin && window.offset > 0))
        }
        ViewMode::Hex => {
            let margin = margin as u64 * 16;
            let below = file.hex_top + margin >= window.end() && window.end() < window.size;
            let above = file.hex_top < window.offset + margin && window.offset > 0;
            (file.hex_top, below || above)
        }
    };
    if near { ask(state, ReadPart::At(top)) } else { Vec::new() }
}

pub(super) fn go_to_start(state: &mut State) -> Vec<Effect> {
    let Some(file) = &mut state.file else { return Vec::new() };
    (file.top, file.part, file.hex_top, file.left) = (0, 0, 0, 0);
    let away = file.window().is_some_and(|window| window.offset > 0);
    if away { ask(state, ReadPart::At(0)) } else { Vec::new() }
}

pub(super) fn go_to_end(state: &mut State) -> Vec<Effect> {
    let (_, body) = area(state);
    let Some(file) = &mut state.file else { return Vec::new() };
    let Some(window) = file.window() else { return Vec::new() };
    if window.end() < window.size && matches!(file.what, ViewTarget::Version(_)) {
        return ask(state, ReadPart::End);
    }
    to_end(file, body);
    Vec::new()
}

/// Shows the last rows of the window.
fn to_end(file: &mut File, body: Rect) {
    let Some(window) = file.window() else { return };
    let columns = hex_columns(body.width);
    let (rows, size) = (window.rows(), window.size);
    file.hex_top = size.saturating_sub(columns * u64::from(body.height)).next_multiple_of(columns);
    (file.top, file.part) = (rows, 0);
    for _ in 0..body.height {
        up(file, body);
    }
}

/// Switches between text or facts and bytes, at the same offset.
pub(super) fn turn(file: &mut File) {
    let Some(Ok(contents)) = &file.contents else { return };
    if matches!(file.what, ViewTarget::Two(..)) {
        file.message = Some("a difference has no bytes of its own".into());
        return;
    }
    let window = &contents.window;
    match file.form {
        ViewMode::Text | ViewMode::Facts => {
            let start = if file.form == ViewMode::Text { window.start_of(file.top) } else { 0 };
            file.hex_top = start - start % 16;
            file.form = ViewMode::Hex;
        }
        ViewMode::Hex if contents.binary => {
            (file.form, file.top, file.part) = (ViewMode::Facts, 0, 0);
        }
        ViewMode::Hex => {
            (file.top, file.part) = (window.row_at(file.hex_top), 0);
            file.form = ViewMode::Text;
        }
    }
}

/// Scrolls to an offset of the file; unless it is on the screen already, to a third from the top.
pub(super) fn show(file: &mut File, body: Rect, at: u64) {
    let Some(window) = file.window() else { return };
    let row = window.row_at(at);
    let height = usize::from(body.height);
    let on_screen = (file.top..file.top + height.saturating_sub(1)).contains(&row) && !file.wrap;
    if !on_screen {
        (file.top, file.part) = (row.saturating_sub(height / 3), 0);
    }
    let start = file.window().map_or(0, |window| window.start_of(row));
    // The match may be right of the screen.
    let before = usize::try_from(at - start.min(at)).unwrap_or(0);
    let room = usize::from(body.width).saturating_sub(16);
    file.left = if file.wrap || before < room { 0 } else { before - room / 2 };
    let columns = hex_columns(body.width);
    if !(file.hex_top..file.hex_top + columns * u64::from(body.height)).contains(&at) {
        file.hex_top = at - at % columns;
    }
    file.found = Some(at);
}

/// Sets the scroll position after a new window replaced one whose top row began at offset `before`.
pub(super) fn after_reading(
    file: &mut File,
    body: Rect,
    request: &ReadPart,
    before: u64,
    found: Option<u64>,
) {
    match (request, found) {
        (ReadPart::End, _) => to_end(file, body),
        (ReadPart::Find { .. }, Some(at)) => show(file, body, at),
        (ReadPart::At(_) | ReadPart::Find { .. }, _) => {
            // The user may have scrolled since the request: the position stays. The window at 0
            // is requested for the start of the file.
            let top = if *request == ReadPart::At(0) { 0 } else { before };
            file.top = file.window().map_or(0, |window| window.row_at(top));
            file.part = 0;
        }
    }
}
