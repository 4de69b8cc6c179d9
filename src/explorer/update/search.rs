//! Search: typing, stepping through hits, showing a hit.

use crate::explorer::model::input::Input;
use crate::explorer::model::search::{Found, SavedPosition, Search};
use crate::explorer::model::state::{Pane, Phase, State};
use crate::explorer::navigate;
use crate::explorer::view::search::{has_row, run, target_pane};
use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::{shorten, visible};

impl SavedPosition {
    fn here(state: &State) -> Self {
        Self {
            layer: state.layer,
            focus: state.focus,
            right: state.right,
            stack_top: state.stack_top,
            tree: state.tree.clone(),
            diff: state.diff.clone(),
        }
    }

    fn restore(&self, state: &mut State) {
        (state.layer, state.focus, state.right) = (self.layer, self.focus, self.right);
        state.stack_top = self.stack_top;
        state.tree.clone_from(&self.tree);
        state.diff.clone_from(&self.diff);
    }
}

/// Hits that are sorted beyond the selected one: more than a list has rows.
const SORTED_AHEAD: usize = 64;

/// Searches again in another stack, which was read anew.
pub(crate) fn restart(state: &mut State, stack: &Stack) {
    let here = SavedPosition::here(state);
    let Some(search) = &mut state.search else { return };
    let (focus, right) = (search.before.focus, search.before.right);
    search.before = SavedPosition { focus, right, ..here };
    (search.absent, search.shown_hit) = (None, None);
    let Some(mut search) = state.search.take() else { return };
    run(state, stack, &mut search);
    search.selected = match &mut search.found {
        Some(found) => search.selected.min(found.len().saturating_sub(1)),
        None => 0,
    };
    if let Some(Found::Paths { ranked, .. }) = &mut search.found {
        ranked.sort_to(search.selected + SORTED_AHEAD);
    }
    state.search = Some(search);
}

/// Opens the prompt, empty. In the stack it searches the layers' commands.
pub(crate) fn start(state: &mut State) {
    state.search = Some(Search {
        input: Input::default(),
        found: None,
        selected: 0,
        typing: true,
        waiting: false,
        absent: None,
        shown_hit: None,
        before: SavedPosition::here(state),
    });
    state.unsettled = true;
}

/// Searches again after the text changed, from the position before the search.
pub(crate) fn typed(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    search.before.restore(state);
    state.notice = None;
    state.unsettled = true;
    run(state, stack, &mut search);
    search.shown_hit = None;
    state.search = Some(search);
    select(state, stack, 0);
}

/// Selects a hit and shows it.
pub(crate) fn select(state: &mut State, stack: &Stack, number: usize) {
    let Some(search) = &mut state.search else { return };
    let Some(found) = &mut search.found else { return };
    search.selected = number.min(found.len().saturating_sub(1));
    match found {
        Found::Paths { ranked, .. } => {
            ranked.sort_to(search.selected + SORTED_AHEAD);
            if let Some(node) = ranked.get(search.selected) {
                land(state, stack, node);
            }
        }
        Found::Layers(layers) => {
            if let Some(&layer) = layers.get(search.selected) {
                navigate::layers::select(state, layer);
            }
        }
    }
}

/// Moves in the list by rows, not beyond its ends.
pub(super) fn step(state: &mut State, stack: &Stack, by: isize) {
    let selected = state.search.as_ref().map_or(0, |search| search.selected);
    state.notice = None;
    select(state, stack, selected.saturating_add_signed(by));
}

/// Searches again after more layers were folded. If nothing was found before, the first hit is shown. If a new layer
/// removed the hit under the cursor, that layer is selected and the cursor stays on the hit.
pub(crate) fn refresh(state: &mut State, stack: &Stack) {
    let Some(mut search) = state.search.take() else { return };
    if search.is_of_layers() {
        state.search = Some(search);
        return;
    }
    let had = has_hits(&search);
    run(state, stack, &mut search);
    if let (Some(Found::Paths { ranked, .. }), Some((node, _))) =
        (&mut search.found, search.shown_hit)
    {
        search.selected = ranked.position(node).unwrap_or(0);
        ranked.sort_to(search.selected + SORTED_AHEAD);
    }
    let pane = target_pane(state);
    let gone = search.shown_hit.filter(|&(node, layer)| {
        state.layer == layer
            && state.view(pane).wanted == Some(node)
            && !has_row(state, stack, pane, node)
    });
    let waits = !had && (search.typing || search.waiting);
    let finds = waits && has_hits(&search);
    let waited = search.waiting;
    search.waiting &= !finds;
    state.search = Some(search);
    match gone {
        Some((node, _)) => land(state, stack, node),
        None if finds => select(state, stack, 0),
        None => {}
    }
    if gone.is_some() || (finds && waited) {
        // The line of facts names the layer that removed the path.
        state.notice = None;
    } else if waits && !finds && waited && state.phase != Phase::Reading {
        accept(state, stack);
    }
}

/// Enter: keeps the position and the hits, for the next and the previous one.
pub(crate) fn accept(state: &mut State, stack: &Stack) {
    let Some(search) = &mut state.search else { return };
    if has_hits(search) {
        search.typing = false;
        navigate::layers::resettle(state);
        return;
    }
    let needle = visible(search.input.text().as_bytes());
    let of_layers = search.is_of_layers();
    if search.found.is_some() && state.phase == Phase::Reading && !of_layers {
        (search.typing, search.waiting) = (false, true);
        let (read, all) = (stack.folded(), stack.layer_count());
        state.notice =
            Some(visible!["nothing matches ", needle, " in ", read, " of ", all, " layers so far"]);
        navigate::layers::resettle(state);
        return;
    }
    let found_nothing = search.found.is_some();
    let what =
        if of_layers { "no layer's command contains " } else { "no path in any layer matches " };
    let notice = found_nothing.then(|| visible![what, needle]);
    cancel(state);
    state.notice = notice;
}

/// Esc while typing: restores the position before the search.
pub(crate) fn cancel(state: &mut State) {
    if let Some(search) = state.search.take() {
        search.before.restore(state);
        state.notice = None;
        navigate::layers::resettle(state);
    }
}

/// The next or previous hit of the list; after the last comes the first.
pub(crate) fn next(state: &mut State, stack: &Stack, forward: bool) {
    let Some(search) = state.search.as_ref().filter(|search| search.found.is_some()) else {
        state.notice = Some(visible!["no search yet: press ", state.keymap.of_panes("/")]);
        return;
    };
    let all = search.found.as_ref().map_or(0, Found::len);
    let number = match (search.selected, forward) {
        (_, _) if all == 0 => return state.notice = Some("nothing found".into()),
        (at, true) => (at + 1) % all,
        (at, false) => at.checked_sub(1).unwrap_or(all - 1),
    };
    select(state, stack, number);
}

fn has_hits(search: &Search) -> bool {
    search.found.as_ref().is_some_and(|found| !found.is_empty())
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
    let pane = match target_pane(state) {
        // A path that the layer did not change is shown in its tree.
        Pane::Diff if !has_row(state, stack, Pane::Diff, node) => Pane::Tree,
        pane => pane,
    };
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
