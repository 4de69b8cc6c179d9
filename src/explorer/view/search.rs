//! Hits of a search, and the one to show.

use crate::explorer::model::search::{HITS_TRIED_MAX, Search};
use crate::explorer::model::state::{Pane, Phase, State};
use crate::stack::query::search::Hits;
use crate::stack::{NodeId, Stack};

/// Searches for the text of the prompt. Matches letters (fuzzy) only when all layers are folded.
pub(crate) fn run(state: &State, stack: &Stack, search: &mut Search) {
    let needle = search.input.text();
    if needle.is_empty() {
        search.hits = None;
        return;
    }
    let absent = search.absent.as_ref().is_some_and(|absent| needle.starts_with(absent.as_str()));
    let as_typed = (!absent).then(|| stack.search(needle.as_bytes()));
    let all_there = state.phase != Phase::Reading || stack.folded() == stack.layer_count();
    search.hits = Some(match as_typed {
        Some(hits) if !hits.is_empty() || !all_there => hits,
        _ => {
            search.absent = Some(needle.to_owned());
            stack.search_letters(needle.as_bytes())
        }
    });
}

/// The hit to show: the nearest one, or of fuzzy hits the one whose letters are closest together.
pub(crate) fn best(state: &State, stack: &Stack, search: &Search) -> Option<NodeId> {
    let hits = search.hits.as_ref()?;
    if !hits.is_fuzzy() {
        return nearest(state, stack, hits, search.before.node);
    }
    let needle = search.input.text().as_bytes();
    let step = |&node: &NodeId| hits.next(stack, node, true);
    let looked_at = hits.len().min(HITS_TRIED_MAX);
    let all = std::iter::successors(hits.next(stack, NodeId::ROOT, true), step).take(looked_at);
    let pane = target_pane(state);
    all.min_by_key(|&node| (stack.letters_span(needle, node), !has_row(state, stack, pane, node)))
}

/// The first hit at or after `from` that has a row in the pane; else the first hit.
fn nearest(state: &State, stack: &Stack, hits: &Hits, from: Option<NodeId>) -> Option<NodeId> {
    let pane = target_pane(state);
    let shows = |node: NodeId| has_row(state, stack, pane, node);
    if let Some(here) = from.filter(|&node| hits.contains(node) && shows(node)) {
        return Some(here);
    }
    let start = from.unwrap_or(NodeId::ROOT);
    let first = hits.next(stack, start, true)?;
    let mut node = first;
    for _ in 0..HITS_TRIED_MAX {
        if shows(node) {
            return Some(node);
        }
        node = hits.next(stack, node, true)?;
        if node == first {
            break;
        }
    }
    Some(first)
}

/// The pane that shows hits: the focused one, or the tree for the stack pane.
pub(crate) const fn target_pane(state: &State) -> Pane {
    match state.focus {
        Pane::Stack => Pane::Tree,
        pane => pane,
    }
}

/// Whether the pane has a row for the path at the selected layer, with everything unfolded.
pub(crate) fn has_row(state: &State, stack: &Stack, pane: Pane, node: NodeId) -> bool {
    let pane = if pane == Pane::Stack { Pane::Tree } else { pane };
    state.tree_of(pane, stack).is_some_and(|tree| {
        stack.change_in(node, tree).is_some()
            || (pane != Pane::Diff && stack.visible(node, tree.top()).is_some())
    })
}
