//! The last line: a prompt, or hints of keys by rank, as many as fit.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::facts;
use crate::explorer::model::filter::Filter;
use crate::explorer::model::input::Input;
use crate::explorer::model::search::{Found, Search};
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view;
use crate::explorer::view::filter::is_searching;
use crate::stack::Stack;
use crate::text::width::end;
use crate::text::{Visible, visible};

/// Draws the line; returns the position of the terminal's cursor if it has a prompt.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    line: Rect,
) -> Option<(u16, u16)> {
    let inner = line.inset(1, 0);
    if !state.overlays.is_empty() {
        // The overlay covers the line of facts, so the notice is shown here.
        if !facts::notice_or_work(canvas, state, stack, inner) {
            hints(canvas, inner, &view::hints::wanted(state, stack));
        }
        return None;
    }
    if let Some(filter) = state.filter.as_ref().filter(|filter| filter.typing) {
        return Some(filter_prompt(canvas, state, stack, filter, inner));
    }
    if let Some(search) = state.search.as_ref().filter(|search| search.typing) {
        return Some(prompt(canvas, search, inner));
    }
    let has_facts = state.layout().facts.is_some();
    if !has_facts && facts::notice_or_work(canvas, state, stack, inner) {
        return None;
    }
    if state.is_reading() && !has_facts {
        facts::progress(canvas, state, inner);
    } else {
        keys(canvas, state, stack, inner);
    }
    None
}

fn keys(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, line: Rect) {
    let lead = view::hints::lead(state, stack);
    let x = canvas.spans(line.x, line.y, line.width, &lead).min(line.x + line.width);
    let line = Rect { x, width: line.x + line.width - x, ..line };
    hints(canvas, line, &view::hints::wanted(state, stack));
}

/// Draws the text of a prompt from (x, y) to column `limit`, of the text before the cursor the last `before_max` cells.
/// Returns the columns of the cursor and after the text.
pub(super) fn input(
    canvas: &mut Canvas<'_>,
    input: &Input,
    (x, y): (u16, u16),
    limit: u16,
    before_max: u16,
) -> (u16, u16) {
    let (before, after) = input.split();
    let before = visible(before);
    let shown = end(&before, usize::from(before_max));
    let cursor = canvas.text(x, y, limit.saturating_sub(x), Role::Text, shown);
    let after = canvas.text(cursor, y, limit.saturating_sub(cursor), Role::Text, visible(after));
    (cursor, after)
}

fn filter_prompt(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    filter: &Filter,
    line: Rect,
) -> (u16, u16) {
    let limit = line.x + line.width;
    let x = canvas.text(line.x, line.y, line.width, Role::Accent, "filter ");
    let before_max = limit.saturating_sub(x) / 2;
    let (cursor, after) = input(canvas, &filter.input, (x, line.y), limit, before_max);
    let x = (after + 2).min(limit);
    let (role, text) = match (&filter.error, filter.is_on()) {
        (Some(error), _) => (Role::Warning, error.clone()),
        (None, true) if is_searching(state) => (Role::Quiet, "looking through the names …".into()),
        (None, true) => (Role::Text, view::filter::said(state, stack)),
        (None, false) => (Role::Quiet, crate::explorer::model::filter::WORDS.into()),
    };
    let x = canvas.spans(x, line.y, limit.saturating_sub(x), &[(role, text)]);
    let help = Rect { x: (x + 3).min(limit), width: limit.saturating_sub(x + 3), ..line };
    if filter.is_on() && filter.error.is_none() {
        hints(canvas, help, &[("enter".into(), "keep"), ("esc".into(), "clear")]);
    }
    (cursor.min(limit.saturating_sub(1)), line.y)
}

/// Draws as many whole hints as fit.
fn hints(canvas: &mut Canvas<'_>, line: Rect, hints: &[(Visible<'_>, &str)]) {
    let limit = line.x + line.width;
    let mut x = line.x;
    for (key, word) in hints {
        let cells = (key.len() + 1 + word.len()) as u16;
        if x + cells > limit {
            break;
        }
        x = canvas.text(x, line.y, limit - x, Role::Accent, key);
        x = canvas.text(x, line.y, limit.saturating_sub(x), Role::Quiet, visible![" ", word]);
        x += view::hints::BETWEEN;
    }
}

fn prompt(canvas: &mut Canvas<'_>, search: &Search, line: Rect) -> (u16, u16) {
    let limit = line.x + line.width;
    let count = match &search.found {
        None => Visible::default(),
        Some(found) if found.is_empty() => "nothing".into(),
        Some(found) => view::search::counted(found),
    };
    let help = "   enter go there   up down choose   esc back";
    let x = canvas.text(line.x, line.y, line.width, Role::Accent, "/");
    // A long text is cut at its beginning; the count keeps its position.
    let end = limit.saturating_sub(count.len() as u16 + 3).max(x);
    let before_max = (end - x).saturating_sub(1);
    let (cursor, after) = input(canvas, &search.input, (x, line.y), end, before_max);
    let x = (after + 3).min(limit);
    let role =
        if search.found.as_ref().is_some_and(Found::is_empty) { Role::Warning } else { Role::Text };
    let x = canvas.text(x, line.y, limit.saturating_sub(x), role, &count);
    if usize::from(limit.saturating_sub(x)) >= help.len() {
        canvas.text(x, line.y, limit - x, Role::Quiet, help);
    }
    (cursor.min(limit.saturating_sub(1)), line.y)
}
