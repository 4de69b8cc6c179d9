//! A tree narrowed to the paths that pass a filter, and the directories on the way to them.
//!
//! Working it out looks at every path once; what passed is then kept as bits and, for each directory on the way, as
//! numbers of rows, so that [`super::outline`] numbers the rows of a narrowed tree as it does those of a whole one.

use std::collections::HashSet;
use std::sync::Arc;

use super::arena::NONE;
use super::entry::Kind;
use super::events::Flag;
use super::outline::Tree;
use super::part::Part;
use super::search::BitSet;
use super::{ChangeKind, NodeId, Stack};

/// What a path has to be like. Of several values for one property one has to fit; an empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// What the layer did to it. Who asks for modified gets what is not compared yet too.
    pub changes: Vec<ChangeKind>,
    /// Its type.
    pub kinds: Vec<Kind>,
    /// A regular file's least size in bytes.
    pub least: Option<u64>,
    /// A regular file's greatest size in bytes.
    pub most: Option<u64>,
    /// The layer that wrote it last.
    pub layers: Vec<usize>,
    /// It is a file with the setuid or the setgid bit.
    pub setuid: bool,
    /// It is one of these, or none of them.
    pub among: Option<Among>,
}

/// Certain paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Among {
    /// Which.
    pub nodes: Arc<HashSet<NodeId>>,
    /// Those pass, else all others that are no directories.
    pub inside: bool,
}

/// Names that passed a test, of all last components that occur.
pub struct NameSet(BitSet);

/// What passed a filter in one tree.
pub struct Sieve {
    /// Passed, or on the way to what passed.
    shown: BitSet,
    count: usize,
    /// By directory record: rows below it when all is unfolded, and children that have rows.
    rows: Vec<Rows>,
}

#[derive(Clone, Copy, Default)]
struct Rows {
    below: u32,
    children: u32,
}

const SETUID: u16 = 0o4000;
const SETGID: u16 = 0o2000;

impl Stack {
    /// The names with that part in them; letters match in both cases unless the part has a capital one.
    #[must_use]
    pub fn names_holding(&self, part: &[u8]) -> NameSet {
        let fold_case = !part.iter().any(u8::is_ascii_uppercase);
        NameSet(self.names_with(&Part::new(part, fold_case), false))
    }

    /// The names that pass a test, each tested once however many paths have it.
    pub fn names_that(&self, test: impl Fn(&[u8]) -> bool) -> NameSet {
        let names = &self.arena.names;
        let mut set = BitSet::of(names.end());
        names.iter().filter(|(_, name)| test(name)).for_each(|(id, _)| _ = set.insert(id));
        NameSet(set)
    }

    /// Narrows a tree to paths whose last component is in all of these sets and that meet the criteria.
    #[must_use]
    pub fn sieve(&self, tree: Tree, names: &[NameSet], criteria: &Criteria) -> Sieve {
        let mut shown = BitSet::of(self.arena.len());
        let mut count = 0;
        let mut look = |node: u32| {
            let name = self.arena.name_id(node);
            let passes =
                names.iter().all(|set| set.0.has(name)) && self.meets(node, tree, criteria);
            count += usize::from(passes && shown.insert(node));
        };
        match tree {
            Tree::Merged(_) => (1..self.arena.len() as u32).for_each(&mut look),
            Tree::Diff(layer) => {
                self.own_events(layer)
                    .map(|event| self.events.node(event))
                    .filter(|&node| node != 0)
                    .for_each(&mut look);
            }
        }
        let mut rows = vec![Rows::default(); self.arena.dirs.len()];
        // A child's id is larger than its parent's: children come first.
        shown.each_downwards(|node| {
            let own = match self.arena.dir(node) {
                NONE => 0,
                dir => rows[dir as usize].below,
            };
            let parent = self.arena.parent(node);
            let above = &mut rows[self.arena.dir(parent) as usize];
            above.children += 1;
            above.below += 1 + own;
            (parent != 0).then_some(parent)
        });
        Sieve { shown, count, rows }
    }

