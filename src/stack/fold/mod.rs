//! Folding: one layer's rows become events on paths.
//!
//! Two passes, as the OCI image specification's `layer.md` decides where engines differ: first all whiteouts and
//! opaque markers against what lies below, then the entries in tar order. Below the first layer lies nothing: one
//! pass does, and it can begin before the layer is listed to its end. Which path a name means (symbolic links
//! among its parents) is [`crate::stack::fold::resolve`]'s business; here is what an entry does to the path it means.

mod apply;
mod links;
pub(crate) mod replaced;
mod resolve;

use std::collections::BTreeMap;

use crate::stack::LayerSummary;
use crate::stack::fold::links::LinkTarget;
use crate::stack::fold::replaced::ReplacedLinks;
pub use crate::stack::fold::resolve::DEPTH_MAX;
use crate::stack::fold::resolve::{IMPLIED_PER_ENTRY, Resolved};
use crate::stack::kept::arena::Arena;
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::events::{Cause, Events, Flag};
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;
use crate::stack::kept::table::Table;
use crate::stack::kept::totals::Touch;
use crate::stack::kept::{paths, table};

/// More events than this are not kept: some 2 GB, far beyond any image; a layer that claims more is cut there.
pub const EVENT_LIMIT: usize = 1 << 25;

/// Something odd that the fold met. None of it is fatal: what it means is decided by the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// A whiteout names a path that no lower layer has.
    WhiteoutOfNothing,
    /// An opaque marker stands in a directory that does not exist.
    OpaqueOfNothing,
    /// The layer has two entries for one path; the last one counts.
    Duplicate,
    /// A name with `..` in it; it stays below the root.
    Clamped,
    /// A parent in the name is a symbolic link: the entry lands where the link leads, as umoci and containerd
    /// do it; Docker's overlay2 driver and containers/storage make a directory in the link's place.
    ThroughLink,
    /// A hard link whose target is not there.
    BrokenLink,
    /// A hard link to its own path. What the path has stays.
    LinkToItself,
    /// A hard link to a directory, which no file system of Linux has.
    LinkToDirectory,
    /// The layer has a path both as something that is no directory and as the parent of another entry; the last counts.
    Contradiction,
    /// An entry that is no directory stands for the root itself; it is ignored.
    RootNotDirectory,
    /// An entry states more bytes than all layers together can hold; it counts as empty.
    ImpossibleSize,
    /// A name leads deeper than [`DEPTH_MAX`]; the entry is left out.
    TooDeep,
    /// Names imply more directories than the entries account for; the entry is left out.
    TooManyImplied,
    /// The layer holds more than [`EVENT_LIMIT`] events; the rest is not shown.
    TooManyEvents,
}

/// All payloads of an image together are fewer bytes than this, so that sums and differences of them always fit.
const BYTES_LIMIT: u64 = 1 << 62;

/// How often each oddity was met in a layer, with the first path that had it (absolute, raw bytes).
pub type Oddities = BTreeMap<Oddity, (u64, Vec<u8>)>;

/// The fold of one layer, which can be advanced in steps so that others can look at the lower layers meanwhile.
pub struct Fold {
    cursor: table::RowCursor,
    started: bool,
    /// There is no room for more.
    full: bool,
    layer: u16,
    opaque: Vec<(Vec<u8>, Option<u32>)>,
    /// Of the first layer, where whiteouts remove nothing.
    whiteouts: Vec<Vec<u8>>,
    /// Links whose target was not there (yet): event and target.
    pending_links: Vec<(u32, Vec<u8>)>,
    oddities: Oddities,
    entries: u64,
    stored: u64,
    /// Bytes that the layers below store.
    below: u64,
}

