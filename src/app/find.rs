//! Search as you type, over every path any layer ever named: also removed, shadowed and not yet added ones. What is
//! nowhere as it was typed is looked for by its letters, once all layers are there.
//!
//! A path that has no row at the selected layer is shown at the layer of its last event, and the user is told.

use crate::stack::search::Hits;
use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::{marked, shorten};

use super::input::Input;
use super::layers;
use super::navigate;
use super::state::{Pane, Phase, State, View};

/// How many hits are looked at to find one that needs no other layer.
const LOOK_AHEAD: usize = 256;

/// A search, being typed or accepted.
pub struct Search {
    /// What was typed.
    pub input: Input,
    /// What it found; `None` while nothing is typed.
    pub hits: Option<Hits>,
    /// Keys go to the prompt.
    pub typing: bool,
    /// Accepted before anything was found, while layers were still being read: the first find is shown.
    waiting: bool,
    /// What no path has as it was typed: then none has what is longer.
    absent: Option<String>,
    /// The hit that this search put the cursor on, and the layer it was shown at.
    landed: Option<(NodeId, usize)>,
    /// Where the user was before.
    before: Place,
}

/// What a search may move, to move it back.
struct Place {
    layer: usize,
    focus: Pane,
    right: Pane,
    stack_top: usize,
    tree: View,
    diff: View,
    node: Option<NodeId>,
}

impl Place {
    fn here(state: &State, stack: &Stack) -> Self {
        Self {
            layer: state.layer,
            focus: state.focus,
            right: state.right,
            stack_top: state.stack_top,
            tree: state.tree.clone(),
            diff: state.diff.clone(),
            node: navigate::current(state, stack),
        }
    }

    fn restore(&self, state: &mut State) {
        (state.layer, state.focus, state.right) = (self.layer, self.focus, self.right);
        state.stack_top = self.stack_top;
        state.tree.clone_from(&self.tree);
        state.diff.clone_from(&self.diff);
    }
}

/// Opens the prompt, empty.
pub fn start(state: &mut State, stack: &Stack) {
    let before = Place::here(state, stack);
    let input = Input::default();
    state.search = Some(Search {
        input,
        hits: None,
        typing: true,
        waiting: false,
        absent: None,
        landed: None,
        before,
    });
}

/// Searches again after the prompt changed, from where the user was before.
pub fn typed(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    search.before.restore(state);
    state.notice = None;
    navigate::settle(state, stack);
    look(state, stack, &mut search);
    search.landed = None;
    let target = best(state, stack, &search);
    state.search = Some(search);
    if let Some(node) = target {
        land(state, stack, node);
    }
}

/// Searches again when more layers became part of the stack. Where nothing was found until now, the first find shows;
/// a hit under the cursor that one of these layers removed stays under it, at that layer.
pub fn refresh(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    let had = search.hits.as_ref().is_some_and(|hits| !hits.is_empty());
    look(state, stack, &mut search);
    let pane = target_pane(state);
    let gone = search.landed.filter(|&(node, layer)| {
        state.layer == layer
            && state.view(pane).wanted == Some(node)
            && !has_row(state, stack, pane, node)
    });
    let waits = !had && (search.typing || search.waiting);
    let first = if waits { best(state, stack, &search) } else { None };
    let waited = search.waiting;
    search.waiting &= first.is_none();
    state.search = Some(search);
    if let Some(node) = gone.map(|(node, _)| node).or(first) {
        land(state, stack, node);
        if gone.is_some() || waited {
            // The line on the path says which layer removed it, and how: who types no more reads it there.
            state.notice = None;
        }
    } else if waits && waited && state.phase != Phase::Reading {
        accept(state, stack);
    }
}

/// Enter: the place stays, the hits stay marked for next and previous.
pub fn accept(state: &mut State, stack: &Stack) {
    let Some(search) = &mut state.search else { return };
    if search.hits.as_ref().is_some_and(|hits| !hits.is_empty()) {
        search.typing = false;
        return;
    }
    let needle = marked(search.input.text().as_bytes());
    if search.hits.is_some() && state.phase == Phase::Reading {
        (search.typing, search.waiting) = (false, true);
        let (read, all) = (stack.folded(), stack.layer_count());
        state.notice = Some(format!("nothing matches {needle} in {read} of {all} layers so far"));
        return;
    }
    let found_nothing = search.hits.is_some();
    let notice = found_nothing.then(|| format!("no path in any layer matches {needle}"));
    cancel(state, stack);
    state.notice = notice;
}

