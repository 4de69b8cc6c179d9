//! The treemap: the children of a directory as tiles, sized by their bytes or by the bytes they waste; the children of
//! large directories are drawn inside their tiles. All are listed when a directory is entered, so drawing a frame costs
//! only the tiles on the screen.

use std::collections::HashMap;

use crate::explorer::model::geometry::Rect;
use crate::stack::query::treemap::{Area, Tile, squarify};
use crate::stack::{NodeId, Stack};

/// Height of a terminal's cell divided by its width.
const CELL_TALL: f64 = 2.0;

/// Tiles of fewer cells are in the rest: two cells are about a square.
const CELLS_LEAST: u128 = 2;
/// Tiles beyond this number are in the rest.
const TILES_MOST: usize = 600;
/// The rest gets at least so many cells, however few its bytes, so that it can be seen and entered; on a small screen at
/// most one part in [`REST_SHARE_MOST`].
const REST_CELLS_LEAST: u128 = 8;
const REST_SHARE_MOST: u128 = 4;

/// Directories with less than one part in so many of all bytes are drawn without their children.
const SHARE_LEAST: u64 = 40;
/// Levels of directories drawn inside each other.
const DEPTH_MOST: usize = 6;

/// Which bytes the tiles stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreemapContent {
    /// Bytes in the merged tree of this layer.
    Merged(usize),
    /// Bytes that a layer stores and the final tree does not have.
    Wasted,
}

/// The treemap of one directory.
#[derive(Clone, Debug)]
pub struct Treemap {
    /// Which bytes it shows.
    pub of: TreemapContent,
    /// The directory whose children are the tiles.
    pub dir: NodeId,
    /// Its children that have bytes, most bytes first.
    pub tiles: Vec<Tile>,
    /// Index of the selected tile.
    pub selected: usize,
    /// The rests that were entered in this directory: the tiles begin behind so many larger ones.
    pub rests: Vec<usize>,
    /// The layer that wrote a file, or in which a directory grew most.
    pub(crate) owners: HashMap<NodeId, usize>,
    /// Children of the largest directories, drawn inside their tiles.
    pub(crate) inside: HashMap<NodeId, Vec<Tile>>,
    /// State of loading when the tiles were listed: number of folded layers, and whether loading was done.
    pub(crate) as_of: (usize, bool),
    /// Wasted bytes; empty unless `of` is [`TreemapContent::Wasted`].
    pub(crate) waste: WasteByPath,
}

/// Wasted bytes of each path and below it, and the children that waste bytes by directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct WasteByPath {
    of: HashMap<NodeId, NodeWaste>,
    children: HashMap<NodeId, Vec<NodeId>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NodeWaste {
    own: u64,
    below: u64,
    /// The most wasted bytes of this path in one layer; that layer, and the layer that hides them.
    largest: u64,
    /// Bytes of the largest wasted file below it, and the layer that stores that.
    largest_below: (u64, usize),
    pub(crate) stored_by: usize,
    pub(crate) culprit: usize,
}

/// A rectangle on the screen: one tile, or several that are too small for one of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileGroup {
    /// Index of the first tile.
    pub first: usize,
    /// Number of tiles.
    pub count: usize,
    /// Sum of their bytes.
    pub bytes: u64,
    /// Cells they take.
    pub rect: Rect,
}

