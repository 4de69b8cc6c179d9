//! Payloads with several names: which bytes a hard link shows, and which name a payload lives on under.
//!
//! A payload is carried by one visible name at a time, so that totals count it once; when that name goes, another
//! visible one inherits it.

use crate::stack::kept::events::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::Stack;

/// What a hard link leads to.
#[derive(Clone, Copy)]
pub(crate) enum LinkTarget {
    /// The payload that it shares; `NONE` where the target has none (a symbolic link, a device).
    Payload(u32),
    /// The link's own path, and what stands there.
    Itself,
    /// A directory.
    Directory,
    /// Nothing, so far.
    Absent,
}

impl Stack {
    /// What a hard link at `own` shares.
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

    /// The hard link `event` shares the payload of `payload`.
    pub(crate) fn add_link(&mut self, payload: u32, event: u32) {
        if payload == NONE {
            return;
        }
        self.events.set_payload(event, payload);
        self.names_of.entry(payload).or_default().push(event);
        let primary = self.primary_names.get(&payload).copied().unwrap_or(payload);
        let alive = primary != NONE && self.arena.latest(self.events.node(primary)) == primary;
        // The target may have lain below the very path that became the link.
        if !alive {
            self.primary_names.insert(payload, event);
            let bytes = self.events.stored(payload) as i64;
            self.totals.add_bytes(&mut self.arena, self.events.node(event), bytes);
        }
    }

    /// `event` is no longer what its path shows: its payload goes, or lives on under another name.
    pub(crate) fn drop_name(&mut self, event: u32) {
        let Some(payload) = self.events.payload(event) else { return };
        let primary = self.primary_names.get(&payload).copied().unwrap_or(payload);
        if primary != event {
            return;
        }
        let bytes = self.events.stored(payload) as i64;
        self.totals.add_bytes(&mut self.arena, self.events.node(event), -bytes);
        let Some(names) = self.names_of.get(&payload) else { return };
        let heir = names
            .iter()
            .copied()
            .find(|&name| name != event && self.arena.latest(self.events.node(name)) == name);
        match heir {
            Some(heir) => {
                self.primary_names.insert(payload, heir);
                self.totals.add_bytes(&mut self.arena, self.events.node(heir), bytes);
            }
            None => {
                self.primary_names.insert(payload, NONE);
            }
        }
    }

    /// Decides whether the contents are those of the version before, where that is known without reading.
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
