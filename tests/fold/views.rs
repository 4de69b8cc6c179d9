//! Compares walks, outlines and search with the model, in the order of the tree.

use std::collections::{BTreeSet, HashSet};

use layertui::stack::NodeId;
use layertui::stack::kept::entry::Kind;
use layertui::stack::query::outline::{Folds, Outline, Unfolded};
use layertui::stack::query::search::Hits;
use layertui::stack::query::tree::Tree;
use layertui::stack::query::walk::{Scope, Walk};

use crate::facts::Case;
use crate::model::Path;

impl Case<'_> {
    pub fn walks(&self) {
        let names = |scope| -> Vec<Path> {
            Walk::new(self.stack, scope, NodeId::ROOT, true)
                .map(|node| self.stack.path(node)[1..].to_vec())
                .collect()
        };
        for (layer, tree) in self.model.trees.iter().enumerate() {
            let theirs: Vec<Path> = tree.keys().filter(|path| !path.is_empty()).cloned().collect();
            assert_eq!(names(Scope::Merged(layer)), theirs);
            let diff = self.model.diffs[layer].keys().filter(|path| !path.is_empty());
            assert_eq!(names(Scope::Diff(layer)), diff.cloned().collect::<Vec<_>>());
        }
        let ever: Vec<Path> =
            self.model.history.keys().filter(|p| !p.is_empty()).cloned().collect();
        assert_eq!(names(Scope::All), ever);
    }

    pub fn outlines(&self, toggled: &HashSet<NodeId>) {
        for layer in 0..self.model.trees.len() {
            for tree in [Tree::Merged(layer), Tree::Diff(layer)] {
                let shown = self.shown(tree);
                for unfolded in [Unfolded::None, Unfolded::Changes, Unfolded::All] {
                    for split in [HashSet::new(), toggled.iter().copied().take(2).collect()] {
                        let folds = Folds { unfolded, toggled: toggled.clone(), split };
                        let outline = Outline::new(self.stack, tree, &folds, None, None);
                        self.outline(&outline, tree, &folds, &shown);
                    }
                }
            }
        }
    }

    /// Whether the model says that a directory is joined with its only child, itself a directory: neither is there a change
    /// of the outer one, nor another row below it.
    fn joined(
        &self,
        shown: &BTreeSet<Vec<Path>>,
        path: &[Path],
        tree: Tree,
        folds: &Folds,
    ) -> bool {
        let whole = path.join(&b'/');
        let split = self.node(&whole).is_some_and(|node| folds.split.contains(&node));
        let layer = tree.top();
        let from_here = shown.range(path.to_vec()..).skip_while(|other| *other == path);
        let below: Vec<&Vec<Path>> =
            from_here.take_while(|other| other.starts_with(path)).collect();
        let mut children = below.iter().filter(|other| other.len() == path.len() + 1);
        let (Some(only), None) = (children.next(), children.next()) else { return false };
        let is_directory = |layer: Option<usize>, path: &Path| {
            let object = layer.and_then(|layer| self.model.trees[layer].get(path));
            object.is_some_and(|object| object.kind == Kind::Directory)
        };
        let plain = !split && !self.model.diffs[layer].contains_key(&whole);
        plain
            && match tree {
                Tree::Merged(_) if folds.unfolded == Unfolded::All => false,
                Tree::Merged(_) => {
                    is_directory(Some(layer), &whole)
                        && is_directory(Some(layer), &only.join(&b'/'))
                }
                _ => is_directory(Some(layer), &whole) && below.len() > 1,
            }
    }

    fn outline(
        &self,
        outline: &Outline<'_>,
        tree: Tree,
        folds: &Folds,
        shown: &BTreeSet<Vec<Path>>,
    ) {
        let open = |path: &[Path]| self.node(&path.join(&b'/')).is_some_and(|n| outline.is_open(n));
        let expected: Vec<Path> = shown
            .iter()
            .filter(|path| (1..path.len()).all(|end| open(&path[..end])))
            .filter(|path| !self.joined(shown, path, tree, folds))
            .map(|path| path.join(&b'/'))
            .collect();
        let rows = outline.rows(0..usize::MAX);
        let ours: Vec<Path> =
            rows.iter().map(|row| self.stack.path(row.node)[1..].to_vec()).collect();
        assert_eq!(ours, expected, "{tree:?}");
        assert_eq!(outline.len(), rows.len());
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(
                outline.rows(number..number + 2),
                rows[number..(number + 2).min(rows.len())]
            );
            assert_eq!(outline.position(row.node), Some(number));
        }
    }

    /// The paths with a row when everything is unfolded, as components, which sort in tree order.
    fn shown(&self, tree: Tree) -> BTreeSet<Vec<Path>> {
        let split =
            |path: &Path| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut shown = BTreeSet::new();
        match tree {
            Tree::Merged(layer) => {
                shown.extend(self.model.trees[layer].keys().map(split));
                let removed =
                    self.model.diffs[layer].iter().filter(|(_, kind)| **kind == "removed");
                shown.extend(removed.map(|(path, _)| split(path)));
            }
            Tree::Diff(layer) => {
                for path in self.model.diffs[layer].keys().map(split) {
                    shown.extend((1..=path.len()).map(|end| path[..end].to_vec()));
                }
            }
            Tree::Range(..) => unreachable!("a range has rows only in a filtered tree"),
        }
        shown.remove(&vec![Vec::new()]);
        shown
    }

    /// A path matches if its last component has the letters in order; if there is none, if the path has them and its parent
    /// does not.
    pub fn search_letters(&self, needle: &[u8]) {
        let holds = |text: &[u8]| {
            let mut bytes = text.iter();
            needle.iter().all(|wanted| bytes.any(|byte| byte == wanted))
        };
        let paths = || self.model.history.keys().filter(|path| !path.is_empty());
        let name = |path: &Path| path.rsplit(|&byte| byte == b'/').next().unwrap().to_vec();
        let mut theirs: BTreeSet<Path> =
            paths().filter(|path| holds(&name(path))).cloned().collect();
        if theirs.is_empty() {
            let completes = |path: &&Path| {
                let absolute = [b"/", &path[..]].concat();
                holds(&absolute) && !holds(&absolute[..absolute.len() - name(path).len()])
            };
            theirs = paths().filter(completes).cloned().collect();
        }
        self.finds(&self.stack.search_letters(needle), &theirs, needle);
    }

    pub fn search(&self, needle: &[u8]) {
        let mut theirs: BTreeSet<Path> = BTreeSet::new();
        for path in self.model.history.keys().filter(|path| !path.is_empty()) {
            let absolute = [b"/", &path[..]].concat();
            let last = absolute.iter().rposition(|&byte| byte == b'/').unwrap();
            let found = absolute.windows(needle.len()).enumerate().any(|(at, window)| {
                // The match has to end in the last component.
                let slash = needle.iter().rposition(|&byte| byte == b'/');
                window == needle && slash.map_or(at > last, |slash| at + slash == last)
            });
            if found {
                theirs.insert(path.clone());
            }
        }
        self.finds(&self.stack.search(needle), &theirs, needle);
    }

    /// Checks that exactly these paths are found, in tree order in both directions.
    fn finds(&self, hits: &Hits, theirs: &BTreeSet<Path>, needle: &[u8]) {
        assert_eq!(hits.len(), theirs.len(), "{}", String::from_utf8_lossy(needle));
        let order: BTreeSet<Vec<Vec<u8>>> = theirs
            .iter()
            .map(|path| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect())
            .collect();
        for forward in [true, false] {
            let (mut at, mut ours) = (NodeId::ROOT, Vec::new());
            for _ in 0..theirs.len() {
                at = hits.next(self.stack, at, forward).unwrap();
                assert!(hits.contains(at));
                ours.push(self.stack.path(at)[1..].to_vec());
            }
            if !forward {
                ours.reverse();
            }
            let expected: Vec<Path> = order.iter().map(|path| path.join(&b'/')).collect();
            assert_eq!(ours, expected, "{}", String::from_utf8_lossy(needle));
        }
    }
}
