//! The treemap: what a directory holds, or what of it is wasted, each child as large as its bytes, and inside the large
//! ones theirs. All are listed when a directory is entered, so a frame costs the tiles that show.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::stack::entry::Kind as Type;
use crate::stack::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

use super::action::Action;
use super::find;
use super::layers;
use super::layout::Rect;
use super::overlay::{self, Kind};
use super::state::{Phase, State};
use super::treemap::squarify;

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
pub enum Of {
    /// Bytes in the merged tree of this layer.
    Merged(usize),
    /// Bytes that some layer stores and the final tree does not show.
    Wasted,
}

/// A child of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Which.
    pub node: NodeId,
    /// Its bytes, with all below.
    pub bytes: u64,
    /// It can be entered.
    pub directory: bool,
}

/// The treemap that is looked at.
#[derive(Clone, Debug)]
pub struct Map {
    /// What it shows.
    pub of: Of,
    /// The directory.
    pub dir: NodeId,
    /// All its children with bytes, most first.
    pub tiles: Vec<Tile>,
    /// The tile of the cursor.
    pub selected: usize,
    /// The children of the largest directories below, to be drawn inside their tiles.
    inside: HashMap<NodeId, Vec<Tile>>,
    /// When the tiles were listed: layers folded, and whether more is to come.
    made: (usize, bool),
    /// What is wasted, where the map shows that.
    waste: Wastage,
}

/// What is wasted at and below each path, and the children of each directory that have a part in it.
#[derive(Clone, Debug, Default)]
struct Wastage {
    of: HashMap<NodeId, Waste>,
    children: HashMap<NodeId, Vec<NodeId>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Waste {
    own: u64,
    below: u64,
    /// The most of its own bytes that one layer stores, that layer, and the one that put them out of sight.
    largest: u64,
    stored_by: usize,
    culprit: usize,
}

/// One tile, or several small ones, on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The first of the map's tiles.
    pub first: usize,
    /// How many; more than one are too small to be shown by themselves.
    pub count: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Their place.
    pub rect: Rect,
}

impl Map {
    /// Bytes in the whole directory.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.tiles.iter().map(|tile| tile.bytes).sum()
    }

    /// What shows in this rectangle: it is filled, unless there is nothing.
    #[must_use]
    pub fn shown(&self, body: Rect) -> Vec<Shown> {
        shown(&self.tiles, body)
    }

    /// The children of a directory's tile, where they are drawn inside it; empty otherwise.
    #[must_use]
    pub fn inside(&self, dir: NodeId) -> &[Tile] {
        self.inside.get(&dir).map_or(&[], Vec::as_slice)
    }

    /// The tile of the cursor among those that show.
    #[must_use]
    pub fn current(&self, shown: &[Shown]) -> Option<Shown> {
        let holds =
            |shown: &&Shown| (shown.first..shown.first + shown.count).contains(&self.selected);
        shown.iter().find(holds).or_else(|| shown.first()).copied()
    }

    fn enter(&mut self, stack: &Stack, dir: NodeId) {
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

    /// What is directly in a directory and has bytes, most first.
    fn children(&self, stack: &Stack, dir: NodeId) -> Vec<Tile> {
        let mut tiles: Vec<Tile> = match self.of {
            Of::Merged(layer) => Walk::new(stack, Scope::Merged(layer), dir, false)
                .filter_map(|node| merged(stack, node, layer))
                .collect(),
            Of::Wasted => {
                let children = self.waste.children.get(&dir).into_iter().flatten();
                children.filter_map(|&child| self.waste.tile(child)).collect()
            }
        };
        tiles.retain(|tile| tile.bytes > 0);
        tiles.sort_by_cached_key(|tile| (Reverse(tile.bytes), stack.name(tile.node).to_vec()));
        tiles
    }
}

