//! The viewer: a file as text, as bytes, or as facts; the difference of two versions of it. Reads nothing: it asks.
//!
//! Of a large file only a window is here. Moving towards its edge asks for the next one, and the place that was on the
//! screen stays there. What the screen shows is made in [`rows`].

pub mod open;
mod place;
pub mod rows;

use crate::content::search::Needle;
use crate::content::{Contents, Window};
use crate::stack::EventId;
use crate::text::marked_str;

use super::action::Action;
use super::layout::Rect;
use super::message::Effect;
use super::overlay::Kind;
use super::state::State;

/// Cells that one step to the side moves.
const SIDE: usize = 8;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// One version of a file.
    Version(EventId),
    /// The older and the newer of two.
    Two(EventId, EventId),
}

/// Which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Round the byte at this offset.
    At(u64),
    /// The end.
    End,
    /// Where the text stands next from an offset on, or last before it.
    Find {
        /// As typed.
        text: String,
        /// An offset in the file.
        from: u64,
        /// Towards the end.
        forward: bool,
    },
}

/// A part of a file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Comes back with the answer; only the answer to the newest is taken.
    pub number: u64,
    /// What.
    pub what: What,
    /// Which part.
    pub part: Part,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines.
    Text,
    /// Bytes.
    Hex,
    /// What it is.
    Facts,
}

/// The file that is looked at.
#[derive(Clone, Debug)]
pub struct File {
    /// What it is.
    pub what: What,
    /// Its path and which version. Visible.
    pub title: (String, String),
    /// What was read of it; `None` while nothing was. Raw, where it could not be read.
    pub contents: Option<Result<Box<Contents>, String>>,
    /// How it is shown.
    pub form: Form,
    /// Long lines go on in the next row of the screen.
    pub wrap: bool,
    /// The first row on the screen, of those of the window.
    pub top: usize,
    /// How many rows of the screen, of a wrapped row, are above it.
    pub part: usize,
    /// Where the first row of bytes on the screen begins in the file.
    pub hex_top: u64,
    /// Cells that are left of the screen.
    pub left: usize,
    /// What is looked for.
    pub search: String,
    /// The place of it that was found last: an offset in the file.
    pub found: Option<u64>,
    /// A word about the search. Visible.
    pub remark: Option<String>,
    /// The newest question and its number, while it is unanswered.
    awaited: Option<(u64, Part)>,
}

impl File {
    /// The window, where there is one.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        Some(&self.contents.as_ref()?.as_ref().ok()?.window)
    }

    /// Whether more of it is being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        self.awaited.is_some()
    }
}

/// Where the viewer lies: the whole screen but the line of hints; and where its rows go.
#[must_use]
pub fn area(state: &State) -> (Rect, Rect) {
    let mut outer = Rect { x: 0, y: 0, width: state.size.width, height: state.size.height };
    if let Some(hints) = state.layout().hints {
        outer.height = hints.y;
    }
    let bordered = outer.width >= 40 && outer.height >= 8;
    let mut body = outer.inset(u16::from(bordered), u16::from(bordered));
    if !bordered {
        let _title = body.take_top(1);
    }
    (outer, body)
}

/// Asks for a part of the open file.
pub(super) fn ask(state: &mut State, part: Part) -> Vec<Effect> {
    state.looks += 1;
    let number = state.looks;
    let Some(file) = &mut state.file else { return Vec::new() };
    file.awaited = Some((number, part.clone()));
    vec![Effect::Look(Look { number, what: file.what, part })]
}

/// Takes what was read.
pub(super) fn arrived(state: &mut State, number: u64, answer: Result<Box<Contents>, String>) {
    let (_, body) = area(state);
    let Some(file) = &mut state.file else { return };
    let awaited = file.awaited.take_if(|(awaited, _)| *awaited == number);
    let Some((_, asked)) = awaited else { return };
    let first = !matches!(file.contents, Some(Ok(_)));
    match answer {
        Ok(contents) => {
            if first && contents.binary {
                file.form = Form::Facts;
            }
            if matches!(asked, Part::Find { .. }) && contents.found.is_none() {
                file.remark = Some(format!("no {} here", marked_str(&file.search)));
                return;
            }
            let before = file.window().map_or(0, |window| window.start_of(file.top));
            let found = contents.found;
            file.contents = Some(Ok(contents));
            place::after_reading(file, body, &asked, before, found);
        }
        // What is there already stays.
        Err(reason) if !first => file.remark = Some(marked_str(&reason).into_owned()),
        Err(reason) => file.contents = Some(Err(reason)),
    }
}

