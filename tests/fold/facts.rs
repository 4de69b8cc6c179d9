//! Compares paths of the stack with the model, layer by layer: trees, diffs, ranges, histories, totals, waste.

use std::collections::{BTreeMap, BTreeSet};

use layertui::stack::kept::entry::Kind;
use layertui::stack::{NodeId, Shadow, Stack};

use crate::model::{Model, Path, Tree};
use crate::object::compare;

/// A stack and the model of the same layers.
pub struct Case<'a> {
    pub stack: &'a Stack,
    pub model: &'a Model,
    /// All paths of the stack and the model.
    pub paths: BTreeSet<Path>,
    /// All layers are folded, and the stack is frozen.
    pub frozen: bool,
}

impl Case<'_> {
    pub fn node(&self, path: &[u8]) -> Option<NodeId> {
        self.stack.find(path)
    }

    pub fn trees(&self) {
        for (layer, tree) in self.model.trees.iter().enumerate() {
            for path in &self.paths {
                let ours = self.node(path).and_then(|node| self.stack.visible(node, layer));
                let shown = String::from_utf8_lossy(path);
                let Some(theirs) = tree.get(path) else {
                    assert_eq!(ours, None, "/{shown} at {layer}");
                    continue;
                };
                let ours = ours.unwrap_or_else(|| panic!("/{shown} is missing at {layer}"));
                assert_eq!(ours.kind, theirs.kind, "/{shown} at {layer}");
                assert_eq!(ours.implied, theirs.implied, "/{shown} at {layer}");
                assert_eq!(ours.layer, theirs.layer, "layer of /{shown} at {layer}");
                assert_eq!(ours.added_by, theirs.added_by, "addedBy of /{shown} at {layer}");
                assert_eq!(ours.size, theirs.size);
                assert_eq!(ours.mode, (!theirs.implied).then_some(theirs.mode));
                assert_eq!(ours.owner, (!theirs.implied).then_some(theirs.owner));
                assert_eq!(ours.mtime, (!theirs.implied).then_some(theirs.mtime));
                assert_eq!(self.stack.xattrs(ours.event).encoded(), theirs.xattrs);
                let device = theirs.kind.is_device().then_some(theirs.device);
                assert_eq!(self.stack.device(ours.event), device);
                if theirs.kind == Kind::Symlink {
                    assert_eq!(self.stack.link(ours.event), theirs.link);
                }
                let payload = self.stack.payload(ours.event);
                assert_eq!(
                    payload.map(|payload| (payload.layer, payload.size)),
                    theirs.payload.map(|payload| (payload.id.0, payload.size)),
                    "payload of /{shown} at {layer}"
                );
            }
        }
    }

    pub fn diffs(&self) {
        for (layer, diff) in self.model.diffs.iter().enumerate() {
            let mut summary = BTreeMap::new();
            for path in &self.paths {
                let change = self.node(path).and_then(|node| self.stack.change(node, layer));
                let shown = String::from_utf8_lossy(path);
                assert_eq!(
                    change.map(|change| change.kind.name()),
                    diff.get(path).copied(),
                    "/{shown} in {layer}"
                );
                if let Some(change) = change {
                    *summary.entry(change.kind.name()).or_insert(0) += 1;
                    assert_eq!(change.opaque, self.model.opaque[layer].contains(path), "/{shown}");
                }
            }
            let ours = self.stack.summary(layer);
            let counts = [
                ("added", ours.added),
                ("modified", ours.modified),
                ("metadata", ours.metadata),
                ("rewritten", ours.rewritten),
                ("removed", ours.removed),
                ("undecided", ours.undecided),
            ];
            for (name, count) in counts {
                assert_eq!(count, summary.get(name).copied().unwrap_or(0), "{name} in {layer}");
            }
        }
    }

    /// A payload with several names counts once: the bytes of all visible paths make up the total.
    pub fn bytes(&self) {
        for layer in 0..self.model.trees.len() {
            let stored = |path: &Path| {
                let node = self.node(path)?;
                let version = self.stack.visible(node, layer).filter(|it| it.kind.is_regular())?;
                let counts =
                    version.kind == Kind::File || self.stack.bytes(version.event, layer) > 0;
                self.stack.payload(version.event).filter(|_| counts).map(|payload| payload.stored)
            };
            let bytes: u64 = self.paths.iter().filter_map(stored).sum();
            let root = self.node(b"").unwrap();
            assert_eq!(bytes, self.stack.totals(root, layer).bytes, "in layer {layer}");
        }
    }

    pub fn ranges(&self) {
        let layers = self.model.trees.len();
        for (from, to) in (0..layers).flat_map(|a| (a..layers).map(move |b| (a, b))) {
            for path in self.paths.iter().filter(|path| !path.is_empty()) {
                let inside: Vec<&str> = self
                    .model
                    .history
                    .get(path)
                    .into_iter()
                    .flatten()
                    .filter(|(layer, _)| (from..=to).contains(layer))
                    .map(|(_, change)| *change)
                    .collect();
                let before = from.checked_sub(1).and_then(|at| self.model.trees[at].get(path));
                let now = self.model.trees[to].get(path);
                let expected = match (before, now) {
                    _ if inside.is_empty() => None,
                    (None, None) => None,
                    (Some(_), None) => Some("removed"),
                    (None, Some(_)) => Some("added"),
                    (Some(_), Some(_)) if from == to && inside.contains(&"removed") => {
                        Some("added")
                    }
                    (Some(was), Some(now)) => compare(now, was).or_else(|| {
                        // Nothing but a marker makes a directory with the same attributes a change.
                        let opaque = |layer: usize| self.model.opaque[layer].contains(path);
                        (from..=to).any(opaque).then_some("metadata")
                    }),
                };
                let ours =
                    self.node(path).and_then(|node| self.stack.change_in_range(node, from, to));
                let kind = ours.map(|change| change.kind.name());
                // A change between the two layers may be decided while the two ends alone are not.
                if expected == Some("undecided") && kind != expected {
                    assert!(inside.len() > 1 || from == to, "{}", String::from_utf8_lossy(path));
                    continue;
                }
                assert_eq!(kind, expected, "/{} over {from}..={to}", String::from_utf8_lossy(path));
            }
        }
    }

    pub fn histories(&self) {
        for path in &self.paths {
            let ours: Vec<(usize, &str)> = self
                .node(path)
                .map(|node| self.stack.history(node))
                .unwrap_or_default()
                .iter()
                .map(|step| (step.layer, step.event.name()))
                .collect();
            let theirs = self.model.history.get(path).cloned().unwrap_or_default();
            assert_eq!(ours, theirs, "history of /{}", String::from_utf8_lossy(path));
        }
    }

    pub fn totals(&self) {
        let links = self.model.trees.iter().flat_map(BTreeMap::values);
        let linked = links.into_iter().any(|object| object.kind == Kind::Hardlink);
        for (layer, tree) in self.model.trees.iter().enumerate() {
            for path in &self.paths {
                let Some(node) = self.node(path) else { continue };
                let below: Vec<_> = tree
                    .iter()
                    .filter(|(other, _)| {
                        path.is_empty() && !other.is_empty()
                            || other.starts_with(&[&path[..], b"/"].concat())
                    })
                    .collect();
                let ours = self.stack.totals(node, layer);
                assert_eq!(ours.entries, below.len() as u64, "/{}", String::from_utf8_lossy(path));
                if !linked {
                    let bytes: u64 = below.iter().map(|(_, object)| object.stored).sum();
                    assert_eq!(ours.bytes, bytes, "/{}", String::from_utf8_lossy(path));
                }
            }
            self.shadows(layer, tree);
            let live: u64 = self.model.live(layer).iter().map(|id| self.model.payloads[id].0).sum();
            assert_eq!(self.stack.totals(NodeId::ROOT, layer).bytes, live, "root at {layer}");
            assert_eq!(self.stack.summary(layer).cumulative_bytes, live);
        }
    }

    /// The bytes that each layer stores below each directory, as the sum over all stored files.
    pub fn stored_below(&self) {
        let mut sums: BTreeMap<(NodeId, usize), u64> = BTreeMap::new();
        for stored in self.stack.stored() {
            let mut dir = self.stack.parent(stored.node);
            while let Some(node) = dir {
                *sums.entry((node, stored.layer)).or_default() += stored.bytes;
                dir = self.stack.parent(node);
            }
        }
        let mut dirs: BTreeSet<NodeId> = sums.keys().map(|(dir, _)| *dir).collect();
        dirs.extend(self.paths.iter().filter_map(|path| self.node(path)));
        for dir in dirs {
            let below = self.stack.below(dir);
            for layer in 0..self.model.trees.len() {
                let ours = below.get(&layer).map_or(0, |below| below.stored);
                let sum = sums.get(&(dir, layer)).copied().unwrap_or(0);
                assert_eq!(ours, sum, "{:?} at {layer}", self.stack.path(dir));
            }
        }
    }

    /// The visible paths that a later layer covers, and their number below each directory.
    fn shadows(&self, layer: usize, tree: &Tree) {
        let mut shadowed = BTreeMap::new();
        for path in tree.keys().filter(|path| !path.is_empty()) {
            let Some(node) = self.node(path) else { continue };
            let ours = self.stack.shadowed_by(node, layer);
            assert_eq!(ours, self.model_shadow(layer, path), "/{}", String::from_utf8_lossy(path));
            shadowed.extend(ours.map(|shadow| (path.clone(), shadow)));
        }
        for path in &self.paths {
            let Some(node) = self.node(path) else { continue };
            let below = [&path[..], b"/"].concat();
            let is_below = |other: &&Path| path.is_empty() || other.starts_with(&below);
            let theirs = shadowed.keys().filter(is_below).count() as u64;
            let ours = self.stack.shadowed_below(node, layer);
            // They are counted when the stack is frozen.
            assert!(
                ours == theirs || ours == 0 && !self.frozen,
                "/{}: {ours} {theirs}",
                String::from_utf8_lossy(path)
            );
        }
    }

    /// The first layer above that covers the version of the path.
    fn model_shadow(&self, layer: usize, path: &Path) -> Option<Shadow> {
        let is_directory = |layer: usize| {
            self.model.trees[layer].get(path).is_some_and(|object| object.kind == Kind::Directory)
        };
        let covers = |&later: &usize| match self.model.diffs[later].get(path) {
            Some(_) if !is_directory(layer) || !is_directory(later) => true,
            Some(_) => self.model.opaque[later].contains(path),
            None => false,
        };
        let later = (layer + 1..self.model.trees.len()).find(covers)?;
        Some(Shadow { layer: later, removes: self.model.diffs[later][path] == "removed" })
    }

    pub fn waste(&self) {
        let live = self.model.live(self.model.trees.len() - 1);
        let mut theirs: BTreeMap<(Path, usize), u64> = BTreeMap::new();
        let mut stored = 0;
        for (id, (bytes, path)) in &self.model.payloads {
            stored += bytes;
            if !live.contains(id) && *bytes > 0 {
                *theirs.entry((path.clone(), id.0)).or_default() += bytes;
            }
        }
        let mut ours: BTreeMap<(Path, usize), u64> = BTreeMap::new();
        for wasted in self.stack.wasted() {
            let path = self.stack.path(wasted.node)[1..].to_vec();
            *ours.entry((path, wasted.layer)).or_default() += wasted.bytes;
        }
        assert_eq!(ours, theirs);
        for path in &self.paths {
            let Some(node) = self.node(path) else { continue };
            let theirs: u64 =
                theirs.iter().filter(|wasted| wasted.0.0 == *path).map(|wasted| wasted.1).sum();
            assert_eq!(self.stack.wasted_at(node), theirs, "/{}", String::from_utf8_lossy(path));
        }
        let balance = self.stack.balance();
        assert_eq!(balance.stored, stored);
        assert_eq!(balance.wasted, theirs.values().sum::<u64>());
    }

    /// The layer that hid a payload is the first one from which on it has no visible name.
    pub fn waste_causes(&self) {
        let layers = self.model.trees.len();
        let live: Vec<_> = (0..layers).map(|layer| self.model.live(layer)).collect();
        let mut theirs: Vec<(Path, usize, u64, usize)> = Vec::new();
        for (id, (bytes, path)) in &self.model.payloads {
            let lost = (id.0..layers).rev().take_while(|&layer| !live[layer].contains(id)).last();
            if let Some(lost) = lost.filter(|_| *bytes > 0) {
                theirs.push((path.clone(), id.0, *bytes, lost));
            }
        }
        theirs.sort();
        let report = self.stack.waste_report();
        let mut ours: Vec<_> = report
            .files
            .iter()
            .map(|piece| {
                let path = self.stack.path(piece.wasted.node)[1..].to_vec();
                (path, piece.wasted.layer, piece.wasted.bytes, piece.culprit)
            })
            .collect();
        ours.sort();
        assert_eq!(ours, theirs);
        let below = report.by_directory(self.stack);
        for path in &self.paths {
            let Some(node) = self.node(path) else { continue };
            let start = [&path[..], if path.is_empty() { b"" } else { b"/" }].concat();
            let inside = theirs.iter().filter(|lost| lost.0.starts_with(&start));
            let sum: u64 = inside.map(|lost| lost.2).sum();
            let shown = String::from_utf8_lossy(path);
            assert_eq!(below.get(&node).copied().unwrap_or(0), sum, "below /{shown}");
        }
    }
}
