//! Compares the entries of two tars in one pass over both. Entries of the same path meet at once where both tars have them
//! in the same order; others wait until their counterpart comes.

use std::collections::{HashMap, VecDeque};

use crate::compare::layers::aspects::Aspects;
use crate::compare::layers::order;
use crate::layer::entries::{Dialect, Item};
use crate::stack::kept::entry::{Kind, Mtime};

/// The most bytes of entries of one tar that wait for their counterparts: some 2 million entries.
const WAITING_MAX: usize = 512 << 20;

/// Bytes of a waiting entry beside its path.
const ENTRY_BYTES: usize = 2 * size_of::<Item>();

/// The most differences that are listed; the rest is counted.
const LISTED_MAX: usize = 1_000_000;

/// What an entry says of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The type.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u16,
    /// User and group.
    pub owner: (u64, u64),
    /// Bytes of a file.
    pub size: u64,
    /// Modification time.
    pub mtime: Mtime,
    /// The dialect of the header.
    pub dialect: Dialect,
}

/// One entry that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDifference {
    /// The absolute path in raw bytes, that of a marker with its name.
    pub path: Vec<u8>,
    /// The entry of the old tar.
    pub old: Option<Facts>,
    /// The entry of the new tar.
    pub new: Option<Facts>,
    /// In what both differ; empty where only one tar has the entry.
    pub aspects: Aspects,
}

impl EntryDifference {
    /// The name of the change, as in JSON.
    #[must_use]
    pub const fn change(&self) -> &'static str {
        match (&self.old, &self.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ if self.aspects.change_contents() => "content",
            _ => "metadata",
        }
    }
}

/// How the entries of two tars differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Sorted by path; at most a million.
    pub listed: Vec<EntryDifference>,
    /// Differences that are not listed.
    pub left_out: u64,
    /// Entries that only the new tar has.
    pub added: u64,
    /// Entries that only the old tar has.
    pub removed: u64,
    /// Entries of both with other contents, type, target or device.
    pub content: u64,
    /// Entries of both that differ in anything else.
    pub metadata: u64,
    /// Entries of both that stand elsewhere: the fewest whose move makes both orders the same.
    pub moved: u64,
    /// Entries that are the same in both, at whatever place.
    pub same: u64,
    /// All aspects in which entries of both differ.
    pub aspects: Aspects,
}

impl Differences {
    /// Whether a file was added or removed, or has other contents.
    #[must_use]
    pub const fn change_contents(&self) -> bool {
        self.added + self.removed + self.content > 0
    }

    fn push(&mut self, difference: EntryDifference) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(difference);
        } else {
            self.left_out += 1;
        }
    }
}

/// Compares all entries of both.
///
/// # Errors
/// Where the orders are so different that too many entries would have to wait.
pub(super) fn compare(
    old: &mut dyn Iterator<Item = Item>,
    new: &mut dyn Iterator<Item = Item>,
) -> Result<Differences, String> {
    let mut pass = Pass::default();
    loop {
        match (old.next(), new.next()) {
            (None, None) => return Ok(pass.finish()),
            (Some(one), Some(other))
                if one.path == other.path && pass.old.is_empty() && pass.new.is_empty() =>
            {
                let places = (pass.old.place(), pass.new.place());
                pass.meet((places.0, one), (places.1, other));
            }
            (one, other) => {
                if let Some(one) = one {
                    let place = pass.old.place();
                    match pass.new.take(&one.path) {
                        Some(other) => pass.meet((place, one), other),
                        None => pass.old.wait(place, one)?,
                    }
                }
                if let Some(other) = other {
                    let place = pass.new.place();
                    match pass.old.take(&other.path) {
                        Some(one) => pass.meet(one, (place, other)),
                        None => pass.new.wait(place, other)?,
                    }
                }
            }
        }
    }
}

/// An entry and its place in its tar.
type Placed = (u32, Item);