impl Treemap {
    /// Bytes of all tiles.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.tiles.iter().map(|tile| tile.bytes).sum()
    }

    /// The tiles laid out in a rectangle. They fill it, unless there are none.
    #[must_use]
    pub fn shown(&self, body: Rect) -> Vec<TileGroup> {
        shown(&self.tiles, body)
    }

    /// The children drawn inside the tile of a directory; often empty.
    #[must_use]
    pub fn inside(&self, dir: NodeId) -> &[Tile] {
        self.inside.get(&dir).map_or(&[], Vec::as_slice)
    }

    /// The rectangle that has the selected tile.
    #[must_use]
    pub fn current(&self, shown: &[TileGroup]) -> Option<TileGroup> {
        let holds =
            |shown: &&TileGroup| (shown.first..shown.first + shown.count).contains(&self.selected);
        shown.iter().find(holds).or_else(|| shown.first()).copied()
    }

    /// The layer that wrote a file, or in which a directory grew most; of wasted bytes, the layer that stores them.
    #[must_use]
    pub fn owner(&self, node: NodeId) -> Option<usize> {
        self.owners.get(&node).copied()
    }

    pub(crate) fn enter(&mut self, stack: &Stack, dir: NodeId) {
        let before = self.dir;
        self.dir = dir;
        self.rests.clear();
        self.list(stack);
        // In the parent the directory that was left is selected.
        self.selected = self.tiles.iter().position(|tile| tile.node == before).unwrap_or(0);
    }

    /// Shows the tiles from index `first` on, which were too small for a tile each, in the whole area.
    pub(crate) fn enter_rest(&mut self, stack: &Stack, first: usize) {
        self.rests.push(first);
        self.list(stack);
        self.selected = 0;
    }

    /// Leaves the rest, or else the directory.
    pub(crate) fn leave(&mut self, stack: &Stack) {
        if let Some(first) = self.rests.pop() {
            self.list(stack);
            self.selected = first.min(self.tiles.len().saturating_sub(1));
        } else if let Some(above) = stack.parent(self.dir) {
            self.enter(stack, above);
        }
    }

    /// Lists the tiles, and the children of large directories among them.
    pub(crate) fn list(&mut self, stack: &Stack) {
        self.tiles = self.children(stack, self.dir);
        let larger = self.rests.iter().sum::<usize>().min(self.tiles.len());
        self.tiles.drain(..larger);
        self.inside.clear();
        self.owners.clear();
        let mut level = self.tiles.clone();
        self.find_owners(stack, &level);
        let least = self.bytes() / SHARE_LEAST;
        for _ in 0..DEPTH_MOST {
            let large = level.iter().filter(|tile| tile.directory && tile.bytes > least);
            let dirs: Vec<NodeId> = large.map(|tile| tile.node).collect();
            level.clear();
            for dir in dirs {
                let children = self.children(stack, dir);
                self.find_owners(stack, &children);
                level.extend(&children);
                self.inside.insert(dir, children);
            }
        }
    }

    /// Finds the owners of the tiles that can be on the screen.
    fn find_owners(&mut self, stack: &Stack, tiles: &[Tile]) {
        for tile in tiles.iter().take(TILES_MOST) {
            let owner = match self.of {
                TreemapContent::Merged(layer) => stack.bytes_owner(tile.node, layer),
                TreemapContent::Wasted => self.waste.owner(tile.node),
            };
            if let Some(owner) = owner {
                self.owners.insert(tile.node, owner);
            }
        }
    }

    /// The children of a directory that have bytes, most first.
    fn children(&self, stack: &Stack, dir: NodeId) -> Vec<Tile> {
        match self.of {
            TreemapContent::Merged(layer) => stack.tiles(dir, layer),
            TreemapContent::Wasted => {
                let children = self.waste.children.get(&dir).into_iter().flatten();
                let mut tiles =
                    children.filter_map(|&child| self.waste.tile(child)).collect::<Vec<_>>();
                tiles.retain(|tile| tile.bytes > 0);
                stack.sort_tiles(&mut tiles);
                tiles
            }
        }
    }
}

/// Divides a rectangle among tiles. Those that get no cell are one group at the end.
#[must_use]
pub fn shown(tiles: &[Tile], body: Rect) -> Vec<TileGroup> {
    let cells = u128::from(body.width) * u128::from(body.height);
    let total = tiles.iter().map(|tile| u128::from(tile.bytes)).sum::<u128>().max(1);
    let fits = |tile: &&Tile| u128::from(tile.bytes) * cells / total >= CELLS_LEAST;
    let mut alone = tiles.iter().take(TILES_MOST).take_while(fits).count().max(1);
    let mut rest_least =
        (total * REST_CELLS_LEAST / cells.max(1)).clamp(1, total / REST_SHARE_MOST + 1);
    loop {
        let mut shown = divided(tiles, alone, body, rest_least);
        let without = shown.iter().position(|it| it.rect.width == 0 || it.rect.height == 0);
        match without {
            // Rounding left it without a cell: it joins the rest with all that are smaller.
            Some(at) if at > 0 && at < alone => alone = at,
            // Rounding left the rest without a cell.
            Some(at) if at == alone && rest_least < total / REST_SHARE_MOST => rest_least *= 2,
            // The screen is too small for all.
            Some(_) if alone > 1 => alone -= 1,
            _ => {
                shown.retain(|it| it.rect.width > 0 && it.rect.height > 0);
                return shown;
            }
        }
    }
}