    fn meets(&self, node: u32, tree: Tree, criteria: &Criteria) -> bool {
        let (Tree::Merged(layer) | Tree::Diff(layer)) = tree;
        let newest = self.newest_at(node, layer);
        if newest == NONE {
            return false;
        }
        let tombstone = self.events.is_tombstone(newest);
        let own = self.events.layer(newest) == layer && !self.events.has(newest, Flag::QUIET);
        if (tombstone || matches!(tree, Tree::Diff(_))) && !own {
            return false;
        }
        if !criteria.changes.is_empty() {
            let kind = own.then(|| self.change_of(newest).kind);
            let kind = kind.map(|kind| match kind {
                ChangeKind::Undecided => ChangeKind::Modified,
                kind => kind,
            });
            if kind.is_none_or(|kind| !criteria.changes.contains(&kind)) {
                return false;
            }
        }
        let event = if tombstone { self.events.prev(newest) } else { newest };
        if let Some(among) = &criteria.among
            && (among.nodes.contains(&NodeId(node)) != among.inside
                || (!among.inside && event != NONE && self.events.is_dir(event)))
        {
            return false;
        }
        event != NONE && self.meets_as(event, newest, criteria)
    }

    fn meets_as(&self, event: u32, newest: u32, criteria: &Criteria) -> bool {
        let kind = self.events.kind(event).unwrap_or(Kind::Other);
        if !criteria.kinds.is_empty() && !criteria.kinds.contains(&kind) {
            return false;
        }
        let special = SETUID | SETGID;
        if criteria.setuid && !(kind.is_regular() && self.events.mode(event) & special != 0) {
            return false;
        }
        if criteria.least.is_some() || criteria.most.is_some() {
            let size = self.events.size(event);
            let fits = criteria.least.is_none_or(|least| size >= least)
                && criteria.most.is_none_or(|most| size <= most);
            if !kind.is_regular() || !fits {
                return false;
            }
        }
        if criteria.layers.is_empty() {
            return true;
        }
        let mut wrote = newest;
        while self.events.has(wrote, Flag::QUIET) && self.events.prev(wrote) != NONE {
            wrote = self.events.prev(wrote);
        }
        criteria.layers.contains(&self.events.layer(wrote))
    }
}

impl Sieve {
    /// How many paths passed.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none did.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the path has a row: it passed, or something below it did.
    #[must_use]
    pub fn shows(&self, node: NodeId) -> bool {
        self.shown.has(node.0)
    }

    /// Rows below a directory, by its record.
    pub(super) fn below(&self, dir: u32) -> u32 {
        self.rows.get(dir as usize).map_or(0, |rows| rows.below)
    }

    /// Children with rows of a directory, by its record.
    pub(super) fn children(&self, dir: u32) -> u32 {
        self.rows.get(dir as usize).map_or(0, |rows| rows.children)
    }
}

#[cfg(test)]
mod tests {
    use super::super::notation;
    use super::super::outline::{Folds, Outline, Unfolded};
    use super::*;

    const LAYERS: &str = "0: +a/ +a/b/ +a/b/su:9@4755 +a/b/x:1 +c/ +c/big.so:900 +d:5 | 1: -a/b/x ~c/big.so:901 +e.so:2";

    fn rows(tree: Tree, names: &[&str], criteria: &Criteria, unfolded: Unfolded) -> Vec<String> {
        let mut stack = Stack::new(2);
        for table in notation::layers(LAYERS).unwrap() {
            stack.fold(&table);
        }
        stack.freeze();
        let names: Vec<NameSet> =
            names.iter().map(|name| stack.names_holding(name.as_bytes())).collect();
        let sieve = stack.sieve(tree, &names, criteria);
        let folds = Folds { unfolded, ..Folds::default() };
        let outline = Outline::narrowed(&stack, tree, &folds, Some(&sieve));
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
    fn what_passes_keeps_its_directories() {
        let all = Unfolded::All;
        let setuid = Criteria { setuid: true, ..Criteria::default() };
        assert_eq!(rows(Tree::Merged(1), &[], &setuid, all), ["/a", "/a/b", "/a/b/su"]);
        assert_eq!(rows(Tree::Merged(1), &[], &setuid, Unfolded::None), ["/a"]);
        let none = Criteria::default();
        assert_eq!(rows(Tree::Merged(1), &[".so"], &none, all), ["/c", "/c/big.so", "/e.so"]);
        assert_eq!(rows(Tree::Merged(1), &[".so", "BIG"], &none, all), [""; 0]);
        let large = Criteria { least: Some(10), ..Criteria::default() };
        assert_eq!(rows(Tree::Merged(1), &[], &large, all), ["/c", "/c/big.so"]);
    }

    #[test]
    fn changes_and_layers_are_those_of_the_tree() {
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
