//! From a source to a stack: lists layers in parallel, folds them in order, and compares contents where sizes and
//! fingerprints leave a change undecided.
//!
//! ```text
//! workers, lowest and largest layers first ─► listings ─► fold, in layer order ─► compare equal-sized files of plain layers
//! ```
//!
//! The first layer is usually the largest and has to be folded before all others, so it is folded while it is read.
//!
//! The stack is shared behind a lock that is held for a few thousand rows at a time, so that readers of the folded
//! layers are blocked for milliseconds only. `load` does not depend on the kind of source. Listings in the [`cache`]
//! are reused.

pub(crate) mod at_once;
pub mod cache;
mod check;
pub mod event;
pub mod files;
pub mod grep;
pub mod pace;
mod queue;
mod reading;
pub(crate) mod settings;
pub(crate) mod undecided;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::content::fact::Fact;
use crate::image::Image;
use crate::image::platform::Platform;
use crate::layer::Listing;
use crate::load::cache::Cache;
use crate::load::event::Pair;
pub use crate::load::event::{Event, Examiners, LayerState, Want};
use crate::source::{Source, Stored};
use crate::stack::{Payload, Stack};
use crate::sync;

/// Rows folded per acquisition of the lock: some milliseconds.
const ROWS_PER_LOCK: usize = 4096;

/// The location of a file's bytes, as sources need it. Implemented here because `source` must not depend on `stack`.
impl<'p> From<&'p Payload> for Stored<'p> {
    fn from(payload: &'p Payload) -> Self {
        Self {
            path: &payload.path,
            data: payload.offset,
            stored: payload.stored,
            fingerprint: payload.fingerprint,
        }
    }
}

/// A file, and the facts about it.
type FileFacts = (Payload, Vec<Fact>);

/// Loads one image. Clones share the same state.
#[derive(Clone)]
pub struct Loader {
    source: Arc<dyn Source>,
    stack: Arc<RwLock<Stack>>,
    stop: Arc<AtomicBool>,
    cache: Option<Arc<Cache>>,
    preferred: Arc<Mutex<Vec<Pair>>>,
    /// Index of the layer on screen; the number of layers if none is.
    shown: Arc<AtomicUsize>,
    /// Listings kept after [`Self::stop`]: of layers above one that was not read.
    listed: Arc<Mutex<Vec<Option<Arc<Listing>>>>>,
    /// The stack has no totals and is not frozen.
    brief: bool,
    examiners: Option<Arc<dyn Examiners>>,
    /// The facts about the file that was viewed last.
    last_facts: Arc<Mutex<Option<FileFacts>>>,
}

/// The stack with the case sensitivity of the image's operating system.
fn stack_for(image: &Image, stack: Stack) -> Stack {
    let windows = |it: &Platform| it.normalised().os == "windows";
    if image.platform.as_ref().is_some_and(windows) { stack.without_case() } else { stack }
}

impl Loader {
    /// A loader with an empty stack, and a cache for listings if one is given. Reads nothing.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, cache: Option<Arc<Cache>>) -> Self {
        let layers = source.image().layers.len();
        let stack = stack_for(source.image(), Stack::new(layers));
        Self {
            source,
            stack: Arc::new(RwLock::new(stack)),
            stop: Arc::new(AtomicBool::new(false)),
            cache,
            preferred: Arc::default(),
            shown: Arc::new(AtomicUsize::new(layers)),
            listed: Arc::default(),
            brief: false,
            examiners: None,
            last_facts: Arc::default(),
        }
    }

    fn empty_stack(&self) -> Stack {
        let image = self.source.image();
        let layers = image.layers.len();
        let stack = if self.brief { Stack::without_totals(layers) } else { Stack::new(layers) };
        stack_for(image, stack)
    }

    /// For commands that ask few questions and exit: a stack without totals ([`Stack::without_totals`]) that is not
    /// frozen, which saves time and needs more memory.
    #[must_use]
    pub fn brief(self) -> Self {
        let brief = Self { brief: true, ..self };
        let stack = Arc::new(RwLock::new(brief.empty_stack()));
        Self { stack, ..brief }
    }

    /// Shows the contents of files to `examiners` while their layers are listed.
    #[must_use]
    pub fn examined_by(self, examiners: Arc<dyn Examiners>) -> Self {
        Self { examiners: Some(examiners), ..self }
    }

    /// The source of the image.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// Opens a file of [`Payload::length`] bytes; holes of a sparse file read as zeros.
    ///
    /// # Errors
    /// If the layer cannot be read, or the map of a sparse file is damaged.
    pub fn open(&self, payload: &Payload) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        let stored = Stored::from(payload);
        if payload.sparse {
            return self.source.open_whole(payload.layer, &stored, payload.size);
        }
        self.source.open(payload.layer, &stored)
    }

    /// The stack as far as it is folded. The guard blocks the loader: drop it soon.
    pub fn stack(&self) -> RwLockReadGuard<'_, Stack> {
        sync::read(&self.stack)
    }

    fn stack_mut(&self) -> RwLockWriteGuard<'_, Stack> {
        sync::write(&self.stack)
    }

    /// Stops [`Self::run`] soon. Complete listings are kept.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Sets the pairs on screen, which are decided before all others. Replaces the pairs of an earlier call.
    pub fn prefer(&self, pairs: Vec<Pair>) {
        *sync::lock(&self.preferred) = pairs;
    }

    /// Sets the layer on screen. Layers of its tree are listed before those above it.
    pub fn show(&self, layer: usize) {
        self.shown.store(layer, Ordering::Relaxed);
    }

    fn take_preferred(&self) -> Vec<Pair> {
        std::mem::take(&mut *sync::lock(&self.preferred))
    }

    /// Undoes [`Self::stop`]: the next [`Self::run`] reads the remaining layers. Call it only between two runs.
    pub fn resume(&self) {
        self.stop.store(false, Ordering::Relaxed);
    }

    /// Whether every layer is part of the stack.
    fn is_complete(&self) -> bool {
        self.stack().folded() == self.source.image().layers.len()
    }

    fn take_listed(&self) -> Vec<Option<Arc<Listing>>> {
        std::mem::take(&mut *sync::lock(&self.listed))
    }

    fn keep_listed(&self, listed: Vec<Option<Arc<Listing>>>) {
        *sync::lock(&self.listed) = listed;
    }
}
