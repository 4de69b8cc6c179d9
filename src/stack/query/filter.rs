//! Criteria and tests that paths have to pass. The part of a tree that passes is in
//! [`crate::stack::query::filtered_tree`].

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::stack::kept::entry::Kind;
use crate::stack::kept::events::Cause;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::needle::{Needle, folds_case};
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::query::search::BitSet;
use crate::stack::query::tree::Tree;
use crate::stack::{Change, ChangeKind};

/// The criteria of a filter. A path has to meet all of them; of a list it has to match one value, and an empty list is no
/// criterion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// The kinds of change in the layer or range of layers. [`ChangeKind::Modified`] includes undecided files.
    pub changes: Vec<ChangeKind>,
    /// The kinds of change that do not pass; `None`: paths that the layer or range leaves as they are.
    pub hidden: Vec<Option<ChangeKind>>,
    /// The types.
    pub kinds: Vec<Kind>,
    /// A regular file of at least so many bytes.
    pub min_size: Option<u64>,
    /// A regular file of at most so many bytes.
    pub max_size: Option<u64>,
    /// The layers that wrote the path last.
    pub layers: Vec<usize>,
    /// A file with the setuid or the setgid bit.
    pub setuid: bool,
    /// A set of paths to include or exclude.
    pub among: Option<NodeFilter>,
    /// Signs of which a path has one, as an alternative to a kind of change.
    pub signs: Vec<Sign>,
    /// In a merged tree, also paths that a layer below its top removed.
    pub ghosts: bool,
}

/// What a path is at a layer, besides changed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A later layer rewrites or removes it.
    Shadowed,
    /// A directory in which the layer has an opaque marker.
    Opaque,
    /// The layer has a whiteout of it.
    Whiteout,
    /// It was visible in a layer below, and is not any more.
    Ghost,
}

/// A set of paths to include or exclude.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFilter {
    /// The paths.
    pub nodes: Arc<HashSet<NodeId>>,
    /// Include exactly these paths; otherwise all others that are not directories.
    pub inside: bool,
}

/// The names that passed a test, of all components in the stack.
pub struct NameSet(BitSet);

/// A test of all names, made in steps of bounded cost, since names can be long and many.
#[derive(Default)]
pub struct NameSearch {
    passed: BitSet,
    /// The id of the next name.
    next: usize,
}

/// The constant cost of testing a name, in bytes that could be tested instead.
const NAME_COST: usize = 32;

impl NameSearch {
    /// Tests names of about `cost` bytes, at least one. Returns whether all names are tested.
    pub fn step(&mut self, stack: &Stack, cost: usize, test: impl Fn(&[u8]) -> bool) -> bool {
        let names = &stack.arena.names;
        self.passed.grow(names.end());
        let mut spent = 0;
        for (id, name) in names.iter_from(self.next) {
            if spent >= cost {
                self.next = id as usize;
                return false;
            }
            spent += name.len() + NAME_COST;
            if test(name) {
                self.passed.insert(id);
            }
        }
        self.next = names.end();
        true
    }

    /// The names that passed so far.
    #[must_use]
    pub fn finish(self) -> NameSet {
        NameSet(self.passed)
    }
}

/// A test of paths by name and by criteria. The default passes every path.
#[derive(Default)]
pub struct Test {
    /// The paths whose names pass; `None` if all do.
    named: Option<BitSet>,
    criteria: Criteria,
}

const SETUID: u16 = 0o4000;
const SETGID: u16 = 0o2000;

impl Test {
    /// Whether the name of the path passes.
    pub(super) fn may_pass(&self, node: u32) -> bool {
        self.named.as_ref().is_none_or(|named| named.has(node))
    }

    /// Visits the paths in these words whose names pass, out of nodes `0..paths`.
    pub(super) fn each_candidate(
        &self,
        words: Range<usize>,
        paths: u32,
        visit: &mut impl FnMut(u32),
    ) {
        match &self.named {
            Some(named) => named.iter_in(words).for_each(visit),
            None => (words.start as u32 * 64..paths.min(words.end as u32 * 64)).for_each(visit),
        }
    }
}