/// The entries of one tar that wait for their counterparts, by path; a tar can have one path several times.
#[derive(Default)]
struct Waiting {
    by_path: HashMap<Vec<u8>, VecDeque<Placed>>,
    bytes: usize,
    next: u32,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// The place of the next entry.
    const fn place(&mut self) -> u32 {
        self.next = self.next.saturating_add(1);
        self.next - 1
    }

    fn wait(&mut self, place: u32, item: Item) -> Result<(), String> {
        self.bytes += item.path.len() * 2 + ENTRY_BYTES;
        if self.bytes > WAITING_MAX {
            let max = WAITING_MAX >> 20;
            return Err(format!(
                "its entries have another order: comparing them would take more than {max} MiB"
            ));
        }
        self.by_path.entry(item.path.clone()).or_default().push_back((place, item));
        Ok(())
    }

    fn take(&mut self, path: &[u8]) -> Option<Placed> {
        let waiting = self.by_path.get_mut(path)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.by_path.remove(path);
        }
        self.bytes -= first.as_ref().map_or(0, |(_, it)| it.path.len() * 2 + ENTRY_BYTES);
        first
    }
}

#[derive(Default)]
struct Pass {
    old: Waiting,
    new: Waiting,
    places: order::Places,
    /// The highest places that met.
    highest: (u32, u32),
    /// By place in the old tar: entries that met after one that stands behind them in either tar. Only these can have moved
    /// alone.
    late: HashMap<u32, EntryDifference>,
    found: Differences,
}

impl Pass {
    fn meet(&mut self, (old_place, old): Placed, (new_place, new): Placed) {
        self.places.push((old_place, new_place));
        let is_late = old_place < self.highest.0 || new_place < self.highest.1;
        self.highest = (self.highest.0.max(old_place), self.highest.1.max(new_place));
        let aspects = Aspects::of(&old, &new);
        let facts = (Some(facts(&old)), Some(facts(&new)));
        let difference =
            || EntryDifference { path: absolute(&old.path), old: facts.0, new: facts.1, aspects };
        if is_late && self.late.len() < LISTED_MAX {
            self.late.insert(old_place, difference());
        }
        self.found.aspects = self.found.aspects.with(aspects);
        if aspects.is_empty() {
            self.found.same += 1;
            return;
        }
        if aspects.change_contents() {
            self.found.content += 1;
        } else {
            self.found.metadata += 1;
        }
        // What is late is listed when it is known whether it moved.
        if !self.late.contains_key(&old_place) {
            self.found.push(difference());
        }
    }

    fn finish(mut self) -> Differences {
        let mut found = self.found;
        let moved = order::moved(&mut self.places);
        found.moved = moved.len() as u64;
        if found.moved > 0 {
            found.aspects = found.aspects.with(Aspects::ORDER);
        }
        for at in moved {
            if let Some(entry) = self.late.get_mut(&self.places[at].0) {
                entry.aspects = entry.aspects.with(Aspects::ORDER);
            }
        }
        for entry in self.late.into_values().filter(|entry| !entry.aspects.is_empty()) {
            found.push(entry);
        }
        for (_, old) in self.old.by_path.into_values().flatten() {
            found.removed += 1;
            found.push(alone(&old.path, Some(facts(&old)), None));
        }
        for (_, new) in self.new.by_path.into_values().flatten() {
            found.added += 1;
            found.push(alone(&new.path, None, Some(facts(&new))));
        }
        found.listed.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }
}

fn alone(path: &[u8], old: Option<Facts>, new: Option<Facts>) -> EntryDifference {
    EntryDifference { path: absolute(path), old, new, aspects: Aspects::default() }
}

const fn facts(item: &Item) -> Facts {
    Facts {
        kind: item.kind,
        mode: item.mode,
        owner: item.owner,
        size: item.size,
        mtime: item.mtime,
        dialect: item.writing.dialect,
    }
}

fn absolute(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}
