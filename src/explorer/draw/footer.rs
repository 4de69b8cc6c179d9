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
use crate::text::{Visible, shorten, size, visible};

/// Draws the line; returns the position of the terminal's cursor if it has a prompt.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    line: Rect,
) -> Option<(u16, u16)> {
    let inner = line.inset(1, 0);
    if let Some(top) = state.overlays.last() {
        // The overlay covers the line of facts, so the notice is shown here.
        if !facts::notice_or_work(canvas, state, stack, inner) {
            let page = view::overlay::place(state, stack, top).page;
            let own = |keys| state.keymap.rewritten(keys, state.contexts());
            let wanted: Vec<_> = page.hints.iter().map(|&(keys, word)| (own(keys), word)).collect();
            hints(canvas, inner, &wanted);
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
    let mut line = chips(canvas, state, stack, line);
    if let Some(search) = &state.search {
        let needle = shorten::middle(&visible(search.input.text()), 24);
        let found = search.found.as_ref().map_or_else(|| "0 found".into(), counted);
        let spans = [
            (Role::Accent, "n N".into()),
            (Role::Quiet, visible![" ", found, " for "]),
            (Role::Text, visible!["/", needle]),
            (Role::Quiet, "   ".into()),
        ];
        let after = canvas.spans(line.x, line.y, line.width, &spans);
        line.width -= after - line.x;
        line.x = after;
    }
    let mut wanted = state.keymap.hints(state.contexts());
    if state.problem_count() == 0 {
        wanted.retain(|(_, word)| *word != "problems");
    }
    if state.image.is_none() {
        wanted.retain(|(_, word)| matches!(*word, "help" | "quit"));
    }
    hints(canvas, line, &wanted);
}

/// A chip for each word of the filter, and the number of paths that pass; returns the rest of the line.
fn chips(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, line: Rect) -> Rect {
    let Some(filter) = state.filter.as_ref().filter(|filter| filter.is_on()) else { return line };
    let mut spans = vec![(Role::Accent, "esc".into()), (Role::Quiet, " filter ".into())];
    for chip in &filter.chips {
        spans.push((Role::Strong, visible!["[", shorten::middle(chip, 20), "]"]));
        spans.push((Role::Quiet, " ".into()));
    }
    spans.push((Role::Quiet, visible![passed(state, stack), "  "]));
    let after = canvas.spans(line.x, line.y, line.width, &spans).min(line.x + line.width);
    Rect { x: after, width: line.x + line.width - after, ..line }
}

fn passed(state: &State, stack: &Stack) -> Visible<'static> {
    let pane = crate::explorer::view::trees::pane_of_path(state);
    match crate::explorer::view::filter::passed(state, stack, pane) {
        None => Visible::default(),
        Some(0) => "nothing passes".into(),
        Some(1) => "1 path".into(),
        Some(count) => visible![size::count(count as u64), " paths"],
    }
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
        (None, true) => (Role::Text, passed(state, stack)),
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
        x += 3;
    }
}

/// Number of hits, and whether they are fuzzy.
fn counted(found: &Found) -> Visible<'static> {
    let how = if found.is_fuzzy() { "fuzzy" } else { "found" };
    visible![size::count(found.len() as u64), " ", how]
}

fn prompt(canvas: &mut Canvas<'_>, search: &Search, line: Rect) -> (u16, u16) {
    let limit = line.x + line.width;
    let count = match &search.found {
        None => Visible::default(),
        Some(found) if found.is_empty() => "nothing".into(),
        Some(found) => counted(found),
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
