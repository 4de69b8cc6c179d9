//! Hard links: the payload that a link shares, and the directory in which the bytes of a payload count.
//!
//! Of the visible names of a payload one is primary: totals count the bytes in its directory, so each payload counts once.
//! When the primary name is removed, another visible name becomes primary.

use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;

/// The target of a hard link.
#[derive(Clone, Copy)]
pub(crate) enum LinkTarget {
    /// The payload that the link shares; [`NONE`] if the target has none (a symbolic link, a device).
    Payload(u32),
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
            Some((_, event)) => LinkTarget::Payload(self.events.payload(event).unwrap_or(NONE)),
        }
    }

    /// Records that the hard link `event` shares the payload of the event `payload`, unless that is [`NONE`].
    pub(crate) fn add_link(&mut self, payload: u32, event: u32) {
        if payload == NONE {
            return;
        }
        self.events.set_payload(event, payload);
        self.links_of.entry(payload).or_default().push(event);
        let primary = self.primary_name(payload);
        // The link may have replaced a directory above its target, and so removed it.
        if primary == NONE || !self.is_newest(primary) {
            self.primary_names.insert(payload, event);
            let bytes = self.events.stored(payload) as i64;
            self.totals.add_bytes(&mut self.arena, self.events.node(event), bytes);
        }
    }

    /// Records that `event` is no longer the visible version of its path. If it was the primary name of its payload, the
    /// next visible name becomes primary.
    pub(crate) fn drop_name(&mut self, event: u32) {
        let Some(payload) = self.events.payload(event) else { return };
        if self.primary_name(payload) != event {
            return;
        }
        let bytes = self.events.stored(payload) as i64;
        self.totals.add_bytes(&mut self.arena, self.events.node(event), -bytes);
        let Some(links) = self.links_of.get(&payload) else { return };
        let next = links.iter().copied().find(|&link| link != event && self.is_newest(link));
        self.primary_names.insert(payload, next.unwrap_or(NONE));
        if let Some(next) = next {
            self.totals.add_bytes(&mut self.arena, self.events.node(next), bytes);
        }
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
