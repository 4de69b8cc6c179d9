//! Which layers were read. Unread layers are never shown as empty or with zero bytes.

use crate::explorer::model::state::{LayerLoad, LoadStatus, Phase, State};
use crate::image::problem::Severity;
use crate::stack::Stack;
use crate::text::{Visible, size, visible};

/// How much of a layer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Reading is in progress or has not started.
    NotYet,
    /// Nothing was read, and reading has ended.
    Nothing,
    /// It was read, but a layer below it was not, and reading has ended: no tree has it.
    Unmerged,
    /// Only a part could be read: the layer is truncated or damaged.
    Part,
    /// The whole layer was read.
    All,
}

/// How much of `layer` is read.
#[must_use]
pub fn read(state: &State, stack: &Stack, layer: usize) -> Coverage {
    if layer >= stack.folded() {
        // The layers of a comparison are folded before it is shown.
        let over = state.phase == Phase::Done && state.comparison.is_none();
        let listed = state.loads.get(layer).is_some_and(|it| it.status == LoadStatus::Listed);
        return match (over, listed) {
            (true, true) => Coverage::Unmerged,
            (true, false) => Coverage::Nothing,
            (false, _) => Coverage::NotYet,
        };
    }
    match state.loads.get(layer) {
        Some(load) if is_broken(load) && stack.summary(layer).entries == 0 => Coverage::Nothing,
        Some(load) if is_broken(load) => Coverage::Part,
        _ => Coverage::All,
    }
}

fn is_broken(load: &LayerLoad) -> bool {
    load.problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The lowest layer up to `layer` that was not read completely.
#[must_use]
pub fn first_unread(state: &State, stack: &Stack, layer: usize) -> Option<usize> {
    (0..=layer)
        .find(|&layer| matches!(read(state, stack, layer), Coverage::Nothing | Coverage::Part))
}

/// Whether every layer of an image was read completely.
#[must_use]
pub fn all_read(state: &State, stack: &Stack) -> bool {
    let all = |layer| read(state, stack, layer) == Coverage::All;
    state.comparison.is_none() && state.layer_count() > 0 && (0..state.layer_count()).all(all)
}

/// `of the 4 of 6 layers read`; `None` where all were read, and while reading.
#[must_use]
pub fn layers_read(state: &State, stack: &Stack) -> Option<Visible<'static>> {
    let layers = state.layer_count();
    let reads = |wanted: &[Coverage]| {
        (0..layers).filter(|&layer| wanted.contains(&read(state, stack, layer))).count()
    };
    let unread = reads(&[Coverage::Nothing, Coverage::Unmerged, Coverage::Part]);
    (unread > 0 && !state.is_reading()).then(|| {
        let read = layers - unread;
        visible!["of the ", read, " of ", layers, " layers read"]
    })
}

/// A warning about the lowest layer up to `layer` that was not read completely, else about one that engines refuse.
#[must_use]
pub fn warning(state: &State, stack: &Stack, layer: usize) -> Option<Visible<'static>> {
    let refused = || {
        let mut loads = state.loads.iter().take(layer + 1);
        let of = |load: &LayerLoad| load.problems.iter().any(|it| it.severity == Severity::Refused);
        let refused = loads.position(of)?;
        Some(visible![
            "Layer ",
            refused,
            " is not what the image states: engines refuse it (",
            state.keymap.of_panes("!"),
            " says why)."
        ])
    };
    let Some(unread) = first_unread(state, stack, layer) else { return refused() };
    Some(match read(state, stack, unread) {
        Coverage::Part => {
            visible!["Layer ", unread, " was read in part: what the rest of it changed is missing."]
        }
        _ => visible!["Layer ", unread, " was not read: what it changed is missing."],
    })
}

/// `not read`, with the size of the layer's blob if it is known.
#[must_use]
pub fn not_read(state: &State, layer: usize) -> Visible<'static> {
    let described = state.described(layer);
    match described.and_then(|layer| layer.compressed_bytes) {
        Some(bytes) => visible!["not read, its blob has ", size::short(bytes)],
        None => "not read".into(),
    }
}

/// The key that resumes reading.
#[must_use]
pub fn resume_key(state: &State) -> Visible<'static> {
    state.keymap.of_panes("r")
}
