//! The viewer: reading parts of a file, moving and searching in it.

pub mod ask;
pub mod open;
mod position;

use crate::content::Contents;
use crate::content::search::Needle;
use crate::explorer::model::action::entry::{Action, Context, FileAction, FindAction, Move};
use crate::explorer::model::file::{File, ReadPart, SIDE, ViewMode};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::State;
use crate::explorer::navigate::file::ask::ask;
use crate::explorer::navigate::{self, file};
use crate::explorer::view::file::area;
use crate::text::visible;

/// Applies the answer to a request for a part of the file.
pub(crate) fn arrived(state: &mut State, number: u64, answer: Result<Box<Contents>, String>) {
    let (_, body) = area(state);
    let Some(file) = &mut state.file else { return };
    let awaited = file.awaited.take_if(|(awaited, _)| *awaited == number);
    let Some((_, request)) = awaited else { return };
    let first = !matches!(file.contents, Some(Ok(_)));
    match answer {
        Ok(contents) => {
            if first && contents.binary {
                file.form = ViewMode::Facts;
            }
            if matches!(request, ReadPart::Find { .. }) && contents.found.is_none() {
                file.message = Some(visible!["no ", file.search, " here"]);
                return;
            }
            let before = file.window().map_or(0, |window| window.start_of(file.top));
            let found = contents.found;
            file.contents = Some(Ok(contents));
            file::position::after_reading(file, body, &request, before, found);
        }
        // Contents that were read before stay.
        Err(reason) if !first => file.message = Some(visible(&reason).into_owned()),
        Err(reason) => file.contents = Some(Err(reason)),
    }
}

/// Performs an action in the viewer; `None` if it does nothing there.
pub(crate) fn act(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    let (_, body) = area(state);
    let height = usize::from(body.height).max(1) as isize;
    let typing = state.overlays.last().is_some_and(|top| top.typing);
    let Some(file) = &mut state.file else { return None };
    file.message = None;
    match action {
        Action::Open if typing => return Some(accept(state)),
        Action::Cancel if typing => set_typing(state, false),
        Action::Cancel => navigate::overlay::close(state),
        Action::Close if !typing => navigate::overlay::close(state),
        Action::Move(Move::Top) => return Some(file::position::go_to_start(state)),
        Action::Move(Move::Bottom) => return Some(file::position::go_to_end(state)),
        Action::Move(to) => return Some(file::position::step(state, to.rows(height))),
        Action::Left => file.left = file.left.saturating_sub(SIDE),
        Action::Right if !file.wrap => file.left = (file.left + SIDE).min(1 << 16),
        Action::File(FileAction::Wrap) => {
            file.wrap = !file.wrap;
            (file.part, file.left) = (0, 0);
        }
        Action::File(FileAction::Hex) => file::position::turn(file),
        Action::Find(FindAction::Search) => set_typing(state, true),
        Action::Find(FindAction::NextHit) => return Some(next(state, true)),
        Action::Find(FindAction::PreviousHit) => return Some(next(state, false)),
        Action::Open
        | Action::Close
        | Action::Intermediate
        | Action::Right
        | Action::Version(_)
        | Action::Extract
        | Action::Treemap
        | Action::Help
        | Action::Palette
        | Action::Find(FindAction::Contents)
        | Action::Pane(_)
        | Action::Tree(_)
        | Action::Map(_)
        | Action::Program(_) => return None,
    }
    Some(Vec::new())
}

/// Opens or closes the prompt of the search.
pub(crate) fn set_typing(state: &mut State, typing: bool) {
    if let Some(top) = state.overlays.last_mut().filter(|top| top.kind == OverlayKind::File) {
        top.typing = typing;
        if typing {
            top.input = crate::explorer::model::input::Input::default();
        }
    }
}

/// Shows the first match at or after the top of the screen, if the window has one.
pub(crate) fn typed(state: &mut State) {
    let (_, body) = area(state);
    let Some(text) = state.overlays.last().map(|top| top.input.text().to_owned()) else { return };
    let Some(file) = &mut state.file else { return };
    file.search = text;
    file.found = None;
    let from = file.window().map_or(0, |window| window.start_of(file.top));
    if let Some(at) = in_window(file, from, true) {
        file::position::show(file, body, at);
    }
}

/// Enter in the prompt: searches the whole file if the window has no match.
pub(crate) fn accept(state: &mut State) -> Vec<Effect> {
    set_typing(state, false);
    match &state.file {
        Some(file) if file.found.is_none() && !file.search.is_empty() => next(state, true),
        _ => Vec::new(),
    }
}

/// Shows the next or previous match.
pub(crate) fn next(state: &mut State, forward: bool) -> Vec<Effect> {
    let (_, body) = area(state);
    let search = state.keymap.rewritten("/", &[Context::File, Context::Overlay]);
    let Some(file) = &mut state.file else { return Vec::new() };
    let Some(window) = file.window().filter(|_| !file.search.is_empty()) else {
        file.message = Some(visible!["no search yet: press ", search]);
        return Vec::new();
    };
    let top = window.start_of(file.top);
    let from = file.found.map_or(top, |found| if forward { found + 1 } else { found });
    let (whole, text) = (window.is_whole(), file.search.clone());
    if let Some(at) = in_window(file, from, forward) {
        file::position::show(file, body, at);
        return Vec::new();
    }
    if whole {
        file.message = Some(visible!["no ", text, " here"]);
        return Vec::new();
    }
    ask(state, ReadPart::Find { text, from, forward })
}

/// The offset of the match next to `from`, if the window has one. Wraps around only if the window is the whole file.
fn in_window(file: &File, from: u64, forward: bool) -> Option<u64> {
    let window = file.window()?;
    let needle = Needle::new(&file.search)?;
    let start = usize::try_from(from.saturating_sub(window.offset)).ok()?;
    let found = window.offset + needle.next(&window.bytes, start, forward)? as u64;
    let ahead = if forward { found >= from } else { found < from };
    (ahead || window.is_whole()).then_some(found)
}
