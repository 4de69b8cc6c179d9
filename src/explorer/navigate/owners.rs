//! Asking for the package databases of a layer.

use std::sync::Arc;

use crate::explorer::model::filter::Filter;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::owners::{KEPT, Owners};
use crate::explorer::model::state::{Phase, State};
use crate::explorer::view::owners::{edition, passing};
use crate::stack::Stack;
use crate::stack::query::filter::NodeFilter;

/// Asks for the databases that somebody wants to know something of, once.
pub(crate) fn want(state: &mut State, stack: &Stack) -> Option<Effect> {
    let in_history = state.overlays.iter().any(|top| matches!(top.kind, OverlayKind::History(_)));
    let in_filter = state.filter.as_ref().is_some_and(|filter| filter.package().is_some());
    if state.phase != Phase::Done || !(in_history || in_filter) {
        return None;
    }
    let layer = state.shown_layer(stack)?;
    let edition = edition(stack, layer)?;
    let known = state.owners.iter().any(|known| known.edition == edition);
    if known || state.owners_asked == Some(edition) {
        return None;
    }
    state.owners_asked = Some(edition);
    Some(Effect::ReadPackages { edition, layer })
}

/// They were read.
pub(crate) fn arrived(state: &mut State, owners: Owners) {
    if state.owners_asked == Some(owners.edition) {
        state.owners_asked = None;
    }
    state.owners.truncate(KEPT - 1);
    state.owners.insert(0, Arc::new(owners));
}

impl Filter {
    /// Takes over what the databases say that the selected layer has. Returns whether that is something else than before.
    pub(super) fn look_up_packages(&mut self, state: &State, stack: &Stack) -> bool {
        let Some(wanted) = &self.package else { return false };
        let found = passing(state, stack, wanted);
        let edition = found.as_ref().map(|(edition, _)| *edition);
        if self.criteria.among.is_some() && edition == self.edition {
            return false;
        }
        self.edition = edition;
        // Nothing passes as long as nobody knows what does.
        let nobody = || NodeFilter { nodes: Arc::default(), inside: true };
        self.criteria.among = Some(found.map_or_else(nobody, |(_, among)| among));
        self.test = None;
        true
    }
}
