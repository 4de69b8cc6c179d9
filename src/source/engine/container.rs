//! A container of an engine: the layers of its image and its changes on top.
//!
//! The changed paths come from `/containers/ID/changes` (Docker Engine API, "Get changes on a container's filesystem"),
//! their current contents from the export of the merged tree, of which other paths are ignored. The engine's own files
//! below the writable layer (`/.dockerenv`, mount points) are in no answer of its API.

use std::io;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::image::Image;
use crate::image::layer::Layer;
use crate::image::mount;
use crate::image::mount::Mounts;
use crate::layer::blob::Blob;
use crate::layer::changes::Changes;
use crate::layer::sparse::Map;
use crate::layer::{Checkpoints, Listing, Problem, Watch};
use crate::source::Verified;
use crate::source::contract::source::{Attachments, Source, Stored};
use crate::source::engine::export::Export;
use crate::source::local::root::WRITABLE_LAYER;
use crate::text::Foreign;

/// `Kind` of a change: the path was removed.
const DELETED: u64 = 2;

/// Parses the engine's answer (`null`: no changes); `None` if its form is unknown.
pub(super) fn changes(answer: &Value) -> Option<Changes> {
    let mut changes = Changes::default();
    if answer.is_null() {
        return Some(changes);
    }
    for change in answer.as_array()? {
        changes.add(change["Path"].as_str()?, change["Kind"].as_u64()? == DELETED);
    }
    Some(changes)
}

/// A container.
pub(super) struct Container {
    below: Box<dyn Source>,
    /// The number of layers of `below`.
    count: usize,
    /// The merged tree.
    top: Export,
    changes: Changes,
    id: String,
    names: Vec<Foreign>,
    created: Option<Foreign>,
    mounts: Option<Mounts>,
    described: Image,
    /// The image after its export was read.
    read: OnceLock<Image>,
}

impl Container {
    /// The container of the answer `inspect`, above its image.
    pub(super) fn new(
        below: Box<dyn Source>,
        top: Export,
        changes: Changes,
        inspect: &Value,
    ) -> Self {
        let name = inspect["Name"].as_str().map(|name| name.trim_start_matches('/').into());
        let created = inspect["Created"].as_str().map(Foreign::from);
        let id = inspect["Id"].as_str().unwrap_or_default().to_owned();
        let count = below.image().layers.len();
        let mut container = Self {
            below,
            count,
            top,
            changes,
            id,
            names: name.into_iter().collect(),
            created,
            mounts: mount::parse_inspect(inspect.to_string().as_bytes()).ok(),
            described: Image::default(),
            read: OnceLock::new(),
        };
        container.described = container.above(container.below.image());
        container
    }

    /// The image with the writable layer on top.
    fn above(&self, image: &Image) -> Image {
        let mut image = Image { names: self.names.clone(), ..image.clone() };
        if let Some(mounts) = self.mounts.clone() {
            image.problems.extend(Foreign::list(mounts.problems));
            image.mounts = Some(mounts.understood);
        }
        image.layers.push(Layer {
            created_by: Some(WRITABLE_LAYER.into()),
            created: self.created.clone(),
            writable: true,
            ..Layer::default()
        });
        image
    }

    /// The source of a layer, and the layer's index in it.
    fn part(&self, layer: usize) -> (&dyn Source, usize) {
        if layer < self.count { (&*self.below, layer) } else { (&self.top, layer - self.count) }
    }
}

/// Rows that are reported during reading belong to the merged tree, not to the layer.
struct WithoutRows<'w>(&'w dyn Watch);

impl Watch for WithoutRows<'_> {
    fn progress(&self, done: u64) {
        self.0.progress(done);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn take_idle_cpu(&self) -> bool {
        self.0.take_idle_cpu()
    }
}

impl Source for Container {
    fn image(&self) -> &Image {
        self.read.get().unwrap_or(&self.described)
    }

    fn listing_cost(&self, layer: usize) -> u64 {
        let (source, layer) = self.part(layer);
        source.listing_cost(layer)
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        (layer < self.count).then(|| self.below.content_key(layer))?
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        if layer < self.count {
            let listing = self.below.list(layer, watch);
            let image = self.below.image();
            if image.documents.len() > self.described.documents.len() {
                self.read.get_or_init(|| self.above(image));
            }
            return listing;
        }
        let mut listing = self.top.list(0, &WithoutRows(watch));
        if !listing.cancelled && !listing.faulty {
            listing.table = self.changes.layer(&listing.table);
        }
        listing
    }

    fn check_listing(&self, layer: usize, listing: &Listing) -> Vec<Problem> {
        if layer < self.count { self.below.check_listing(layer, listing) } else { Vec::new() }
    }

    fn blob(&self, layer: usize) -> Option<&Blob> {
        (layer < self.count).then(|| self.below.blob(layer))?
    }

    fn verified_by(&self, layer: usize) -> Option<&str> {
        (layer < self.count).then(|| self.below.verified_by(layer))?
    }

    fn is_pushed(&self) -> bool {
        self.below.is_pushed()
    }

    fn temp_copy_bytes(&self) -> Option<u64> {
        self.below.temp_copy_bytes().or_else(|| self.top.temp_copy_bytes())
    }

    /// Which paths were changed; a second change of the same path is not in the engine's answer.
    fn written(&self) -> Option<u64> {
        let changes = self.top.engine().changes(&self.id).ok()?;
        Some(xxh3_64(changes.to_string().as_bytes()))
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        let (source, layer) = self.part(layer);
        source.open(layer, file)
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        let (source, layer) = self.part(layer);
        source.sparse(layer, file, size)
    }

    fn verify(&self, layer: usize, watch: &dyn Watch) -> Verified {
        let (source, layer) = self.part(layer);
        source.verify(layer, watch)
    }

    fn tar(&self, layer: usize) -> io::Result<Box<dyn Read + Send>> {
        if layer < self.count {
            return self.below.tar(layer);
        }
        let why = "an engine gives no tar of a container's writable layer";
        Err(io::Error::new(io::ErrorKind::Unsupported, why))
    }

    fn uncompressed_blob(&self, layer: usize) -> Option<Blob> {
        let (source, layer) = self.part(layer);
        source.uncompressed_blob(layer)
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        let (source, layer) = self.part(layer);
        source.opens_cheaply(layer)
    }

    fn checkpoints(&self, layer: usize) -> Option<Arc<Checkpoints>> {
        let (source, layer) = self.part(layer);
        source.checkpoints(layer)
    }

    fn attachments(&self) -> Attachments {
        self.below.attachments()
    }

    fn set_checkpoints(&self, layer: usize, checkpoints: Arc<Checkpoints>) {
        let (source, layer) = self.part(layer);
        source.set_checkpoints(layer, checkpoints);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_another_shape_is_none() {
        assert!(changes(&Value::Null).is_some() && changes(&json!([])).is_some());
        for odd in [json!({}), json!("x"), json!([{"Path": 1, "Kind": 1}]), json!([{"Path": "/a"}])]
        {
            assert!(changes(&odd).is_none(), "{odd}");
        }
    }
}
