//! Hash tables that store 32 bits of each element's hash beside it. Growing such a table then reads nothing but the table:
//! names and paths are spread over more memory than the caches of a processor hold, and reading each again to hash it took
//! a seventh of a fold.

use hashbrown::HashTable;

/// An element, and part of its hash.
struct Hashed<T> {
    hash: u32,
    element: T,
}

/// Elements by their hashes. Elements with equal hashes are told apart by the caller.
pub(super) struct HashedTable<T>(HashTable<Hashed<T>>);

impl<T> Default for HashedTable<T> {
    fn default() -> Self {
        Self(HashTable::new())
    }
}

/// The hash for [`HashTable`], which uses the highest and the lowest bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl<T> HashedTable<T> {
    pub(super) fn with_capacity(elements: usize) -> Self {
        Self(HashTable::with_capacity(elements))
    }

    /// Allocates for `more` more elements.
    pub(super) fn reserve(&mut self, more: usize) {
        self.0.reserve(more, |it| spread(it.hash));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The element with this hash for which `is_it` holds.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(&T) -> bool) -> Option<&T> {
        let found = self.0.find(spread(hash), |it| it.hash == hash && is_it(&it.element));
        found.map(|it| &it.element)
    }

    /// Adds an element that [`Self::find`] did not find.
    pub(super) fn insert(&mut self, hash: u32, element: T) {
        self.0.insert_unique(spread(hash), Hashed { hash, element }, |it| spread(it.hash));
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.0.capacity() * (size_of::<Hashed<T>>() + 1)
    }
}
