//! The hits of a search in the order of a list: names that are the needle, names that begin with it, names that contain it;
//! of fuzzy hits those whose letters are closest together. Of equals first the paths that the caller prefers, then the
//! shorter path.

use crate::stack::kept::names::NONE;
use crate::stack::kept::needle::{Needle, folds_case};
use crate::stack::kept::stack::{NodeId, Stack};
use crate::stack::query::search::Hits;

/// The first part of a list that is sorted; then it doubles as far as it is read.
const SORTED_FIRST: usize = 256;
/// The most fuzzy hits whose span is computed, about 0.2 µs each; others come after them.
const SPANS_MAX: usize = 1 << 14;
const SPAN_BITS: u32 = 16;
const LENGTH_BITS: u32 = 13;

/// Hits, sorted as far as they were read.
#[derive(Default)]
pub struct Ranked {
    /// Rank in the high half, node in the low half.
    keys: Vec<u64>,
    sorted: usize,
}

impl Stack {
    /// The order of the hits for `needle`. `is_preferred`: whether a path comes before its equals.
    #[must_use]
    pub fn rank(
        &self,
        hits: &Hits,
        needle: &[u8],
        is_preferred: impl Fn(NodeId) -> bool,
    ) -> Ranked {
        let fold_case = self.folds_case() || folds_case(needle);
        let name = needle.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let name = if fold_case { name.to_ascii_lowercase() } else { name.to_vec() };
        let part = Needle::new(&name, fold_case);
        let lengths = self.directory_lengths();
        let keys = hits.nodes().enumerate().map(|(number, node)| {
            let name = self.arena.name(node);
            let closeness = match () {
                () if !hits.is_fuzzy() => class(&part, name),
                () if number < SPANS_MAX => self.letters_span(needle, NodeId(node)) as u64,
                () => u64::MAX,
            };
            let directory = self.arena.dir(self.arena.parent(node)) as usize;
            let length = u64::from(lengths[directory]) + 1 + name.len() as u64;
            let rank = closeness.min((1 << SPAN_BITS) - 1) << (LENGTH_BITS + 1)
                | u64::from(!is_preferred(NodeId(node))) << LENGTH_BITS
                | length.min((1 << LENGTH_BITS) - 1);
            rank << 32 | u64::from(node)
        });
        Ranked { keys: keys.collect(), sorted: 0 }
    }

    /// Bytes of the path of each directory, by its index.
    fn directory_lengths(&self) -> Vec<u32> {
        let mut lengths: Vec<u32> = Vec::with_capacity(self.arena.dirs.len());
        // A directory comes after the one above it.
        for dir in &self.arena.dirs {
            let above = match self.arena.parent(dir.node) {
                NONE => 0,
                parent => {
                    let above = lengths[self.arena.dir(parent) as usize];
                    above.saturating_add(1 + self.arena.name(dir.node).len() as u32)
                }
            };
            lengths.push(above);
        }
        lengths
    }
}

/// How much of a name the needle is: 0 for all of it.
fn class(part: &Needle<'_>, name: &[u8]) -> u64 {
    match () {
        () if part.is_all(name) => 0,
        () if part.is_prefix(name) => 1,
        () => 2,
    }
}

impl Ranked {
    /// The number of hits.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no hits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Sorts at least the first `count` hits, so that [`Self::get`] knows them.
    pub fn sort_to(&mut self, count: usize) {
        if count <= self.sorted {
            return;
        }
        let wanted = count.max(2 * self.sorted).max(SORTED_FIRST).min(self.keys.len());
        let rest = &mut self.keys[self.sorted..];
        let more = wanted - self.sorted;
        if more < rest.len() {
            rest.select_nth_unstable(more);
        }
        rest[..more].sort_unstable();
        self.sorted = wanted;
    }

    /// The hit with this number, if the list is sorted up to it.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<NodeId> {
        self.keys[..self.sorted].get(number).map(|&key| NodeId(key as u32))
    }

    /// The number of a path among all hits.
    #[must_use]
    pub fn position(&self, node: NodeId) -> Option<usize> {
        let key = *self.keys.iter().find(|&&key| key as u32 == node.0)?;
        Some(self.keys.iter().filter(|&&other| other < key).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    fn ranked(layers: &str, needle: &str) -> Vec<String> {
        let (stack, _) = notation::stack(layers).unwrap();
        let top = stack.folded() - 1;
        let hits = match stack.search(needle.as_bytes()) {
            hits if hits.is_empty() => stack.search_letters(needle.as_bytes()),
            hits => hits,
        };
        let mut ranked =
            stack.rank(&hits, needle.as_bytes(), |node| stack.visible(node, top).is_some());
        ranked.sort_to(1);
        let nodes: Vec<NodeId> = (0..ranked.len()).filter_map(|at| ranked.get(at)).collect();
        for (at, &node) in nodes.iter().enumerate() {
            assert_eq!(ranked.position(node), Some(at));
        }
        nodes.iter().map(|&node| String::from_utf8(stack.path(node)).unwrap()).collect()
    }

    #[test]
    fn the_name_itself_comes_first_then_its_beginning_then_a_part() {
        let layers = "+etc/cron/passwd:1 +etc/mypasswd:1 +etc/passwd-:1 +etc/passwd:1 +x/passwdqc/:1 \
            +usr/share/doc/passwd/README:1";
        let expected = ["/etc/passwd", "/etc/cron/passwd", "/usr/share/doc/passwd"];
        assert_eq!(ranked(layers, "passwd")[..3], expected);
        assert_eq!(ranked(layers, "passwd")[3..], ["/x/passwdqc", "/etc/passwd-", "/etc/mypasswd"]);
        assert_eq!(ranked(layers, "c/passwd")[0], "/etc/passwd");
    }

    #[test]
    fn a_visible_path_comes_before_a_removed_one_of_the_same_rank() {
        let layers = "+a/ls:1 +usr/bin/ls:1 +a/lsx:1 | -a/ls -a/lsx";
        assert_eq!(ranked(layers, "ls"), ["/usr/bin/ls", "/a/ls", "/a/lsx"]);
        assert_eq!(ranked("+x/Ls:1 +y/ls:1", "Ls"), ["/x/Ls"], "a capital matches itself");
    }

    #[test]
    fn of_letters_the_closest_come_first() {
        let layers = "+libcapbase:1 +lib-s:1 +usr/lxxbs:1";
        assert_eq!(ranked(layers, "lbs"), ["/lib-s", "/usr/lxxbs", "/libcapbase"]);
    }

    #[test]
    fn a_long_list_is_sorted_as_far_as_it_is_read() {
        let names: Vec<String> = (0..1000).map(|n| format!("+{}f{n:03}:1", n % 7)).collect();
        let (stack, _) = notation::stack(&names.join(" ")).unwrap();
        let hits = stack.search(b"f");
        let rank = || stack.rank(&hits, b"f", |_| true);
        let (mut whole, mut part) = (rank(), rank());
        whole.sort_to(1000);
        for at in 0..1000 {
            part.sort_to(at + 1);
            assert_eq!(part.get(at), whole.get(at), "{at}");
        }
        assert_eq!(part.get(1000), None);
    }
}