impl Fold {
    /// Begins folding the next layer of `stack`. Nothing of it is visible until [`Self::finish`].
    #[must_use]
    pub fn new(stack: &Stack) -> Self {
        Self {
            cursor: table::RowCursor::default(),
            started: false,
            full: false,
            layer: stack.folded() as u16,
            opaque: Vec::new(),
            whiteouts: Vec::new(),
            pending_links: Vec::new(),
            oddities: Oddities::new(),
            entries: 0,
            stored: 0,
            below: stack.summaries.iter().map(|layer| layer.bytes).sum(),
        }
    }

    /// Deals with up to `rows` more rows of the layer's table. Returns whether there are more.
    ///
    /// The first layer's table may have grown since the last step, always with the same beginning; any other layer's
    /// is whole from the first step on.
    pub fn step(&mut self, stack: &mut Stack, table: &Table, rows: usize) -> bool {
        if !self.started {
            self.started = true;
            stack.thaw();
            self.reserve(stack, table);
            if self.layer > 0 && table.has_markers() {
                self.apply_markers(stack, table);
            }
        }
        let mut rows_left = table.rows_from(std::mem::take(&mut self.cursor));
        let more = (0..rows).all(|_| rows_left.next().is_some_and(|row| self.apply(stack, &row)));
        self.cursor = rows_left.position();
        more
    }

    /// The first layer is mostly the largest: room for half as many rows again is room for all others.
    fn reserve(&self, stack: &mut Stack, table: &Table) {
        if self.layer == 0 {
            let rows = usize::try_from(table.len()).unwrap_or(EVENT_LIMIT).min(EVENT_LIMIT);
            stack.reserve(if stack.layer_count() > 1 { rows + rows / 2 } else { rows });
        }
    }

    /// Applies one row; whether there is room for another.
    fn apply(&mut self, stack: &mut Stack, row: &Row<'_>) -> bool {
        let entry = match row {
            _ if self.full => return false,
            Row::Entry(entry) => entry,
            Row::Whiteout { path } if self.layer == 0 => {
                self.whiteouts.push(path.to_vec());
                return true;
            }
            Row::Opaque { path } if self.layer == 0 => {
                self.opaque.push((path.to_vec(), None));
                return true;
            }
            Row::Whiteout { .. } | Row::Opaque { .. } => return true,
        };
        if stack.events.len() >= EVENT_LIMIT || !stack.arena.names.fits(entry.path.len() * 2) {
            note(&mut self.oddities, Oddity::TooManyEvents, || absolute(entry.path));
            self.full = true;
            return false;
        }
        let room = BYTES_LIMIT - self.below - self.stored;
        let emptied;
        let entry = if entry.stored > room {
            note(&mut self.oddities, Oddity::ImpossibleSize, || absolute(entry.path));
            emptied = Entry { size: 0, stored: 0, data: None, ..entry.clone() };
            &emptied
        } else {
            entry
        };
        stack.implied_left += IMPLIED_PER_ENTRY;
        let resolved = match stack.resolve_for_entry(entry.path, self.layer) {
            Ok(resolved) => resolved,
            Err(oddity) => {
                note(&mut self.oddities, oddity, || absolute(entry.path));
                return true;
            }
        };
        self.entries += 1;
        self.stored += if entry.kind == Kind::File { entry.stored } else { 0 };
        let at = Applying {
            layer: self.layer,
            oddities: &mut self.oddities,
            pending_links: &mut self.pending_links,
        };
        at.apply(stack, entry, &resolved);
        true
    }

    /// Closes the layer: from now on it can be asked about.
    pub fn finish(mut self, stack: &mut Stack) -> Oddities {
        self.resolve_pending_links(stack);
        self.note_whiteouts_of_nothing();
        self.mark_opaque(stack);
        stack.close_layer(self.entries, self.stored);
        self.oddities
    }

