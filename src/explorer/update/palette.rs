//! Doing what the palette offers.

use crate::explorer::model::action::entry::Context;
use crate::explorer::model::message::Effect;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::update::perform;
use crate::explorer::view::offers::Offer;
use crate::explorer::{navigate, update};
use crate::stack::Stack;

/// Does what was chosen; the palette is closed already.
pub(super) fn take(state: &mut State, stack: &Stack, offer: Offer) -> Vec<Effect> {
    match offer {
        Offer::Do(entry) => {
            // What only works on a path is meant for the path that the tree shows.
            if state.focus == Pane::Stack && entry.contexts == [Context::Trees] {
                state.set_focus(state.right);
            }
            return perform(state, stack, entry.action);
        }
        Offer::Layer(layer) => navigate::layers::select(state, stack, layer),
        Offer::Path(node) => update::search::jump(state, stack, node),
        Offer::Theme(theme) => state.theme = theme,
    }
    Vec::new()
}