/// Does what an action means in the viewer.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let (_, body) = area(state);
    let height = usize::from(body.height).max(1) as isize;
    let Some(file) = &mut state.file else { return Vec::new() };
    file.remark = None;
    match action {
        Action::Down => return place::step(state, 1),
        Action::Up => return place::step(state, -1),
        Action::HalfDown => return place::step(state, (height / 2).max(1)),
        Action::HalfUp => return place::step(state, -(height / 2).max(1)),
        Action::PageDown => return place::step(state, height),
        Action::PageUp => return place::step(state, -height),
        Action::Top => return place::go_to_start(state),
        Action::Bottom => return place::go_to_end(state),
        Action::Left => file.left = file.left.saturating_sub(SIDE),
        Action::Right if !file.wrap => file.left = (file.left + SIDE).min(1 << 16),
        Action::Wrap => {
            file.wrap = !file.wrap;
            (file.part, file.left) = (0, 0);
        }
        Action::Hex => place::turn(file),
        Action::Search => set_typing(state, true),
        Action::NextHit => return next(state, true),
        Action::PreviousHit => return next(state, false),
        _ => {}
    }
    Vec::new()
}

/// Whether keys go to the prompt of the search.
pub(super) fn set_typing(state: &mut State, typing: bool) {
    if let Some(top) = state.overlays.last_mut().filter(|top| top.kind == Kind::File) {
        top.typing = typing;
        if typing {
            top.input = super::input::Input::default();
        }
    }
}

/// The prompt changed: the first place behind the top of the screen shows, as far as the window goes.
pub(super) fn typed(state: &mut State) {
    let (_, body) = area(state);
    let Some(text) = state.overlays.last().map(|top| top.input.text().to_owned()) else { return };
    let Some(file) = &mut state.file else { return };
    file.search = text;
    file.found = None;
    let from = file.window().map_or(0, |window| window.start_of(file.top));
    if let Some(at) = in_window(file, from, true) {
        place::show(file, body, at);
    }
}

/// Enter in the prompt: what is not in the window is looked for in the whole file.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    set_typing(state, false);
    match &state.file {
        Some(file) if file.found.is_none() && !file.search.is_empty() => next(state, true),
        _ => Vec::new(),
    }
}

/// The next or previous place of what is looked for.
fn next(state: &mut State, forward: bool) -> Vec<Effect> {
    let (_, body) = area(state);
    let Some(file) = &mut state.file else { return Vec::new() };
    let Some(window) = file.window().filter(|_| !file.search.is_empty()) else {
        file.remark = Some("nothing was searched for yet: press /".to_owned());
        return Vec::new();
    };
    let top = window.start_of(file.top);
    let from = file.found.map_or(top, |found| if forward { found + 1 } else { found });
    let (whole, text) = (window.is_whole(), file.search.clone());
    if let Some(at) = in_window(file, from, forward) {
        place::show(file, body, at);
        return Vec::new();
    }
    if whole {
        file.remark = Some(format!("no {} here", marked_str(&text)));
        return Vec::new();
    }
    ask(state, Part::Find { text, from, forward })
}

/// The place next to an offset of the file, if the window has it. Only in a window that is the whole file it goes
/// round the end.
fn in_window(file: &File, from: u64, forward: bool) -> Option<u64> {
    let window = file.window()?;
    let needle = Needle::new(&file.search)?;
    let start = usize::try_from(from.saturating_sub(window.offset)).ok()?;
    let found = window.offset + needle.next(&window.bytes, start, forward)? as u64;
    let ahead = if forward { found >= from } else { found < from };
    (ahead || window.is_whole()).then_some(found)
}
