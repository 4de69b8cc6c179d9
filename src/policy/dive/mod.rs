//! dive's measure of an image: efficiency, wasted bytes, and the wasted share of what is above the first layer.
//!
//! The numbers are those of dive 0.13.1 (`dive/filetree/efficiency.go`, `dive/image/analysis.go` there), held against it in
//! `tests/interop/dive.rs`. They are not derived from the stack, because dive does not fold layers as engines do: it takes
//! each layer's names as they are written, ignores opaque markers, and keeps what is below a directory that a file replaced.
//!
//! ```text
//! efficiency      sum of the smallest size of each path / sum of all its sizes, over the leaves of each layer's tree
//! wasted bytes    sum of all sizes of the paths that are leaves in two layers or more
//! user percent    wasted bytes / bytes of the layers above layer 0
//! ```
//!
//! A whiteout is a leaf at the path that it removes: its size is 0, or that of everything below if it removes a directory.

mod files;
mod layer_tree;
mod stacked;

use std::cmp::Reverse;

pub use crate::policy::dive::files::{File, Files};
use crate::policy::dive::layer_tree::LayerTree;
use crate::policy::dive::stacked::Stacked;
use crate::stack::kept::table::Table;

/// A path that two layers or more have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The path, absolute, raw bytes.
    pub path: Vec<u8>,
    /// Number of times that it is a leaf of a layer's tree.
    pub count: u64,
    /// All its sizes together.
    pub bytes: u64,
    /// The last layer that has it.
    pub layer: usize,
}

/// The numbers by dive's formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// 0 to 1; 1 for an image without bytes.
    pub efficiency: f64,
    /// Bytes of all entries of each layer.
    pub layer_bytes: Vec<u64>,
    /// Wasted bytes.
    pub wasted_bytes: u64,
    /// The paths that they are of, most bytes first, equals by path. Some have no bytes.
    pub repeated: Vec<Repeated>,
}

/// The sizes of one path over all layers.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: u64,
    sum: u64,
    /// The smallest size, or -1: a whiteout of a path that is not there was the path's only event.
    smallest: i64,
    seen: bool,
    layer: usize,
}

impl Tally {
    fn add(&mut self, size: u64, layer: usize) {
        let small = i64::try_from(size).unwrap_or(i64::MAX);
        if !self.seen || self.smallest < 0 || small < self.smallest {
            self.smallest = small;
        }
        self.seen = true;
        self.count += 1;
        self.sum = self.sum.saturating_add(size);
        self.layer = layer;
    }

    /// A whiteout of a path that is not there: dive starts to count the path, and does not come to its size.
    const fn start(&mut self) {
        if !self.seen {
            (self.seen, self.smallest) = (true, -1);
        }
    }
}

impl Measure {
    /// Measures the layers, base first.
    ///
    /// # Errors
    /// If there are more paths than [`layer_tree::PATHS_MAX`], or a path is too deep.
    pub fn of<'t>(tables: impl IntoIterator<Item = &'t Table>) -> Result<Self, String> {
        let (mut tree, mut stacked) = (LayerTree::new(), Stacked::default());
        let mut tallies: Vec<Tally> = Vec::new();
        let mut layer_bytes = Vec::new();
        for (layer, table) in tables.into_iter().enumerate() {
            tree.read(table)?;
            tallies.resize_with(tree.paths(), Tally::default);
            layer_bytes.push(tree.bytes());
            if layer == 0 {
                // dive looks for what a marker of layer 0 removes in layer 0 itself.
                stacked.add(&tree);
            }
            count_leaves(&tree, &stacked, layer, &mut tallies);
            stacked.stack(&tree);
        }
        Ok(Self::sum(&tree, &tallies, layer_bytes))
    }

    fn sum(tree: &LayerTree, tallies: &[Tally], layer_bytes: Vec<u64>) -> Self {
        let (mut smallest, mut all) = (0_i64, 0_u64);
        let mut repeated = Vec::new();
        for (node, tally) in (0..).zip(tallies).filter(|(_, tally)| tally.seen) {
            smallest = smallest.saturating_add(tally.smallest);
            all = all.saturating_add(tally.sum);
            if tally.count > 1 {
                let path = tree.path(node);
                let (count, bytes, layer) = (tally.count, tally.sum, tally.layer);
                repeated.push(Repeated { path, count, bytes, layer });
            }
        }
        repeated.sort_by(|a, b| (Reverse(a.bytes), &a.path).cmp(&(Reverse(b.bytes), &b.path)));
        Self {
            efficiency: if all == 0 { 1.0 } else { smallest as f64 / all as f64 },
            layer_bytes,
            wasted_bytes: repeated.iter().fold(0, |sum, it| sum.saturating_add(it.bytes)),
            repeated,
        }
    }

    /// Bytes of all entries of all layers.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.layer_bytes.iter().fold(0, |sum, &bytes| sum.saturating_add(bytes))
    }

    /// The same without layer 0.
    #[must_use]
    pub fn user_bytes(&self) -> u64 {
        self.layer_bytes.iter().skip(1).fold(0, |sum, &bytes| sum.saturating_add(bytes))
    }

    /// Wasted bytes / bytes above layer 0. Not a number if both are 0, which breaks no rule.
    #[must_use]
    pub fn user_wasted(&self) -> f64 {
        self.wasted_bytes as f64 / self.user_bytes() as f64
    }
}

