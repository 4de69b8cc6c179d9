//! The prompt for the image to compare with.

use crate::explorer::model::comparison::RunningComparison;
use crate::explorer::model::input::Input;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::{Phase, State};
use crate::explorer::navigate;
use crate::stack::Stack;
use crate::text::visible;

/// `c`: asks with which image; in a comparison, ends it.
pub(super) fn ask(state: &mut State, stack: &Stack) -> Vec<Effect> {
    if state.comparison.is_some() && state.extraction.is_none() {
        return vec![Effect::LeaveComparison];
    }
    let all_read = state.image.is_some() && stack.folded() == state.layer_count();
    let why_not = match (state.phase == Phase::Done && all_read, state.is_working()) {
        (false, _) => "all layers must be read before images can be compared",
        (true, true) => "another operation is running: Esc stops it",
        (true, false) => {
            // What a layer lacks would look removed.
            let unsure = state.unsure_layers().find(|(layer, _)| *layer <= state.layer);
            if let Some((layer, problem)) = unsure {
                let why = visible!["not compared: layer ", layer, ": ", &problem.message];
                state.notice = Some(why);
                return Vec::new();
            }
            state.not_compared = None;
            navigate::overlay::open(state, stack, OverlayKind::Compare);
            return Vec::new();
        }
    };
    state.notice = Some(why_not.into());
    Vec::new()
}

/// The comparison failed or was stopped: asks again with what was typed, and says why; in a notice where something else is open.
pub(super) fn failed(state: &mut State, stack: &Stack, why: &str) {
    let running = state.comparing.take();
    let why = visible!["not compared: ", why];
    match running.filter(|running| !running.stopped && state.overlays.is_empty()) {
        Some(running) if !state.is_typing() => {
            navigate::overlay::open(state, stack, OverlayKind::Compare);
            if let Some(prompt) = state.overlays.last_mut() {
                prompt.input.insert(&running.reference);
            }
            state.not_compared = Some(why);
        }
        _ => state.notice = Some(why),
    }
}

/// Enter in the prompt: starts the comparison, if an image was named.
pub(super) fn accept(state: &mut State, input: &Input) -> Vec<Effect> {
    let reference = input.text().trim().to_owned();
    if reference.is_empty() {
        return Vec::new();
    }
    if state.is_working() {
        state.notice = Some("another operation is running: wait until it ends".into());
        return Vec::new();
    }
    navigate::overlay::close(state);
    state.comparing =
        Some(RunningComparison { reference: reference.clone(), ..Default::default() });
    vec![Effect::StartComparison(reference)]
}