/// Esc while typing: back to where the user was.
pub fn cancel(state: &mut State, stack: &Stack) {
    if let Some(search) = state.search.take() {
        search.before.restore(state);
        state.notice = None;
        layers::keep_in_view(state);
        navigate::settle(state, stack);
    }
}

/// The next or previous hit from the cursor.
pub fn next(state: &mut State, stack: &Stack, forward: bool) {
    let from = navigate::current(state, stack).unwrap_or(NodeId::ROOT);
    let Some(hits) = state.search.as_ref().and_then(|search| search.hits.as_ref()) else {
        state.notice = Some("nothing was searched for yet: press /".to_owned());
        return;
    };
    match hits.next(stack, from, forward) {
        Some(node) => land(state, stack, node),
        None => state.notice = Some("nothing found".to_owned()),
    }
}

/// Finds what is typed. Letters alone are tried only when nothing more is to come.
fn look(state: &State, stack: &Stack, search: &mut Search) {
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

/// The hit to show: the nearest one, or of those found by their letters the one where they stand closest.
fn best(state: &State, stack: &Stack, search: &Search) -> Option<NodeId> {
    let hits = search.hits.as_ref()?;
    if !hits.is_fuzzy() {
        return nearest(state, stack, hits, search.before.node);
    }
    let needle = search.input.text().as_bytes();
    let step = |&node: &NodeId| hits.next(stack, node, true);
    let looked_at = hits.len().min(LOOK_AHEAD);
    let all = std::iter::successors(hits.next(stack, NodeId::ROOT, true), step).take(looked_at);
    let pane = target_pane(state);
    all.min_by_key(|&node| (stack.letters_span(needle, node), !has_row(state, stack, pane, node)))
}

/// The first hit at or after `from` that the pane can show as it is; else the first at all.
fn nearest(state: &State, stack: &Stack, hits: &Hits, from: Option<NodeId>) -> Option<NodeId> {
    let pane = target_pane(state);
    let shows = |node: NodeId| has_row(state, stack, pane, node);
    if let Some(here) = from.filter(|&node| hits.contains(node) && shows(node)) {
        return Some(here);
    }
    let start = from.unwrap_or(NodeId::ROOT);
    let first = hits.next(stack, start, true)?;
    let mut node = first;
    for _ in 0..LOOK_AHEAD {
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

/// Searching from the stack pane shows what it finds in the tree.
const fn target_pane(state: &State) -> Pane {
    match state.focus {
        Pane::Stack => Pane::Tree,
        pane => pane,
    }
}

/// Whether the pane has a row for the path at the selected layer, folds aside.
fn has_row(state: &State, stack: &Stack, pane: Pane, node: NodeId) -> bool {
    let pane = if pane == Pane::Stack { Pane::Tree } else { pane };
    state.tree_of(pane, stack).is_some_and(|tree| {
        stack.change_in(node, tree).is_some()
            || (pane != Pane::Diff && stack.visible(node, tree.top()).is_some())
    })
}

/// Shows a hit, and remembers where.
fn land(state: &mut State, stack: &Stack, node: NodeId) {
    jump(state, stack, node);
    let layer = state.layer;
    if let Some(search) = &mut state.search {
        search.landed = Some((node, layer));
    }
}

/// Shows a path, at another layer where this one has no row for it.
pub fn jump(state: &mut State, stack: &Stack, node: NodeId) {
    let pane = target_pane(state);
    state.focus = pane;
    state.right = pane;
    if !has_row(state, stack, pane, node) {
        let Some(last) = stack.history(node).pop() else { return };
        let path = stack.path(node);
        let name = shorten::path(&marked(&path), 40);
        let did = match last.event {
            ChangeKind::Removed => "removed it",
            ChangeKind::Added => "added it",
            _ => "wrote it last",
        };
        let notice = format!(
            "{name} is not in layer {}: now at layer {}, which {did}",
            state.layer, last.layer
        );
        layers::select(state, stack, last.layer);
        state.notice = Some(notice);
    }
    navigate::reveal(state, stack, pane, node);
}
