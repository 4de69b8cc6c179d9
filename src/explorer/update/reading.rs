//! Messages about the reading of layers.

use crate::explorer::model::findings::FindingsState;
use crate::explorer::model::message::{Effect, Message};
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::own_entries::OwnEntries;
use crate::explorer::model::state::{LayerLoad, LoadStatus, Pane, Phase, State};
use crate::explorer::{navigate, update, view};
use crate::image::Image;
use crate::image::problem::{CHANGED, Problem, Severity};
use crate::source::Attachments;
use crate::stack::query::tree::Tree;
use crate::stack::{ChangeKind, Stack};
use crate::text::{Foreign, Visible, visible};

/// Applies a message of the loader.
pub(super) fn handle(state: &mut State, stack: &Stack, message: Message) {
    match message {
        Message::Image(image) => described(state, image),
        Message::Choices(choices) => {
            state.choices = choices;
            navigate::overlay::open(state, stack, OverlayKind::Choices);
        }
        Message::Reading { layer, done, total } => {
            if let Some(load) =
                state.loads.get_mut(layer).filter(|load| load.status != LoadStatus::Folded)
            {
                load.status = LoadStatus::Reading { done, total };
                load.bytes = Some(total).filter(|&total| total > 0);
            }
        }
        Message::FirstRows(entries) => {
            let reading = |load: &&mut LayerLoad| matches!(load.status, LoadStatus::Reading { .. });
            if let Some(load) = state.loads.first_mut().filter(reading) {
                load.entries = entries;
            }
        }
        Message::Listed { layer, entries } => {
            if let Some(load) = state.loads.get_mut(layer) {
                (load.status, load.entries) = (LoadStatus::Listed, entries);
            }
        }
        Message::Folded { layer, problems, hidden } => {
            if let Some(load) = state.loads.get_mut(layer) {
                let bytes = load.bytes;
                let entries = OwnEntries::default();
                *load = LayerLoad { status: LoadStatus::Folded, bytes, problems, hidden, entries };
            }
            update::search::refresh(state, stack);
            state.unsettled = true;
        }
        Message::Rate(rate) => state.rate = Some(rate),
        Message::Deciding { left } => {
            state.unsettled |= state.arranging;
            state.undecided = left;
        }
        Message::Finished => {
            state.phase = Phase::Done;
            let broken_off =
                |load: &&mut LayerLoad| matches!(load.status, LoadStatus::Reading { .. });
            for load in state.loads.iter_mut().filter(broken_off) {
                // A part of a layer is not shown once nothing more of it comes.
                (load.status, load.entries) = (LoadStatus::Waiting, OwnEntries::default());
            }
            update::search::refresh(state, stack);
            state.unsettled = true;
        }
        Message::Changed(layers) => changed(state, &layers),
        Message::Attachments(attachments) => {
            if let Some(image) = &mut state.image {
                // Resumed reading reports them again.
                let Attachments { mut found, unread } = attachments;
                found.retain(|other| !image.others.contains(other));
                image.others.extend(found);
                let new = unread.map(Foreign::from).filter(|why| !image.problems.contains(why));
                image.problems.extend(new);
            }
        }
        Message::Failed(reason) if state.image.is_some() => {
            state.opening_other = None;
            state.notice = Some(visible(&reason).into_owned());
        }
        Message::Failed(reason) => state.phase = Phase::Failed(reason),
        // `update` handles these. They are listed so that a new message does not compile until it is handled.
        Message::Continue
        | Message::Key(_)
        | Message::Mouse(_)
        | Message::Paste(_)
        | Message::Resize(_)
        | Message::PartRead { .. }
        | Message::Packages(_)
        | Message::PathsListed(_)
        | Message::FindingsProgress(_)
        | Message::Findings(_)
        | Message::ContentsFound { .. }
        | Message::ContentsEnded { .. }
        | Message::Written
        | Message::Returned
        | Message::ReloadProgress(_)
        | Message::ReloadFailed(_)
        | Message::Reread(_)
        | Message::ComparisonProgress(_)
        | Message::ComparisonFailed(_)
        | Message::ExtractionProgress(_)
        | Message::ExtractionEnded(_)
        | Message::PagerClosed
        | Message::LayersCompared(_)
        | Message::Notice(_) => {}
    }
    navigate::waste::refresh(state, stack);
    navigate::map::refresh(state, stack);
    navigate::overlay::keep_in_view(state, stack);
}

