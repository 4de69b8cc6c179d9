//! An image that an engine hands over: described at once, exported when the first layer is asked for.
//!
//! The export is one stream of all layers. Whoever asks first copies it to a temporary file; the others wait, watch
//! how far it is and may stop waiting. Memory holds a buffer of it at a time.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::api::Engine;
use super::describe::Described;
use crate::image::{Image, Layer};
use crate::layer::blob::Blob;
use crate::layer::sparse::Map;
use crate::layer::{Checkpoints, Listing, Problem, Severity, Unwatched, Watch};
use crate::source::ask::Ask;
use crate::source::{Error, Opened, Source, Stored, Verified, open, rootfs, spool};

/// How often those who wait look up.
const GLANCE: Duration = Duration::from_millis(50);

/// An archive with more images than this is not what was asked for.
const MOST_CHOICES: usize = 256;

/// An image of an engine.
pub(super) struct Export {
    engine: Engine,
    /// The path that asks for the archive.
    question: String,
    ask: Ask,
    described: Described,
    /// What comes is no image, but the merged tree of a container.
    is_tree: bool,
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes that came so far.
    received: AtomicU64,
    whole: OnceLock<Whole>,
}

enum State {
    /// Nobody reads.
    Idle,
    /// Somebody does.
    Reading,
    /// It went wrong, and would again.
    Failed(String),
}

/// What came.
struct Whole {
    source: Box<dyn Source>,
    /// As the archive has it, under the names the engine knows it by.
    image: Image,
}

/// Why there is nothing to read yet.
enum Unread {
    Cancelled,
    Failed(String),
}

impl Export {
    pub(super) fn new(engine: Engine, question: String, described: Described, ask: &Ask) -> Self {
        let ask = Ask {
            base: ask.reference.clone(),
            place: engine.place(),
            pick: None,
            platform: described.image.platform.clone(),
            reference: ask.reference.clone(),
        };
        Self {
            engine,
            question,
            ask,
            described,
            is_tree: false,
            state: Mutex::new(State::Idle),
            changed: Condvar::new(),
            received: AtomicU64::new(0),
            whole: OnceLock::new(),
        }
    }

    /// The merged tree of a container, as the one layer it then is. `note` says so.
    pub(super) fn tree(engine: Engine, question: String, note: String, ask: &Ask) -> Self {
        let image = Image {
            reference: ask.reference.clone(),
            source: engine.kind().transport().to_owned(),
            layers: vec![Layer::default()],
            problems: vec![note],
            ..Image::default()
        };
        let described = Described { image, sizes: vec![0] };
        Self { is_tree: true, ..Self::new(engine, question, described, ask) }
    }

    /// The image, if need be after reading it or waiting until somebody else has.
    fn whole(&self, watch: &dyn Watch) -> Result<&Whole, Unread> {
        loop {
            if let Some(whole) = self.whole.get() {
                return Ok(whole);
            }
            if watch.cancelled() {
                return Err(Unread::Cancelled);
            }
            let mut state = self.state();
            match &*state {
                State::Failed(reason) => return Err(Unread::Failed(reason.clone())),
                State::Reading => {
                    drop(self.changed.wait_timeout(state, GLANCE));
                    watch.progress(self.received.load(Ordering::Relaxed));
                }
                State::Idle => {
                    *state = State::Reading;
                    drop(state);
                    self.read(watch);
                }
            }
        }
    }

    /// Reads the export; those who wait learn how it ended, even by a panic.
    fn read(&self, watch: &dyn Watch) {
        let mut ending = Ending { export: self, state: None };
        ending.state = Some(match self.fetch(watch) {
            Ok(whole) => {
                // Only one reads at a time: it is not set yet.
                let _ = self.whole.set(whole);
                State::Idle
            }
            // Those who still wait begin again.
            Err(Error::Cancelled { .. }) => State::Idle,
            Err(error) => State::Failed(error.to_string()),
        });
    }

    fn fetch(&self, watch: &dyn Watch) -> Result<Whole, Error> {
        self.received.store(0, Ordering::Relaxed);
        let told = Told { watch, received: &self.received };
        let place = &self.ask.place;
        let wire = &self.engine.wire;
        let blob = wire.stream(&self.question, watch, |body| spool::stream(body, place, &told))?;
        if self.is_tree {
            return Ok(self.as_one_layer(blob));
        }
        let source = self.chosen(blob, watch)?;
        let image = source.image();
        let diff_ids = |layers: &[Layer]| -> Vec<Option<String>> {
            layers.iter().map(|layer| layer.diff_id.clone()).collect()
        };
        let described = &self.described.image;
        if diff_ids(&image.layers) != diff_ids(&described.layers) {
            return Err(Error::Engine {
                place: place.clone(),
                what: "it exported other layers than it described".to_owned(),
                remedy: "if the image was just built or pulled again, open it again".to_owned(),
            });
        }
        let image = Image {
            source: described.source.clone(),
            names: described.names.clone(),
            id: described.id.clone(),
            ..image.clone()
        };
        Ok(Whole { source, image })
    }

