//! The layers of one image, as far as they were folded.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::entry::{Entry, Kind};
use crate::stack::kept::events::{Events, Flag};
use crate::stack::kept::large_dirs::LargeDirs;
use crate::stack::kept::names::NONE;
use crate::stack::kept::paths;
use crate::stack::kept::summary::LayerSummary;
use crate::stack::kept::totals::DirTotals;
use crate::stack::{kept, lists};

/// A path that some layer names. Ids stay valid for the life of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The image's root directory.
    pub const ROOT: Self = Self(0);
}

/// Something that befell a path in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub(crate) u32);

/// The layers of one image, as far as they were folded.
pub struct Stack {
    pub(crate) arena: Arena,
    pub(crate) events: Events,
    pub(crate) totals: DirTotals,
    pub(crate) large_dirs: LargeDirs,
    /// For each folded layer, the event after its last.
    pub(crate) layer_ends: Vec<u32>,
    pub(crate) summaries: Vec<LayerSummary>,
    declared: usize,
    /// The links of payloads that have any, and whichever name carries such a payload now, if not the file itself.
    pub(crate) names_of: kept::stack::NamesOf,
    pub(crate) primary_names: HashMap<u32, u32>,
    /// By path, the events with stored bytes that their own layer wrote over.
    pub(crate) superseded: HashMap<u32, Vec<u32>>,
    pub(crate) last_dir: Option<kept::cached_directory::CachedDirectory>,
    /// Directories that names may still imply.
    pub(crate) implied_left: u64,
}

impl Stack {
    /// An empty stack for an image that says it has so many layers.
    #[must_use]
    pub fn new(layers: usize) -> Self {
        let mut arena = Arena::new();
        let mut events = Events::default();
        // The root is always there: a layer that names it only tells its attributes.
        let root = Entry::new(b"", Kind::Directory);
        let event = events.push(0, NONE, 0, &root, None, None);
        arena.set_latest(0, event);
        events.set(event, Flag::IMPLIED);
        events.set(event, Flag::QUIET);
        Self {
            arena,
            events,
            totals: DirTotals::default(),
            large_dirs: LargeDirs::default(),
            layer_ends: Vec::new(),
            summaries: Vec::new(),
            declared: layers,
            names_of: HashMap::new(),
            primary_names: HashMap::new(),
            superseded: HashMap::new(),
            last_dir: None,
            implied_left: kept::stack::IMPLIED_FREE,
        }
    }

    /// As [`Self::new`], for whoever asks about single paths and whole layers: of directories nothing is added up, which
    /// is a sixth of all that `layers` takes on a cached image. What walks or numbers a tree ([`walk`], [`outline`]) or asks for
    /// [`Self::totals`] needs the other kind.
    #[must_use]
    pub fn without_totals(layers: usize) -> Self {
        Self { totals: DirTotals::sum_only(), ..Self::new(layers) }
    }

    /// As it was made, for an image of Windows: names that differ in the case of letters are one path, shown as it was first
    /// spelt.
    #[must_use]
    pub fn without_case(mut self) -> Self {
        self.arena.fold_case();
        self
    }

    /// Whether names that differ in the case of letters are one path.
    #[must_use]
    pub const fn folds_case(&self) -> bool {
        self.arena.folds_case()
    }

    /// Says that no more layers will come: sorts the siblings and gives back what only folding needed.
    pub fn freeze(&mut self) {
        self.arena.freeze();
        self.events.shrink();
        self.totals.freeze(&mut self.arena);
        self.last_dir = None;
        self.large_dirs = LargeDirs::new(&self.arena, &self.events, &self.totals);
    }

    /// Makes room for so many rows of a layer: growing by and by would copy all again and again.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.events.reserve(rows);
        self.arena.reserve(rows);
    }

    /// The inverse of [`Self::freeze`], for a layer that is folded after all.
    pub(crate) fn thaw(&mut self) {
        self.arena.thaw();
        self.totals.thaw();
        self.large_dirs = LargeDirs::default();
    }

    /// How many layers the image says it has.
    #[must_use]
    pub const fn layer_count(&self) -> usize {
        self.declared
    }

    /// How many layers were folded: layers `0..folded()` can be asked about.
    #[must_use]
    pub fn folded(&self) -> usize {
        self.layer_ends.len()
    }

    /// How many paths the layers name, the root included.
    #[must_use]
    pub fn path_count(&self) -> usize {
        self.arena.len()
    }

    /// Bytes held on the heap, tables of names included.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.arena.heap_bytes()
            + self.events.heap_bytes()
            + self.totals.heap_bytes()
            + self.large_dirs.heap_bytes()
            + lists(&self.names_of)
            + lists(&self.superseded)
            + self.primary_names.capacity() * (size_of::<(u32, u32)>() + 1)
    }

    /// The last component of a path; empty for the root.
    #[must_use]
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.arena.name(node.0)
    }

    /// The absolute path, `/` for the root. Raw bytes.
    #[must_use]
    pub fn path(&self, node: NodeId) -> Vec<u8> {
        self.arena.path(node.0)
    }

    /// The directory that holds the path; `None` for the root.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        Some(self.arena.parent(node.0)).filter(|&parent| parent != NONE).map(NodeId)
    }

    /// Whether `node` is `dir` or lies below it.
    #[must_use]
    pub fn is_below(&self, node: NodeId, dir: NodeId) -> bool {
        self.arena.is_below(node.0, dir.0)
    }

    /// The path of that spelling, if any layer names it. Links are not followed.
    #[must_use]
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        let mut normal = Vec::new();
        paths::normalise(path, &mut normal);
        let mut node = 0;
        for component in normal.split(|&byte| byte == b'/').filter(|c| !c.is_empty()) {
            node = self.arena.child(node, component)?;
        }
        Some(NodeId(node))
    }

    /// The newest event of a path, if that leaves it visible.
    pub(crate) fn newest_visible(&self, node: u32) -> Option<u32> {
        let event = self.arena.latest(node);
        (event != NONE && !self.events.is_tombstone(event)).then_some(event)
    }

    pub(crate) fn newest_layer(&self, node: u32) -> Option<u16> {
        let event = self.arena.latest(node);
        (event != NONE).then(|| self.events.layer(event) as u16)
    }

    pub(crate) fn is_visible_directory(&self, node: u32) -> bool {
        self.newest_visible(node).is_some_and(|event| self.events.is_dir(event))
    }
}

/// Payloads with several names: the events of the links, in order.
pub(super) type NamesOf = HashMap<u32, Vec<u32>>;

/// Directories without an entry of their own that the names of an image may imply in any case: 9 MB of memory.
pub(super) const IMPLIED_FREE: u64 = 100_000;
