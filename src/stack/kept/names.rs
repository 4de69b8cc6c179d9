//! Interned byte strings: a name is stored once, and its id takes four bytes.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::stack::kept::hashed::HashedTable;
use crate::stack::kept::needle::Needle;

/// Sentinel: no node, event, record or directory.
pub(crate) const NONE: u32 = u32::MAX;

/// Interned component names, link targets and encoded attribute sets.
#[derive(Default)]
pub(crate) struct Names {
    /// Each name preceded by its length as LEB128; an id is the offset of the length.
    bytes: Vec<u8>,
    table: HashedTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Typical length of a name in bytes, for allocation.
const NAME_LEN: usize = 16;

impl Names {
    /// Allocates for the names of `paths` more paths, about half of which are new names.
    pub(super) fn reserve(&mut self, paths: usize) {
        self.bytes.reserve(paths * NAME_LEN);
        self.table.reserve(paths / 2);
    }

    /// The hash of a name in the table.
    pub(super) fn hash(&self, name: &[u8]) -> u32 {
        self.hasher.hash_one(name) as u32
    }

    pub(crate) fn intern(&mut self, name: &[u8]) -> u32 {
        self.intern_hashed(name, self.hash(name))
    }

    /// The id that a name with this hash probably has; `None` if it is certainly new.
    pub(crate) fn probable(&self, hash: u32) -> Option<u32> {
        self.table.find(hash, |_| true).copied()
    }

    /// The byte at an id.
    pub(crate) fn first_byte(&self, id: u32) -> Option<u8> {
        self.bytes.get(id as usize).copied()
    }

    /// As [`Self::intern`], with the hash of the name.
    pub(super) fn intern_hashed(&mut self, name: &[u8], hash: u32) -> u32 {
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
        self.table.insert(hash, id);
        id
    }

    pub(crate) fn get(&self, id: u32) -> &[u8] {
        slice(&self.bytes, id)
    }

    /// Whether `more` bytes of names still fit into 32-bit offsets.
    pub(crate) fn fits(&self, more: usize) -> bool {
        self.bytes.len() + more + 8 < NONE as usize
    }

    /// Ids and names in the order of interning.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.iter_from(0)
    }

    /// As [`Self::iter`], starting at an id.
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

    /// Visits the ids of all names that contain `part`.
    pub(crate) fn containing(&self, part: &Needle<'_>, mut visit: impl FnMut(u32)) {
        // All names are searched as one byte string, so that most are skipped without being decoded.
        let (mut id, mut start, mut end, mut from) = (0, 0, 0, 0);
        while let Some(found) = part.find_rarest(&self.bytes[from..]) {
            let found = from + found;
            while end <= found {
                id = end as u32;
                (start, end) = span(&self.bytes, id);
            }
            from = found + 1;
            // The byte may be part of a length.
            if found >= start && part.matches_at(&self.bytes[start..end], found - start) {
                visit(id);
                from = end;
            }
        }
    }

    /// Bytes of all names and lengths. Every id is below it.
    pub(crate) fn end(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.table.heap_bytes()
    }

    /// Frees the table, which only [`Self::intern`] needs.
    pub(super) fn freeze(&mut self) {
        self.bytes.shrink_to_fit();
        self.table = HashedTable::default();
    }

    /// Reverts [`Self::freeze`].
    pub(super) fn thaw(&mut self) {
        let ids: Vec<u32> = self.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.table.insert(self.hash(self.get(id)), id);
        }
    }
}

/// Start and end of the name that follows the length at `id`.
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
