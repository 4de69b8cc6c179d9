//! Finding paths by letters in their order, others between them: what is tried where no name has the letters in one run.
//!
//! Like [`crate::stack::query::search`] this looks at names first, only at those that have the rarest of the letters; then at paths by
//! what is known of their names.

use crate::stack::kept::needle::{Needle, folds_case};
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::search::{BitSet, Hits};
use crate::text::letters::Letters;

/// What is longer than this is no abbreviation.
const NEEDLE_MAX: usize = 128;

/// How many letters of the needle's end stand in `name` in their order.
fn tail_in(letters: &Letters<'_>, name: &[u8]) -> usize {
    letters.places(name).count()
}

/// How many letters of the needle's beginning there are once `name` and a slash follow a path that had `had`.
fn head_in(letters: &Letters<'_>, had: usize, name: &[u8]) -> usize {
    let mut had = had;
    for &byte in name.iter().chain(b"/") {
        let Some(&wanted) = letters.needle.get(had) else { break };
        let byte = if letters.fold_case { byte.to_ascii_lowercase() } else { byte };
        had += usize::from(byte == wanted);
    }
    had
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
        let lowered = needle.to_ascii_lowercase();
        let needle = if self.folds_case() { &lowered } else { needle };
        let letters = Letters { needle, fold_case: folds_case(needle) };
        self.letters_in_names(&letters, top, &mut hits);
        if hits.is_empty() {
            self.letters_in_paths(&letters, top, &mut hits);
        }
        hits
    }

    /// The names that have so many letters of the end at least; `None` for none. Texts of links may be among them.
    fn names_with_tail(&self, letters: &Letters<'_>, least: usize) -> Option<BitSet> {
        let names = &self.arena.names;
        let (mut fit, mut some) = (BitSet::of(names.end()), false);
        let end = &letters.needle[letters.needle.len() - least..];
        // Most names are passed over for want of the rarest of them.
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
        // Of each directory: how much of the needle the way to it has. One comes before those that lie in it.
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
        // A path that had all of them already says so itself; what lies in it adds nothing.
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

    /// How far apart the letters of `needle` stand in a path that has them: bytes from the first to the last of them,
    /// read from the end.
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
