//! Hard links: the payload that a link shares, and the directory in which the bytes of a payload count.
//!
//! Of the visible names of a payload one is primary: totals count the bytes in its directory, so each payload counts once.
//! When the primary name is removed, the first visible link becomes primary. A link that is no longer visible never is again, so
//! the search goes on where the last one ended.

use crate::stack::kept::entry::Kind;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{PrimaryName, Stack};

/// The target of a hard link.
#[derive(Clone, Copy)]
pub(crate) enum LinkTarget {
    /// The event of the object that the link shares: a file, a symbolic link, a device. [`NONE`] if it is not known, for the
    /// target is a link without one.
    Object(u32),
    /// The link's own path, where another object is visible.
    Itself,
    /// A directory.
    Directory,
    /// No visible path, so far.
    Absent,
}

impl Stack {
    /// The target of a hard link at the node `own`.
    pub(crate) fn link_target(&self, target: &[u8], own: u32) -> LinkTarget {
        let found = self.resolve_existing(target);
        let visible = found.and_then(|node| Some((node, self.newest_visible(node)?)));
        match visible {
            None => LinkTarget::Absent,
            Some((_, event)) if self.events.is_dir(event) => LinkTarget::Directory,
            Some((node, _)) if node == own => LinkTarget::Itself,
            Some((_, event)) => LinkTarget::Object(self.events.object(event).unwrap_or(NONE)),
        }
    }

    /// Records that the hard link `event` shares the object of the event `object`, unless that is [`NONE`].
    pub(crate) fn add_link(&mut self, object: u32, event: u32) {
        if object == NONE {
            return;
        }
        self.events.set_object(event, object);
        if self.events.kind(object) != Some(Kind::File) {
            return;
        }
        let payload = object;
        let links = self.links_of.entry(payload).or_default();
        let at = links.len() as u32;
        links.push(event);
        let primary = self.primary_name(payload);
        // The link may have replaced a directory above its target, and so removed it.
        if primary == NONE || !self.is_newest(primary) {
            let layer = self.events.layer(event) as u16;
            self.set_primary_name(payload, PrimaryName { layer, event, at });
            let bytes = self.events.stored(payload) as i64;
            self.totals.add_bytes(&mut self.arena, self.events.node(event), bytes);
        }
    }

    /// Records that `event` is no longer the visible version of its path, by a row of `layer`. If it was the primary name of its payload, the
    /// next visible name becomes primary.
    pub(crate) fn drop_name(&mut self, event: u32, layer: u16) {
        let Some(payload) = self.events.payload(event) else { return };
        if self.primary_name(payload) != event {
            return;
        }
        let bytes = self.events.stored(payload) as i64;
        self.totals.add_bytes(&mut self.arena, self.events.node(event), -bytes);
        let Some(links) = self.links_of.get(&payload) else { return };
        let last = self.primary_names.get(&payload).and_then(|names| names.last());
        let from = last.map_or(0, |name| name.at as usize);
        let next = (from..links.len()).find(|&at| self.is_newest(links[at]));
        let (at, next) = next.map_or((links.len(), NONE), |at| (at, links[at]));
        self.set_primary_name(payload, PrimaryName { layer, event: next, at: at as u32 });
        if next != NONE {
            self.totals.add_bytes(&mut self.arena, self.events.node(next), bytes);
        }
    }

    fn set_primary_name(&mut self, payload: u32, name: PrimaryName) {
        let names = self.primary_names.entry(payload).or_default();
        // What a layer replaces again is never visible.
        names.pop_if(|last| last.layer == name.layer);
        names.push(name);
    }

    /// Whether the event is the newest one of its path.
    fn is_newest(&self, event: u32) -> bool {
        self.arena.latest(self.events.node(event)) == event
    }

    /// Records whether the contents equal those of the version before, if that is known without reading them.
    pub(crate) fn compare_contents(&mut self, event: u32) {
        let prev = self.events.prev(event);
        if prev == NONE {
            return;
        }
        if let Some(same) = self.contents_equal(event, prev) {
            self.events.set(event, if same { Flag::SAME } else { Flag::DIFFERENT });
        }
    }
}
