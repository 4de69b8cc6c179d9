//! Where the final tree's bytes are, as rectangles: the area of each is its share. Squarified as Bruls, Huizing and van
//! Wijk describe it ("Squarified Treemaps", 2000): rows are filled while that makes their rectangles squarer.

use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// A place on the page, in user units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A file or a directory and its place.
pub(super) struct Tile {
    pub(super) node: NodeId,
    pub(super) area: Area,
    pub(super) bytes: u64,
    pub(super) depth: usize,
    pub(super) is_directory: bool,
}

/// Rectangles smaller than this, in either direction, are left out.
const SMALLEST: f64 = 3.0;
/// Room for a directory's name.
const HEAD: f64 = 12.0;
const DEEPEST: usize = 5;
/// No page needs more.
const TILES_MAX: usize = 1500;

/// The tree's tiles, a directory before what it holds.
pub(super) fn tiles(stack: &Stack, area: Area) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let Some(last) = stack.folded().checked_sub(1) else { return tiles };
    let mut ahead = vec![(NodeId::ROOT, area, 0)];
    while let Some((dir, area, depth)) = ahead.pop() {
        let mut children: Vec<(NodeId, u64, bool)> =
            Walk::new(stack, Scope::Merged(last), dir, false)
                .filter_map(|node| {
                    let version = stack.visible(node, last)?;
                    let below = stack.totals(node, last).bytes;
                    let is_directory = version.kind == crate::stack::kept::entry::Kind::Directory;
                    let bytes = if is_directory { below } else { version.size };
                    (bytes > 0).then_some((node, bytes, is_directory))
                })
                .collect();
        children.sort_by_key(|(_, bytes, _)| std::cmp::Reverse(*bytes));
        let sizes: Vec<u64> = children.iter().map(|(_, bytes, _)| *bytes).collect();
        for ((node, bytes, is_directory), area) in children.into_iter().zip(squarify(&sizes, area))
        {
            if area.width < SMALLEST || area.height < SMALLEST || tiles.len() >= TILES_MAX {
                continue;
            }
            tiles.push(Tile { node, area, bytes, depth, is_directory });
            let inner = Area {
                x: area.x + 1.0,
                y: area.y + HEAD,
                width: area.width - 2.0,
                height: area.height - HEAD - 1.0,
            };
            if is_directory && depth < DEEPEST && inner.width > HEAD && inner.height > HEAD {
                ahead.push((node, inner, depth + 1));
            }
        }
    }
    tiles
}

/// A place for each size, largest first; together they fill the area.
fn squarify(sizes: &[u64], area: Area) -> Vec<Area> {
    let total: f64 = sizes.iter().map(|&size| size as f64).sum();
    let scale = if total > 0.0 { area.width * area.height / total } else { 0.0 };
    let shares: Vec<f64> = sizes.iter().map(|&size| size as f64 * scale).collect();
    let (mut places, mut free, mut at) = (Vec::with_capacity(sizes.len()), area, 0);
    while at < shares.len() {
        let side = free.width.min(free.height);
        let mut end = at + 1;
        let (mut sum, largest) = (shares[at], shares[at]);
        while end < shares.len()
            && worst(sum + shares[end], largest, shares[end], side)
                <= worst(sum, largest, shares[end - 1], side)
        {
            sum += shares[end];
            end += 1;
        }
        free = lay(&shares[at..end], sum, free, &mut places);
        at = end;
    }
    places
}

/// How far from square the worst rectangle of a row is.
fn worst(sum: f64, largest: f64, smallest: f64, side: f64) -> f64 {
    let (side, sum) = (side * side, sum * sum);
    (side * largest / sum).max(sum / (side * smallest))
}

/// Lays a row along the shorter side; gives what is left of the area.
fn lay(row: &[f64], sum: f64, free: Area, places: &mut Vec<Area>) -> Area {
    let upright = free.width >= free.height;
    let side = if upright { free.height } else { free.width };
    let thick = if side > 0.0 { sum / side } else { 0.0 };
    let mut along = 0.0;
    for share in row {
        let length = if thick > 0.0 { share / thick } else { 0.0 };
        places.push(if upright {
            Area { x: free.x, y: free.y + along, width: thick, height: length }
        } else {
            Area { x: free.x + along, y: free.y, width: length, height: thick }
        });
        along += length;
    }
    if upright {
        Area { x: free.x + thick, width: (free.width - thick).max(0.0), ..free }
    } else {
        Area { y: free.y + thick, height: (free.height - thick).max(0.0), ..free }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_the_shares_and_stay_inside() {
        let area = Area { x: 0.0, y: 0.0, width: 600.0, height: 400.0 };
        let sizes: [u64; 7] = [600, 600, 400, 300, 200, 200, 100];
        let places = squarify(&sizes, area);
        for (size, place) in sizes.iter().zip(&places) {
            let share = place.width * place.height / (600.0 * 400.0);
            assert!((share - *size as f64 / 2400.0).abs() < 1e-9);
            assert!(place.x >= -1e-9 && place.x + place.width <= 600.0 + 1e-9);
            assert!(place.y >= -1e-9 && place.y + place.height <= 400.0 + 1e-9);
            assert!((place.width / place.height).max(place.height / place.width) < 4.0);
        }
    }

    #[test]
    fn nothing_has_no_place() {
        let area = Area { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
        assert!(squarify(&[], area).is_empty());
        assert_eq!(squarify(&[1, 2], area).len(), 2);
    }
}
