//! Makes a part of an image from a layer's records and directory: by its tar-split if it has one, else in the form of
//! the driver.

use crate::image::layer::{Layer, LayerStore};
use crate::layer::blob::Blob;
use crate::layer::directory::Tree;
use crate::layer::split::{Contents, Split};
use crate::source::documents::assemble::Part;
use crate::source::documents::content::Content;
use crate::source::local::docker::driver::{Driver, LayerDir, LayerOwner};
use crate::source::local::root::{INIT_LAYER, WRITABLE_LAYER};

/// A layer as recorded in a store.
pub(super) struct OnDisk {
    /// The description of the layer; `store` is filled in here.
    pub(super) layer: Layer,
    /// The directory of its files.
    pub(super) dir: LayerDir,
    /// Its ID in the driver.
    pub(super) cache_id: Option<String>,
    /// Its chain ID; Docker < 1.10 had none.
    pub(super) chain_id: Option<String>,
    /// Its tar-split, if it has one.
    pub(super) split: Result<Option<Blob>, String>,
    /// The same for layers with the same content.
    pub(super) key: String,
}

/// IDs of a container's own layers.
pub(super) struct ContainerLayers {
    /// The init layer, in which Docker prepares mount points. Docker < 0.7 created none.
    pub(super) init: Option<String>,
    /// The writable layer, or why it is unknown.
    pub(super) writable: Result<String, String>,
    /// Creation time of the container.
    pub(super) created: Option<String>,
}

impl OnDisk {
    /// The layer as a part of an image; `below` is the directory of the layer below.
    pub(super) fn part(self, driver: &Driver, below: Option<&LayerDir>) -> Part {
        let Self { mut layer, dir, cache_id, chain_id, split, key } = self;
        layer.store = Some(layer_store(driver, cache_id, chain_id, &dir));
        let split = split.unwrap_or_else(|error| {
            layer.problems.push(format!("{error}: its directory is read instead").into());
            None
        });
        let content = match (split, dir) {
            (Some(listing), Ok(dir)) => {
                Content::Split(Split::new(listing, Contents::Directory(dir), key))
            }
            // Reading contents reports the reason.
            (Some(listing), Err(why)) => {
                Content::Split(Split::new(listing, Contents::Unavailable(why), key))
            }
            (None, dir) => directory(driver, &dir, LayerOwner::Image, below, &mut layer),
        };
        Part { layer, content }
    }
}

/// The layers as parts of an image, base first, and the directory of the topmost one. `below` is the directory of a
/// layer below the first one.
pub(super) fn parts(
    driver: &Driver,
    mut below: Option<LayerDir>,
    layers: impl Iterator<Item = OnDisk>,
) -> (Vec<Part>, Option<LayerDir>) {
    let mut parts = Vec::new();
    for layer in layers {
        let dir = layer.dir.clone();
        parts.push(layer.part(driver, below.as_ref()));
        below = Some(dir);
    }
    (parts, below)
}

/// The container's own layers; `below` is the directory of the image's topmost layer.
pub(super) fn container_layers(
    driver: &Driver,
    own: ContainerLayers,
    below: Option<&LayerDir>,
) -> Vec<Part> {
    let ContainerLayers { init, writable, created } = own;
    let part = |id: Option<String>, dir: &LayerDir, below: Option<&LayerDir>, writable: bool| {
        let command = if writable { WRITABLE_LAYER } else { INIT_LAYER };
        let mut layer = Layer {
            created_by: Some(command.into()),
            created: created.clone().map(Into::into),
            writable,
            store: Some(layer_store(driver, id, None, dir)),
            ..Layer::default()
        };
        let content = directory(driver, dir, LayerOwner::Container, below, &mut layer);
        Part { layer, content }
    };
    let dir = |id: &str| driver.layer_dir(id, LayerOwner::Container);
    let init = init.map(|id| (dir(&id), id));
    let top = writable.as_deref().map_err(String::clone).and_then(dir);
    let under_top = init.as_ref().map_or(below, |(dir, _)| Some(dir));
    let top = part(writable.ok(), &top, under_top, true);
    let init = init.as_ref().map(|(dir, id)| part(Some(id.clone()), dir, below, false));
    init.into_iter().chain([top]).collect()
}

fn layer_store(
    driver: &Driver,
    cache_id: Option<String>,
    chain_id: Option<String>,
    dir: &LayerDir,
) -> LayerStore {
    let directory = dir.as_ref().ok().cloned();
    LayerStore {
        driver: driver.name.as_str().into(),
        cache_id: cache_id.map(Into::into),
        chain_id,
        directory,
    }
}

/// The content of a layer without a tar-split: the tree in the driver's directory.
fn directory(
    driver: &Driver,
    dir: &LayerDir,
    owner: LayerOwner,
    below: Option<&LayerDir>,
    layer: &mut Layer,
) -> Content {
    match dir {
        Ok(root) => {
            let (form, problem) = driver.form(owner, below);
            layer.problems.extend(problem.map(Into::into));
            Content::Tree(Tree { root: root.clone(), form, ids: driver.ids.clone() })
        }
        Err(why) => {
            let reason =
                format!("it has no tar-split to list it by, and {why}: this layer cannot be shown");
            layer.problems.push(reason.as_str().into());
            Content::Absent(reason)
        }
    }
}
