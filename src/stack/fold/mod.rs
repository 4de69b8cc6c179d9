//! Folding: turns the rows of a layer into events of paths.
//!
//! A layer takes two passes, in the order of the OCI image specification (`layer.md`), since engines differ: first all
//! whiteouts and opaque markers are applied to the layers below, then the entries in tar order. The first layer takes one
//! pass, which can begin before the layer is listed to its end. [`crate::stack::fold::resolve`] finds the path that a name
//! means (symbolic links among its parents); the code here applies an entry to that path.

mod ahead;
mod apply;
mod links;
mod oddity;
pub(crate) mod replaced;
mod resolve;

use crate::stack::LayerSummary;
use crate::stack::fold::ahead::{Ahead, Batch};
use crate::stack::fold::links::LinkTarget;
use crate::stack::fold::oddity::note;
pub use crate::stack::fold::oddity::{Oddities, Oddity};
use crate::stack::fold::replaced::ReplacedLinks;
pub use crate::stack::fold::resolve::DEPTH_MAX;
use crate::stack::fold::resolve::{IMPLIED_PER_ENTRY, Resolved};
use crate::stack::kept::arena::Arena;
use crate::stack::kept::entry::{Entry, Kind, Row};
use crate::stack::kept::events::{Cause, Events};
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;
use crate::stack::kept::table::Table;
use crate::stack::kept::totals::Touch;
use crate::stack::kept::{paths, table};

/// The most events that a stack holds: about 2 GB, more than any image needs. Further entries are ignored.
pub const EVENT_LIMIT: usize = 1 << 25;

/// The most bytes of all payloads of an image together, so that their sums and differences fit i64.
const BYTES_LIMIT: u64 = 1 << 62;

/// The fold of one layer. It is advanced in steps, between which the lower layers can be queried.
pub struct Fold {
    cursor: table::RowCursor,
    started: bool,
    /// A limit of the stack is reached.
    full: bool,
    layer: u16,
    /// Directories with an opaque marker, and their nodes if lower layers have them.
    opaque: Vec<(Vec<u8>, Option<u32>)>,
    /// Whiteouts of the first layer, which remove nothing.
    whiteouts: Vec<Vec<u8>>,
    /// Hard links whose target does not exist so far: event and target.
    pending_links: Vec<(u32, Vec<u8>)>,
    oddities: Oddities,
    entries: u64,
    stored: u64,
    /// Bytes stored by the layers below.
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

    /// Applies up to `rows` more rows of the layer's table. Returns `false` at its end.
    ///
    /// The first layer may come in parts, one after the other, or grow between two steps; the table of any other layer must
    /// be complete in the first step.
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
        let (mut batch, mut left) = (Batch::default(), rows);
        while left > 0 {
            let applied = if Batch::is_of_use(stack) {
                batch.read(&mut rows_left, left);
                batch.look_ahead(stack);
                let mut rows = batch.rows();
                let all = rows.all(|(row, path, ahead)| self.apply(stack, row, path, ahead));
                if all { batch.len() } else { 0 }
            } else {
                let next = rows_left.next_apart();
                let apply =
                    |(row, path): (Row<'_>, &[u8])| self.apply(stack, &row, path, Ahead::default());
                usize::from(next.is_some_and(apply))
            };
            if applied == 0 {
                break;
            }
            left -= applied;
        }
        self.cursor = rows_left.position();
        left == 0
    }

    /// Allocates with the first layer for all layers: it mostly is the largest, and half its rows are enough for the others.
    fn reserve(&self, stack: &mut Stack, table: &Table) {
        if self.layer == 0 {
            let rows = usize::try_from(table.len()).unwrap_or(EVENT_LIMIT).min(EVENT_LIMIT);
            stack.reserve(if stack.layer_count() > 1 { rows + rows / 2 } else { rows });
        }
    }

    /// Applies one row, which does not have its path. Returns `false` if a limit is reached.
    fn apply(&mut self, stack: &mut Stack, row: &Row<'_>, path: &[u8], ahead: Ahead) -> bool {
        let entry = match row {
            _ if self.full => return false,
            Row::Entry(entry) => entry,
            Row::Whiteout { .. } if self.layer == 0 => {
                self.whiteouts.push(path.to_vec());
                return true;
            }
            Row::Opaque { .. } if self.layer == 0 => {
                self.opaque.push((path.to_vec(), None));
                return true;
            }
            Row::Whiteout { .. } | Row::Opaque { .. } => return true,
        };
        if stack.events.len() >= EVENT_LIMIT || !stack.arena.names.fits(path.len() * 2) {
            note(&mut self.oddities, Oddity::TooManyEvents, || absolute(path));
            self.full = true;
            return false;
        }
        let room = BYTES_LIMIT - self.below - self.stored;
        let emptied;
        let entry = if entry.stored > room {
            note(&mut self.oddities, Oddity::ImpossibleSize, || absolute(path));
            emptied = Entry { size: 0, stored: 0, data: None, ..entry.clone() };
            &emptied
        } else {
            entry
        };
        stack.implied_left += IMPLIED_PER_ENTRY;
        let resolved = match stack.resolve_for_entry(path, self.layer, ahead) {
            Ok(resolved) => resolved,
            Err(oddity) => {
                note(&mut self.oddities, oddity, || absolute(path));
                return true;
            }
        };
        self.entries += 1;
        self.stored += if entry.kind == Kind::File { entry.stored } else { 0 };
        self.apply_entry(stack, entry, &resolved);
        true
    }

