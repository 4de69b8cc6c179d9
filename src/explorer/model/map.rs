//! The treemap: the children of a directory as tiles, sized by their bytes or by the bytes they waste; the children of
//! large directories are drawn inside their tiles. All are listed when a directory is entered, so drawing a frame costs
//! only the tiles on the screen.

use std::collections::HashMap;

use crate::explorer::model::geometry::Rect;
use crate::stack::query::treemap::{Area, Tile, squarify};
use crate::stack::{NodeId, Stack};

/// Height of a terminal's cell divided by its width.
const CELL_TALL: f64 = 2.0;

/// Tiles of fewer cells are merged into one.
const CELLS_LEAST: u128 = 8;
/// Tiles beyond this number are merged into one.
const TILES_MOST: usize = 150;

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

    pub(crate) fn enter(&mut self, stack: &Stack, dir: NodeId) {
        let before = self.dir;
        (self.dir, self.tiles) = (dir, self.children(stack, dir));
        // In the parent the directory that was left is selected.
        self.selected = self.tiles.iter().position(|tile| tile.node == before).unwrap_or(0);
        self.inside.clear();
        let least = self.bytes() / SHARE_LEAST;
        let mut level = self.tiles.clone();
        for _ in 0..DEPTH_MOST {
            let large = level.iter().filter(|tile| tile.directory && tile.bytes > least);
            let dirs: Vec<NodeId> = large.map(|tile| tile.node).collect();
            level.clear();
            for dir in dirs {
                let children = self.children(stack, dir);
                level.extend(&children);
                self.inside.insert(dir, children);
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

/// Divides a rectangle among tiles. Tiles that are too small are merged into one at the end.
#[must_use]
pub fn shown(tiles: &[Tile], body: Rect) -> Vec<TileGroup> {
    let cells = u128::from(body.width) * u128::from(body.height);
    let total = tiles.iter().map(|tile| u128::from(tile.bytes)).sum::<u128>().max(1);
    let fits = |tile: &&Tile| u128::from(tile.bytes) * cells / total >= CELLS_LEAST;
    let mut alone = tiles.iter().take(TILES_MOST).take_while(fits).count();
    // A single small tile is shown by itself.
    alone += usize::from(alone + 1 == tiles.len());
    loop {
        let mut shown = divided(tiles, alone, body);
        let count = shown.len();
        shown.retain(|shown| shown.rect.width > 0 && shown.rect.height > 0);
        // A tile that rounding left without a cell joins the small ones, except the largest.
        if shown.len() == count || alone < 2 {
            return shown;
        }
        alone -= 1;
    }
}

fn divided(tiles: &[Tile], alone: usize, body: Rect) -> Vec<TileGroup> {
    let (large, rest) = tiles.split_at(alone.min(tiles.len()));
    let large = large.iter().enumerate();
    let mut shown: Vec<TileGroup> = large
        .map(|(first, tile)| TileGroup { first, count: 1, bytes: tile.bytes, rect: body })
        .collect();
    if !rest.is_empty() {
        let bytes = rest.iter().map(|tile| tile.bytes).sum();
        shown.push(TileGroup { first: alone, count: rest.len(), bytes, rect: body });
    }
    let weights: Vec<u64> = shown.iter().map(|shown| shown.bytes).collect();
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

    fn tile(&self, node: NodeId) -> Option<Tile> {
        let waste = self.of.get(&node)?;
        Some(Tile { node, bytes: waste.own + waste.below, directory: waste.below > 0 })
    }
}