/// The files of these layers were changed after they were read: adds a problem to each, and a notice, once.
fn changed(state: &mut State, layers: &[usize]) {
    for &layer in layers {
        let Some(load) = state.loads.get_mut(layer) else { continue };
        if load.problems.iter().all(|problem| problem.message != CHANGED) {
            let problem = Problem { severity: Severity::Refused, message: CHANGED.to_owned() };
            load.problems.insert(0, problem);
            state.notice = Some(visible!["layer ", layer, ": ", CHANGED]);
        }
    }
}

/// `r`: resumes reading after Esc stopped it.
pub(super) fn resume(state: &mut State, stack: &Stack) -> Vec<Effect> {
    let examined = matches!(state.findings, Some(FindingsState::Running { .. }))
        || state.would_lose_work()
        || state.reloading.is_some();
    let notice: Visible<'static> = match state.phase {
        // The stack is not written to while files of it are examined.
        Phase::Done if examined => "files are being examined: try again in a moment".into(),
        Phase::Done if state.comparison.is_none() && stack.folded() < state.layer_count() => {
            state.phase = Phase::Reading;
            let unread =
                |it: &&mut LayerLoad| !matches!(it.status, LoadStatus::Listed | LoadStatus::Folded);
            for load in state.loads.iter_mut().filter(unread) {
                load.status = LoadStatus::Waiting;
            }
            return vec![Effect::ResumeReading];
        }
        Phase::Reading => "layers are being read".into(),
        Phase::Stopping => "reading is being stopped: try again in a moment".into(),
        _ => visible![
            "nothing is left to read: ",
            state.keymap.of_panes("!"),
            " says what is wrong with a layer; a reload reads all again"
        ],
    };
    state.notice = Some(notice);
    Vec::new()
}

/// Asks the loader to compare the pairs on the screen first, if they differ from those asked for last.
pub(super) fn prefer(state: &mut State, stack: &Stack) -> Option<Effect> {
    if state.phase != Phase::Reading {
        return None;
    }
    let mut pairs = Vec::new();
    for area in state.layout().panes {
        // A range compares other pairs than a single layer does.
        let Some(Tree::Merged(layer) | Tree::Diff(layer)) = state.tree_of(area.pane, stack) else {
            continue;
        };
        let Some(outline) = view::trees::outline(state, stack, area.pane) else { continue };
        let top = state.view(area.pane).top;
        let rows = outline.rows(top..top + usize::from(area.body.height));
        let changes = rows.iter().filter_map(|row| stack.change(row.node, layer));
        let undecided = changes.filter(|change| change.kind == ChangeKind::Undecided);
        pairs.extend(undecided.filter_map(|change| change.event.zip(change.previous)));
    }
    if pairs.is_empty() || pairs == state.preferred {
        return None;
    }
    state.preferred.clone_from(&pairs);
    Some(Effect::Prefer(pairs))
}

/// Shows a new image, at its topmost layer until all are read ([`navigate::start`] then chooses one).
fn described(state: &mut State, image: Box<Image>) {
    let fresh = State::new(state.size);
    state.loads = vec![LayerLoad::default(); image.layers.len()];
    state.layer = image.layers.len().saturating_sub(1);
    state.phase = Phase::Reading;
    if state.image.replace(image).is_some() {
        // It was about the image before, or that this one is being opened.
        state.notice = None;
    }
    (state.undecided, state.rate) = (0, None);
    state.preferred.clear();
    state.overlays.clear();
    state.search = None;
    navigate::filter::end(state);
    (state.mark, state.ever) = (None, None);
    (state.waste, state.map, state.findings) = (None, None, None);
    state.contents = None;
    (state.extraction, state.comparing, state.reloading) = (None, None, None);
    state.opening_other = None;
    (state.marks, state.following) = (None, None);
    state.owners.clear();
    state.owners_requested = None;
    state.stack_top = 0;
    (state.tree, state.diff) = (fresh.tree, fresh.diff);
    state.arranging = true;
    state.changes = None;
    state.set_focus(Pane::Tree);
    navigate::layers::keep_in_view(state);
    state.unsettled = true;
}
