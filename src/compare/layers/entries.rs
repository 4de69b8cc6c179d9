//! Compares the entries of two tars in one pass over both. Entries of the same path meet at once where both tars have them
//! in the same order; others wait until their counterpart comes.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;

use crate::compare::layers::aspects::Aspects;
use crate::compare::layers::limits::{Held, Limits, take};
use crate::compare::layers::order;
use crate::layer::entries::{Dialect, Item};
use crate::stack::kept::entry::{Kind, Mtime};

/// Bytes that a waiting entry takes beside its path: a slot in a table that is at least half full.
const ENTRY_BYTES: usize = 2 * size_of::<(Vec<u8>, Placed)>();

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
    /// The dialect of the header; `None` where there is no tar.
    pub dialect: Option<Dialect>,
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
    /// Sorted by path; at most a million of all layers.
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

    fn push(&mut self, difference: EntryDifference, limits: &Limits) {
        if take(&limits.listed, 1) {
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
    limits: &Limits,
) -> Result<Differences, String> {
    let side = || Waiting {
        by_path: HashMap::new(),
        again: HashMap::new(),
        next: 0,
        held: Held::of(limits),
    };
    let mut pass = Pass {
        old: side(),
        new: side(),
        places: Vec::new(),
        highest: (0, 0),
        late: HashMap::new(),
        found: Differences::default(),
        limits,
    };
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

/// The entries of one tar that wait for their counterparts.
struct Waiting<'l> {
    /// Without their paths, which are the keys.
    by_path: HashMap<Vec<u8>, Placed>,
    /// Further entries of a path that waits already, in their order.
    again: HashMap<Vec<u8>, VecDeque<Placed>>,
    next: u32,
    held: Held<'l>,
}

impl Waiting<'_> {
    fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// The place of the next entry.
    const fn place(&mut self) -> u32 {
        self.next = self.next.saturating_add(1);
        self.next - 1
    }

    fn wait(&mut self, place: u32, mut item: Item) -> Result<(), String> {
        self.held.take(item.path.len() + ENTRY_BYTES).map_err(|_| {
            "the entries of both have other orders, and comparing them takes more memory than is \
             allowed"
                .to_owned()
        })?;
        let path = std::mem::take(&mut item.path);
        match self.by_path.entry(path) {
            Entry::Vacant(first) => {
                first.insert((place, item));
            }
            Entry::Occupied(first) => {
                let again = self.again.entry(first.key().clone());
                again.or_default().push_back((place, item));
            }
        }
        Ok(())
    }

    fn take(&mut self, path: &[u8]) -> Option<Placed> {
        let (key, first) = self.by_path.remove_entry(path)?;
        self.held.give_back(path.len() + ENTRY_BYTES);
        if let Some(again) = self.again.get_mut(path) {
            if let Some(next) = again.pop_front() {
                self.by_path.insert(key.clone(), next);
            }
            if again.is_empty() {
                self.again.remove(path);
            }
        }
        Some((first.0, Item { path: key, ..first.1 }))
    }

    /// What found no counterpart.
    fn rest(&mut self) -> impl Iterator<Item = (Vec<u8>, Item)> + use<> {
        let again = std::mem::take(&mut self.again).into_iter();
        let again =
            again.flat_map(|(path, rest)| rest.into_iter().map(move |it| (path.clone(), it)));
        let all = std::mem::take(&mut self.by_path).into_iter().chain(again);
        all.map(|(path, (_, item))| (path, item))
    }
}

struct Pass<'l> {
    old: Waiting<'l>,
    new: Waiting<'l>,
    places: order::Places,
    /// The highest places that met.
    highest: (u32, u32),
    /// By place in the old tar: entries that met after one that stands behind them in either tar. Only these can have moved
    /// alone.
    late: HashMap<u32, EntryDifference>,
    found: Differences,
    limits: &'l Limits,
}

impl Pass<'_> {
    fn meet(&mut self, (old_place, old): Placed, (new_place, new): Placed) {
        self.places.push((old_place, new_place));
        let is_late = old_place < self.highest.0 || new_place < self.highest.1;
        self.highest = (self.highest.0.max(old_place), self.highest.1.max(new_place));
        let aspects = Aspects::of(&old, &new);
        let facts = (Some(facts(&old)), Some(facts(&new)));
        let difference =
            || EntryDifference { path: absolute(&old.path), old: facts.0, new: facts.1, aspects };
        let is_late = is_late && take(&self.limits.listed, 1);
        if is_late {
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
        if !is_late {
            self.found.push(difference(), self.limits);
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
        let (all, before) = (self.late.len(), found.listed.len());
        found.listed.extend(self.late.into_values().filter(|entry| !entry.aspects.is_empty()));
        // What is late and the same in all is not listed after all.
        let unlisted = all - (found.listed.len() - before);
        self.limits.listed.fetch_add(unlisted, Ordering::Relaxed);
        for (path, old) in self.old.rest() {
            found.removed += 1;
            found.push(alone(&path, Some(facts(&old)), None), self.limits);
        }
        for (path, new) in self.new.rest() {
            found.added += 1;
            found.push(alone(&path, None, Some(facts(&new))), self.limits);
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
        dialect: Some(item.writing.dialect),
    }
}

fn absolute(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn item(path: &str) -> Item {
        Item { path: path.as_bytes().to_vec(), ..Item::new(Kind::File) }
    }

    fn compared(old: &str, new: &str, limits: &Limits) -> Result<Differences, String> {
        let items = |text: &str| text.split_whitespace().map(item).collect::<Vec<_>>().into_iter();
        compare(&mut items(old), &mut items(new), limits)
    }

    #[test]
    fn what_waits_is_limited_and_given_back() {
        let three = 3 * (ENTRY_BYTES + 1);
        let limits = || Limits { waiting: AtomicUsize::new(three), listed: AtomicUsize::new(2) };
        let left = |limits: &Limits| limits.waiting.load(Ordering::Relaxed);
        let found = limits();
        assert_eq!(compared("a b c d", "b c d a", &found).unwrap().moved, 1);
        assert_eq!(left(&found), three);
        let found = limits();
        assert!(compared("a b c d", "e f g h", &found).unwrap_err().contains("memory"));
        assert_eq!(left(&found), three);
        // One path several times, in either tar.
        let found = limits();
        let twice = compared("a a b", "b a a", &found).unwrap();
        assert_eq!((twice.same, twice.moved, twice.added, twice.removed), (3, 1, 0, 0));
        assert_eq!(left(&found), three);
        let more = compared("a a", "a", &found).unwrap();
        assert_eq!((more.same, more.removed, left(&found)), (1, 1, three));
    }

    #[test]
    fn what_is_listed_is_limited_and_the_rest_counted() {
        let limits = Limits { listed: AtomicUsize::new(2), ..Limits::default() };
        let found = compared("", "a b c d e", &limits).unwrap();
        assert_eq!((found.added, found.listed.len(), found.left_out), (5, 2, 3));
    }
}
