//! Requests for the package databases of a layer.

use std::sync::Arc;

use crate::explorer::model::filter::Filter;
use crate::explorer::model::message::Effect;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::owners::{KEPT, Owners};
use crate::explorer::model::state::{Phase, State};
use crate::explorer::view::owners::{database_layer, paths_in_packages};
use crate::stack::Stack;
use crate::stack::query::filter::NodeFilter;

/// Requests the databases, once, if the open history or the filter needs them.
pub(crate) fn want(state: &mut State, stack: &Stack) -> Option<Effect> {
    let in_history = state.overlays.iter().any(|top| matches!(top.kind, OverlayKind::History(_)));
    let in_filter = state.filter.as_ref().is_some_and(|filter| filter.package().is_some());
    if state.phase != Phase::Done || !(in_history || in_filter) {
        return None;
    }
    let layer = state.shown_layer(stack)?;
    let database_layer = database_layer(stack, layer)?;
    let known = state.owners.iter().any(|known| known.database_layer == database_layer);
    if known || state.owners_requested == Some(database_layer) {
        return None;
    }
    state.owners_requested = Some(database_layer);
    Some(Effect::ReadPackages { database_layer, layer })
}

/// Stores databases that were read.
pub(crate) fn arrived(state: &mut State, owners: Owners) {
    if state.owners_requested == Some(owners.database_layer) {
        state.owners_requested = None;
    }
    state.owners.truncate(KEPT - 1);
    state.owners.insert(0, Arc::new(owners));
}

impl Filter {
    /// Sets the paths that pass by their package, from the databases of the selected layer. Returns whether they changed.
    pub(super) fn look_up_packages(&mut self, state: &State, stack: &Stack) -> bool {
        let Some(wanted) = &self.package else { return false };
        let found = paths_in_packages(state, stack, wanted);
        let database_layer = found.as_ref().map(|(database_layer, _)| *database_layer);
        if self.criteria.among.is_some() && database_layer == self.database_layer {
            return false;
        }
        self.database_layer = database_layer;
        // Nothing passes until the databases are read.
        let none = || NodeFilter { nodes: Arc::default(), inside: true };
        self.criteria.among = Some(found.map_or_else(none, |(_, among)| among));
        self.test = None;
        true
    }
}
