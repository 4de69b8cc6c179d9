//! Storage roots: the directories in which engines keep images and containers, read where they lie.
//!
//! A file or folder each for Docker (both ages), containers/storage and containerd. They find images, containers and
//! the layers' places; what a layer's place holds is read by [`crate::layer`]. Nothing is written and no lock taken;
//! IDs that are read from files are never trusted as paths.

mod around;
pub(super) mod containerd;
mod containers;
mod docker;
mod inventory;
mod places;
mod reference;

use std::path::{Path, PathBuf};

pub use self::inventory::{Inventory, Listed, Stock};
pub(super) use self::inventory::{inventory, local};
pub(super) use self::places::Environment;
pub(super) use self::reference::{in_directory, in_stores, named, stored, with_id};
use super::ask::Ask;
use super::{Error, Opened};
use crate::image::platform::Platform;
use crate::text::Foreign;

/// What a container's own layers say in the stead of a command that made them.
const INIT_LAYER: &str = "container's init layer";
pub(super) const WRITABLE_LAYER: &str = "container's writable layer";

/// One store of one engine with one driver: what a storage root holds, as far as it can be read.
pub(super) trait StorageRoot: Send + Sync {
    /// The transport that leads here: `docker-root`, `containers-storage`, `containerd`.
    fn kind(&self) -> &'static str;

    /// The root directory.
    fn root(&self) -> &Path;

    /// The storage driver, or containerd's namespace: what stands before the `@` of a reference.
    fn qualifier(&self) -> &str;

    /// Its images, in the order of their first names, unnamed ones last. No layer is read for this.
    fn images(&self) -> &[Kept];

    /// Its containers, by name.
    fn containers(&self) -> &[Kept];

    /// Opens the image with that place in [`Self::images`].
    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error>;

    /// Opens the container with that place in [`Self::containers`]: its image's layers, the `-init` layer and the
    /// writable layer on top.
    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error>;

    /// What could not be read of the store itself. Images that can be read are listed all the same.
    fn problems(&self) -> &[String];
}

/// An image or a container of a store, as its records describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Names, with tags. Empty for an untagged image.
    pub names: Vec<String>,
    /// The ID (`sha256:…` for an image with a config, plain hexadecimal for containers and Docker ≤ 1.9), then what
    /// else it may be asked for by: manifest digests.
    pub ids: Vec<String>,
    /// Platform, where it is known.
    pub platform: Option<Platform>,
    /// Number of layers, the container's own ones included. Engines that are asked do not say it in their lists.
    pub layers: Option<usize>,
    /// Bytes of the layers' contents as the store states them, where it does.
    pub size: Option<u64>,
    /// RFC 3339, as recorded.
    pub created: Option<Foreign>,
    /// Of a container: the image it was made from, by name or else by ID.
    pub image: Option<String>,
    /// What is wrong with it, if anything is known to be.
    pub problem: Option<Foreign>,
}

/// What stands at one place: stores that could be read, or reasons why not.
type Found = Vec<Result<Box<dyn StorageRoot>, Error>>;

/// The stores that could be read, and sentences about what could not.
type Readable = (Vec<Box<dyn StorageRoot>>, Vec<String>);

/// The stores whose storage root is this directory, recognised by what lies in it. Empty where it is none.
fn at(root: &Path) -> Found {
    let found = [docker::find(root), containers::find(root), containerd::find(root)];
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
fn anywhere(environment: &Environment) -> Readable {
    let mut places: Vec<PathBuf> = places::docker(environment);
    places.extend(places::containerd(environment));
    let found = places.iter().flat_map(|place| at(place)).chain(containers::usual(environment));
    let (mut roots, mut unreadable) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Ok(root) => roots.push(root),
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    (roots, unreadable)
}
