//! Finding paths by letters in their order, others between them: what is tried where no name has the letters in one run.
//!
//! Like [`super::search`] this looks at every name once, and at every path by what is known of its name.

use super::arena::NONE;
use super::part::folds_case;
use super::search::Hits;
use super::{NodeId, Stack};

/// What is longer than this is no abbreviation.
const NEEDLE_MAX: usize = 128;

/// Letters to be found in their order.
struct Letters<'n> {
    needle: &'n [u8],
    fold_case: bool,
}

impl<'n> Letters<'n> {
    fn new(needle: &'n [u8]) -> Self {
        Self { needle, fold_case: folds_case(needle) }
    }

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
        let letters = Letters::new(needle);
        let names = &self.arena.names;
        // Among them are texts of links, which are the name of no path.
        let mut tails = vec![0_u8; names.end()];
        for (id, name) in names.iter() {
            tails[id as usize] = letters.tail_in(name) as u8;
        }
        let tail = |node: u32| usize::from(tails[self.arena.name_id(node) as usize]);
        for node in 1..self.arena.len() as u32 {
            if tail(node) == needle.len() && !self.is_to_come(node, top) {
                hits.insert(self, node, self.arena.parent(node));
            }
        }
        if !hits.is_empty() {
            return hits;
        }
        // Of each directory, by its number among directories: how much of the needle the way to it has. Directories have
        // lower numbers than what lies in them.
        let mut heads = vec![letters.head_in(0, b"") as u8; self.arena.dirs.len()];
        for node in 1..self.arena.len() as u32 {
            let parent = self.arena.parent(node);
            let (head, tail) = (heads[self.arena.dir(parent) as usize].into(), tail(node));
            // A path that had all of them already says so itself; what lies in it adds nothing.
            if head < needle.len()
                && tail > 0
                && head + tail >= needle.len()
                && !self.is_to_come(node, top)
            {
                hits.insert(self, node, parent);
            }
            let dir = self.arena.dir(node);
            if dir != NONE {
                heads[dir as usize] = letters.head_in(head, self.arena.name(node)) as u8;
            }
        }
        hits
    }

    /// How far apart the letters of `needle` stand in a path that has them: bytes from the first to the last of them,
    /// read from the end.
    #[must_use]
    pub fn letters_span(&self, needle: &[u8], node: NodeId) -> usize {
        let letters = Letters::new(needle);
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

#[cfg(test)]
mod tests {
    use crate::stack::{NodeId, Stack, notation};

    fn stack() -> Stack {
        let layers = "0: +etc/ +etc/nginx/ +etc/nginx/Sites.conf:1 +srv/ +srv/app/ +srv/app/server.js:1 +srv/run.sh:1 |
            1: -srv/app";
        let tables = notation::layers(layers).unwrap();
        let mut stack = Stack::new(tables.len());
        for table in &tables {
            stack.fold(table);
        }
        stack
    }

    fn found(needle: &str) -> Vec<String> {
        let stack = stack();
        let hits = stack.search_letters(needle.as_bytes());
        assert!(hits.is_fuzzy());
        let mut found = Vec::new();
        let mut at = NodeId::ROOT;
        for _ in 0..hits.len() {
            at = hits.next(&stack, at, true).unwrap();
            found.push(String::from_utf8(stack.path(at)).unwrap());
        }
        found
    }

    #[test]
    fn letters_in_one_name_come_before_letters_of_a_path() {
        assert_eq!(found("sjs"), ["/srv/app/server.js"], "removed paths too");
        assert_eq!(found("stcnf"), ["/etc/nginx/Sites.conf"]);
        assert_eq!(found("ngsites"), ["/etc/nginx/Sites.conf"]);
        assert_eq!(found("a/sjs"), ["/srv/app/server.js"]);
        assert_eq!(found("/s/a"), ["/srv/app"], "what lies in it adds nothing");
    }

    #[test]
    fn a_capital_letter_is_meant() {
        assert_eq!(found("Scf"), ["/etc/nginx/Sites.conf"]);
        assert!(found("SCF").is_empty());
        assert!(found("").is_empty() && found(&"s".repeat(200)).is_empty());
    }

    #[test]
    fn the_span_is_from_the_first_letter_to_the_last() {
        let stack = stack();
        let span = |needle: &str, path: &[u8]| {
            stack.letters_span(needle.as_bytes(), stack.find(path).unwrap())
        };
        assert_eq!(span("run", b"srv/run.sh"), 2);
        assert_eq!(span("sh", b"srv/run.sh"), 1, "the nearest ones count");
        assert_eq!(span("zz", b"srv/run.sh"), "/srv/run.sh".len(), "none");
    }
}
