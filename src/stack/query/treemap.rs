//! A squarified treemap: the children of a directory with their bytes, and a rectangle divided among weights. The explorer
//! draws it in cells, the page in tenths of a pixel.
//!
//! After Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000), but in whole units: strips and the tiles in them end
//! where the running sum of the weights, rounded, says, so that no unit is lost and none is given twice, at any size.

use std::cmp::Reverse;

use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// A file or directory in a treemap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The path.
    pub node: NodeId,
    /// Its bytes, with all below.
    pub bytes: u64,
    /// Whether it can be entered.
    pub directory: bool,
}

/// A rectangle in the units of its drawing: cells or tenths of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: u16,
    /// Upper edge.
    pub y: u16,
    /// Units to the right.
    pub width: u16,
    /// Units down.
    pub height: u16,
}

impl Stack {
    /// The children of a directory that have bytes in the merged tree of `layer`, most bytes first.
    #[must_use]
    pub fn tiles(&self, dir: NodeId, layer: usize) -> Vec<Tile> {
        let children = Walk::new(self, Scope::Merged(layer), dir, false);
        let mut tiles: Vec<Tile> = children
            .filter_map(|node| self.tile(node, layer))
            .filter(|tile| tile.bytes > 0)
            .collect();
        self.sort_tiles(&mut tiles);
        tiles
    }

    /// The tile of a path in the merged tree of `layer`.
    #[must_use]
    pub fn tile(&self, node: NodeId, layer: usize) -> Option<Tile> {
        let version = self.visible(node, layer)?;
        let directory = version.kind == Kind::Directory;
        let bytes = if directory {
            self.totals(node, layer).bytes
        } else {
            self.bytes(version.event, layer)
        };
        Some(Tile { node, bytes, directory })
    }

    /// The layer that wrote a file of the merged tree of `layer`; of a directory, the layer
    /// in which it grew most.
    #[must_use]
    pub fn bytes_owner(&self, node: NodeId, layer: usize) -> Option<usize> {
        let version = self.visible(node, layer)?;
        if version.kind != Kind::Directory {
            return Some(version.layer);
        }
        let put = |layer: usize| self.net_bytes(node, layer, layer);
        (0..=layer).map(|layer| (put(layer), Reverse(layer))).max().map(|(_, Reverse(layer))| layer)
    }

    /// Most bytes first, then by name.
    pub fn sort_tiles(&self, tiles: &mut [Tile]) {
        tiles.sort_by_cached_key(|tile| (Reverse(tile.bytes), self.name(tile.node).to_vec()));
    }
}

/// A rectangle for each weight, in order; together they are `area`, as long as any weight is above zero. Weights that are too
/// small for a unit get none. Tiles are nearest to squares where the largest weights come first. A unit is `tall` times as
/// high as wide.
#[must_use]
pub fn squarify(weights: &[u64], area: Area, tall: f64) -> Vec<Area> {
    let mut tiles = vec![Area { width: 0, height: 0, ..area }; weights.len()];
    let weighty: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] > 0).collect();
    let mut left = area;
    let mut total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    let mut rest = &weighty[..];
    while !rest.is_empty() && left.width > 0 && left.height > 0 {
        let upright = f64::from(left.width) >= f64::from(left.height) * tall;
        let strip_of = strip(weights, rest, total, (left, tall), upright);
        let (here, behind) = rest.split_at(strip_of);
        let sum: u128 = here.iter().map(|&at| u128::from(weights[at])).sum();
        let across = if upright { left.width } else { left.height };
        let thick = if behind.is_empty() { across } else { part(across, sum, total).max(1) };
        let strip;
        (strip, left) = cut(left, thick, upright);
        divide(weights, here, sum, strip, upright, &mut tiles);
        total -= sum;
        rest = behind;
    }
    tiles
}

/// How many of the weights go into the next strip: as many as make its worst tile squarer.
fn strip(
    weights: &[u64],
    rest: &[usize],
    total: u128,
    (left, tall): (Area, f64),
    upright: bool,
) -> usize {
    let (width, height) = (f64::from(left.width), f64::from(left.height) * tall);
    let (side, scale) =
        (if upright { height } else { width }, width * height / (total as f64).max(1.0));
    let mut sum = 0.0;
    let (mut least, mut most) = (f64::MAX, 0.0_f64);
    let mut best = f64::MAX;
    for (count, &at) in rest.iter().enumerate() {
        let size = weights[at] as f64 * scale;
        sum += size;
        (least, most) = (least.min(size), most.max(size));
        let across = (sum / side).powi(2);
        let worst = (across / least).max(most / across);
        if worst > best {
            return count;
        }
        best = worst;
    }
    rest.len()
}