fn divided(tiles: &[Tile], alone: usize, body: Rect, rest_least: u128) -> Vec<TileGroup> {
    let (large, rest) = tiles.split_at(alone.min(tiles.len()));
    let large = large.iter().enumerate();
    let mut shown: Vec<TileGroup> = large
        .map(|(first, tile)| TileGroup { first, count: 1, bytes: tile.bytes, rect: body })
        .collect();
    let mut weights: Vec<u64> = shown.iter().map(|shown| shown.bytes).collect();
    if !rest.is_empty() {
        let bytes = rest.iter().map(|tile| tile.bytes).sum();
        shown.push(TileGroup { first: alone, count: rest.len(), bytes, rect: body });
        weights.push(bytes.max(u64::try_from(rest_least).unwrap_or(u64::MAX)));
    }
    let area = Area { x: body.x, y: body.y, width: body.width, height: body.height };
    for (shown, Area { x, y, width, height }) in
        shown.iter_mut().zip(squarify(&weights, area, CELL_TALL))
    {
        shown.rect = Rect { x, y, width, height };
    }
    shown
}

impl WasteByPath {
    pub(crate) fn new(stack: &Stack) -> Self {
        let losses = stack.waste_report();
        let mut of: HashMap<NodeId, NodeWaste> = HashMap::new();
        for piece in &losses.files {
            let waste = of.entry(piece.wasted.node).or_default();
            waste.own += piece.wasted.bytes;
            if piece.wasted.bytes > waste.largest {
                waste.largest = piece.wasted.bytes;
                (waste.stored_by, waste.culprit) = (piece.wasted.layer, piece.culprit);
            }
            let mut above = stack.parent(piece.wasted.node);
            while let Some(dir) = above {
                let largest = &mut of.entry(dir).or_default().largest_below;
                *largest = (*largest).max((piece.wasted.bytes, piece.wasted.layer));
                above = stack.parent(dir);
            }
        }
        for (dir, bytes) in losses.by_directory(stack) {
            of.entry(dir).or_default().below = bytes;
        }
        let mut children: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for &node in of.keys() {
            if let Some(dir) = stack.parent(node) {
                children.entry(dir).or_default().push(node);
            }
        }
        Self { of, children }
    }

    /// Wasted bytes of the path itself, without those below it.
    pub(crate) fn own(&self, node: NodeId) -> Option<&NodeWaste> {
        self.of.get(&node).filter(|waste| waste.own > 0)
    }

    /// The layer that stores the largest wasted file of a path.
    fn owner(&self, node: NodeId) -> Option<usize> {
        let waste = self.of.get(&node)?;
        let (below, by) = waste.largest_below;
        Some(if waste.largest >= below { waste.stored_by } else { by })
    }

    fn tile(&self, node: NodeId) -> Option<Tile> {
        let waste = self.of.get(&node)?;
        Some(Tile { node, bytes: waste.own + waste.below, directory: waste.below > 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(sizes: &[u64]) -> Vec<Tile> {
        let tile = |&bytes| Tile { node: NodeId::ROOT, bytes, directory: false };
        sizes.iter().map(tile).collect()
    }

    /// What `layertui` shows of `sizes`, which must be sorted: every tile, once, in the tiles or the rest.
    fn assert_complete(sizes: &[u64], width: u16, height: u16) {
        let body = Rect { x: 1, y: 1, width, height };
        let shown = shown(&tiles(sizes), body);
        let told: usize = shown.iter().map(|it| it.count).sum();
        let cells: u64 =
            shown.iter().map(|it| u64::from(it.rect.width) * u64::from(it.rect.height)).sum();
        assert_eq!(cells, u64::from(width) * u64::from(height), "{sizes:?}");
        assert_eq!(told, sizes.len(), "{sizes:?} at {width}x{height}: {shown:?}");
        // Eight cells get a tile at any rounding, where the screen has room for several.
        let total: u64 = sizes.iter().sum();
        for rest in shown.iter().filter(|it| it.count > 1) {
            let hidden = sizes[rest.first] * cells / total;
            assert!(hidden < 8, "{hidden} cells hidden of {sizes:?} at {width}x{height}");
        }
    }

    #[test]
    fn nothing_large_is_in_the_rest() {
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        assert_complete(&[30_000, 20_000, 12_000, 1], 76, 20);
        assert_complete(&[30_000, 20_000, 12_000, 1, 1], 36, 8);
        for _ in 0..300 {
            let count = random() % 90 + 1;
            let mut sizes: Vec<u64> =
                (0..count).map(|_| (random() >> (random() % 28)).max(1)).collect();
            sizes.sort_unstable_by_key(|&size| std::cmp::Reverse(size));
            for (width, height) in [(118, 37), (78, 21), (58, 17)] {
                assert_complete(&sizes, width, height);
            }
        }
    }
}
