//! Storage roots: the directories in which engines keep images and containers, read where they lie.
//!
//! A file or folder each for Docker (both ages), containers/storage and containerd. They find images, containers and
//! the layers' places; what a layer's place holds is read by [`crate::layer`]. Nothing is written and no lock taken;
//! IDs that are read from files are never trusted as paths.

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
pub(super) use crate::source::local::default_roots::Environment;
pub use crate::source::local::inventory::{Inventory, Listed, StoreListing};
pub(super) use crate::source::local::inventory::{every_choice, inventory};
pub(super) use crate::source::local::reference::{in_directory, in_stores, named, stored, with_id};
use crate::source::local::root::{Found, Readable};

/// The stores whose storage root is this directory, recognised by what lies in it. Empty where it is none.
fn recognise(root: &Path) -> Found {
    let found = [docker::find(root), containers_storage::find(root), containerd::find(root)];
    let flat = found.into_iter().flatten().flat_map(|found| match found {
        Ok(roots) => roots.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    let mut found: Found = flat.collect();
    // A closed directory might be any of them: that it is closed is said once, and only where nothing can be read.
    let closed = |found: &Result<_, Error>| matches!(found, Err(Error::Closed { .. }));
    if found.iter().any(closed) {
        found.retain(|found| !closed(found));
        if found.is_empty() {
            found.push(Err(Error::Closed { place: root.display().to_string() }));
        }
    }
    found
}

/// The stores at all places where stores usually are, and sentences about those that cannot be read.
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
