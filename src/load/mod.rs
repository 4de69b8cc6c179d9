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
mod compare;
pub mod contents;
mod queue;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use self::cache::Cache;
use self::compare::fill;
use self::queue::Arrival;
use crate::image::Image;
use crate::image::platform::Platform;
use crate::layer::codec::Codec;
use crate::layer::{Hidden, Listing, Problem};
use crate::source::{Source, Stored};
use crate::stack::fold::Fold;
use crate::stack::table::Table;
use crate::stack::{EventId, Payload, Stack};

/// Rows folded before the lock is given to others: some milliseconds.
const ROWS_A_TURN: usize = 4096;

/// How much is to be known in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The merged trees; whether an equal-sized file of a plain layer was modified may stay open.
    Tree,
    /// Everything.
    Kinds,
}

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

/// An event whose contents have to be read, and the one before it.
pub type Pair = (EventId, EventId);

/// Something that happened while loading.
#[derive(Clone, Debug)]
pub enum Event {
    /// `done` of `total` bytes of a layer's blob were dealt with (`total` 0: not known).
    Reading {
        /// Which layer.
        layer: usize,
        /// Bytes dealt with.
        done: u64,
        /// Bytes to deal with.
        total: u64,
    },
    /// A layer was listed; it becomes visible when it is folded.
    Listed(usize),
    /// A layer is part of the stack, and this is what is known of it beyond the stack.
    Folded(usize, Arc<LayerState>),
    /// So many pairs of files are still to be compared.
    Comparing {
        /// Pairs left.
        left: usize,
    },
    /// Nothing more will happen.
    Finished,
}

/// What is known of a layer beyond its rows.
#[derive(Clone, Debug, Default)]
pub struct LayerState {
    /// What was odd or broken, worst first.
    pub problems: Vec<Problem>,
    /// Objects that are no content of the image.
    pub hidden: Vec<Hidden>,
    /// How the blob was encoded, if it was read.
    pub codec: Option<Codec>,
    /// Length of the uncompressed stream, where it was read to its end.
    pub uncompressed: Option<u64>,
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
        self.stack.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn stack_mut(&self) -> RwLockWriteGuard<'_, Stack> {
        self.stack.write().unwrap_or_else(PoisonError::into_inner)
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
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) = pairs;
    }

    /// Says which layer somebody looks at: those that its tree is made of are listed before those above it.
    pub fn show(&self, layer: usize) {
        self.shown.store(layer, Ordering::Relaxed);
    }

    fn take_preferred(&self) -> Vec<Pair> {
        std::mem::take(&mut *self.preferred.lock().unwrap_or_else(PoisonError::into_inner))
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
        std::mem::take(&mut *self.listed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep_listed(&self, listed: Vec<Option<Arc<Listing>>>) {
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = listed;
    }

    /// Reads all layers that are not part of the stack yet; returns when nothing more is to be done, with the states of the
    /// layers that became part of it: fewer than there are where it was stopped. `report` is called from several threads.
    pub fn run(&self, want: Want, report: &(dyn Fn(Event) + Sync)) -> Vec<Arc<LayerState>> {
        let mut states = Vec::new();
        let mut first = None;
        queue::in_order(self, report, |arrival| match arrival {
            Arrival::Rows(table) => {
                self.advance(first.get_or_insert_with(|| Fold::new(&self.stack())), table);
            }
            Arrival::Layer(layer, listing) => {
                let fold = first.take().unwrap_or_else(|| Fold::new(&self.stack()));
                let state = Arc::new(self.fold(fold, layer, listing));
                states.push(Arc::clone(&state));
                report(Event::Folded(layer, state));
            }
        });
        if first.is_some() {
            // Rows of a layer that was not read to its end are no layer; none other is there yet.
            *self.stack_mut() = self.empty_stack();
        }
        if !self.brief && self.is_complete() {
            self.stack_mut().freeze();
        }
        if let Some(cache) = &self.cache {
            cache.shrink();
        }
        if want == Want::Kinds {
            let layers = self.stack().folded();
            let pairs = (0..layers).flat_map(|layer| self.stack().undecided(layer)).collect();
            self.compare(pairs, report);
        }
        report(Event::Finished);
        states
    }

    /// Folds a listed layer on top and judges what its listing says against the manifest.
    fn fold(&self, mut fold: Fold, layer: usize, listing: &Listing) -> LayerState {
        self.advance(&mut fold, &listing.table);
        let oddities = fold.finish(&mut self.stack_mut());
        let described = self.source.image().layers.get(layer);
        LayerState {
            problems: check::problems(
                listing,
                self.source.judge(layer, listing),
                &oddities,
                described,
            ),
            hidden: listing.hidden.clone(),
            codec: listing.codec,
            uncompressed: listing.uncompressed,
        }
    }

    /// Folds all rows that the table has by now.
    fn advance(&self, fold: &mut Fold, table: &Table) {
        while fold.step(&mut self.stack_mut(), table, ROWS_A_TURN) {}
    }

    /// Reads the contents of undecided events and of those before them, and records what they say.
    pub fn compare(&self, pairs: Vec<Pair>, report: &(dyn Fn(Event) + Sync)) {
        compare::decide(self, pairs, report);
    }

    /// Whether two files have the same contents, by reading them.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn same_contents(&self, one: EventId, other: EventId) -> std::io::Result<bool> {
        compare::same_contents(self, one, other)
    }
}
