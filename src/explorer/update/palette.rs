//! What an item of the palette does.

use crate::explorer::model::action::entry::Action;
use crate::explorer::model::action::entry::Context;
use crate::explorer::model::state::{Pane, State};
use crate::explorer::view::offers::Offer;
use crate::explorer::{navigate, update};
use crate::stack::Stack;

/// Applies the chosen offer. The palette must be closed. Returns the action that remains to be performed.
pub(super) fn take(state: &mut State, stack: &Stack, offer: Offer) -> Option<Action> {
    match offer {
        Offer::Do(entry) => {
            // An action that works in tree panes only is performed in the visible one.
            if state.focus == Pane::Stack && entry.contexts == [Context::Trees] {
                state.set_focus(state.right);
            }
            return Some(entry.action);
        }
        Offer::Layer(layer) => navigate::layers::select(state, layer),
        Offer::Path(node) => update::search::jump(state, stack, node),
        Offer::Theme(theme) => state.theme = theme,
    }
    None
}