/// Divides a strip among its weights along its length.
fn divide(
    weights: &[u64],
    here: &[usize],
    sum: u128,
    strip: Area,
    upright: bool,
    tiles: &mut [Area],
) {
    let length = if upright { strip.height } else { strip.width };
    let (mut before, mut from) = (0, 0);
    for &at in here {
        before += u128::from(weights[at]);
        let to = part(length, before, sum);
        tiles[at] = if upright {
            Area { y: strip.y + from, height: to - from, ..strip }
        } else {
            Area { x: strip.x + from, width: to - from, ..strip }
        };
        from = to;
    }
}

/// Cuts `cells` off the left (upright) or the top.
const fn cut(area: Area, cells: u16, upright: bool) -> (Area, Area) {
    if upright {
        let strip = Area { width: cells, ..area };
        (strip, Area { x: area.x + cells, width: area.width - cells, ..area })
    } else {
        let strip = Area { height: cells, ..area };
        (strip, Area { y: area.y + cells, height: area.height - cells, ..area })
    }
}

/// `part` of `whole` in cells, rounded.
fn part(cells: u16, part: u128, whole: u128) -> u16 {
    let doubled = u128::from(cells) * part * 2;
    u16::try_from((doubled + whole) / (whole * 2)).unwrap_or(cells).min(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell of a terminal.
    const TALL: f64 = 2.0;

    fn contains(area: Area, x: u16, y: u16) -> bool {
        (area.x..area.x + area.width).contains(&x) && (area.y..area.y + area.height).contains(&y)
    }

    /// Every cell belongs to exactly one tile.
    fn assert_whole(tiles: &[Area], area: Area) {
        let cells = |rect: &Area| u64::from(rect.width) * u64::from(rect.height);
        assert_eq!(tiles.iter().map(cells).sum::<u64>(), cells(&area), "{tiles:?} of {area:?}");
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                let owners = tiles.iter().filter(|tile| contains(**tile, x, y)).count();
                assert_eq!(owners, 1, "cell {x},{y} of {area:?}");
            }
        }
    }

    #[test]
    fn no_cell_is_lost_at_any_size() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        for width in (0..=42).chain([97]) {
            for height in 0..=13 {
                let area = Area { x: 3, y: 2, width, height };
                let count = random() % 9 + 1;
                let mut weights: Vec<u64> =
                    (0..count).map(|_| random() >> (random() % 31)).map(|it| it.max(1)).collect();
                weights.sort_unstable_by_key(|&weight| std::cmp::Reverse(weight));
                assert_whole(&squarify(&weights, area, TALL), area);
            }
        }
    }

    #[test]
    fn extremes_are_divided_too() {
        let area = Area { x: 0, y: 0, width: 40, height: 12 };
        assert_whole(&squarify(&[u64::MAX, u64::MAX, 1], area, TALL), area);
        assert_whole(&squarify(&[7; 1000], area, TALL), area);
        assert_whole(&squarify(&[1, 0, 5, 0], area, TALL), area);
        assert!(squarify(&[], area, TALL).is_empty());
        assert!(squarify(&[0, 0], area, TALL).iter().all(|tile| tile.width == 0));
    }

    #[test]
    fn areas_follow_the_weights_and_tiles_are_not_slivers() {
        let area = Area { x: 0, y: 0, width: 100, height: 50 };
        let weights = [600_u32, 600, 400, 300, 200, 200, 100];
        for (tile, weight) in squarify(&weights.map(u64::from), area, TALL).iter().zip(weights) {
            let share = f64::from(tile.width) * f64::from(tile.height) / 5000.0;
            let wanted = f64::from(weight) / 2400.0;
            assert!((share - wanted).abs() < 0.02, "{tile:?} for {weight}");
            let ratio = f64::from(tile.width) / (f64::from(tile.height) * TALL);
            assert!((0.2..5.0).contains(&ratio), "{tile:?} is a sliver");
        }
    }
}
