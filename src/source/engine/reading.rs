//! Reads an export: one stream of all layers, in a thread of its own, as long as a caller waits for it.
//!
//! Layers are delivered as they arrive, each once, and only if their bytes have the described diff ID: layers that
//! arrived before the engine failed stay valid. Contents of files are stored in a temporary file if they will be read;
//! else only headers and documents are stored.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{io, thread};

use crate::image::Image;
use crate::image::layer::Layer;
use crate::layer::streamed_archive::ArchiveSink;
use crate::layer::{Listing, Watch, streamed_archive};
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Opened, Source};
use crate::source::disk::rootfs;
use crate::source::documents::spool::Copy;
use crate::source::engine::api::Engine;
use crate::source::engine::describe::Described;
use crate::source::{Error, disk};
use crate::sync;

/// The key of a tree's single layer, which has no diff ID.
const TREE: &str = "";

/// The interval at which waiting callers check for cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The most images in an export; more were not requested.
const MOST_CHOICES: usize = 256;

/// An export and its progress.
pub(super) struct Reading {
    pub(super) engine: Engine,
    /// The path of the request.
    pub(super) question: String,
    pub(super) ask: Ask,
    pub(super) described: Described,
    /// Whether the export is the merged tree of a container instead of an image.
    pub(super) is_tree: bool,
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
    /// Bytes received.
    received: AtomicU64,
    /// Cancels the reading thread.
    pub(super) stop: AtomicBool,
    /// The image of the archive, with the names that the engine gives it.
    pub(super) image: OnceLock<Image>,
    /// The archive with all contents.
    pub(super) archive: OnceLock<Box<dyn Source>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// Layers that arrived and were not taken, by diff ID.
    pub(super) arrived: HashMap<String, Listing>,
    /// The diff IDs of all layers that arrived.
    pub(super) seen: HashSet<String>,
    /// The number of waiting callers.
    waiting: usize,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// No thread reads.
    #[default]
    Idle,
    /// A thread reads, with or without storing contents.
    Reading { contents: bool },
    /// The export was read completely.
    Ended,
    /// Reading failed, and would fail again.
    Failed(String),
}

/// Why a layer cannot be read.
pub(super) enum Unread {
    Cancelled,
    Failed(String),
}

