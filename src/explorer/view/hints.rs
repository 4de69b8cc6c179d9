//! Hints in the last line: what stands before them, keys and words, and the key at a cell, for the mouse.

use crate::explorer::model::key::Key;
use crate::explorer::model::role::{Role, Span};
use crate::explorer::model::state::State;
use crate::explorer::view;
use crate::stack::Stack;
use crate::text::width::width;
use crate::text::{Visible, shorten, visible};

/// Cells between two hints.
pub const BETWEEN: u16 = 3;

/// A chip for each word of the filter with the number of paths that pass, and what the search found.
#[must_use]
pub fn lead(state: &State, stack: &Stack) -> Vec<Span> {
    let mut spans = Vec::new();
    if let Some(filter) = state.filter.as_ref().filter(|filter| filter.is_on()) {
        spans.extend([
            (Role::Accent, state.keymap.of_panes("esc")),
            (Role::Quiet, " filter ".into()),
        ]);
        for chip in &filter.chips {
            spans.push((Role::Strong, visible!["[", shorten::middle(chip, 20), "]"]));
            spans.push((Role::Quiet, " ".into()));
        }
        spans.push((Role::Quiet, visible![view::filter::said(state, stack), "  "]));
    }
    if let Some(search) = &state.search {
        let needle = shorten::middle(&visible(search.input.text()), 24);
        let found = search.found.as_ref().map_or_else(|| "0 found".into(), view::search::counted);
        spans.extend([
            (Role::Accent, state.keymap.of_panes("n N")),
            (Role::Quiet, visible![" ", found, " for "]),
            (Role::Text, visible!["/", needle]),
            (Role::Quiet, "   ".into()),
        ]);
    }
    spans
}

/// Keys and words, most needed first: of the topmost overlay or of the focused pane.
#[must_use]
pub fn wanted(state: &State, stack: &Stack) -> Vec<(Visible<'static>, &'static str)> {
    if let Some(top) = state.overlays.last() {
        let page = view::overlay::place(state, stack, top).page;
        let own = |keys| state.keymap.rewritten(keys, state.contexts());
        return page.hints.iter().map(|&(keys, word)| (own(keys), word)).collect();
    }
    let mut wanted = state.keymap.hints(state.contexts());
    if state.problem_count() == 0 {
        wanted.retain(|(_, word)| *word != "problems");
    }
    if state.image.is_none() {
        wanted.retain(|(_, word)| matches!(*word, "help" | "quit"));
    }
    wanted
}

/// The key at a cell of the screen; of a hint's word, its first key.
#[must_use]
pub fn key_at(state: &State, stack: &Stack, x: u16, y: u16) -> Option<Key> {
    let line = state.layout().hints.filter(|line| line.contains(x, y))?.inset(1, 0);
    let in_prompt = state.overlays.is_empty() && state.is_typing();
    let covered = state.notice.is_some() || state.is_working();
    if in_prompt || covered && (!state.overlays.is_empty() || state.layout().facts.is_none()) {
        return None;
    }
    let before: usize = if state.overlays.is_empty() {
        lead(state, stack).iter().map(|(_, text)| width(text)).sum()
    } else {
        0
    };
    let mut start = line.x + (before as u16).min(line.width);
    for (keys, word) in wanted(state, stack) {
        let end = start + (width(&keys) + 1 + word.len()) as u16;
        if end > line.x + line.width {
            return None;
        }
        if (start..end).contains(&x) {
            return key_of(&keys.plain(), usize::from(x - start));
        }
        start = end + BETWEEN;
    }
    None
}

/// The key that cell `at` of the keys is on, else the first.
fn key_of(keys: &str, at: usize) -> Option<Key> {
    let mut end = 0;
    let on = keys.split(' ').find(|key| {
        end += key.chars().count() + 1;
        at < end
    });
    Key::parse(on.or_else(|| keys.split(' ').next())?)
}