    /// First pass: what the layer takes away from below.
    fn apply_markers(&mut self, stack: &mut Stack, table: &Table) {
        let mut whiteouts = Vec::new();
        let mut rows = table.rows();
        while let Some(row) = rows.next() {
            match row {
                Row::Whiteout { path } => whiteouts.push(path.to_vec()),
                Row::Opaque { path } => self.opaque.push((path.to_vec(), None)),
                Row::Entry(_) => {}
            }
        }
        let replaced = ReplacedLinks::new(table);
        // What a whiteout names itself is removed, whatever takes its place.
        let parents = whiteouts.iter().filter_map(|path| Some(paths::split(path)?.0));
        for path in parents.chain(self.opaque.iter().map(|(path, _)| &path[..])) {
            stack.replace_links(path, &replaced, self.layer);
        }
        // Deeper markers first, so that a path with a marker of its own is removed by that one whatever the order
        // in the tar.
        whiteouts.sort_by(|a, b| b.cmp(a));
        whiteouts.dedup();
        self.opaque.sort();
        self.opaque.dedup();
        for path in &whiteouts {
            match stack.resolve_marker(path, Some(&replaced)) {
                Some(node) if node != 0 && stack.newest_visible(node).is_some() => {
                    stack.remove_below(node, self.layer, Cause::Whiteout, node);
                    stack.remove_path(node, self.layer, Cause::Whiteout, node);
                }
                Some(node) if stack.newest_layer(node) == Some(self.layer) => {}
                _ => note(&mut self.oddities, Oddity::WhiteoutOfNothing, || absolute(path)),
            }
        }
        for (path, node) in self.opaque.iter_mut().rev() {
            *node = stack.resolve_directory(path, Some(&replaced));
            if let Some(node) = *node {
                stack.remove_below(node, self.layer, Cause::Opaque, node);
            }
        }
    }

    /// In the first layer all of them, each path once; the root cannot be named by one.
    fn note_whiteouts_of_nothing(&mut self) {
        let mut whiteouts = std::mem::take(&mut self.whiteouts);
        whiteouts.sort_by(|a, b| b.cmp(a));
        whiteouts.dedup();
        for path in whiteouts.iter().filter(|path| !path.is_empty()) {
            note(&mut self.oddities, Oddity::WhiteoutOfNothing, || absolute(path));
        }
    }

    /// Hard links to something that stands later in the tar.
    fn resolve_pending_links(&mut self, stack: &mut Stack) {
        for (event, target) in std::mem::take(&mut self.pending_links) {
            if stack.events.has(event, Flag::SUPERSEDED) {
                continue;
            }
            let node = stack.events.node(event);
            let oddity = match stack.link_target(&target, node) {
                LinkTarget::Payload(payload) => {
                    stack.add_link(payload, event);
                    None
                }
                LinkTarget::Directory => Some(Oddity::LinkToDirectory),
                LinkTarget::Absent | LinkTarget::Itself => Some(Oddity::BrokenLink),
            };
            if let Some(oddity) = oddity {
                stack.events.set(event, Flag::BROKEN);
                note(&mut self.oddities, oddity, || stack.arena.path(node));
            }
            stack.compare_contents(event);
        }
    }

    fn mark_opaque(&mut self, stack: &mut Stack) {
        self.opaque.sort();
        self.opaque.dedup();
        for (path, node) in std::mem::take(&mut self.opaque) {
            let node = node
                .or_else(|| stack.resolve_existing(&path))
                .filter(|&node| node == 0 || stack.is_visible_directory(node));
            let Some(node) = node else {
                note(&mut self.oddities, Oddity::OpaqueOfNothing, || absolute(&path));
                continue;
            };
            let newest = stack.arena.latest(node);
            let event = if stack.newest_layer(node) == Some(self.layer) {
                newest
            } else {
                stack.repeat_newest(node, self.layer)
            };
            stack.events.set(event, Flag::OPAQUE);
            stack.events.clear(event, Flag::QUIET);
            stack.totals.touch(node);
        }
    }
}

/// Where an entry is applied: the layer, and where its troubles are written down.
struct Applying<'a> {
    layer: u16,
    oddities: &'a mut Oddities,
    pending_links: &'a mut Vec<(u32, Vec<u8>)>,
}

