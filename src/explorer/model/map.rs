//! The treemap: what a directory holds, or what of it is wasted, each child as large as its bytes, and inside the large
//! ones theirs. All are listed when a directory is entered, so a frame costs the tiles that show.

use std::collections::HashMap;

use crate::explorer::model::geometry::Rect;
use crate::stack::query::treemap::{Area, Tile, squarify};
use crate::stack::{NodeId, Stack};

/// How much higher than wide a cell of a terminal is.
const CELL_TALL: f64 = 2.0;

/// Tiles of fewer cells than this are summed up in one.
const CELLS_LEAST: u128 = 8;
/// And those beyond so many.
const TILES_MOST: usize = 150;

/// Directories with less than this part of all are not looked into.
const SHARE_LEAST: u64 = 40;
/// Nor are those deeper down.
const DEPTH_MOST: usize = 6;

/// What the tiles are the size of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreemapContent {
    /// Bytes in the merged tree of this layer.
    Merged(usize),
    /// Bytes that some layer stores and the final tree does not show.
    Wasted,
}

/// The treemap that is looked at.
#[derive(Clone, Debug)]
pub struct Treemap {
    /// What it shows.
    pub of: TreemapContent,
    /// The directory.
    pub dir: NodeId,
    /// All its children with bytes, most first.
    pub tiles: Vec<Tile>,
    /// The tile of the cursor.
    pub selected: usize,
    /// The children of the largest directories below, to be drawn inside their tiles.
    pub(crate) inside: HashMap<NodeId, Vec<Tile>>,
    /// When the tiles were listed: layers folded, and whether more is to come.
    pub(crate) as_of: (usize, bool),
    /// What is wasted, where the map shows that.
    pub(crate) waste: WasteByPath,
}

/// What is wasted at and below each path, and the children of each directory that have a part in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct WasteByPath {
    of: HashMap<NodeId, NodeWaste>,
    children: HashMap<NodeId, Vec<NodeId>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NodeWaste {
    own: u64,
    below: u64,
    /// The most of its own bytes that one layer stores, that layer, and the one that put them out of sight.
    largest: u64,
    pub(crate) stored_by: usize,
    pub(crate) culprit: usize,
}

/// One tile, or several small ones, on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileGroup {
    /// The first of the map's tiles.
    pub first: usize,
    /// How many; more than one are too small to be shown by themselves.
    pub count: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Their place.
    pub rect: Rect,
}

impl Treemap {
    /// Bytes in the whole directory.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.tiles.iter().map(|tile| tile.bytes).sum()
    }

    /// What shows in this rectangle: it is filled, unless there is nothing.
    #[must_use]
    pub fn shown(&self, body: Rect) -> Vec<TileGroup> {
        shown(&self.tiles, body)
    }

    /// The children of a directory's tile, where they are drawn inside it; empty otherwise.
    #[must_use]
    pub fn inside(&self, dir: NodeId) -> &[Tile] {
        self.inside.get(&dir).map_or(&[], Vec::as_slice)
    }

    /// The tile of the cursor among those that show.
    #[must_use]
    pub fn current(&self, shown: &[TileGroup]) -> Option<TileGroup> {
        let holds =
            |shown: &&TileGroup| (shown.first..shown.first + shown.count).contains(&self.selected);
        shown.iter().find(holds).or_else(|| shown.first()).copied()
    }

    pub(crate) fn enter(&mut self, stack: &Stack, dir: NodeId) {
        let before = self.dir;
        (self.dir, self.tiles) = (dir, self.children(stack, dir));
        // Coming up, the cursor is on where one came from.
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

/// Divides a rectangle among tiles: those too small for it are one at the end.
#[must_use]
pub fn shown(tiles: &[Tile], body: Rect) -> Vec<TileGroup> {
    let cells = u128::from(body.width) * u128::from(body.height);
    let total = tiles.iter().map(|tile| u128::from(tile.bytes)).sum::<u128>().max(1);
    let fits = |tile: &&Tile| u128::from(tile.bytes) * cells / total >= CELLS_LEAST;
    let mut alone = tiles.iter().take(TILES_MOST).take_while(fits).count();
    // A sum of one says less than the one.
    alone += usize::from(alone + 1 == tiles.len());
    loop {
        let mut shown = divided(tiles, alone, body);
        let count = shown.len();
        shown.retain(|shown| shown.rect.width > 0 && shown.rect.height > 0);
        // One that rounding left without a cell joins the small ones, but nothing swallows the largest.
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

    /// What is wasted of the path itself.
    pub(crate) fn own(&self, node: NodeId) -> Option<&NodeWaste> {
        self.of.get(&node).filter(|waste| waste.own > 0)
    }

    fn tile(&self, node: NodeId) -> Option<Tile> {
        let waste = self.of.get(&node)?;
        Some(Tile { node, bytes: waste.own + waste.below, directory: waste.below > 0 })
    }
}
