//! A treemap of the final tree for the page: the area of each rectangle is proportional to its bytes.

use crate::stack::query::treemap::{Area, Tile, squarify};
use crate::stack::{NodeId, Stack};

/// Units of an [`Area`] per unit of the page.
pub(super) const UNITS: u16 = 10;

/// A file or a directory and its rectangle.
pub(super) struct Placed {
    pub(super) tile: Tile,
    pub(super) area: Area,
    pub(super) depth: usize,
}

/// Rectangles smaller than this, in either direction, are left out.
const SMALLEST: u16 = 3 * UNITS;
/// Height of a directory's name.
const HEAD: u16 = 12 * UNITS;
const DEPTH_MAX: usize = 5;
/// Maximum number of tiles.
const TILES_MAX: usize = 1500;

/// The tiles of the tree, each directory before its children.
pub(super) fn tiles(stack: &Stack, area: Area) -> Vec<Placed> {
    let mut placed = Vec::new();
    let Some(last) = stack.folded().checked_sub(1) else { return placed };
    let mut pending = vec![(NodeId::ROOT, area, 0)];
    while let Some((dir, area, depth)) = pending.pop() {
        let tiles = stack.tiles(dir, last);
        let weights: Vec<u64> = tiles.iter().map(|tile| tile.bytes).collect();
        for (tile, area) in tiles.into_iter().zip(squarify(&weights, area, 1.0)) {
            if area.width < SMALLEST || area.height < SMALLEST || placed.len() >= TILES_MAX {
                continue;
            }
            placed.push(Placed { tile, area, depth });
            let inner = Area {
                x: area.x + UNITS,
                y: area.y + HEAD,
                width: area.width - 2 * UNITS,
                height: area.height.saturating_sub(HEAD + UNITS),
            };
            if tile.directory && depth < DEPTH_MAX && inner.width > HEAD && inner.height > HEAD {
                pending.push((tile.node, inner, depth + 1));
            }
        }
    }
    placed
}
