//! What every local store offers: its images and containers.

use std::path::Path;

use crate::image::platform::Platform;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::text::Foreign;

/// What a container's own layers say in the stead of a command that made them.
pub(crate) const INIT_LAYER: &str = "container's init layer";
pub(crate) const WRITABLE_LAYER: &str = "container's writable layer";

/// One store of one engine with one driver: what a storage root holds, as far as it can be read.
pub(crate) trait StorageRoot: Send + Sync {
    /// The transport that leads here: `docker-root`, `containers-storage`, `containerd`.
    fn kind(&self) -> &'static str;

    /// The root directory.
    fn root(&self) -> &Path;

    /// The storage driver, or containerd's namespace: what stands before the `@` of a reference.
    fn qualifier(&self) -> &str;

    /// Its images, in the order of their first names, unnamed ones last. No layer is read for this.
    fn images(&self) -> &[StoreEntry];

    /// Its containers, by name.
    fn containers(&self) -> &[StoreEntry];

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
pub struct StoreEntry {
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
pub(crate) type Found = Vec<Result<Box<dyn StorageRoot>, Error>>;

/// The stores that could be read, and sentences about what could not.
pub(crate) type Readable = (Vec<Box<dyn StorageRoot>>, Vec<String>);
