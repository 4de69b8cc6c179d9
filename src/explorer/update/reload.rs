//! Reading the image again, in place.

use std::collections::HashMap;

use crate::explorer::model::ever::Ever;
use crate::explorer::model::filtered_pane::FilteredPane;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::range::Mark;
use crate::explorer::model::reload::{Following, Marks, PathMark, Reread, RunningReload, Since};
use crate::explorer::model::state::{Phase, State};
use crate::explorer::{navigate, update};
use crate::image::Image;
use crate::image::layer::Layer;
use crate::stack::{NodeId, Stack};
use crate::text::{Visible, size, visible};

/// `ctrl-r`: reads the image again, while it is shown as it was.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let why_not = match &state.phase {
        _ if state.comparison.is_some() => "a comparison is not read again: Esc leaves it",
        _ if state.reloading.is_some() => "the image is being read again: Esc stops it",
        _ if state.is_working() => "another operation is running: Esc stops it",
        Phase::Done if state.image.is_some() => {
            state.reloading = Some(RunningReload::default());
            return vec![Effect::Reload(state.layer)];
        }
        _ => "layers are being read: Esc stops it",
    };
    state.notice = Some(why_not.into());
    Vec::new()
}

/// `F`: follows the container's writable layer, or stops that.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    if state.following.take().is_some() {
        state.notice = Some("the container's layer is not followed any more".into());
        return vec![Effect::Follow(false)];
    }
    let layers = state.image.as_ref().map_or(&[][..], |image| &image.layers);
    let Some(writable) = layers.iter().rposition(|layer| layer.writable) else {
        state.notice =
            Some("this is no container: only what a container writes is followed".into());
        return Vec::new();
    };
    navigate::layers::select(state, writable);
    state.following = Some(Following::default());
    state.notice = Some("following the container's layer, looking once a second".into());
    vec![Effect::Follow(true)]
}

/// The followed container wrote: [`due`] reads it again.
pub(super) fn written(state: &mut State) -> Vec<Effect> {
    if let Some(following) = &mut state.following {
        following.due = true;
    }
    Vec::new()
}

/// Reads a followed container again if it wrote, nothing else is in progress and no overlay would lose its contents.
pub(super) fn due(state: &mut State) -> Option<Effect> {
    let open = state.overlays.iter().any(|overlay| is_lost(overlay.kind));
    let free = state.phase == Phase::Done && state.comparison.is_none() && !state.is_working();
    let free = free && !open;
    let following = state.following.as_mut().filter(|it| free && it.due)?;
    following.due = false;
    state.reloading = Some(RunningReload::default());
    Some(Effect::Reload(state.layer))
}

/// Whether an overlay is closed or computed anew by a reload, or asks for what cannot be started during one.
const fn is_lost(overlay: OverlayKind) -> bool {
    overlay.holds_nodes() || matches!(overlay, OverlayKind::Findings | OverlayKind::Compare)
}

/// Shows the image as it is now, with cursor, folds, layer, filter and sort order as they were.
pub(super) fn reread(state: &mut State, stack: &Stack, reread: Reread) {
    let Reread { image, loads, layer: asked, differences, place } = reread;
    let Some(old) = state.image.take() else { return };
    let (old, new) = (&*old, &*image);
    let layers: Vec<usize> = (0..new.layers.len()).filter(|&it| is_new(old, new, it)).collect();
    let removed = (0..old.layers.len()).filter(|&layer| is_new(new, old, layer)).count();
    let (layer, compared) = (same_layer(old, new, state.layer), same_layer(old, new, asked));
    let mark = state.mark.take().map(|mark| same_layer(old, new, mark.layer));
    forget_nodes(state);
    (state.image, state.loads) = (Some(image), loads);
    (state.layer, state.reloading) = (layer, None);
    state.mark = mark.map(|layer| Mark { layer, filtered: FilteredPane::default() });
    // Rows of everything ever are made of the new stack.
    if state.ever.is_some() {
        state.ever = Some(Box::new(Ever::new(stack)));
    }
    navigate::filter::typed(state);
    state.orders.forget();
    navigate::place::restore(state, stack, &place);
    navigate::layers::keep_in_view(state);
    navigate::trees::settle(state, stack);
    update::search::restart(state, stack);
    let notice = notice(compared, &differences, layers.len().max(removed));
    let following = if state.following.is_some() { "following: " } else { "" };
    state.notice = Some(visible![following, notice]);
    state.marks = Some(Marks { paths: marks(stack, &differences), layers });
    state.unsettled = true;
    // Pages that stay open show the new image.
    navigate::waste::refresh(state, stack);
    navigate::overlay::keep_in_view(state, stack);
}

