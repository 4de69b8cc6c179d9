//! Payloads with several names: which bytes a hard link shows, and which name a payload lives on under.
//!
//! A payload is carried by one visible name at a time, so that totals count it once; when that name goes, another
//! visible one inherits it.

use hashbrown::HashMap;

use super::Stack;
use super::arena::NONE;
use super::events::Flag;

/// Payloads with several names: the events of the links, in order.
pub(super) type NamesOf = HashMap<u32, Vec<u32>>;

impl Stack {
    /// What a hard link shares: `Some(NONE)` for the target of a link to something that has no payload (a symbolic
    /// link, a device), `None` where there is nothing to link to.
    pub(super) fn link_target(&self, target: &[u8], own: u32) -> Option<u32> {
        let node = self.resolve_existing(target).filter(|&node| node != own)?;
        let event = self.newest_visible(node).filter(|&event| !self.events.is_dir(event))?;
        Some(self.events.payload(event).unwrap_or(NONE))
    }

    /// The hard link `event` shares the payload of `payload`.
    pub(super) fn join(&mut self, payload: u32, event: u32) {
        if payload == NONE {
            return;
        }
        self.events.set_payload(event, payload);
        self.names_of.entry(payload).or_default().push(event);
        let carrier = self.carriers.get(&payload).copied().unwrap_or(payload);
        let alive = carrier != NONE && self.arena.latest(self.events.node(carrier)) == carrier;
        // The target may have lain below the very path that became the link.
        if !alive {
            self.carriers.insert(payload, event);
            let bytes = self.events.stored(payload) as i64;
            self.totals.carry(&mut self.arena, self.events.node(event), bytes);
        }
    }

    /// `event` is no longer what its path shows: its payload goes, or lives on under another name.
    pub(super) fn leave(&mut self, event: u32) {
        let Some(payload) = self.events.payload(event) else { return };
        let carrier = self.carriers.get(&payload).copied().unwrap_or(payload);
        if carrier != event {
            return;
        }
        let bytes = self.events.stored(payload) as i64;
        self.totals.carry(&mut self.arena, self.events.node(event), -bytes);
        let Some(names) = self.names_of.get(&payload) else { return };
        let heir = names
            .iter()
            .copied()
            .find(|&name| name != event && self.arena.latest(self.events.node(name)) == name);
        match heir {
            Some(heir) => {
                self.carriers.insert(payload, heir);
                self.totals.carry(&mut self.arena, self.events.node(heir), bytes);
            }
            None => {
                self.carriers.insert(payload, NONE);
            }
        }
    }

    /// Decides whether the contents are those of the version before, where that is known without reading.
    pub(super) fn compare_contents(&mut self, event: u32) {
        let prev = self.events.prev(event);
        if prev == NONE {
            return;
        }
        if let Some(same) = self.contents_equal(event, prev) {
            self.events.set(event, if same { Flag::SAME } else { Flag::DIFFERENT });
        }
    }
}
