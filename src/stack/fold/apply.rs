//! What one row does to one path: written, removed, implied, repeated.
//!
//! The fold decides which row and which path; here the event is appended, totals are told, and what the same layer
//! said of the path before is superseded.

use crate::stack::fold::{Oddities, Oddity, note};
use crate::stack::kept::entry::{Entry, Kind, Xattrs};
use crate::stack::kept::events::{Cause, Flag};
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;

impl Stack {
    /// Removes what is visible below `dir`, each path with an event of its own.
    pub(super) fn remove_below(&mut self, dir: u32, layer: u16, cause: Cause, by: u32) {
        if self.arena.dir(dir) == NONE {
            // Nearly every file: nothing ever lay below it.
            return;
        }
        let mut open = vec![dir];
        let mut children = Vec::new();
        while let Some(dir) = open.pop() {
            children.clear();
            self.arena.each_child(dir, |child| children.push(child));
            for &child in &children {
                let Some(event) = self.newest_visible(child) else { continue };
                if self.events.is_dir(event) {
                    open.push(child);
                }
                self.remove_path(child, layer, cause, by);
            }
        }
    }

    /// Removes one visible path.
    pub(super) fn remove_path(&mut self, node: u32, layer: u16, cause: Cause, by: u32) {
        let before = self.arena.latest(node);
        let mut lower = before;
        if self.events.layer(before) == usize::from(layer) {
            // What this same layer wrote and then replaced never existed for anybody.
            self.supersede(before);
            lower = self.events.prev(before);
        }
        let gone = lower == NONE || self.events.is_tombstone(lower);
        let newest =
            if gone { lower } else { self.events.push_tombstone(node, lower, layer, cause, by) };
        self.arena.set_latest(node, newest);
        self.drop_name(before);
        self.totals.add_path(&mut self.arena, node, -1, 0);
        self.totals.touch(node);
        self.invalidate_last_dir(node);
    }

    /// The layer being folded says something else of the event's path: the event showed nowhere, but what it stores
    /// stays stored.
    fn supersede(&mut self, event: u32) {
        self.events.set(event, Flag::SUPERSEDED);
        if self.events.stored(event) > 0 {
            self.superseded.entry(self.events.node(event)).or_default().push(event);
        }
    }

    /// Writes an entry onto a path. `None` where it says nothing new.
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
            let both_dirs = entry.kind == Kind::Directory && self.events.is_dir(before);
            let same = both_dirs && self.same_attributes(before, entry);
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
                let lower =
                    Some(prev).filter(|&prev| prev != NONE && !self.events.is_tombstone(prev));
                quiet = entry.kind == Kind::Directory
                    && lower.is_some_and(|lower| {
                        self.events.is_dir(lower) && self.same_attributes(lower, entry)
                    });
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
        let stored = self.events.stored(event) as i64;
        match before {
            Some(before) => {
                self.drop_name(before);
                self.totals.add_bytes(&mut self.arena, node, stored);
            }
            None => self.totals.add_path(&mut self.arena, node, 1, stored),
        }
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

    /// A directory that an entry's path needs but no layer names.
    pub(super) fn imply(&mut self, node: u32, layer: u16) {
        let entry = Entry::new(b"", Kind::Directory);
        self.remove_below(node, layer, Cause::Replaced, node);
        if let Some(event) = self.write_entry(node, layer, &entry, &mut Oddities::new()) {
            self.events.set(event, Flag::IMPLIED);
            let lower = self.events.prev(event);
            if lower != NONE && self.events.is_dir(lower) && self.events.has(lower, Flag::IMPLIED) {
                // This layer put a file there and took it away again: implied before, implied now.
                self.events.set(event, Flag::QUIET);
            }
        }
    }

    /// The newest version once more, as an event of this layer.
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

    fn same_attributes(&self, event: u32, entry: &Entry<'_>) -> bool {
        let xattrs = self
            .events
            .xattrs(event)
            .map_or(Xattrs::EMPTY.encoded(), |id| self.arena.names.get(id));
        !self.events.has(event, Flag::IMPLIED)
            && self.events.mode(event) == entry.mode
            && self.events.owner(event) == (entry.uid, entry.gid)
            && xattrs == entry.xattrs.encoded()
    }
}