impl Stack {
    /// Bytes of all names.
    #[must_use]
    pub fn name_bytes(&self) -> usize {
        self.arena.names.end()
    }

    /// The names that contain `part`; letters match both cases unless `part` has a capital letter.
    #[must_use]
    pub fn names_holding(&self, part: &[u8]) -> NameSet {
        NameSet(self.names_with(&Needle::new(part, folds_case(part)), false))
    }

    /// A test for paths whose last component is in all of these sets and that meet the criteria. Valid until the stack gets
    /// further paths.
    #[must_use]
    pub fn test(&self, names: &[NameSet], criteria: Criteria) -> Test {
        let named = (!names.is_empty()).then(|| {
            let mut named = BitSet::of(self.arena.len());
            for node in 1..self.arena.len() as u32 {
                let name = self.arena.name_id(node);
                if names.iter().all(|set| set.0.has(name)) {
                    named.insert(node);
                }
            }
            named
        });
        Test { named, criteria }
    }

    /// Whether a path of a tree meets the criteria of a test.
    pub(super) fn passes(&self, node: u32, tree: Tree, test: &Test) -> bool {
        let criteria = &test.criteria;
        let among = criteria.among.as_ref();
        if among.is_some_and(|among| among.nodes.contains(&NodeId(node)) != among.inside) {
            return false;
        }
        let newest = self.newest_at(node, tree.top());
        if newest == NONE {
            return false;
        }
        if let Tree::Range(..) = tree {
            let Some(change) = self.change_in(NodeId(node), tree) else { return false };
            let event = change.event.or(change.previous);
            return self.has_sign(node, newest, Some(change), tree, criteria)
                && event.is_some_and(|event| self.meets(event.0, newest, tree, criteria));
        }
        let tombstone = self.events.is_tombstone(newest);
        let own = self.events.layer(newest) == tree.top() && !self.events.has(newest, Flag::QUIET);
        let is_ghost = criteria.ghosts && tombstone && matches!(tree, Tree::Merged(_));
        if (tombstone || matches!(tree, Tree::Diff(_))) && !own && !is_ghost {
            return false;
        }
        let is_any =
            criteria.changes.is_empty() && criteria.signs.is_empty() && criteria.hidden.is_empty();
        let change = (!is_any && (own || is_ghost)).then(|| self.change_of(newest));
        if !self.has_sign(node, newest, change, tree, criteria) {
            return false;
        }
        self.meets(self.events.version(newest), newest, tree, criteria)
    }

    /// Whether the path has one of the signs or kinds of change, if any are given. `newest` is its newest event.
    fn has_sign(
        &self,
        node: u32,
        newest: u32,
        change: Option<Change>,
        tree: Tree,
        criteria: &Criteria,
    ) -> bool {
        let removed = self.events.is_tombstone(newest);
        let has = |sign: &Sign| match sign {
            Sign::Shadowed => self.shadowed_by(NodeId(node), tree.top()).is_some(),
            Sign::Opaque => change.is_some_and(|change| change.opaque),
            Sign::Whiteout => {
                change.is_some() && self.events.cause(newest) == (Cause::Whiteout, node)
            }
            Sign::Ghost => removed,
        };
        let is_any = criteria.changes.is_empty() && criteria.signs.is_empty();
        let kind = change.map(|change| match change.kind {
            ChangeKind::Undecided => ChangeKind::Modified,
            kind => kind,
        });
        if criteria.hidden.contains(&kind) {
            return false;
        }
        is_any
            || kind.is_some_and(|kind| criteria.changes.contains(&kind))
            || criteria.signs.iter().any(has)
    }

