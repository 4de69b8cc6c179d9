//! An image held against layertui in every way: the model of its tars, and what umoci unpacks at each layer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::agree::Differences;
use super::disk;
use super::layertui::Form;
use super::layout::Layout;
use super::past;
use super::tarball::Layer;
use super::tree::{Node, Tree, show};
use super::union::{Union, changes};

/// An image, and what is known of it without layertui.
pub struct Image {
    pub form: Form,
    pub union: Union,
    layout: Option<Layout>,
    /// The first layer that is unpacked.
    from: usize,
    unpacked: OnceLock<Vec<(usize, Tree)>>,
}

impl Image {
    /// An image of which only the tars are known.
    pub fn new(form: Form, layers: &[Layer]) -> Self {
        let union = Union::of(layers);
        Self { form, union, layout: None, from: 0, unpacked: OnceLock::new() }
    }

    /// An image that umoci can unpack, too.
    pub fn in_layout(name: &'static str, layout: &Layout) -> Self {
        let argument = format!("oci:{}:{}", layout.dir.display(), layout.tag);
        let image = Self::new(Form::new(name, argument), &layout.layers());
        Self { layout: Some(layout.clone()), ..image }
    }

    /// The same image, of which the layers below `from` need no unpacking: another image has them.
    pub fn unpacked_from(self, from: usize) -> Self {
        Self { from, ..self }
    }

    pub fn layer_count(&self) -> usize {
        self.union.trees.len()
    }

    /// Layers with their trees as umoci unpacks them.
    fn unpacked(&self) -> &[(usize, Tree)] {
        let layout = self.layout.as_ref().unwrap();
        self.unpacked.get_or_init(|| {
            let unpack = |layer| {
                let mut tree = layout.unpacked(layer);
                for (path, node) in &mut tree {
                    let told = self.union.trees[layer].get(path);
                    // umoci has to give them some attributes; no layer does.
                    node.implied = told.is_some_and(|told| told.implied);
                }
                (layer, tree)
            };
            (self.from..self.layer_count()).map(unpack).collect()
        })
    }

    /// The last layer's tree as umoci unpacks it.
    pub fn last_unpacked(&self) -> &Tree {
        &self.unpacked().last().unwrap().1
    }

    /// Everything against the model of the tars.
    pub fn agrees(&self, found: &mut Differences) {
        self.agrees_with_its_tars(found);
        self.agrees_in_numbers(found);
        past::histories_agree(self, found);
        past::finds_agree(self, found);
    }

    /// Trees and changes of every layer against the model of the tars.
    pub fn agrees_with_its_tars(&self, found: &mut Differences) {
        for layer in 0..self.layer_count() {
            let (before, after) = (self.union.before(layer), &self.union.trees[layer]);
            let whose = format!("{} at {layer}", self.form.name);
            found.listing(&whose, &self.form.ls(layer), after, true);
            let theirs = changes(&before, after, &self.union.marks[layer]);
            let lines = self.form.diff(layer);
            found.changes(&whose, &lines, &theirs, (&before, after), Some(layer));
        }
    }

    /// Trees of every layer against what umoci unpacks.
    pub fn agrees_with_umoci(&self, found: &mut Differences) {
        for (layer, tree) in self.unpacked() {
            let whose = format!("{} at {layer}, unpacked", self.form.name);
            found.listing(&whose, &self.form.ls(*layer), tree, false);
        }
    }

    /// The last layer's tree, extracted onto the disk and through a tar stream that GNU tar unpacks, against what umoci
    /// unpacks.
    pub fn extracts_as_umoci_unpacks(&self, found: &mut Differences) {
        let (layer, expected) = self.unpacked().last().unwrap();
        let expected = as_extracted(expected, None);
        for (way, root) in
            [("to disk", self.form.extracted()), ("as a stream", self.form.streamed())]
        {
            let ours = as_extracted(&disk::walk(&root), Some(&expected));
            let whose =
                |path: &[u8]| format!("{} at {layer} {way}: {}", self.form.name, show(path));
            found.same(&whose(b"paths"), ours.len(), expected.len());
            for (path, node) in &expected {
                found.same(&whose(path), ours.get(path), Some(node));
            }
        }
    }

