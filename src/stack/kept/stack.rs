//! The folded layers of one image.

use hashbrown::HashMap;

use crate::stack::kept::arena::Arena;
use crate::stack::kept::entry::{Entry, Kind};
use crate::stack::kept::events::Events;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::known_dirs::KnownDirs;
use crate::stack::kept::large_dirs::LargeDirs;
use crate::stack::kept::names::NONE;
use crate::stack::kept::paths;
use crate::stack::kept::summary::LayerSummary;
use crate::stack::kept::totals::DirTotals;

/// A path of some layer. Ids stay valid for the life of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The image's root directory.
    pub const ROOT: Self = Self(0);
}

/// An event of a path in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub(crate) u32);

/// The resolved directory of the last entry: in a tar, the next entry is nearly always in the same one.
pub(crate) struct CachedDirectory {
    pub(crate) path: Vec<u8>,
    pub(crate) node: u32,
    /// A symbolic link was followed to resolve the path.
    pub(crate) redirected: bool,
}

/// The name in whose directory the bytes of a payload count from a layer on.
#[derive(Clone, Copy)]
pub(crate) struct PrimaryName {
    pub(crate) layer: u16,
    /// The event of the name, or [`NONE`] if no name is visible.
    pub(crate) event: u32,
    /// Its index in [`Stack::links_of`]. No link before it is visible from this layer on; the number of links for [`NONE`].
    pub(crate) at: u32,
}

/// Directories without an entry that the paths of an image may imply in any case: 9 MB of memory.
const IMPLIED_FREE: u64 = 100_000;

/// The folded layers of one image.
pub struct Stack {
    pub(crate) arena: Arena,
    pub(crate) events: Events,
    pub(crate) totals: DirTotals,
    pub(crate) large_dirs: LargeDirs,
    /// For each folded layer, the event after its last.
    pub(crate) layer_ends: Vec<u32>,
    pub(crate) summaries: Vec<LayerSummary>,
    /// The events that were undecided when their layers were folded, in order.
    pub(crate) undecided: Vec<u32>,
    declared: usize,
    /// By payload event, the events of the hard links to it, oldest first.
    pub(crate) links_of: HashMap<u32, Vec<u32>>,
    /// By payload event, the names in whose directories its bytes count, lowest layer first. Before the first one that is the
    /// event itself.
    pub(crate) primary_names: HashMap<u32, Vec<PrimaryName>>,
    /// By path, the events with stored bytes that a later entry of the same layer replaced.
    pub(crate) superseded: HashMap<u32, Vec<u32>>,
    pub(crate) last_dir: Option<CachedDirectory>,
    pub(crate) known_dirs: KnownDirs,
    /// Directories without an entry that further paths may imply.
    pub(crate) implied_left: u64,
}

