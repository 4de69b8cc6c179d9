//! Which distribution package a path belongs to, by the image's own database as the selected layer has it. Read when first
//! asked for, by a history or a filter; kept for all layers that have the same database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::packages::{PLACES, Package, Place, RPM_PLACES};
use crate::stack::filter::Among;
use crate::stack::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};
use crate::text::marked_str;

use super::coverage;
use super::message::Effect;
use super::overlay::Kind;
use super::state::{Phase, State};

/// Databases that are kept.
const KEPT: usize = 4;

/// What the databases of some layers say.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// See [`edition`].
    pub edition: usize,
    /// The packages.
    pub packages: Vec<Package>,
    /// The paths that belong to a package: its number; `None` to several (mostly directories).
    pub of: HashMap<NodeId, Option<u32>>,
    /// What could not be read. Raw.
    pub notes: Vec<String>,
}

/// What the filter asks of a path's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is this one.
    By(String),
    /// There is one.
    Any,
    /// There is none.
    None,
}

/// Who owns a path, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// This package.
    Package(&'a Package),
    /// Several.
    Several,
    /// None; and why that may not be so, where something could not be read. Raw.
    None(Option<&'a str>),
    /// The database is being read.
    Unread,
    /// There is none that could be read; whether an rpm database is there.
    NoDatabase(bool),
}

/// The layer that wrote the databases last that `layer` sees: layers between have the same. `None` where there are none.
#[must_use]
pub fn edition(stack: &Stack, layer: usize) -> Option<usize> {
    let wrote = |path: &str, inside: bool| {
        let node = stack.follow(path.as_bytes(), layer)?;
        let own = stack.visible(node, layer)?.layer;
        let files = Walk::new(stack, Scope::Merged(layer), node, false).filter(|_| inside);
        files.filter_map(|file| Some(stack.visible(file, layer)?.layer)).max().max(Some(own))
    };
    let written = PLACES.iter().filter_map(|place| match place {
        Place::DpkgStatus(path) | Place::ApkInstalled(path) => wrote(path, false),
        Place::DpkgStatusDirectory(path) => wrote(path, true),
        Place::DpkgLists(_) => None,
    });
    written.max()
}

/// The owner of a path in a layer's tree.
#[must_use]
pub fn owner<'s>(state: &'s State, stack: &Stack, node: NodeId, layer: usize) -> Owner<'s> {
    let unsure = coverage::gap(state, stack, layer).map(|_| "not every layer was read");
    let Some(edition) = edition(stack, layer) else {
        if unsure.is_some() {
            return Owner::None(unsure);
        }
        let rpm = RPM_PLACES.iter().any(|path| stack.follow(path.as_bytes(), layer).is_some());
        return Owner::NoDatabase(rpm);
    };
    let Some(known) = state.owners.iter().find(|known| known.edition == edition) else {
        return Owner::Unread;
    };
    let package = match known.of.get(&node) {
        None => None,
        Some(None) => return Owner::Several,
        Some(Some(package)) => known.packages.get(*package as usize),
    };
    let none = Owner::None(unsure.or(known.notes.first().map(String::as_str)));
    package.map_or(none, Owner::Package)
}

/// A package in a line. Visible.
#[must_use]
pub fn named(package: &Package) -> String {
    let (name, version) = (marked_str(&package.name), marked_str(&package.version));
    format!("{} package {name} {version}", package.manager.name())
}

/// Asks for the databases that somebody wants to know something of, once.
pub(super) fn want(state: &mut State, stack: &Stack) -> Option<Effect> {
    let in_history = state.overlays.iter().any(|top| matches!(top.kind, Kind::History(_)));
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
pub(super) fn arrived(state: &mut State, owners: Owners) {
    if state.owners_asked == Some(owners.edition) {
        state.owners_asked = None;
    }
    state.owners.truncate(KEPT - 1);
    state.owners.insert(0, Arc::new(owners));
}

/// The paths that a filter's word lets pass in the selected layer's tree, and the edition that says so; `None` while that
/// is not known.
pub(super) fn passing(state: &State, stack: &Stack, wanted: &Wanted) -> Option<(usize, Among)> {
    let edition = edition(stack, state.shown_layer(stack)?)?;
    let known = state.owners.iter().find(|known| known.edition == edition)?;
    let is_wanted = |package: Option<u32>| match wanted {
        Wanted::By(name) => package
            .and_then(|package| known.packages.get(package as usize))
            .is_some_and(|package| package.name == *name),
        Wanted::Any | Wanted::None => true,
    };
    let nodes = known.of.iter().filter(|(_, package)| is_wanted(**package));
    let nodes: HashSet<NodeId> = nodes.map(|(node, _)| *node).collect();
    Some((edition, Among { nodes: Arc::new(nodes), inside: *wanted != Wanted::None }))
}