    /// Applies an entry to the path that its name means.
    fn apply_entry(&mut self, stack: &mut Stack, entry: &Entry<'_>, resolved: &Resolved) {
        let Resolved { node, redirected, conflict } = *resolved;
        if entry.clamped {
            note(&mut self.oddities, Oddity::Clamped, || stack.arena.path(node));
        }
        if redirected {
            note(&mut self.oddities, Oddity::ThroughLink, || stack.arena.path(node));
        }
        if entry.kind != Kind::Directory && node == 0 {
            note(&mut self.oddities, Oddity::RootNotDirectory, || b"/".to_vec());
            return;
        }
        let conflict = conflict.or_else(|| {
            let implied = || stack.is_implied_by(node, self.layer);
            (entry.kind != Kind::Directory && implied()).then_some(node)
        });
        if let Some(conflict) = conflict {
            note(&mut self.oddities, Oddity::Contradiction, || stack.arena.path(conflict));
        }
        // The target is resolved before the path of the link changes.
        let target = (entry.kind == Kind::Hardlink).then(|| stack.link_target(entry.link, node));
        if matches!(target, Some(LinkTarget::Itself)) {
            note(&mut self.oddities, Oddity::LinkToItself, || stack.arena.path(node));
            return;
        }
        if entry.kind != Kind::Directory {
            stack.remove_below(node, self.layer, Cause::Replaced, node);
        }
        let event = stack.write_entry(node, self.layer, entry, &mut self.oddities);
        let Some(event) = event else { return };
        if redirected {
            stack.events.set(event, Flag::REDIRECTED);
        }
        match target {
            Some(LinkTarget::Object(object)) => stack.add_link(object, event),
            Some(_) => {
                // The target may come later in the layer.
                self.pending_links.push((event, entry.link.to_vec()));
                return;
            }
            None => {}
        }
        stack.compare_contents(event);
    }

    /// Closes the layer, which can be queried from now on.
    pub fn finish(mut self, stack: &mut Stack) -> Oddities {
        self.resolve_pending_links(stack);
        self.note_whiteouts_of_nothing();
        self.mark_opaque(stack);
        stack.close_layer(self.entries, self.stored);
        self.oddities
    }

    /// The first pass: removes what the layer's markers hide of the layers below.
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
        // The path of a whiteout itself is removed, even if it is a link that the layer replaces.
        let parents = whiteouts.iter().filter_map(|path| Some(paths::split(path)?.0));
        for path in parents.chain(self.opaque.iter().map(|(path, _)| &path[..])) {
            stack.replace_links(path, &replaced, self.layer);
        }
        // Deeper markers first, so that the cause of a removal is the nearest marker, whatever the order in the tar.
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

    /// Notes all whiteouts of the first layer, each path once. A whiteout of the root is impossible.
    fn note_whiteouts_of_nothing(&mut self) {
        let mut whiteouts = std::mem::take(&mut self.whiteouts);
        whiteouts.sort_by(|a, b| b.cmp(a));
        whiteouts.dedup();
        for path in whiteouts.iter().filter(|path| !path.is_empty()) {
            note(&mut self.oddities, Oddity::WhiteoutOfNothing, || absolute(path));
        }
    }

    /// Resolves hard links whose target comes later in the tar.
    fn resolve_pending_links(&mut self, stack: &mut Stack) {
        for (event, target) in std::mem::take(&mut self.pending_links) {
            if stack.events.has(event, Flag::SUPERSEDED) {
                continue;
            }
            let node = stack.events.node(event);
            let oddity = match stack.link_target(&target, node) {
                LinkTarget::Object(object) => {
                    stack.add_link(object, event);
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

    /// Sets the flag of directories with an opaque marker, and notes markers in directories that do not exist.
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

impl Stack {
    /// Folds a whole layer on top.
    pub fn fold(&mut self, table: &Table) -> Oddities {
        let mut fold = Fold::new(self);
        while fold.step(self, table, usize::MAX) {}
        fold.finish(self)
    }

    fn close_layer(&mut self, entries: u64, stored: u64) {
        let layer = self.layer_ends.len() as u16;
        self.layer_ends.push(self.events.len() as u32);
        self.last_dir = None;
        let events = &self.events;
        self.totals.close(&mut self.arena, layer, |arena, node| touch(arena, events, node, layer));
        let total = self.totals.visible();
        let below = self.summaries.last().map_or(0, |below| below.cumulative_bytes);
        let (counted, undecided) = self.count_changes(usize::from(layer));
        self.undecided.extend(undecided);
        self.summaries.push(LayerSummary {
            entries,
            bytes: stored,
            cumulative_bytes: total,
            net_bytes: total as i64 - below as i64,
            ..counted
        });
    }
}

/// The effect of the layer being closed on a node, and whether the node is a directory before and after the layer.
fn touch(arena: &Arena, events: &Events, node: u32, layer: u16) -> (Touch, bool) {
    let newest = arena.latest(node);
    if newest == NONE {
        return (Touch::Below, false);
    }
    if events.layer(newest) != usize::from(layer) || events.has(newest, Flag::QUIET) {
        return (Touch::Below, events.is_dir(newest));
    }
    if events.is_tombstone(newest) {
        return (Touch::Removed, false);
    }
    match events.present(events.prev(newest)) {
        None => (Touch::Added, false),
        Some(prev) => (Touch::Changed, events.is_dir(newest) && events.is_dir(prev)),
    }
}

fn absolute(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}
