//! Search: typing, stepping through hits, showing a hit.

use crate::explorer::model::input::Input;
use crate::explorer::model::search::{SavedPosition, Search};
use crate::explorer::model::state::{Phase, State};
use crate::explorer::view::search::{best, has_row, run, target_pane};
use crate::explorer::{navigate, view};
use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::{shorten, visible};

impl SavedPosition {
    fn here(state: &State, stack: &Stack) -> Self {
        Self {
            layer: state.layer,
            focus: state.focus,
            right: state.right,
            stack_top: state.stack_top,
            tree: state.tree.clone(),
            diff: state.diff.clone(),
            node: view::trees::current(state, stack),
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
pub(crate) fn start(state: &mut State, stack: &Stack) {
    let before = SavedPosition::here(state, stack);
    let input = Input::default();
    state.search = Some(Search {
        input,
        hits: None,
        typing: true,
        waiting: false,
        absent: None,
        shown_hit: None,
        before,
    });
}

/// Searches again after the text changed, from the position before the search.
pub(crate) fn typed(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    search.before.restore(state);
    state.notice = None;
    state.unsettled = true;
    run(state, stack, &mut search);
    search.shown_hit = None;
    let target = best(state, stack, &search);
    state.search = Some(search);
    if let Some(node) = target {
        land(state, stack, node);
    }
}

/// Searches again after more layers were folded. If nothing was found before, the first hit is shown. If a new layer
/// removed the hit under the cursor, that layer is selected and the cursor stays on the hit.
pub(crate) fn refresh(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    let had = search.hits.as_ref().is_some_and(|hits| !hits.is_empty());
    run(state, stack, &mut search);
    let pane = target_pane(state);
    let gone = search.shown_hit.filter(|&(node, layer)| {
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
            // The line of facts names the layer that removed the path.
            state.notice = None;
        }
    } else if waits && waited && state.phase != Phase::Reading {
        accept(state, stack);
    }
}

/// Enter: keeps the position and the hits, for the next and the previous one.
pub(crate) fn accept(state: &mut State, stack: &Stack) {
    let Some(search) = &mut state.search else { return };
    if search.hits.as_ref().is_some_and(|hits| !hits.is_empty()) {
        search.typing = false;
        return;
    }
    let needle = visible(search.input.text().as_bytes());
    if search.hits.is_some() && state.phase == Phase::Reading {
        (search.typing, search.waiting) = (false, true);
        let (read, all) = (stack.folded(), stack.layer_count());
        state.notice =
            Some(visible!["nothing matches ", needle, " in ", read, " of ", all, " layers so far"]);
        return;
    }
    let found_nothing = search.hits.is_some();
    let notice = found_nothing.then(|| visible!["no path in any layer matches ", needle]);
    cancel(state);
    state.notice = notice;
}

/// Esc while typing: restores the position before the search.
pub(crate) fn cancel(state: &mut State) {
    if let Some(search) = state.search.take() {
        search.before.restore(state);
        state.notice = None;
        navigate::layers::keep_in_view(state);
        state.unsettled = true;
    }
}

/// The next or previous hit from the cursor.
pub(crate) fn next(state: &mut State, stack: &Stack, forward: bool) {
    let from = view::trees::current(state, stack).unwrap_or(NodeId::ROOT);
    let Some(hits) = state.search.as_ref().and_then(|search| search.hits.as_ref()) else {
        state.notice = Some("no search yet: press /".into());
        return;
    };
    match hits.next(stack, from, forward) {
        Some(node) => land(state, stack, node),
        None => state.notice = Some("nothing found".into()),
    }
}

/// Shows a hit and records its layer.
fn land(state: &mut State, stack: &Stack, node: NodeId) {
    jump(state, stack, node);
    let layer = state.layer;
    if let Some(search) = &mut state.search {
        search.shown_hit = Some((node, layer));
    }
}

/// Shows a path; if the selected layer has no row for it, at the layer of its last event.
pub(crate) fn jump(state: &mut State, stack: &Stack, node: NodeId) {
    let pane = target_pane(state);
    state.focus = pane;
    state.right = pane;
    if !has_row(state, stack, pane, node) {
        let Some(last) = stack.history(node).pop() else { return };
        let path = stack.path(node);
        let name = shorten::path(&visible(&path), 40);
        let did = match last.event {
            ChangeKind::Removed => "removed it",
            ChangeKind::Added => "added it",
            _ => "wrote it last",
        };
        let notice = visible![
            name,
            " is not in layer ",
            state.layer,
            ": now at layer ",
            last.layer,
            ", which ",
            did
        ];
        navigate::layers::select(state, last.layer);
        state.notice = Some(notice);
    }
    navigate::trees::reveal(state, stack, pane, node);
}
