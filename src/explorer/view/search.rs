//! What a search finds, and the rows of its list.

use crate::explorer::model::role::Role;
use crate::explorer::model::search::{Found, Search};
use crate::explorer::model::state::{Pane, Phase, State};
use crate::explorer::view::marker;
use crate::stack::kept::entry::Kind;
use crate::stack::query::tree::Tree;
use crate::stack::{ChangeKind, NodeId, Shadow, Stack};
use crate::text::{Visible, size, visible};

/// Number of hits, and whether they are fuzzy.
#[must_use]
pub fn counted(found: &Found) -> Visible<'static> {
    let how = if found.is_fuzzy() { "fuzzy" } else { "found" };
    visible![size::count(found.len() as u64), " ", how]
}

/// Searches for the text of the prompt. Matches letters (fuzzy) only when all layers are folded.
pub(crate) fn run(state: &State, stack: &Stack, search: &mut Search) {
    let needle = search.input.text();
    search.found = match needle {
        "" => None,
        _ if search.is_of_layers() => Some(Found::Layers(layers(state, needle))),
        _ => Some(paths(state, stack, search)),
    };
}

fn paths(state: &State, stack: &Stack, search: &mut Search) -> Found {
    let needle = search.input.text();
    let absent = search.absent.as_ref().is_some_and(|absent| needle.starts_with(absent.as_str()));
    let as_typed = (!absent).then(|| stack.search(needle.as_bytes()));
    let all_there = state.phase != Phase::Reading || stack.folded() == stack.layer_count();
    let hits = match as_typed {
        Some(hits) if !hits.is_empty() || !all_there => hits,
        _ => {
            search.absent = Some(needle.to_owned());
            stack.search_letters(needle.as_bytes())
        }
    };
    let tree = state.tree_of(target_pane(state), stack);
    let is_there = |node| tree.is_some_and(|tree| is_in(stack, tree, node));
    let ranked = stack.rank(&hits, needle.as_bytes(), is_there);
    Found::Paths { hits, ranked }
}

/// The layers whose commands contain all typed words; case is ignored.
fn layers(state: &State, typed: &str) -> Vec<usize> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let has_all = |&layer: &usize| {
        let command = state.command(layer).into_raw().to_lowercase();
        words.iter().all(|word| command.contains(word.as_str()))
    };
    (0..state.layer_count()).filter(has_all).collect()
}

/// Whether the tree has the path: visible in a merged tree, changed in a diff.
fn is_in(stack: &Stack, tree: Tree, node: NodeId) -> bool {
    match tree {
        Tree::Merged(layer) => stack.visible(node, layer).is_some(),
        Tree::Diff(_) | Tree::Range(..) => stack.change_in(node, tree).is_some(),
    }
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
            || (pane != Pane::Diff
                && state.ever.is_some()
                && stack.removal(node, tree.top()).is_some())
    })
}

/// Number of the first hit in a list of `height` rows: the selected one is in the middle, where there are enough.
#[must_use]
pub fn first_shown(search: &Search, height: usize) -> usize {
    let all = search.found.as_ref().map_or(0, Found::len);
    search.selected.saturating_sub(height / 2).min(all.saturating_sub(height))
}

/// One row of the list.
pub struct HitRow {
    /// Signs as those of the rows of a tree; a path that is gone, or that comes later, has one.
    pub signs: Vec<(char, Role)>,
    /// The path or the command.
    pub name: (Role, Visible<'static>),
    /// Who covers or removes it, or adds it later.
    pub note: (Role, Visible<'static>),
    /// The layer that wrote it.
    pub owner: Visible<'static>,
}

/// The hit with this number, as it is at the layer that was selected before the search.
#[must_use]
pub fn row(state: &State, stack: &Stack, search: &Search, number: usize) -> Option<HitRow> {
    match search.found.as_ref()? {
        Found::Paths { ranked, .. } => {
            let layer = search.before.layer.min(stack.folded().saturating_sub(1));
            Some(path_row(state, stack, ranked.get(number)?, layer))
        }
        Found::Layers(layers) => {
            let layer = *layers.get(number)?;
            Some(HitRow {
                signs: Vec::new(),
                name: (Role::Text, state.command(layer).visible().into_owned()),
                note: (Role::Quiet, Visible::default()),
                owner: visible![layer],
            })
        }
    }
}

fn path_row(state: &State, stack: &Stack, node: NodeId, layer: usize) -> HitRow {
    let visible_version = stack.visible(node, layer);
    let removal = stack.removal(node, layer);
    let gone = removal.and_then(|change| change.previous).map(|event| stack.version(event));
    let is_directory = visible_version.or(gone).is_some_and(|it| it.kind == Kind::Directory);
    let path = visible![stack.path(node), if is_directory { "/" } else { "" }];
    if let Some(version) = visible_version {
        let kind = stack.change(node, layer).map(|change| change.kind);
        let shadow = stack.shadowed_by(node, layer);
        let opaque = version.opaque && version.layer == layer;
        let plain = if is_directory { Role::Directory } else { Role::Text };
        return HitRow {
            signs: marker::signs(opaque, shadow.is_some(), kind),
            name: (marker::name(shadow.is_some(), kind, plain), path),
            note: (
                Role::Shadowed,
                shadow.map_or_else(Visible::default, |by| marker::shadow_words(state, by)),
            ),
            owner: visible![version.layer],
        };
    }
    let kind = removal.map_or(ChangeKind::Added, |change| change.kind);
    let (note, owner) = if let Some(change) = removal {
        let by = Shadow { layer: change.layer, removes: true };
        (marker::shadow_words(state, by), gone.map_or(change.layer, |version| version.layer))
    } else {
        let added = stack.history(node).first().map_or(layer, |event| event.layer);
        let note = match state.comparison {
            Some(_) => "only new".into(),
            None => visible!["L", added, " adds"],
        };
        (note, added)
    };
    HitRow {
        signs: marker::signs(false, false, Some(kind)),
        name: (marker::name(false, Some(kind), Role::Text), path),
        note: (marker::change(kind).1, note),
        owner: visible![owner],
    }
}