impl Reading {
    pub(super) fn new(
        engine: Engine,
        question: String,
        described: Described,
        is_tree: bool,
        ask: &Ask,
    ) -> Self {
        let ask = Ask {
            base: ask.reference.clone(),
            place: engine.place(),
            pick: None,
            platform: described.image.platform.clone(),
            ..ask.clone()
        };
        Self {
            engine,
            question,
            ask,
            described,
            is_tree,
            state: Mutex::default(),
            changed: Condvar::new(),
            received: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            image: OnceLock::new(),
            archive: OnceLock::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        sync::lock(&self.state)
    }

    /// The listing of the layer with this diff ID; waits until it arrives.
    pub(super) fn layer(
        self: &Arc<Self>,
        diff_id: &str,
        watch: &dyn Watch,
    ) -> Result<Listing, Unread> {
        let wanted = &self.described.image.config.diff_ids;
        self.wait(watch, self.ask.contents, |state| {
            let reading = matches!(state.phase, Phase::Reading { .. });
            // The caller of the last layer also waits for the documents after it, which describe the image.
            let last = wanted.iter().all(|id| state.seen.contains(id));
            if reading && last {
                return None;
            }
            if let Some(listing) = state.arrived.remove(diff_id) {
                return Some(Ok(listing));
            }
            let missing = state.phase == Phase::Ended && !state.seen.contains(diff_id);
            missing.then(|| {
                Err(Unread::Failed(format!(
                    "{}: the export has no layer with the diff ID {diff_id}: damaged in the engine's store, or \
                     cut short; pull or build the image again",
                    self.ask.place
                )))
            })
        })
    }

    /// The listing of a tree's single layer; waits until it was read.
    pub(super) fn tree(self: &Arc<Self>, watch: &dyn Watch) -> Result<Listing, Unread> {
        let came = self.wait(watch, self.ask.contents, |state| {
            let here = self.archive.get().is_some();
            let came = state.arrived.remove(TREE);
            (here || came.is_some()).then_some(Ok(came))
        })?;
        match (came, self.archive.get()) {
            (Some(listing), _) => Ok(listing),
            (None, Some(archive)) => Ok(archive.list(0, watch)),
            (None, None) => Err(Unread::Failed("no data was received".to_owned())),
        }
    }

    /// The archive with all contents, after reading it if need be.
    pub(super) fn archive(self: &Arc<Self>, watch: &dyn Watch) -> Result<&dyn Source, Unread> {
        let there = || self.archive.get().map(|it| Ok(it.as_ref()));
        there().unwrap_or_else(|| self.wait(watch, true, |_| there()))
    }

    /// Waits until `look` returns a value. Starts reading, with or without contents, if no thread reads.
    fn wait<T>(
        self: &Arc<Self>,
        watch: &dyn Watch,
        contents: bool,
        mut look: impl FnMut(&mut State) -> Option<Result<T, Unread>>,
    ) -> Result<T, Unread> {
        let mut state = self.state();
        state.waiting += 1;
        let found = loop {
            if let Some(found) = look(&mut state) {
                break found;
            }
            if watch.cancelled() {
                break Err(Unread::Cancelled);
            }
            match &state.phase {
                Phase::Failed(reason) => break Err(Unread::Failed(reason.clone())),
                Phase::Idle | Phase::Ended => self.begin(&mut state, contents),
                Phase::Reading { .. } => {
                    let waited = self.changed.wait_timeout(state, POLL_INTERVAL);
                    drop(waited.map_err(PoisonError::into_inner));
                    watch.progress(self.received.load(Ordering::Relaxed));
                    state = self.state();
                }
            }
        };
        state.waiting -= 1;
        if state.waiting == 0 && matches!(found, Err(Unread::Cancelled)) {
            self.stop.store(true, Ordering::Release);
        }
        found
    }

    /// Starts the reading thread.
    fn begin(self: &Arc<Self>, state: &mut State, contents: bool) {
        self.stop.store(false, Ordering::Release);
        self.received.store(0, Ordering::Relaxed);
        state.phase = Phase::Reading { contents };
        let reading = Arc::clone(self);
        let thread = thread::Builder::new().name("export".to_owned());
        if let Err(error) = thread.spawn(move || reading.read(contents)) {
            state.phase = Phase::Failed(format!("no thread could be started: {error}"));
        }
    }

    /// Reads the export and reports its end to waiting callers.
    fn read(&self, contents: bool) {
        let result =
            if self.is_tree { self.fetch_tree(contents) } else { self.fetch_image(contents) };
        self.state().phase = match result {
            Ok(()) => Phase::Ended,
            // Callers that still wait start another reading.
            Err(Error::Cancelled { .. }) => Phase::Idle,
            Err(error) => Phase::Failed(error.to_string()),
        };
        self.changed.notify_all();
    }

    /// Lists the tree while it is received; stores contents if they will be read.
    fn fetch_tree(&self, contents: bool) -> Result<(), Error> {
        let place = &self.ask.place;
        let mut copy = if contents { Some(Copy::begin(place)?) } else { None };
        let mut trouble = None;
        let mut keep = |bytes: &[u8]| {
            self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let Some(copy) = &mut copy else { return Ok(()) };
            copy.write(bytes).map_err(|error| {
                trouble = Some(error);
                io::ErrorKind::StorageFull.into()
            })
        };
        let listed = self.engine.wire.stream(&self.question, self, |body| {
            streamed_archive::layer(body, &mut keep).map_err(|source| Error::Io {
                place: place.clone(),
                doing: "cannot be read",
                source,
            })
        });
        let listing = trouble.map_or(listed, Err)?;
        let stored = self.received.load(Ordering::Relaxed);
        let layer = Layer { compressed_bytes: Some(stored), ..Layer::default() };
        self.image.get_or_init(|| Image { layers: vec![layer], ..self.described.image.clone() });
        let Some(copy) = copy else {
            self.state().arrived.insert(TREE.to_owned(), listing);
            return Ok(());
        };
        let tree = rootfs::tar(copy.finish()?, stored, Some(listing), Vec::new(), false, &self.ask);
        self.archive.get_or_init(|| Box::new(tree));
        Ok(())
    }

    fn fetch_image(&self, contents: bool) -> Result<(), Error> {
        let place = &self.ask.place;
        let mut keeping = ExportSink { reading: self, copy: Copy::begin(place)?, trouble: None };
        let read = |body: &mut dyn Read| {
            let read = streamed_archive::archive(body, contents, &mut keeping);
            match (keeping.trouble.take(), read) {
                (Some(error), _) => Err(error),
                (None, read) => read.map_err(|source| Error::Io {
                    place: place.clone(),
                    doing: "cannot be read",
                    source,
                }),
            }
        };
        self.engine.wire.stream(&self.question, self, read)?;
        let source = self.chosen(keeping.copy.finish()?)?;
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
        self.image.get_or_init(|| Image {
            source: described.source.clone(),
            names: described.names.clone(),
            id: described.id.clone(),
            others: described.others.clone(),
            ..image.clone()
        });
        if contents {
            self.archive.get_or_init(|| source);
        }
        Ok(())
    }

    /// The image in the archive: the only one, or the one with the described layers.
    fn chosen(&self, blob: crate::layer::blob::Blob) -> Result<Box<dyn Source>, Error> {
        let several = match disk::open::archive_in(blob, &self.ask, self)? {
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
        let remedy = "use the image's ID".to_owned();
        Err(Error::Engine { place: self.ask.place.clone(), what, remedy })
    }
}

/// Progress and cancellation of the reading thread.
impl Watch for Reading {
    fn progress(&self, done: u64) {
        self.received.store(done, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// Stores the parts of the received archive.
struct ExportSink<'r> {
    reading: &'r Reading,
    copy: Copy<'r>,
    /// The error of storing it.
    trouble: Option<Error>,
}

impl ExportSink<'_> {
    fn noted(&mut self, kept: Result<(), Error>, count: u64) -> io::Result<()> {
        self.reading.received.fetch_add(count, Ordering::Relaxed);
        kept.map_err(|error| {
            self.trouble = Some(error);
            io::ErrorKind::StorageFull.into()
        })
    }
}

impl ArchiveSink for ExportSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let kept = self.copy.write(bytes);
        self.noted(kept, bytes.len() as u64)
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let kept = self.copy.add_hole(count);
        self.noted(kept, count)
    }

    fn layer(&mut self, listing: Listing) {
        let Some(diff_id) = listing.diff_id.clone() else { return };
        // Layers with other diff IDs belong to another image.
        if self.reading.described.image.config.diff_ids.contains(&diff_id) {
            let mut state = self.reading.state();
            state.seen.insert(diff_id.clone());
            state.arrived.insert(diff_id, listing);
            self.reading.changed.notify_all();
        }
    }
}