/// Counts the leaves of one layer's tree in dive's order, which ends at a marker that removes nothing.
fn count_leaves(tree: &LayerTree, stacked: &Stacked, layer: usize, tallies: &mut [Tally]) {
    let of_nothing = tree.whiteouts().filter(|&node| !stacked.has(node));
    let last = of_nothing.map(|node| (tree.order(node, true), node)).min();
    let before =
        |node, marker| last.as_ref().is_none_or(|(last, _)| tree.order(node, marker) < *last);
    for node in tree.leaves().filter(|&node| before(node, false)) {
        tallies[node as usize].add(tree.size(node), layer);
    }
    for node in tree.whiteouts().filter(|&node| before(node, true)) {
        tallies[node as usize].add(stacked.removed_bytes(node), layer);
    }
    if let Some((_, node)) = last {
        tallies[node as usize].start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    /// Smallest sizes, all sizes, wasted bytes, bytes above layer 0.
    fn measured(text: &str) -> (f64, u64, u64) {
        let tables = notation::layers(text).unwrap();
        let measure = Measure::of(&tables).unwrap();
        (measure.efficiency, measure.wasted_bytes, measure.user_bytes())
    }

    /// The numbers are what dive 0.13.1 printed for archives of these layers.
    #[test]
    fn the_numbers_are_dives() {
        let same = |one: f64, other: f64| (one - other).abs() < 1e-12;
        for (text, efficiency, wasted, user) in [
            ("+d/ +d/a:1000", 1.0, 0, 0),
            ("+d/ +d/a:1000 +b:500 | +b:700 | +d/ -d/a", 500.0 / 2200.0, 2200, 700),
            (
                "+d/ +d/a:1000 +d/e/ +d/e/f:10 +s/ +s/t:500 +b:500 | +s/u:70 | -d -s | +d/ +s/",
                0.673_139_158_576_051_8,
                1010,
                70,
            ),
            ("+d/ +d/a:1000 +d/b:10 | +d/ !d +d/b:30 | -d", 0.985_507_246_376_811_6, 40, 30),
            (
                "+d/ +d/a:1000 +d/b=>d/a +d/l->a | +d/a:1000 +d/b:2000 | +d/l:50 +d/b->zz",
                0.246_913_580_246_913_57,
                4050,
                3050,
            ),
            (
                "+d/ +d/a:1000 +d/a:1500 | +d/a:1 +.c/ +.c/x:100 | +.c/ +.c/x:60 -.c | -.c",
                0.091_425_326_519_023_28,
                1661,
                161,
            ),
            // A marker that removes nothing ends the layer, and counts as -1 byte.
            (
                "+d/ +d/a:1000 +b:500 | +b:700 +d/ -d/zz +d/zzz:400 +e:33 -q | +e:100",
                0.999_375,
                0,
                1233,
            ),
            ("+d/ +d/a:1000 -d -d/a +x:10 | +x:20", 0.497_536_945_812_807_9, 1030, 20),
        ] {
            let got = measured(text);
            assert!(same(got.0, efficiency) && (got.1, got.2) == (wasted, user), "{text}: {got:?}");
        }
    }

    #[test]
    fn the_paths_are_listed_with_their_counts() {
        let tables = notation::layers("+a:5 +b:1 +c:9 | +a:5 +b:2 | -a").unwrap();
        let repeated = Measure::of(&tables).unwrap().repeated;
        let of = |path: &[u8], count, bytes, layer| Repeated {
            path: path.to_vec(),
            count,
            bytes,
            layer,
        };
        assert_eq!(repeated, [of(b"/a", 3, 10, 2), of(b"/b", 2, 3, 1)]);
    }

    #[test]
    fn nothing_stored_is_all_efficient_and_no_percent() {
        let tables = notation::layers("+d/").unwrap();
        let measure = Measure::of(&tables).unwrap();
        assert!((measure.efficiency - 1.0).abs() < f64::EPSILON && measure.user_wasted().is_nan());
    }
}
