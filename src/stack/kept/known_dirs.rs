//! Directories by their whole paths.
//!
//! Entries that follow no order of directories come with another directory each, some components deep. This finds it with
//! one look-up instead of one for each component.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::stack::kept::hashed::HashedTable;

/// Maximum number of bytes of all paths. With more, the list starts anew.
const PATHS_MAX: usize = 8 << 20;
/// Maximum number of bytes of one path: longer ones are resolved each time.
const PATH_MAX: usize = 4096;

/// Directories are added if more than one in so many of the last entries has another directory than the entry before. In
/// directory order it is about one in ten.
const SCATTERED: u32 = 2;
/// Number of the last entries that are counted, about.
const LAST: u32 = 4096;

/// Directories that were resolved without following a link. Those that are visible are what their paths mean, since all
/// directories above a visible path are visible; what removes or replaces one removes all below it.
#[derive(Default)]
pub(crate) struct KnownDirs {
    table: HashedTable<Known>,
    hasher: DefaultHashBuilder,
    /// The paths one after the other.
    paths: Vec<u8>,
    /// The last entries, and those of them with another directory than the entry before.
    entries: u32,
    entered: u32,
    /// The directory of the last entry with one from this list.
    last: u32,
}

/// A directory.
struct Known {
    node: u32,
    /// Where its path is in `paths`.
    start: u32,
    end: u32,
}

impl KnownDirs {
    /// Counts an entry.
    pub(crate) const fn count_entry(&mut self) {
        self.entries += 1;
        if self.entries >= 2 * LAST {
            self.entries /= 2;
            self.entered /= 2;
        }
    }

    /// Counts an entry with another directory than the entry before.
    pub(crate) const fn count_entered(&mut self) {
        self.entered += 1;
    }

    /// Counts an entry whose directory this list has.
    pub(crate) const fn count_known(&mut self, dir: u32) {
        self.entered += (self.last != dir) as u32;
        self.last = dir;
    }

    /// Whether many of the last entries had another directory than the entry before.
    pub(crate) const fn is_scattered(&self) -> bool {
        self.entered * SCATTERED >= self.entries
    }

    /// The directory of a path in normal form, if it is in the list.
    pub(crate) fn find(&self, path: &[u8]) -> Option<u32> {
        if self.table.is_empty() { None } else { self.find_hashed(path, self.hash(path)) }
    }

    /// As [`Self::find`], with [`Self::hash`] of the path.
    pub(crate) fn find_hashed(&self, path: &[u8], hash: u32) -> Option<u32> {
        let same =
            |known: &Known| self.paths.get(known.start as usize..known.end as usize) == Some(path);
        self.table.find(hash, same).map(|known| known.node)
    }

    /// Where the path with this hash probably is; `None` if it is certainly not in the list.
    pub(crate) fn probable(&self, hash: u32) -> Option<u32> {
        self.table.find(hash, |_| true).map(|known| known.start)
    }

    /// The byte of a path at a position of [`Self::probable`].
    pub(crate) fn first_byte(&self, start: u32) -> Option<u8> {
        self.paths.get(start as usize).copied()
    }

    /// Adds a directory that [`Self::find`] did not find.
    pub(crate) fn insert(&mut self, path: &[u8], node: u32) {
        if !self.is_scattered() || path.len() > PATH_MAX {
            return;
        }
        if self.paths.len() + path.len() > PATHS_MAX {
            self.clear();
        }
        let hash = self.hash(path);
        let start = self.paths.len() as u32;
        self.paths.extend_from_slice(path);
        self.table.insert(hash, Known { node, start, end: self.paths.len() as u32 });
    }

    /// Forgets all directories.
    pub(crate) fn clear(&mut self) {
        // Emptying a large table in place takes as long as filling it, however few directories were added since.
        self.table = HashedTable::default();
        self.paths = Vec::new();
    }

    /// The hash of a path.
    pub(crate) fn hash(&self, path: &[u8]) -> u32 {
        self.hasher.hash_one(path) as u32
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.table.heap_bytes() + self.paths.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_found_by_their_paths() {
        let mut known = KnownDirs::default();
        for (node, path) in [&b"a"[..], b"a/b", b""].into_iter().enumerate() {
            known.count_entry();
            known.count_entered();
            assert_eq!(known.find(path), None);
            known.insert(path, node as u32);
            assert_eq!(known.find(path), Some(node as u32));
        }
        assert_eq!((known.find(b"a/b"), known.find(b"b")), (Some(1), None));
        known.clear();
        assert_eq!(known.find(b"a"), None);
    }

    #[test]
    fn entries_in_the_order_of_their_directories_take_no_memory() {
        let mut known = KnownDirs::default();
        (0..3 * LAST).for_each(|_| known.count_entry());
        known.count_entered();
        assert!(!known.is_scattered());
        known.insert(b"a", 1);
        assert_eq!((known.find(b"a"), known.heap_bytes()), (None, 0));
        // Many others later.
        (0..LAST).for_each(|_| {
            known.count_entry();
            known.count_entered();
        });
        assert!(known.is_scattered());
        known.insert(b"a", 1);
        assert_eq!(known.find(b"a"), Some(1));
    }

    #[test]
    fn the_bytes_of_all_paths_are_bounded() {
        let mut known = KnownDirs::default();
        for node in 0..3000 {
            let path = format!("{node:04095}");
            known.insert(path.as_bytes(), node);
        }
        assert!(known.heap_bytes() < 2 * PATHS_MAX);
        assert_eq!(known.find(format!("{:04095}", 2999).as_bytes()), Some(2999));
        assert_eq!(known.find(format!("{:04095}", 0).as_bytes()), None);
    }
}
