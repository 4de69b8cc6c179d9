//! Byte strings stored once each: an id is four bytes, however long the name and however many paths have it.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::stack::kept::needle::Needle;

/// No node, event, record or directory.
pub(crate) const NONE: u32 = u32::MAX;

/// Byte strings stored once each: component names, link targets, encoded attribute sets.
#[derive(Default)]
pub(crate) struct Names {
    /// Each name behind its length as LEB128; an id is the offset of the length.
    bytes: Vec<u8>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Bytes that a name takes, more or less.
const NAME_LEN: usize = 16;

impl Names {
    /// Makes room for the names of so many paths, half of which are likely to be new.
    pub(super) fn reserve(&mut self, paths: usize) {
        self.bytes.reserve(paths * NAME_LEN);
        let (bytes, hasher) = (&self.bytes, &self.hasher);
        self.table.reserve(paths / 2, |&id| hasher.hash_one(slice(bytes, id)));
    }

    pub(crate) fn intern(&mut self, name: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(name);
        let bytes = &self.bytes;
        if let Some(&id) = self.table.find(hash, |&id| slice(bytes, id) == name) {
            return id;
        }
        let id = self.bytes.len() as u32;
        let mut length = name.len();
        while length >= 0x80 {
            self.bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.bytes.push(length as u8);
        self.bytes.extend_from_slice(name);
        let (bytes, hasher) = (&self.bytes, &self.hasher);
        self.table.insert_unique(hash, id, |&id| hasher.hash_one(slice(bytes, id)));
        id
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        self.table.find(self.hasher.hash_one(name), |&id| slice(&self.bytes, id) == name).copied()
    }

    pub(crate) fn get(&self, id: u32) -> &[u8] {
        slice(&self.bytes, id)
    }

    /// Whether `more` bytes of names still fit into 32-bit offsets.
    pub(crate) fn fits(&self, more: usize) -> bool {
        self.bytes.len() + more + 8 < NONE as usize
    }

    /// Ids and names, in the order they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.iter_from(0)
    }

    /// The same from an id on.
    pub(crate) fn iter_from(&self, id: usize) -> impl Iterator<Item = (u32, &[u8])> {
        let mut at = id;
        std::iter::from_fn(move || {
            if at >= self.bytes.len() {
                return None;
            }
            let id = at as u32;
            let (start, end) = span(&self.bytes, id);
            at = end;
            Some((id, &self.bytes[start..end]))
        })
    }

    /// Tells the ids of all names in which `part` stands.
    pub(crate) fn containing(&self, part: &Needle<'_>, mut visit: impl FnMut(u32)) {
        // The bytes are looked through as one: most names are passed over without being looked at.
        let (mut id, mut start, mut end, mut from) = (0, 0, 0, 0);
        while let Some(found) = part.find_rarest(&self.bytes[from..]) {
            let found = from + found;
            while end <= found {
                id = end as u32;
                (start, end) = span(&self.bytes, id);
            }
            from = found + 1;
            // A length may look like a letter.
            if found >= start && part.matches_at(&self.bytes[start..end], found - start) {
                visit(id);
                from = end;
            }
        }
    }

    /// The end of the arena: every id is below it.
    pub(crate) fn end(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.table.capacity() * 5
    }

    /// Gives back what only [`Self::intern`] and [`Self::find`] need.
    pub(super) fn freeze(&mut self) {
        self.bytes.shrink_to_fit();
        self.table = HashTable::new();
    }

    /// The inverse of [`Self::freeze`].
    pub(super) fn thaw(&mut self) {
        let ids: Vec<u32> = self.iter().map(|(id, _)| id).collect();
        let (bytes, hasher) = (&self.bytes, &self.hasher);
        let hash = |&id: &u32| hasher.hash_one(slice(bytes, id));
        for id in ids {
            self.table.insert_unique(hash(&id), id, hash);
        }
    }
}

/// Where the name that follows the length at `id` begins and ends.
fn span(bytes: &[u8], id: u32) -> (usize, usize) {
    let mut at = id as usize;
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = bytes[at];
        at += 1;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return (at, at + length);
        }
        shift += 7;
    }
}

fn slice(bytes: &[u8], id: u32) -> &[u8] {
    let (start, end) = span(bytes, id);
    &bytes[start..end]
}