    fn as_one_layer(&self, blob: Blob) -> Whole {
        let stored = blob.len();
        let blobs = rootfs::tar(blob, stored, None, Vec::new(), &self.ask);
        let image = Image { layers: blobs.image.layers.clone(), ..self.described.image.clone() };
        Whole { source: Box::new(blobs), image }
    }

    /// The image in the archive: the only one, or that of several with the layers that were described.
    fn chosen(&self, blob: Blob, watch: &dyn Watch) -> Result<Box<dyn Source>, Error> {
        let several = match open::archive_in(blob, &self.ask, watch)? {
            Opened::Image(source) => return Ok(source),
            Opened::Several(several) => several,
        };
        let wanted = &self.described.image.config.diff_ids;
        for choice in 0..several.choices.len().min(MOST_CHOICES) {
            if let Ok(source) = several.open(choice)
                && source.image().config.diff_ids == *wanted
            {
                return Ok(source);
            }
        }
        let what = "its archive holds several images, none of which it described".to_owned();
        Err(Error::NotAnImage { place: self.ask.place.clone(), what })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So much of a layer has come, where layers come one after the other.
    fn share(&self, layer: usize, received: u64) -> u64 {
        let sizes = &self.described.sizes;
        let before: u64 = sizes.iter().take(layer).sum();
        received.saturating_sub(before).min(sizes.get(layer).copied().unwrap_or(0))
    }
}

/// Tells those who wait that reading ended, however it did.
struct Ending<'e> {
    export: &'e Export,
    state: Option<State>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let failed = || State::Failed("reading the export failed".to_owned());
        *self.export.state() = self.state.take().unwrap_or_else(failed);
        self.export.changed.notify_all();
    }
}

/// Whoever reads tells those who wait, too.
struct Told<'w> {
    watch: &'w dyn Watch,
    received: &'w AtomicU64,
}

impl Watch for Told<'_> {
    fn progress(&self, done: u64) {
        self.received.store(done, Ordering::Relaxed);
        self.watch.progress(done);
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }
}

/// Whoever waits for one layer: of the bytes that came, those of other layers are not counted.
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
        self.whole.get().map_or(&self.described.image, |whole| &whole.image)
    }

    fn weight(&self, layer: usize) -> u64 {
        match self.whole.get() {
            Some(whole) => whole.source.weight(layer),
            None => self.described.sizes.get(layer).copied().unwrap_or(0),
        }
    }

    fn content_key(&self, layer: usize) -> Option<String> {
        self.described.image.layers.get(layer)?.diff_id.clone()
    }

    fn list(&self, layer: usize, watch: &dyn Watch) -> Listing {
        match self.whole(&OfLayer { watch, export: self, layer }) {
            Ok(whole) => whole.source.list(layer, watch),
            Err(Unread::Cancelled) => Listing {
                problems: vec![Problem {
                    severity: Severity::Error,
                    message: "not read: reading was stopped".to_owned(),
                }],
                cancelled: true,
                ..Listing::default()
            },
            Err(Unread::Failed(message)) => Listing {
                problems: vec![Problem { severity: Severity::Error, message }],
                faulty: true,
                ..Listing::default()
            },
        }
    }

    fn judge(&self, layer: usize, listing: &Listing) -> Vec<Problem> {
        self.whole.get().map_or_else(Vec::new, |whole| whole.source.judge(layer, listing))
    }

    fn blob(&self, layer: usize) -> Option<&Blob> {
        self.whole.get()?.source.blob(layer)
    }

    fn open(&self, layer: usize, file: &Stored<'_>) -> io::Result<Box<dyn Read + Send>> {
        match self.whole(&Unwatched) {
            Ok(whole) => whole.source.open(layer, file),
            Err(Unread::Failed(reason)) => Err(io::Error::other(reason)),
            Err(Unread::Cancelled) => Err(io::Error::other("reading was stopped")),
        }
    }

    fn sparse(&self, layer: usize, file: &Stored<'_>, size: u64) -> io::Result<Map> {
        match self.whole.get() {
            Some(whole) => whole.source.sparse(layer, file, size),
            None => Err(io::Error::other("the layer was not read yet")),
        }
    }

    fn verify(&self, layer: usize, watch: &dyn Watch) -> Verified {
        match self.whole(watch) {
            Ok(whole) => whole.source.verify(layer, watch),
            Err(Unread::Failed(why)) => Verified::unknown(self.image().layers.get(layer), &why),
            Err(Unread::Cancelled) => {
                Verified::unknown(self.image().layers.get(layer), "reading was stopped")
            }
        }
    }

    fn plain(&self, layer: usize) -> Option<Blob> {
        self.whole.get()?.source.plain(layer)
    }

    fn opens_cheaply(&self, layer: usize) -> bool {
        self.whole.get().is_some_and(|whole| whole.source.opens_cheaply(layer))
    }

    fn checkpoints(&self, layer: usize) -> Option<Arc<Checkpoints>> {
        self.whole.get()?.source.checkpoints(layer)
    }

    fn remember(&self, layer: usize, checkpoints: Arc<Checkpoints>) {
        if let Some(whole) = self.whole.get() {
            whole.source.remember(layer, checkpoints);
        }
    }
}