impl Stack {
    /// An empty stack for an image of `layers` layers.
    #[must_use]
    pub fn new(layers: usize) -> Self {
        let mut arena = Arena::new();
        let mut events = Events::default();
        // The root always exists; an entry for it only sets its attributes.
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
            undecided: Vec::new(),
            declared: layers,
            links_of: HashMap::new(),
            primary_names: HashMap::new(),
            superseded: HashMap::new(),
            last_dir: None,
            known_dirs: KnownDirs::default(),
            implied_left: IMPLIED_FREE,
        }
    }

    /// As [`Self::new`], without totals of directories, which take a sixth of the time of `layers` on a cached image. Enough
    /// for queries about single paths and whole layers; [`Self::totals`] and what walks or numbers a tree need
    /// [`Self::new`].
    #[must_use]
    pub fn without_totals(layers: usize) -> Self {
        Self { totals: DirTotals::sum_only(), ..Self::new(layers) }
    }

    /// The same stack for a Windows image: names that differ only in case are one path, displayed as the first layer spells
    /// it. Only before the first layer is folded.
    #[must_use]
    pub fn without_case(mut self) -> Self {
        self.arena.fold_case();
        self
    }

    /// Whether names that differ only in case are one path.
    #[must_use]
    pub const fn folds_case(&self) -> bool {
        self.arena.folds_case()
    }

    /// Sorts the siblings and frees what only folding needs. Called after the last layer; folding another layer reverts it.
    pub fn freeze(&mut self) {
        self.arena.freeze();
        self.events.shrink();
        self.totals.freeze(&mut self.arena);
        self.totals.count_shadowed(&self.arena, &self.events);
        self.last_dir = None;
        self.known_dirs.clear();
        self.large_dirs = LargeDirs::new(&self.arena, &self.events, &self.totals);
    }

    /// Allocates for `rows` rows, since growing step by step copies all again each time.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.events.reserve(rows);
        self.arena.reserve(rows);
    }

    /// Reverts [`Self::freeze`] before another layer is folded.
    pub(crate) fn thaw(&mut self) {
        self.arena.thaw();
        self.totals.thaw();
        self.large_dirs = LargeDirs::default();
    }

    /// The number of layers that the image states.
    #[must_use]
    pub const fn layer_count(&self) -> usize {
        self.declared
    }

    /// The number of folded layers: queries are about layers `0..folded()`.
    #[must_use]
    pub fn folded(&self) -> usize {
        self.layer_ends.len()
    }

    /// The number of paths of all layers, including the root.
    #[must_use]
    pub fn path_count(&self) -> usize {
        self.arena.len()
    }

    /// Bytes held on the heap.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.arena.heap_bytes()
            + self.events.heap_bytes()
            + self.totals.heap_bytes()
            + self.large_dirs.heap_bytes()
            + self.known_dirs.heap_bytes()
            + list_bytes(&self.links_of)
            + list_bytes(&self.superseded)
            + self.undecided.capacity() * size_of::<u32>()
            + list_bytes(&self.primary_names)
    }

    /// The last component of a path; empty for the root.
    #[must_use]
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.arena.name(node.0)
    }

    /// The absolute path in raw bytes, `/` for the root.
    #[must_use]
    pub fn path(&self, node: NodeId) -> Vec<u8> {
        self.arena.path(node.0)
    }

    /// The parent directory; `None` for the root.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        Some(self.arena.parent(node.0)).filter(|&parent| parent != NONE).map(NodeId)
    }

    /// The node of a path, if any layer has it. Links are not followed.
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

    /// The newest event of a path, if the path is visible.
    pub(crate) fn newest_visible(&self, node: u32) -> Option<u32> {
        self.events.present(self.arena.latest(node))
    }

    /// The primary name of a payload: the event of the name in whose directory its bytes count, or [`NONE`].
    pub(crate) fn primary_name(&self, payload: u32) -> u32 {
        let last = self.primary_names.get(&payload).and_then(|names| names.last());
        last.map_or(payload, |name| name.event)
    }

    /// The same in the merged tree of `layer`.
    pub(crate) fn primary_name_at(&self, payload: u32, layer: usize) -> u32 {
        let names = self.primary_names.get(&payload).map_or(&[][..], Vec::as_slice);
        let after = names.partition_point(|name| usize::from(name.layer) <= layer);
        after.checked_sub(1).map_or(payload, |last| names[last].event)
    }

    pub(crate) fn newest_layer(&self, node: u32) -> Option<u16> {
        let event = self.arena.latest(node);
        (event != NONE).then(|| self.events.layer(event) as u16)
    }

    pub(crate) fn is_visible_directory(&self, node: u32) -> bool {
        self.newest_visible(node).is_some_and(|event| self.events.is_dir(event))
    }
}

/// Heap bytes of lists by path or event.
fn list_bytes<T>(lists: &HashMap<u32, Vec<T>>) -> usize {
    let each = lists.values().map(|list| list.capacity() * size_of::<T>());
    lists.capacity() * (size_of::<(u32, Vec<T>)>() + 1) + each.sum::<usize>()
}
