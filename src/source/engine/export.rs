//! An image of an engine: described at once, exported when the first layer is read.
//!
//! [`crate::source::engine::reading`] reads the export; this is the [`Source`] on top of it.

use std::io;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::image::Image;
use crate::image::layer::Layer;
use crate::layer::blob::Blob;
use crate::layer::sparse::Map;
use crate::layer::{Checkpoints, Listing, Problem, Severity, Unwatched, Watch};
use crate::source::Verified;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Source, Stored};
use crate::source::engine::api::Engine;
use crate::source::engine::describe::Described;
use crate::source::engine::reading::{Phase, Reading, Unread};
use crate::text::Foreign;

/// An image of an engine.
pub(super) struct Export(Arc<Reading>);

impl Export {
    pub(super) fn new(engine: Engine, question: String, described: Described, ask: &Ask) -> Self {
        Self(Arc::new(Reading::new(engine, question, described, false, ask)))
    }

    /// The merged tree of a container as a single layer. `problems` are those of the image.
    pub(super) fn tree(engine: Engine, question: String, problems: Vec<String>, ask: &Ask) -> Self {
        let image = Image {
            reference: ask.reference.as_str().into(),
            source: engine.kind().transport().to_owned(),
            layers: vec![Layer::default()],
            problems: Foreign::list(problems),
            ..Image::default()
        };
        let described = Described { image, sizes: vec![0] };
        Self(Arc::new(Reading::new(engine, question, described, true, ask)))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    fn diff_id(&self, layer: usize) -> Option<&str> {
        self.0.described.image.layers.get(layer)?.diff_id.as_deref()
    }

    /// The share of the received bytes that belongs to one layer, assuming that layers arrive in order.
    fn share(&self, layer: usize, received: u64) -> u64 {
        let sizes = &self.0.described.sizes;
        let before: u64 = sizes.iter().take(layer).sum();
        received.saturating_sub(before).min(self.listing_cost(layer))
    }

    /// The archive with all contents; reads the export if necessary.
    fn archive(&self) -> io::Result<&dyn Source> {
        self.0.archive(&Unwatched).map_err(|unread| match unread {
            Unread::Failed(reason) => io::Error::other(reason),
            Unread::Cancelled => io::Error::other("reading was stopped"),
        })
    }

    /// The archive, if it was read with all contents.
    fn here(&self) -> Option<&dyn Source> {
        self.0.archive.get().map(AsRef::as_ref)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Release);
    }
}

/// The progress of one layer: bytes of other layers are not counted.
struct OfLayer<'w> {
    watch: &'w dyn Watch,
    export: &'w Export,
    layer: usize,
}

impl Watch for OfLayer<'_> {
    fn progress(&self, done: u64) {
        self.watch.progress(self.export.share(self.layer, done));
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }
}

impl Source for Export {
    fn image(&self) -> &Image {
        self.0.image.get().unwrap_or(&self.0.described.image)
    }

    fn listing_cost(&self, layer: usize) -> u64 {
        self.0.described.sizes.get(layer).copied().unwrap_or(0)
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        self.diff_id(layer).map(str::to_owned)
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        let waiting = OfLayer { watch, export: self, layer };
        let listed = match self.diff_id(layer) {
            Some(diff_id) => self.0.layer(diff_id, &waiting),
            None if self.0.is_tree => self.0.tree(&waiting),
            None => self.0.archive(&waiting).map(|archive| archive.list(layer, watch)),
        };
        let nothing = |message: String| Listing {
            problems: vec![Problem { severity: Severity::Error, message }],
            ..Listing::default()
        };
        match listed {
            Ok(listing) => {
                watch.progress(self.listing_cost(layer));
                listing
            }
            Err(Unread::Cancelled) => {
                Listing { cancelled: true, ..nothing("not read: reading was stopped".to_owned()) }
            }
            Err(Unread::Failed(message)) => Listing { faulty: true, ..nothing(message) },
        }
    }

    /// Nothing to report: only layers with the described diff ID are listed.
    fn check_listing(&self, layer: usize, listing: &Listing) -> Vec<Problem> {
        match (self.diff_id(layer), self.here()) {
            (None, Some(archive)) => archive.check_listing(layer, listing),
            _ => Vec::new(),
        }
    }

    fn blob(&self, _layer: usize) -> Option<&Blob> {
        None
    }

    fn verified_by(&self, layer: usize) -> Option<&str> {
        self.diff_id(layer)
    }

    fn is_pushed(&self) -> bool {
        true
    }

    fn temp_copy_bytes(&self) -> Option<u64> {
        let copying = self.0.state().phase == Phase::Reading { contents: true };
        copying.then(|| self.0.described.sizes.iter().sum())
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        self.archive()?.open(layer, file)
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        self.archive()?.sparse(layer, file, size)
    }

    fn verify(&self, layer: usize, watch: &dyn Watch) -> Verified {
        match self.0.archive(watch) {
            Ok(archive) => archive.verify(layer, watch),
            Err(Unread::Failed(why)) => Verified::unknown(self.image().layers.get(layer), &why),
            Err(Unread::Cancelled) => {
                Verified::unknown(self.image().layers.get(layer), "reading was stopped")
            }
        }
    }

    fn tar(&self, layer: usize) -> io::Result<Box<dyn Read + Send>> {
        self.archive()?.tar(layer)
    }

    fn uncompressed_blob(&self, layer: usize) -> Option<Blob> {
        self.here()?.uncompressed_blob(layer)
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        self.here().is_some_and(|archive| archive.opens_cheaply(layer))
    }

    fn checkpoints(&self, layer: usize) -> Option<Arc<Checkpoints>> {
        self.here()?.checkpoints(layer)
    }

    fn set_checkpoints(&self, layer: usize, checkpoints: Arc<Checkpoints>) {
        if let Some(archive) = self.here() {
            archive.set_checkpoints(layer, checkpoints);
        }
    }
}