/// Divides a rectangle among tiles: those too small for it are one at the end.
#[must_use]
pub fn shown(tiles: &[Tile], body: Rect) -> Vec<Shown> {
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

fn divided(tiles: &[Tile], alone: usize, body: Rect) -> Vec<Shown> {
    let (large, rest) = tiles.split_at(alone.min(tiles.len()));
    let large = large.iter().enumerate();
    let mut shown: Vec<Shown> = large
        .map(|(first, tile)| Shown { first, count: 1, bytes: tile.bytes, rect: body })
        .collect();
    if !rest.is_empty() {
        let bytes = rest.iter().map(|tile| tile.bytes).sum();
        shown.push(Shown { first: alone, count: rest.len(), bytes, rect: body });
    }
    let weights: Vec<u64> = shown.iter().map(|shown| shown.bytes).collect();
    for (shown, rect) in shown.iter_mut().zip(squarify(&weights, body)) {
        shown.rect = rect;
    }
    shown
}

fn merged(stack: &Stack, node: NodeId, layer: usize) -> Option<Tile> {
    let version = stack.visible(node, layer)?;
    let directory = version.kind == Type::Directory;
    let bytes = if directory { stack.totals(node, layer).bytes } else { version.size };
    Some(Tile { node, bytes, directory })
}

impl Wastage {
    fn new(stack: &Stack) -> Self {
        let losses = stack.losses();
        let mut of: HashMap<NodeId, Waste> = HashMap::new();
        for piece in &losses.pieces {
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
    fn own(&self, node: NodeId) -> Option<&Waste> {
        self.of.get(&node).filter(|waste| waste.own > 0)
    }

    fn tile(&self, node: NodeId) -> Option<Tile> {
        let waste = self.of.get(&node)?;
        Some(Tile { node, bytes: waste.own + waste.below, directory: waste.below > 0 })
    }
}

/// Where the treemap lies: the whole screen but the line of hints; and where its tiles go.
#[must_use]
pub fn area(state: &State) -> (Rect, Rect) {
    super::file::area(state)
}

/// `T`: the treemap of the selected layer's merged tree; in the treemap, of what is wasted, and back.
pub(super) fn open(state: &mut State, stack: &Stack) {
    let Some(layer) = state.shown_layer(stack) else {
        state.notice = Some("no layer is there yet".to_owned());
        return;
    };
    let is_open = state.overlays.last().is_some_and(|top| top.kind == Kind::Map);
    let wasted = is_open
        && state.comparison.is_none()
        && state.map.as_ref().is_some_and(|map| map.of != Of::Wasted);
    state.map = Some(made(state, stack, if wasted { Of::Wasted } else { Of::Merged(layer) }));
    overlay::open(state, stack, Kind::Map);
}

fn made(state: &State, stack: &Stack, of: Of) -> Map {
    let waste = if of == Of::Wasted { Wastage::new(stack) } else { Wastage::default() };
    let made = (stack.folded(), state.phase == Phase::Done);
    let (tiles, inside) = (Vec::new(), HashMap::new());
    let mut map = Map { of, dir: NodeId::ROOT, tiles, selected: 0, inside, made, waste };
    map.enter(stack, NodeId::ROOT);
    map
}

/// Lists the tiles anew after layers were folded.
pub(super) fn refresh(state: &mut State, stack: &Stack) {
    let now = (stack.folded(), state.phase == Phase::Done);
    let is_open = state.overlays.iter().any(|overlay| overlay.kind == Kind::Map);
    let Some(old) = state.map.as_ref().filter(|map| is_open && map.made != now) else { return };
    let (of, dir, selected) = (old.of, old.dir, old.selected);
    let mut map = made(state, stack, of);
    map.enter(stack, dir);
    map.selected = selected.min(map.tiles.len().saturating_sub(1));
    state.map = Some(map);
}

/// The path of the cursor's tile, and the layer whose tree has what it stands for. Of what is wasted that is the layer which
/// stores it; of a directory that holds wasted things, the last.
pub(super) fn under_cursor(state: &State) -> Option<(NodeId, usize)> {
    let map = state.map.as_ref()?;
    let tile = map.tiles.get(map.selected)?;
    let layer = match map.of {
        Of::Merged(layer) => layer,
        Of::Wasted => map.waste.own(tile.node).map_or(usize::MAX, |waste| waste.stored_by),
    };
    Some((tile.node, layer))
}

/// Does what an action means in the treemap.
pub(super) fn act(state: &mut State, stack: &Stack, action: Action) {
    match action {
        Action::Treemap => open(state, stack),
        Action::Down => neighbour(state, 0, 1),
        Action::Up => neighbour(state, 0, -1),
        Action::TileLeft => neighbour(state, -1, 0),
        Action::TileRight => neighbour(state, 1, 0),
        Action::Top => select(state, 0),
        Action::Bottom => select(state, usize::MAX),
        Action::Open | Action::Descend => descend(state, stack),
        Action::Parent => {
            if let Some(map) = &mut state.map
                && let Some(above) = stack.parent(map.dir)
            {
                map.enter(stack, above);
            }
        }
        _ => {}
    }
}

/// Puts the cursor on a tile.
fn select(state: &mut State, tile: usize) {
    if let Some(map) = &mut state.map {
        map.selected = tile.min(map.tiles.len().saturating_sub(1));
    }
}

/// Puts the cursor on the tile at a cell of the screen. Returns whether there is one.
pub(super) fn select_at(state: &mut State, x: u16, y: u16) -> bool {
    let (_, body) = area(state);
    let Some(map) = &state.map else { return false };
    let hit = map.shown(body).into_iter().find(|shown| shown.rect.contains(x, y));
    if let Some(shown) = hit {
        select(state, shown.first);
    }
    hit.is_some()
}

/// The nearest tile on that side; of several as near, the one that shares most of the border.
fn neighbour(state: &mut State, right: i32, down: i32) {
    let (_, body) = area(state);
    let Some(map) = &state.map else { return };
    let shown = map.shown(body);
    let Some(here) = map.current(&shown).map(|here| here.rect) else { return };
    let (start, end) = (
        |r: Rect| (i32::from(r.x), i32::from(r.y)),
        |r: Rect| (i32::from(r.x) + i32::from(r.width), i32::from(r.y) + i32::from(r.height)),
    );
    let measure = |there: Rect| {
        let ((x, y), (to_x, to_y)) = (start(there), end(there));
        let ((here_x, here_y), (here_to_x, here_to_y)) = (start(here), end(here));
        let distance = match (right, down) {
            (1, _) => x - here_to_x,
            (-1, _) => here_x - to_x,
            (_, 1) => y - here_to_y,
            _ => here_y - to_y,
        };
        let shared = if right == 0 {
            to_x.min(here_to_x) - x.max(here_x)
        } else {
            to_y.min(here_to_y) - y.max(here_y)
        };
        (distance >= 0 && shared > 0).then_some((distance, Reverse(shared)))
    };
    let found = shown
        .iter()
        .filter_map(|shown| Some((measure(shown.rect)?, shown.first)))
        .min_by_key(|(measure, _)| *measure);
    if let Some((_, tile)) = found {
        select(state, tile);
    }
}

/// Enter: into a directory, or from a file to its row.
fn descend(state: &mut State, stack: &Stack) {
    let (_, body) = area(state);
    let Some(map) = &mut state.map else { return };
    let Some(shown) = map.current(&map.shown(body)) else { return };
    if shown.count > 1 {
        // Those that are too small are what is left of the directory: the tree lists them.
        let (dir, of) = (map.dir, map.of);
        leave(state, stack, dir, of, 0);
        return;
    }
    let Some(tile) = map.tiles.get(shown.first).copied() else { return };
    if tile.directory {
        map.enter(stack, tile.node);
        return;
    }
    let culprit = map.waste.own(tile.node).map_or(0, |waste| waste.culprit);
    let of = map.of;
    leave(state, stack, tile.node, of, culprit);
}

fn leave(state: &mut State, stack: &Stack, node: NodeId, of: Of, culprit: usize) {
    state.overlays.clear();
    if of == Of::Wasted && culprit > 0 {
        layers::select(state, stack, culprit);
    }
    if node != NodeId::ROOT {
        find::jump(state, stack, node);
    }
}
