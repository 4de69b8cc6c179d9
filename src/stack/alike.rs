//! Finding paths by letters in their order, others between them: what is tried where no name has the letters in one run.
//!
//! Like [`super::search`] this looks at every name once, and at every path by what is known of its name.

use super::arena::NONE;
use super::search::Hits;
use super::{NodeId, Stack};

/// What is longer than this is no abbreviation.
const NEEDLE_MAX: usize = 128;

/// Letters to be found in their order.
struct Letters<'n> {
    needle: &'n [u8],
    fold_case: bool,
}

impl Letters<'_> {
    const fn is(&self, at: usize, byte: u8) -> bool {
        let byte = if self.fold_case { byte.to_ascii_lowercase() } else { byte };
        byte == self.needle[at]
    }

    /// How many letters of the needle's end stand in `name` in their order.
    fn tail_in(&self, name: &[u8]) -> usize {
        let mut left = self.needle.len();
        for &byte in name.iter().rev() {
            if self.is(left - 1, byte) {
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        self.needle.len() - left
    }

    /// How many letters of the needle's beginning there are once `name` and a slash follow a path that had `had`.
    fn head_in(&self, had: usize, name: &[u8]) -> usize {
        let mut had = had;
        for &byte in name.iter().chain(b"/") {
            if had == self.needle.len() {
                break;
            }
            had += usize::from(self.is(had, byte));
        }
        had
    }
}

impl Stack {
    /// Paths whose last component has all letters of `needle` in their order; where there are none, paths that have
    /// them and whose last component completes them. Case as in [`Self::search`].
    #[must_use]
    pub fn search_letters(&self, needle: &[u8]) -> Hits {
        let mut hits = Hits::none(self, true);
        let Some(top) = self.folded().checked_sub(1) else { return hits };
        if needle.is_empty() || needle.len() > NEEDLE_MAX {
            return hits;
        }
        let fold_case = !needle.iter().any(u8::is_ascii_uppercase);
        let letters = Letters { needle, fold_case };
        let names = &self.arena.names;
        let mut tails = vec![0_u8; names.end()];
        let mut in_one_name = false;
        for (id, name) in names.iter() {
            let tail = letters.tail_in(name);
            in_one_name |= tail == needle.len();
            tails[id as usize] = tail as u8;
        }
        // Of each directory, by its number among directories: how much of the needle the way to it has.
        let mut heads = vec![0_u8; self.arena.dirs.len()];
        for node in 1..self.arena.len() as u32 {
            let parent = self.arena.parent(node);
            let name = self.arena.name_id(node);
            let head = if in_one_name { 0 } else { heads[self.arena.dir(parent) as usize].into() };
            let tail = usize::from(tails[name as usize]);
            // A path that had all of them already says so itself; what lies in it adds nothing.
            if head < needle.len()
                && tail > 0
                && head + tail >= needle.len()
                && !self.is_to_come(node, top)
            {
                hits.insert(self, node, parent);
            }
            let dir = self.arena.dir(node);
            if !in_one_name && dir != NONE {
                heads[dir as usize] = letters.head_in(head, names.get(name)) as u8;
            }
        }
        hits
    }

    /// How far apart the letters of `needle` stand in a path that has them: bytes from the first to the last of them,
    /// read from the end.
    #[must_use]
    pub fn letters_span(&self, needle: &[u8], node: NodeId) -> usize {
        let fold_case = !needle.iter().any(u8::is_ascii_uppercase);
        let letters = Letters { needle, fold_case };
        let path = self.path(node);
        let (mut left, mut last) = (needle.len(), path.len());
        for (at, &byte) in path.iter().enumerate().rev() {
            if left > 0 && letters.is(left - 1, byte) {
                last = if left == needle.len() { at } else { last };
                left -= 1;
                if left == 0 {
                    return last - at;
                }
            }
        }
        path.len()
    }
}