    /// Whether the version of `event` meets the criteria; `newest` is the newest event, which may be a tombstone.
    fn meets(&self, event: u32, newest: u32, tree: Tree, criteria: &Criteria) -> bool {
        let kind = self.events.kind(event).unwrap_or(Kind::Other);
        if !criteria.kinds.is_empty() && !criteria.kinds.contains(&kind) {
            return false;
        }
        if criteria.among.as_ref().is_some_and(|among| !among.inside) && self.events.is_dir(event) {
            return false;
        }
        let special = SETUID | SETGID;
        if criteria.setuid && !(kind.is_regular() && self.events.mode(event) & special != 0) {
            return false;
        }
        if criteria.min_size.is_some() || criteria.max_size.is_some() {
            let size = self.bytes(EventId(event), tree.top());
            let fits = criteria.min_size.is_none_or(|min| size >= min)
                && criteria.max_size.is_none_or(|max| size <= max);
            if !kind.is_regular() || !fits {
                return false;
            }
        }
        if criteria.layers.is_empty() {
            return true;
        }
        criteria.layers.contains(&self.events.layer(self.events.skip_quiet(newest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;
    use crate::stack::query::outline::{Folds, Outline, Unfolded};

    const LAYERS: &str = "0: +a/ +a/b/ +a/b/su:9@4755 +a/b/x:1 +c/ +c/big.so:900 +d:5 | 1: -a/b/x ~c/big.so:901 +e.so:2";

    fn rows(tree: Tree, names: &[&str], criteria: &Criteria, unfolded: Unfolded) -> Vec<String> {
        rows_of(LAYERS, tree, names, criteria, unfolded)
    }

    fn rows_of(
        layers: &str,
        tree: Tree,
        names: &[&str],
        criteria: &Criteria,
        unfolded: Unfolded,
    ) -> Vec<String> {
        let tables = notation::layers(layers).unwrap();
        let mut stack = Stack::new(tables.len());
        for table in tables {
            stack.fold(&table);
        }
        stack.freeze();
        let names: Vec<NameSet> =
            names.iter().map(|name| stack.names_holding(name.as_bytes())).collect();
        let test = stack.test(&names, criteria.clone());
        let filtered = stack.filter_tree(tree, &test);
        let folds = Folds { unfolded, ..Folds::default() };
        let outline = Outline::new(&stack, tree, &folds, Some(&filtered), None);
        let rows = outline.rows(0..100);
        assert_eq!(rows.len(), outline.len());
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(outline.position(row.node), Some(at));
            assert_eq!(outline.rows(at..at + 1), [*row]);
        }
        let path = |node| String::from_utf8(stack.path(node)).unwrap();
        rows.iter().map(|row| path(row.node)).collect()
    }

    #[test]
    fn paths_that_pass_are_shown_with_their_directories() {
        let all = Unfolded::All;
        let setuid = Criteria { setuid: true, ..Criteria::default() };
        assert_eq!(rows(Tree::Merged(1), &[], &setuid, all), ["/a", "/a/b", "/a/b/su"]);
        assert_eq!(rows(Tree::Merged(1), &[], &setuid, Unfolded::None), ["/a"]);
        let none = Criteria::default();
        assert_eq!(rows(Tree::Merged(1), &[".so"], &none, all), ["/c", "/c/big.so", "/e.so"]);
        assert_eq!(rows(Tree::Merged(1), &[".so", "BIG"], &none, all), [""; 0]);
        let large = Criteria { min_size: Some(10), ..Criteria::default() };
        assert_eq!(rows(Tree::Merged(1), &[], &large, all), ["/c", "/c/big.so"]);
    }

    #[test]
    fn names_are_tested_in_steps_of_bounded_cost() {
        let words: Vec<String> = (0..100).map(|n| format!("+{}{n}:1", "a".repeat(1000))).collect();
        let (stack, _) = notation::stack(&words.join(" ")).unwrap();
        let (mut search, mut turns) = (NameSearch::default(), 0);
        let tested = std::cell::Cell::new(0);
        loop {
            let before = tested.get();
            let done = search.step(&stack, 10_000, |name| {
                tested.set(tested.get() + name.len());
                name.ends_with(b"7")
            });
            turns += 1;
            assert!(tested.get() - before <= 11_100);
            if done {
                break;
            }
        }
        assert_eq!(turns, 10);
        assert_eq!(search.finish().0.iter().count(), 10);
    }

    #[test]
    fn ghosts_are_what_earlier_layers_removed_and_stay_in_their_places() {
        let layers = "0: +a/ +a/b:1 +c:2 +d/ +d/e/ +d/e/f:1 | 1: -a/b +c/ +c/x:1 | 2: ~a/ -c !d/e | 3: +a/b:3 +z:1";
        let all = Unfolded::All;
        let ever = Criteria { ghosts: true, ..Criteria::default() };
        let expected = ["/a", "/a/b", "/c", "/c/x", "/d", "/d/e", "/d/e/f", "/z"];
        assert_eq!(rows_of(layers, Tree::Merged(3), &[], &ever, all), expected);
        assert_eq!(rows_of(layers, Tree::Merged(2), &[], &ever, all), expected[..7]);
        assert_eq!(
            rows_of(layers, Tree::Merged(3), &[], &ever, Unfolded::None),
            ["/a", "/c", "/d", "/z"]
        );
        let ghost = Criteria { signs: vec![Sign::Ghost], ..ever.clone() };
        let gone = ["/c", "/c/x", "/d", "/d/e", "/d/e/f"];
        assert_eq!(rows_of(layers, Tree::Merged(3), &[], &ghost, all), gone);
        let removed = Criteria { changes: vec![ChangeKind::Removed], ..ever };
        assert_eq!(rows_of(layers, Tree::Merged(3), &[], &removed, all), gone);
        assert_eq!(rows_of(layers, Tree::Diff(3), &[], &ghost, all), [""; 0]);
    }

    #[test]
    fn signs_are_criteria_beside_the_kinds_of_change() {
        let layers = "0: +a:1 +b:1 +d/ +d/e:1 +f/ +f/g:1 | 1: ~a:2 -b !d -f +n:1 | 2: ~n:2";
        let rows = |layer, sign| {
            let criteria = Criteria { signs: vec![sign], ..Criteria::default() };
            rows_of(layers, Tree::Merged(layer), &[], &criteria, Unfolded::All)
        };
        assert_eq!(rows(0, Sign::Shadowed), ["/a", "/b", "/d", "/d/e", "/f", "/f/g"]);
        assert_eq!(rows(1, Sign::Shadowed), ["/n"]);
        assert_eq!(rows(1, Sign::Opaque), ["/d"]);
        assert_eq!(rows(2, Sign::Opaque), [""; 0]);
        assert_eq!(rows(1, Sign::Whiteout), ["/b", "/f"], "not what went with a directory");
        let either = Criteria {
            signs: vec![Sign::Opaque],
            changes: vec![ChangeKind::Added],
            ..Criteria::default()
        };
        for tree in [Tree::Merged(1), Tree::Diff(1), Tree::Range(1, 1)] {
            assert_eq!(
                rows_of(layers, tree, &[], &either, Unfolded::All),
                ["/d", "/n"],
                "{tree:?}"
            );
        }
    }

    #[test]
    fn criteria_of_changes_and_layers_are_about_the_tree() {
        let all = Unfolded::All;
        let removed = Criteria { changes: vec![ChangeKind::Removed], ..Criteria::default() };
        assert_eq!(rows(Tree::Merged(1), &[], &removed, all), ["/a", "/a/b", "/a/b/x"]);
        assert_eq!(rows(Tree::Diff(1), &[], &removed, all), ["/a", "/a/b", "/a/b/x"]);
        assert_eq!(rows(Tree::Merged(0), &[], &removed, all), [""; 0]);
        let modified = Criteria { changes: vec![ChangeKind::Modified], ..Criteria::default() };
        assert_eq!(rows(Tree::Diff(1), &[], &modified, all), ["/c", "/c/big.so"]);
        let by = Criteria { layers: vec![1], kinds: vec![Kind::File], ..Criteria::default() };
        let expected = ["/a", "/a/b", "/a/b/x", "/c", "/c/big.so", "/e.so"];
        assert_eq!(rows(Tree::Merged(1), &[], &by, all), expected);
    }
}
