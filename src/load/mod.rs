//! From a source to a stack: layers listed in parallel, folded in order, contents compared where only that tells.
//!
//! ```text
//! workers, shown and large layers first ─► listings ─► fold, in layer order ─► compare equal-sized files of plain layers
//! ```
//!
//! The first layer is mostly the largest, and all others wait for it: it is folded row by row while it is read.
//!
//! The stack is shared behind a lock that is held for a few thousand rows at a time, so that whoever looks at the
//! layers folded so far never waits long. `load` never asks which kind of source it reads. A listing that the
//! [`cache`] has is not made again.

pub mod cache;
mod check;
pub mod event;
pub mod files;
pub mod pace;
mod queue;
mod reading;
pub(crate) mod settings;
mod undecided;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::image::Image;
use crate::image::platform::Platform;
use crate::layer::Listing;
use crate::load::cache::Cache;
use crate::load::event::Pair;
pub use crate::load::event::{Event, LayerState, Want};
use crate::source::{Source, Stored};
use crate::stack::{Payload, Stack};
use crate::sync;

/// Rows folded before the lock is given to others: some milliseconds.
const ROWS_PER_LOCK: usize = 4096;

/// What the stack knows of a file's bytes, as sources ask for it. Here, because a source knows no stack.
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

/// Loads one image.
#[derive(Clone)]
pub struct Loader {
    source: Arc<dyn Source>,
    stack: Arc<RwLock<Stack>>,
    stop: Arc<AtomicBool>,
    cache: Option<Arc<Cache>>,
    preferred: Arc<Mutex<Vec<Pair>>>,
    /// The layer that somebody looks at.
    shown: Arc<AtomicUsize>,
    /// Layers that were read before reading was stopped, above one that was not.
    listed: Arc<Mutex<Vec<Option<Arc<Listing>>>>>,
    /// The stack has no totals and is not frozen when all layers are folded.
    brief: bool,
}

/// The stack in the way that the image's system compares names.
fn stack_for(image: &Image, stack: Stack) -> Stack {
    let windows = |it: &Platform| it.normalised().os == "windows";
    if image.platform.as_ref().is_some_and(windows) { stack.without_case() } else { stack }
}

impl Loader {
    /// A loader with an empty stack and no cache; nothing is read yet.
    #[must_use]
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self::with_cache(source, None)
    }

    /// As [`Self::new`]; what the cache knows is not read again, and what it does not know is kept in it.
    #[must_use]
    pub fn with_cache(source: Arc<dyn Source>, cache: Option<Arc<Cache>>) -> Self {
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
        }
    }

    fn empty_stack(&self) -> Stack {
        let image = self.source.image();
        let layers = image.layers.len();
        let stack = if self.brief { Stack::without_totals(layers) } else { Stack::new(layers) };
        stack_for(image, stack)
    }

    /// For whoever asks a few questions about paths and layers and goes: the stack has no totals
    /// ([`Stack::without_totals`]), and it stays as folding leaves it, larger than one that was frozen.
    #[must_use]
    pub fn brief(self) -> Self {
        let brief = Self { brief: true, ..self };
        let stack = Arc::new(RwLock::new(brief.empty_stack()));
        Self { stack, ..brief }
    }

    /// Where the image comes from.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// Opens a file: [`Payload::length`] bytes, the holes of a sparse one filled.
    ///
    /// # Errors
    /// Where the layer or that part of it cannot be read, or the map of a sparse file is broken.
    pub fn open(&self, payload: &Payload) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        let stored = Stored::from(payload);
        if payload.sparse {
            return self.source.open_whole(payload.layer, &stored, payload.size);
        }
        self.source.open(payload.layer, &stored)
    }

    /// The stack as far as it is folded. Held locks make the loader wait: let go soon.
    pub fn stack(&self) -> RwLockReadGuard<'_, Stack> {
        sync::read(&self.stack)
    }

    fn stack_mut(&self) -> RwLockWriteGuard<'_, Stack> {
        sync::write(&self.stack)
    }

    /// Asks [`Self::run`] to stop reading and to keep what was read.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Says which pairs somebody looks at: where their contents have to be compared, they come before all others.
    /// Pairs of an earlier call that nobody has begun with are forgotten.
    pub fn prefer(&self, pairs: Vec<Pair>) {
        *sync::lock(&self.preferred) = pairs;
    }

    /// Says which layer somebody looks at: those that its tree is made of are listed before those above it.
    pub fn show(&self, layer: usize) {
        self.shown.store(layer, Ordering::Relaxed);
    }

    fn take_preferred(&self) -> Vec<Pair> {
        std::mem::take(&mut *sync::lock(&self.preferred))
    }

    /// Takes back [`Self::stop`]: the next [`Self::run`] reads what was not read. Only between two runs.
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
