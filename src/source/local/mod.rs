//! Storage roots: the directories in which engines store images and containers, read in place.
//!
//! `docker` (before and since 1.10), `containers_storage` and `containerd` find images, containers and the
//! directories of layers; [`crate::layer`] reads those. Nothing is written and no lock is taken. IDs from files are
//! validated before they become part of a path.

pub(super) mod containerd;
mod containers_storage;
mod default_roots;
mod docker;
mod inventory;
mod nearby;
mod reference;
pub(super) mod root;

use std::path::{Path, PathBuf};

use crate::source::Error;
use crate::source::environment::Environment;
pub use crate::source::local::inventory::{Inventory, Listed, StoreListing};
pub(super) use crate::source::local::inventory::{every_choice, inventory};
pub(super) use crate::source::local::reference::{in_directory, in_stores, named, stored, with_id};
use crate::source::local::root::{Found, Readable};

/// The stores whose root is this directory, recognised by its content; empty if it is not a storage root.
fn recognise(root: &Path) -> Found {
    let found = [docker::find(root), containers_storage::find(root), containerd::find(root)];
    let flat = found.into_iter().flatten().flat_map(|found| match found {
        Ok(roots) => roots.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    let mut found: Found = flat.collect();
    // An unreadable directory might be any kind of store: report it once, and only if nothing can be read.
    let closed = |found: &Result<_, Error>| matches!(found, Err(Error::Closed { .. }));
    if found.iter().any(closed) {
        found.retain(|found| !closed(found));
        if found.is_empty() {
            found.push(Err(Error::Closed { place: root.display().to_string() }));
        }
    }
    found
}

/// The stores in all default and configured locations, and sentences about those that cannot be read.
fn in_default_roots(environment: &Environment) -> Readable {
    let mut places: Vec<PathBuf> = default_roots::docker(environment);
    places.extend(default_roots::containerd(environment));
    let found = places
        .iter()
        .flat_map(|place| recognise(place))
        .chain(containers_storage::in_configured_roots(environment));
    let (mut roots, mut unreadable) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Ok(root) => roots.push(root),
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    (roots, unreadable)
}