impl Applying<'_> {
    fn apply(self, stack: &mut Stack, entry: &Entry<'_>, resolved: &Resolved) {
        let Resolved { node, redirected, conflict } = *resolved;
        if entry.clamped {
            note(self.oddities, Oddity::Clamped, || stack.arena.path(node));
        }
        if redirected {
            note(self.oddities, Oddity::ThroughLink, || stack.arena.path(node));
        }
        if entry.kind != Kind::Directory && node == 0 {
            note(self.oddities, Oddity::RootNotDirectory, || b"/".to_vec());
            return;
        }
        let conflict = conflict.or_else(|| {
            let implied = || stack.is_implied_by(node, self.layer);
            (entry.kind != Kind::Directory && implied()).then_some(node)
        });
        if let Some(conflict) = conflict {
            note(self.oddities, Oddity::Contradiction, || stack.arena.path(conflict));
        }
        // A link's target is looked up before its own path changes.
        let target = (entry.kind == Kind::Hardlink).then(|| stack.link_target(entry.link, node));
        if matches!(target, Some(LinkTarget::Itself)) {
            note(self.oddities, Oddity::LinkToItself, || stack.arena.path(node));
            return;
        }
        if entry.kind != Kind::Directory {
            stack.remove_below(node, self.layer, Cause::Replaced, node);
        }
        let Some(event) = stack.write_entry(node, self.layer, entry, self.oddities) else { return };
        if redirected {
            stack.events.set(event, Flag::REDIRECTED);
        }
        match target {
            Some(LinkTarget::Payload(payload)) => stack.add_link(payload, event),
            Some(_) => {
                // What it shows is not known before the layer's end.
                self.pending_links.push((event, entry.link.to_vec()));
                return;
            }
            None => {}
        }
        stack.compare_contents(event);
    }
}

impl Stack {
    fn close_layer(&mut self, entries: u64, stored: u64) {
        let layer = self.layer_ends.len() as u16;
        self.layer_ends.push(self.events.len() as u32);
        self.last_dir = None;
        let events = &self.events;
        self.totals.close(&mut self.arena, layer, |arena, node| touch(arena, events, node, layer));
        let total = self.totals.visible();
        let below = self.summaries.last().map_or(0, |below| below.cumulative_bytes);
        self.summaries.push(LayerSummary {
            entries,
            bytes: stored,
            cumulative_bytes: total,
            net_bytes: total as i64 - below as i64,
            ..self.count_changes(usize::from(layer))
        });
    }
}

/// How the layer being closed left a node, and whether that is a directory which was there before and stayed.
fn touch(arena: &Arena, events: &Events, node: u32, layer: u16) -> (Touch, bool) {
    let newest = arena.latest(node);
    if newest == NONE {
        return (Touch::Below, false);
    }
    let own = events.layer(newest) == usize::from(layer) && !events.has(newest, Flag::QUIET);
    if !own {
        return (Touch::Below, !events.is_tombstone(newest) && events.is_dir(newest));
    }
    if events.is_tombstone(newest) {
        return (Touch::Removed, false);
    }
    let prev = events.prev(newest);
    if prev == NONE || events.is_tombstone(prev) {
        return (Touch::Added, false);
    }
    (Touch::Changed, events.is_dir(newest) && events.is_dir(prev))
}

pub(super) fn note(oddities: &mut Oddities, oddity: Oddity, path: impl FnOnce() -> Vec<u8>) {
    oddities.entry(oddity).and_modify(|seen| seen.0 += 1).or_insert_with(|| (1, path()));
}

fn absolute(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}

impl Stack {
    /// Folds a whole layer on top.
    pub fn fold(&mut self, table: &Table) -> Oddities {
        let mut fold = Fold::new(self);
        while fold.step(self, table, usize::MAX) {}
        fold.finish(self)
    }
}