    /// The last layer's tree, extracted onto the disk, against what an engine mounts.
    pub fn extracts_as_mounted(&self, engine: &str, mounted: &Tree, found: &mut Differences) {
        let mut mounted = mounted.clone();
        for (path, node) in &mut mounted {
            let told = self.union.trees.last().unwrap().get(path);
            node.implied = told.is_some_and(|told| told.implied);
        }
        let expected = as_extracted(&mounted, None);
        let mut ours = as_extracted(&disk::walk(&self.form.extracted()), Some(&expected));
        // containers/storage knows no time before 1970, and sets a directory's when it puts something into it.
        for (path, node) in &mut ours {
            let theirs = expected.get(path);
            if node.mtime < (0, 0) {
                node.mtime = (0, 0);
            }
            node.mtime = theirs.filter(|_| node.is_dir()).map_or(node.mtime, |it| it.mtime);
        }
        let whose = |path: &[u8]| format!("{} as {engine}: {}", self.form.name, show(path));
        found.same(&whose(b"paths"), ours.len(), expected.len());
        for (path, node) in &expected {
            found.same(&whose(path), ours.get(path), Some(node));
        }
    }

    /// Changes of every layer against a comparison of the trees that umoci unpacks with and without it.
    pub fn diffs_follow_from_umoci(&self, found: &mut Differences) {
        let nothing = (0, Tree::new());
        let lowest = (self.from == 0).then_some(&nothing);
        let befores = lowest.into_iter().chain(self.unpacked());
        let afters = self.unpacked().iter().skip(usize::from(self.from > 0));
        for ((_, before), (layer, after)) in befores.zip(afters) {
            let theirs = changes(before, after, &self.union.marks[*layer]);
            let whose = format!("{} at {layer}, compared", self.form.name);
            found.changes(&whose, &self.form.diff(*layer), &theirs, (before, after), None);
        }
    }

    /// Bytes, entries and counts of changes, of each layer and of the image.
    pub fn agrees_in_numbers(&self, found: &mut Differences) {
        let name = self.form.name;
        let report = self.form.layers();
        let (union, last) = (&self.union, self.layer_count() - 1);
        let mut total = |key: &str, theirs: u64| {
            found.same(&format!("{name}: {key}"), report["totals"][key].as_u64(), Some(theirs));
        };
        let stored: u64 = (0..=last).map(|layer| union.stored_bytes(layer)).sum();
        let visible = union.visible_bytes(last);
        total("storedBytes", stored);
        total("visibleBytes", visible);
        total("wastedBytes", stored - visible);
        total("entries", union.entries.iter().sum());
        let efficiency = if stored == 0 { 1.0 } else { visible as f64 / stored as f64 };
        let ours = report["totals"]["efficiency"].as_f64().unwrap();
        found.same(&format!("{name}: efficiency"), (ours - efficiency).abs() < 1e-9, true);
        let mut below = 0;
        for layer in 0..=last {
            let row = &report["layers"][layer];
            let mut number = |key: &str, theirs: i64| {
                found.same(
                    &format!("{name} layer {layer}: {key}"),
                    row[key].as_i64(),
                    Some(theirs),
                );
            };
            let visible = union.visible_bytes(layer) as i64;
            number("index", layer as i64);
            number("undecided", 0);
            number("bytes", union.stored_bytes(layer) as i64);
            number("cumulativeBytes", visible);
            number("netBytes", visible - below);
            number("entries", union.entries[layer] as i64);
            below = visible;
            let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
            let theirs = changes(&union.before(layer), &union.trees[layer], &union.marks[layer]);
            for change in theirs.values() {
                *counts.entry(change.kind).or_default() += 1;
            }
            for kind in ["added", "modified", "metadata", "rewritten", "removed"] {
                number(kind, counts.get(kind).copied().unwrap_or(0));
            }
        }
    }
}

/// A tree without what the place decides: hard links are told by the first of their names, and directories that no
/// layer names have the attributes that `like` has.
fn as_extracted(tree: &Tree, like: Option<&Tree>) -> Tree {
    let mut firsts = BTreeMap::new();
    let mut tree = tree.clone();
    for (at, node) in (1..).zip(tree.values_mut()) {
        node.inode = *firsts.entry(node.inode).or_insert(at);
    }
    let like = like.cloned().unwrap_or_default();
    for (path, node) in &mut tree {
        if let Some(like) = like.get(path).filter(|like| like.implied) {
            *node = Node { inode: node.inode, ..like.clone() };
        }
    }
    tree
}
