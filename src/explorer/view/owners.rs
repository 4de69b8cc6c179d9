//! Packages that own paths.

use std::collections::HashSet;
use std::sync::Arc;

use crate::content::packages::DATABASES;
use crate::content::packages::package::Package;
use crate::explorer::model::owners::{Owner, PackageFilter};
use crate::explorer::model::state::State;
use crate::explorer::view::coverage;
use crate::stack::query::filter::NodeFilter;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};
use crate::text::{Visible, visible};

/// The highest layer up to `layer` that wrote a package database; layers between have the same databases. `None` without any.
#[must_use]
pub fn database_layer(stack: &Stack, layer: usize) -> Option<usize> {
    let wrote = |path: &str, inside: bool| {
        let node = stack.follow(path.as_bytes(), layer)?;
        let own = stack.visible(node, layer)?.layer;
        let files = Walk::new(stack, Scope::Merged(layer), node, false).filter(|_| inside);
        files.filter_map(|file| Some(stack.visible(file, layer)?.layer)).max().max(Some(own))
    };
    let written = DATABASES.iter().filter(|place| !place.only_has_files()).filter_map(|place| {
        let log = place.log().and_then(|log| wrote(log, false));
        wrote(place.path(), place.is_directory()).map(|file| file.max(log.unwrap_or_default()))
    });
    written.max()
}

/// The package that owns a path in the merged tree of `layer`.
#[must_use]
pub fn owner<'s>(state: &'s State, stack: &Stack, node: NodeId, layer: usize) -> Owner<'s> {
    let unsure = coverage::first_unread(state, stack, layer).map(|_| "not every layer was read");
    let Some(database_layer) = database_layer(stack, layer) else {
        if unsure.is_some() {
            return Owner::None(unsure);
        }
        return Owner::NoDatabase;
    };
    let Some(known) = state.owners.iter().find(|known| known.database_layer == database_layer)
    else {
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

/// `dpkg package NAME VERSION`.
#[must_use]
pub fn package_label(package: &Package) -> Visible<'static> {
    let (name, version) = (visible(&package.name), visible(&package.version));
    visible![package.manager.name(), " package ", name, " ", version]
}

/// Whether a database of the selected layer's tree was read in part only.
pub(super) fn is_partial(state: &State, stack: &Stack) -> bool {
    let written = state.shown_layer(stack).and_then(|layer| database_layer(stack, layer));
    let mut known = state.owners.iter();
    written
        .is_some_and(|it| known.any(|known| known.database_layer == it && !known.notes.is_empty()))
}

/// The paths that meet a criterion for packages in the selected layer's tree, and the layer that wrote the databases;
/// `None` while the databases are not read. That a path belongs to no package is not known where a database could not
/// be read: then nothing meets that criterion.
pub(crate) fn paths_in_packages(
    state: &State,
    stack: &Stack,
    wanted: &PackageFilter,
) -> Option<(usize, NodeFilter)> {
    let database_layer = database_layer(stack, state.shown_layer(stack)?)?;
    let known = state.owners.iter().find(|known| known.database_layer == database_layer)?;
    let is_wanted = |package: Option<u32>| match wanted {
        PackageFilter::By(name) => package
            .and_then(|package| known.packages.get(package as usize))
            .is_some_and(|package| package.name == *name),
        PackageFilter::Any | PackageFilter::None => true,
    };
    if *wanted == PackageFilter::None && !known.notes.is_empty() {
        return Some((database_layer, NodeFilter { nodes: Arc::default(), inside: true }));
    }
    let nodes = known.of.iter().filter(|(_, package)| is_wanted(**package));
    let nodes: HashSet<NodeId> = nodes.map(|(node, _)| *node).collect();
    Some((
        database_layer,
        NodeFilter { nodes: Arc::new(nodes), inside: *wanted != PackageFilter::None },
    ))
}
