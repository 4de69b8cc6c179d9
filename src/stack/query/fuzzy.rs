//! Fuzzy search: finds paths that contain the letters of a needle in order, with other letters between them. Used when
//! [`crate::stack::query::search`] finds no path.
//!
//! First names are compared, only those that contain the rarest letter; then paths, using the results for their names.

use crate::stack::kept::needle::{Needle, folds_case};
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::search::{BitSet, Hits};
use crate::text::letters::Letters;

/// The most bytes of a needle; longer ones match nothing.
const NEEDLE_MAX: usize = 128;

/// The number of letters at the end of the needle that `name` contains in order.
fn tail_in(letters: &Letters<'_>, name: &[u8]) -> usize {
    letters.places(name).count()
}

/// The number of letters at the beginning of the needle that a path contains in order, which is `name` and a slash appended to
/// one that contains `count`.
fn head_in(letters: &Letters<'_>, mut count: usize, name: &[u8]) -> usize {
    for &byte in name.iter().chain(b"/") {
        let Some(&next) = letters.needle.get(count) else { break };
        let byte = if letters.fold_case { byte.to_ascii_lowercase() } else { byte };
        count += usize::from(byte == next);
    }
    count
}

impl Stack {
    /// Paths whose last component contains all letters of `needle` in order; if there are none, paths that contain them and
    /// whose parent does not. Case as in [`Self::search`].
    #[must_use]
    pub fn search_letters(&self, needle: &[u8]) -> Hits {
        let mut hits = Hits::none(self, true);
        let Some(top) = self.folded().checked_sub(1) else { return hits };
        if needle.is_empty() || needle.len() > NEEDLE_MAX {
            return hits;
        }
        let lowered = needle.to_ascii_lowercase();
        let needle = if self.folds_case() { &lowered } else { needle };
        let letters = Letters { needle, fold_case: folds_case(needle) };
        self.letters_in_names(&letters, top, &mut hits);
        if hits.is_empty() {
            self.letters_in_paths(&letters, top, &mut hits);
        }
        hits
    }

    /// The names that contain at least `least` letters of the end; `None` if there are none. Targets of links are included.
    fn names_with_tail(&self, letters: &Letters<'_>, least: usize) -> Option<BitSet> {
        let names = &self.arena.names;
        let (mut fit, mut some) = (BitSet::of(names.end()), false);
        let end = &letters.needle[letters.needle.len() - least..];
        // Most names do not contain the rarest letter and are skipped.
        let rarest = Needle::new(Needle::new(end, letters.fold_case).rarest(), letters.fold_case);
        names.containing(&rarest, |id| {
            if tail_in(letters, names.get(id)) >= least {
                some |= fit.insert(id);
            }
        });
        some.then_some(fit)
    }

    fn letters_in_names(&self, letters: &Letters<'_>, top: usize, hits: &mut Hits) {
        let Some(fit) = self.names_with_tail(letters, letters.needle.len()) else { return };
        for node in 1..self.arena.len() as u32 {
            if fit.has(self.arena.name_id(node)) && !self.is_unseen(node, top) {
                hits.insert(self, node, self.arena.parent(node));
            }
        }
    }

    fn letters_in_paths(&self, letters: &Letters<'_>, top: usize, hits: &mut Hits) {
        let needle = letters.needle;
        // For each directory the letters that its path contains. A directory comes before those in it.
        let mut heads: Vec<u8> = Vec::with_capacity(self.arena.dirs.len());
        for dir in &self.arena.dirs {
            let head = match dir.node {
                0 => head_in(letters, 0, b""),
                node => {
                    let above = self.arena.dir(self.arena.parent(node));
                    head_in(letters, heads[above as usize].into(), self.arena.name(node))
                }
            };
            heads.push(head as u8);
        }
        // Paths below a directory that contains all letters are not listed.
        let most = heads.iter().copied().map(usize::from).filter(|&head| head < needle.len()).max();
        let Some(most) = most else { return };
        let Some(ends) = self.names_with_tail(letters, needle.len() - most) else { return };
        for node in 1..self.arena.len() as u32 {
            if !ends.has(self.arena.name_id(node)) {
                continue;
            }
            let parent = self.arena.parent(node);
            let head = usize::from(heads[self.arena.dir(parent) as usize]);
            if head < needle.len()
                && head + tail_in(letters, self.arena.name(node)) >= needle.len()
                && !self.is_unseen(node, top)
            {
                hits.insert(self, node, parent);
            }
        }
    }

    /// Bytes from the first to the last letter of `needle` in a path that contains them, matched from its end; the length of
    /// the path if it does not.
    #[must_use]
    pub fn letters_span(&self, needle: &[u8], node: NodeId) -> usize {
        let path = self.path(node);
        let letters = Letters { needle, fold_case: folds_case(needle) };
        let places = letters.all_places(&path);
        let span = places.and_then(|places| Some(places.first()? - places.last()?));
        span.unwrap_or(path.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::stack::kept::stack::{NodeId, Stack};
    use crate::stack::notation;

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
        assert_eq!(found("/s/a"), ["/srv/app"], "paths below it are not listed");
    }

    #[test]
    fn a_needle_with_a_capital_letter_matches_case() {
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
