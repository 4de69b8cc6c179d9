//! The search of contents: the prompt, hits that arrive, Enter on a hit.

use crate::explorer::model::contents::{ContentsSearch, HITS_MAX, SearchEnd};
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::{navigate, view};
use crate::load::grep::{HitKind, VersionHit};
use crate::stack::{NodeId, Stack};
use crate::text::{Visible, visible};

/// `ctrl-s`: asks what to search for below the directory under the cursor; in the list, asks again.
pub(super) fn ask(state: &mut State, stack: &Stack) {
    if state.image.is_none() {
        state.notice = Some("no image is open".into());
    } else if state.comparison.is_some() {
        state.notice = Some("contents are searched in one image: Esc goes back to it".into());
    } else {
        let below = directory(state, stack);
        navigate::overlay::open(state, stack, OverlayKind::Contents(below));
        navigate::overlay::start_typing(state, stack);
    }
}

/// The directory under the cursor, or the one that holds the file under it.
fn directory(state: &State, stack: &Stack) -> NodeId {
    if let Some(OverlayKind::Contents(below)) = state.overlays.last().map(|top| top.kind) {
        return below;
    }
    let row = view::trees::current_row(state, stack, view::trees::pane_of_path(state));
    let Some(node) = row.map(|row| row.node).filter(|_| state.focus != Pane::Stack) else {
        return NodeId::ROOT;
    };
    let is_directory = stack
        .history(node)
        .last()
        .is_some_and(|step| step.version.kind == crate::stack::kept::entry::Kind::Directory);
    if is_directory { node } else { stack.parent(node).unwrap_or(NodeId::ROOT) }
}

/// Enter in the prompt: starts the search.
pub(super) fn start(state: &mut State, stack: &Stack, below: NodeId, text: &str) -> Vec<Effect> {
    if text.is_empty() {
        return Vec::new();
    }
    if let Err(why) = view::contents::query(text) {
        state.notice = Some(visible(&why).into_owned());
        return Vec::new();
    }
    let number = state.contents.as_ref().map_or(0, |search| search.number) + 1;
    state.contents = Some(Box::new(ContentsSearch {
        number,
        pattern: text.to_owned(),
        below,
        hits: Vec::new(),
        files: 0,
        ended: None,
    }));
    navigate::overlay::stop_typing(state, stack, true);
    vec![Effect::SearchContents { number, pattern: text.to_owned(), below }]
}

/// Esc in the list: stops the search, or closes the list.
pub(super) fn cancel(state: &mut State, stack: &Stack) -> Vec<Effect> {
    let running = state.contents.as_mut().filter(|search| search.is_running());
    let Some(search) = running else {
        navigate::overlay::close(state);
        return Vec::new();
    };
    search.ended = Some(SearchEnd::Stopped);
    navigate::overlay::keep_in_view(state, stack);
    vec![Effect::StopContents]
}

/// Hits of further files.
pub(super) fn found(
    state: &mut State,
    stack: &Stack,
    (number, files): (u64, u64),
    hits: Vec<VersionHit>,
) -> Vec<Effect> {
    let search = state.contents.as_mut();
    let Some(search) = search.filter(|it| it.number == number && it.is_running()) else {
        return Vec::new();
    };
    search.files = search.files.max(files);
    search.hits.extend(hits);
    let full = search.hits.len() >= HITS_MAX;
    if full {
        search.hits.truncate(HITS_MAX);
        search.ended = Some(SearchEnd::Full);
    }
    navigate::overlay::keep_in_view(state, stack);
    if full { vec![Effect::StopContents] } else { Vec::new() }
}

/// The search ended.
pub(super) fn ended(state: &mut State, stack: &Stack, number: u64, unread: usize) {
    let search = state.contents.as_mut();
    if let Some(search) = search.filter(|it| it.number == number && it.is_running()) {
        search.ended = Some(SearchEnd::Done(unread));
        navigate::overlay::keep_in_view(state, stack);
    }
}

/// Enter on a hit: opens that version of the file at the line.
pub(super) fn choose(state: &mut State, stack: &Stack, below: NodeId, item: usize) -> Vec<Effect> {
    let found = state.contents_below(below).and_then(|search| search.hits.get(item)).cloned();
    let Some(VersionHit { node, event, layer, hit, .. }) = found else { return Vec::new() };
    let which: Visible<'static> = visible!["layer ", layer];
    let first = hit.matches.first().and_then(|at| hit.text.get(at.start as usize..at.end as usize));
    let text = first.and_then(|text| std::str::from_utf8(text).ok());
    let from = match &hit.matches.first() {
        Some(first) if !hit.cut => hit.offset + u64::from(first.start),
        _ => hit.offset,
    };
    let text = text.filter(|_| hit.kind == HitKind::Match);
    navigate::file::open::open_at(state, stack, (node, event, which), text, from)
}