/// Drops what holds paths or events of the stack before.
fn forget_nodes(state: &mut State) {
    state.overlays.retain(|overlay| !overlay.kind.holds_nodes());
    state.preferred.clear();
    (state.waste, state.map, state.file, state.occupied) = (None, None, None, None);
    state.owners.clear();
    (state.findings, state.contents) = (None, None);
    (state.owners_requested, state.undecided) = (None, 0);
}

/// Whether `old` has no layer with the ID of that one. A layer without ID is taken for the one at its place.
fn is_new(old: &Image, new: &Image, layer: usize) -> bool {
    match new.layers.get(layer).and_then(Layer::id) {
        Some(wanted) => old.layers.iter().all(|layer| layer.id() != Some(wanted)),
        None => layer >= old.layers.len(),
    }
}

/// Where a layer is in the new image: by its ID, else the topmost stays the topmost, else by its number.
pub(crate) fn same_layer(old: &Image, new: &Image, layer: usize) -> usize {
    let top = new.layers.len().saturating_sub(1);
    let wanted = old.layers.get(layer).and_then(Layer::id);
    let is_it = |it: &Layer| wanted.is_some() && it.id() == wanted;
    if new.layers.get(layer).is_some_and(is_it) {
        return layer;
    }
    match new.layers.iter().position(is_it) {
        Some(found) => found,
        None if layer + 1 >= old.layers.len() => top,
        None => layer.min(top),
    }
}

fn notice(layer: usize, differences: &[(Vec<u8>, Since)], layers: usize) -> Visible<'static> {
    const WORDS: [(Since, &str); 4] = [
        (Since::New, "new"),
        (Since::Changed, "changed"),
        (Since::Gone, "gone"),
        (Since::Unknown, "not compared"),
    ];
    let parts: Vec<Visible<'static>> = WORDS
        .into_iter()
        .map(|(since, word)| (differences.iter().filter(|it| it.1 == since).count(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| visible![size::count(count as u64), " ", word])
        .collect();
    let other = match layers {
        0 => Visible::default(),
        1 => "; 1 other layer".into(),
        _ => visible!["; ", layers, " other layers"],
    };
    if parts.is_empty() {
        return visible!["read again: the tree at layer ", layer, " is as it was", other];
    }
    visible!["read again: ", Visible::join(&parts, ", "), " in the tree at layer ", layer, other]
}

fn marks(stack: &Stack, differences: &[(Vec<u8>, Since)]) -> HashMap<NodeId, PathMark> {
    let mut marks = HashMap::new();
    for (path, since) in differences {
        let Some(node) = navigate::place::nearest(stack, path) else { continue };
        let parent = || stack.parent(node).unwrap_or(NodeId::ROOT);
        // The row of a path that is gone may be that of its removal by a layer.
        let first = match since {
            Since::Gone => {
                let dir = if stack.path(node) == *path { parent() } else { node };
                let lost = marks.entry(dir).or_insert(PathMark::Lost(0));
                *lost =
                    PathMark::Lost(if let PathMark::Lost(count) = lost { *count + 1 } else { 1 });
                dir
            }
            Since::New => {
                marks.insert(node, PathMark::New);
                node
            }
            Since::Changed => {
                // A directory differs by its time when something in it is lost.
                marks.entry(node).or_insert(PathMark::Changed);
                node
            }
            // What is above may be as it was.
            Since::Unknown => {
                marks.entry(node).or_insert(PathMark::Unknown);
                continue;
            }
        };
        let above = std::iter::successors(stack.parent(first), |&dir| stack.parent(dir));
        for dir in above {
            marks.entry(dir).or_insert(PathMark::Inside);
        }
    }
    marks
}
