//! The effect of one row on one path: written, removed, implied, repeated.
//!
//! The fold selects the row and the path; the functions here append the event, update the totals, and mark an earlier
//! event of the same layer as superseded.

use crate::stack::fold::oddity::{Oddities, Oddity, note};
use crate::stack::kept::entry::{Entry, Kind};
use crate::stack::kept::events::Cause;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;

impl Stack {
    /// Removes all visible paths below `dir`, with an event for each. `by` is the node whose marker or entry removes them.
    pub(super) fn remove_below(&mut self, dir: u32, layer: u16, cause: Cause, by: u32) {
        if self.arena.dir(dir) == NONE {
            // Nearly every file: it never had children.
            return;
        }
        let mut pending = vec![dir];
        let mut children = Vec::new();
        while let Some(dir) = pending.pop() {
            children.clear();
            self.arena.each_child(dir, |child| children.push(child));
            for &child in &children {
                let Some(event) = self.newest_visible(child) else { continue };
                if self.events.is_dir(event) {
                    pending.push(child);
                }
                self.remove_path(child, layer, cause, by);
            }
        }
    }

    /// Removes one visible path. `by` as in [`Self::remove_below`].
    pub(super) fn remove_path(&mut self, node: u32, layer: u16, cause: Cause, by: u32) {
        let before = self.arena.latest(node);
        let mut lower = before;
        if self.events.layer(before) == usize::from(layer) {
            // An event that the same layer replaces is never visible.
            self.supersede(before);
            lower = self.events.prev(before);
        }
        let newest = match self.events.present(lower) {
            Some(lower) => self.events.push_tombstone(node, lower, layer, cause, by),
            None => lower,
        };
        self.arena.set_latest(node, newest);
        self.drop_name(before, layer);
        self.totals.remove_path(&mut self.arena, node);
        self.totals.touch(node);
        self.invalidate_last_dir(node);
    }

    /// Marks an event that another row of the same layer replaces. It is never visible, but its bytes are stored.
    fn supersede(&mut self, event: u32) {
        self.events.set(event, Flag::SUPERSEDED);
        if self.events.stored(event) > 0 {
            self.superseded.entry(self.events.node(event)).or_default().push(event);
        }
    }

    /// Appends the event of an entry. `None` if the entry changes nothing: a directory with equal attributes and mtime.
    pub(super) fn write_entry(
        &mut self,
        node: u32,
        layer: u16,
        entry: &Entry<'_>,
        oddities: &mut Oddities,
    ) -> Option<u32> {
        let before = self.newest_visible(node);
        let mut prev = self.arena.latest(node);
        let mut quiet = false;
        if let Some(before) = before {
            let same = self.is_same_directory(before, entry);
            if self.events.layer(before) == usize::from(layer) {
                let implied = self.events.has(before, Flag::IMPLIED);
                if same && !implied && self.events.mtime(before) == entry.mtime {
                    return None;
                }
                if !implied {
                    note(oddities, Oddity::Duplicate, || self.arena.path(node));
                }
                self.supersede(before);
                prev = self.events.prev(before);
                let lower = self.events.present(prev);
                quiet = lower.is_some_and(|lower| self.is_same_directory(lower, entry));
            } else if same {
                if self.events.mtime(before) == entry.mtime {
                    return None;
                }
                quiet = true;
            }
        }
        let link = (!entry.link.is_empty()).then(|| self.arena.names.intern(entry.link));
        let xattrs =
            (!entry.xattrs.is_empty()).then(|| self.arena.names.intern(entry.xattrs.encoded()));
        let event = self.events.push(node, prev, layer, entry, link, xattrs);
        self.arena.set_latest(node, event);
        if let Some(before) = before {
            self.drop_name(before, layer);
        }
        let stored = self.events.stored(event);
        self.totals.add_entry(&mut self.arena, node, before.is_none(), stored);
        if quiet {
            self.events.set(event, Flag::QUIET);
        } else {
            self.totals.touch(node);
        }
        if entry.kind != Kind::Directory || before.is_none_or(|before| !self.events.is_dir(before))
        {
            self.invalidate_last_dir(node);
        }
        Some(event)
    }

    /// Appends the event of a directory without an entry, which the path of another entry needs.
    pub(super) fn imply(&mut self, node: u32, layer: u16) {
        let entry = Entry::new(b"", Kind::Directory);
        self.remove_below(node, layer, Cause::Replaced, node);
        if let Some(event) = self.write_entry(node, layer, &entry, &mut Oddities::new()) {
            self.events.set(event, Flag::IMPLIED);
            let lower = self.events.prev(event);
            if lower != NONE && self.events.is_dir(lower) && self.events.has(lower, Flag::IMPLIED) {
                // The layer wrote a file there and replaces it again: implied before, implied now.
                self.events.set(event, Flag::QUIET);
            }
        }
    }

    /// Appends a copy of a directory's newest event as an event of this layer.
    pub(super) fn repeat_newest(&mut self, node: u32, layer: u16) -> u32 {
        let before = self.arena.latest(node);
        let mut entry = Entry::new(b"", Kind::Directory);
        (entry.uid, entry.gid) = self.events.owner(before);
        entry.mode = self.events.mode(before);
        entry.mtime = self.events.mtime(before);
        let xattrs = self.events.xattrs(before);
        let event = self.events.push(node, before, layer, &entry, None, xattrs);
        if self.events.has(before, Flag::IMPLIED) {
            self.events.set(event, Flag::IMPLIED);
        }
        self.arena.set_latest(node, event);
        event
    }

    /// Whether both are directories that differ at most in the mtime.
    fn is_same_directory(&self, event: u32, entry: &Entry<'_>) -> bool {
        let xattrs = self.events.xattrs(event).map_or(&b""[..], |id| self.arena.names.get(id));
        entry.kind == Kind::Directory
            && self.events.is_dir(event)
            && !self.events.has(event, Flag::IMPLIED)
            && self.events.mode(event) == entry.mode
            && self.events.owner(event) == (entry.uid, entry.gid)
            && xattrs == entry.xattrs.encoded()
    }
}
