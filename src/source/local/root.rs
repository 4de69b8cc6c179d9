//! The interface of all local stores.

use std::path::PathBuf;

use crate::image::platform::Platform;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{ChoiceKind, Opened};
use crate::source::documents::blobs::Blobs;
use crate::text::Foreign;

/// Stands for the command of a container's own layers.
pub(crate) const INIT_LAYER: &str = "container's init layer";
pub(crate) const WRITABLE_LAYER: &str = "container's writable layer";

/// One store of one engine with one driver.
pub(crate) trait StorageRoot: Send + Sync {
    /// What the store contains. Building it reads no layer.
    fn contents(&self) -> &StoreContents;

    /// Opens the image at this index of [`StoreContents::images`].
    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error>;

    /// Opens the container at this index of [`StoreContents::containers`]: the layers of its image, the `-init` layer and the
    /// writable layer.
    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error>;
}

/// Identity and content of a store.
#[derive(Debug, Default)]
pub(crate) struct StoreContents {
    /// The transport: `docker-root`, `containers-storage`, `containerd`.
    pub(crate) kind: &'static str,
    /// The root directory.
    pub(crate) root: PathBuf,
    /// The storage driver or containerd's namespace: the part before the `@` of a reference.
    pub(crate) qualifier: String,
    /// Images sorted by first name, unnamed ones last.
    pub(crate) images: Vec<StoreEntry>,
    /// Containers sorted by name.
    pub(crate) containers: Vec<StoreEntry>,
    /// Parts of the store that could not be read. They do not hide readable images.
    pub(crate) problems: Vec<String>,
}

impl StoreContents {
    /// Images or containers.
    pub(crate) fn entries(&self, kind: ChoiceKind) -> &[StoreEntry] {
        match kind {
            ChoiceKind::Image => &self.images,
            ChoiceKind::Container => &self.containers,
        }
    }
}

/// An opened image, or an error if another platform was requested.
pub(crate) fn opened(blobs: Blobs, ask: &Ask) -> Result<Opened, Error> {
    ask.serves(blobs.image.platform.as_ref())?;
    Ok(Opened::Image(Box::new(blobs)))
}

/// An image or a container of a store, as recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreEntry {
    /// Names with tags; empty for an untagged image.
    pub names: Vec<String>,
    /// The ID (`sha256:…` for an image with a config, plain hexadecimal for containers and Docker ≤ 1.9), then
    /// manifest digests.
    pub ids: Vec<String>,
    /// Platform, if known.
    pub platform: Option<Platform>,
    /// Number of layers including the container's own; `None` for engines, whose lists do not contain it.
    pub layers: Option<usize>,
    /// Size of the layers in bytes, if the store records it.
    pub size: Option<u64>,
    /// Creation time as recorded, RFC 3339.
    pub created: Option<Foreign>,
    /// An untagged image of a build that another image was built on.
    pub intermediate: bool,
    /// For a container: its image, by name or else by ID.
    pub image: Option<String>,
    /// A problem, if one is known.
    pub problem: Option<Foreign>,
}

/// Stores found at one place, or why they cannot be read.
pub(crate) type Found = Vec<Result<Box<dyn StorageRoot>, Error>>;

/// Readable stores, and sentences about those that cannot be read.
pub(crate) type Readable = (Vec<Box<dyn StorageRoot>>, Vec<String>);
