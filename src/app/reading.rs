//! What the loader reports, put into the state.

use crate::image::Image;
use crate::stack::Stack;

use crate::text::visible_str;

use super::find;
use super::layers;
use super::message::Message;
use super::navigate;
use super::overlay::{self, Kind};
use super::state::{Load, LoadStatus, Pane, Phase, State};

/// Takes a message of the loader; other messages are not for here.
pub(super) fn handle(state: &mut State, stack: &Stack, message: Message) {
    match message {
        Message::Image(image) => described(state, stack, image),
        Message::Choices(choices) => {
            state.choices = choices;
            overlay::open(state, stack, Kind::Choices);
        }
        Message::Reading { layer, done, total } => {
            if let Some(load) =
                state.loads.get_mut(layer).filter(|load| load.status != LoadStatus::Folded)
            {
                load.status = LoadStatus::Reading { done, total };
            }
        }
        Message::Listed { layer } => {
            if let Some(load) = state.loads.get_mut(layer) {
                load.status = LoadStatus::Listed;
            }
        }
        Message::Folded { layer, problems, hidden } => {
            if let Some(load) = state.loads.get_mut(layer) {
                *load = Load { status: LoadStatus::Folded, problems, hidden };
            }
            find::refresh(state, stack);
            navigate::settle(state, stack);
        }
        Message::Compared { left } => state.undecided = left,
        Message::Finished => {
            state.phase = Phase::Done;
            find::refresh(state, stack);
        }
        Message::Failed(reason) if state.image.is_some() => {
            state.phase = Phase::Done;
            state.notice = Some(visible_str(&reason).into_owned());
        }
        Message::Failed(reason) => state.phase = Phase::Failed(reason),
        _ => {}
    }
    overlay::keep_in_view(state, stack);
}

/// An image: its stack shows at once, its topmost layer selected, because the final tree is what most people ask for.
fn described(state: &mut State, stack: &Stack, image: Box<Image>) {
    let fresh = State::new(state.size);
    state.loads = vec![Load::default(); image.layers.len()];
    state.layer = image.layers.len().saturating_sub(1);
    state.phase = Phase::Reading;
    state.image = Some(image);
    state.undecided = 0;
    state.overlays.clear();
    state.search = None;
    state.stack_top = 0;
    (state.tree, state.diff) = (fresh.tree, fresh.diff);
    state.set_focus(Pane::Tree);
    layers::keep_in_view(state);
    navigate::settle(state, stack);
}
