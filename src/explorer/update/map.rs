//! Keys and clicks in the treemap.

use std::cmp::Reverse;

use crate::explorer::model::action::entry::{Action, MapAction, Move};
use crate::explorer::model::geometry::Rect;
use crate::explorer::model::map::TreemapContent;
use crate::explorer::model::overlay::OverlayKind;
use crate::explorer::model::state::State;
use crate::explorer::navigate::map::select;
use crate::explorer::view::map::area;
use crate::explorer::{navigate, update, view};
use crate::stack::{NodeId, Stack};

/// `T`: opens the treemap of the selected layer's merged tree; in the treemap, switches between that and the waste.
pub(super) fn open(state: &mut State, stack: &Stack) {
    let Some(layer) = state.shown_layer(stack) else {
        state.notice = Some("no layer has been read yet".into());
        return;
    };
    let is_open = state.overlays.last().is_some_and(|top| top.kind == OverlayKind::Map);
    let wasted = is_open
        && state.comparison.is_none()
        && state.map.as_ref().is_some_and(|map| map.of != TreemapContent::Wasted);
    state.map = Some(view::map::new(
        state,
        stack,
        if wasted { TreemapContent::Wasted } else { TreemapContent::Merged(layer) },
    ));
    navigate::overlay::open(state, stack, OverlayKind::Map);
}

/// Performs an action in the treemap. Returns whether it does something there.
pub(super) fn act(state: &mut State, stack: &Stack, action: Action) -> bool {
    match action {
        Action::Treemap => open(state, stack),
        Action::Move(Move::Down) => neighbour(state, 0, 1),
        Action::Move(Move::Up) => neighbour(state, 0, -1),
        Action::Map(MapAction::TileLeft) => neighbour(state, -1, 0),
        Action::Map(MapAction::TileRight) => neighbour(state, 1, 0),
        Action::Move(Move::Top) => select(state, 0),
        Action::Move(Move::Bottom) => select(state, usize::MAX),
        Action::Open | Action::Map(MapAction::Descend) => descend(state, stack),
        Action::Map(MapAction::Parent) => {
            if let Some(map) = &mut state.map {
                map.leave(stack);
            }
        }
        Action::Move(Move::HalfDown | Move::HalfUp | Move::PageDown | Move::PageUp)
        | Action::Left
        | Action::Right
        | Action::Cancel
        | Action::Close
        | Action::Intermediate
        | Action::Find(_)
        | Action::Version(_)
        | Action::Extract
        | Action::Help
        | Action::Palette
        | Action::Pane(_)
        | Action::Tree(_)
        | Action::File(_)
        | Action::Program(_) => return false,
    }
    true
}

/// Puts the cursor on the tile at a cell of the screen. Returns whether a tile is there.
pub(super) fn select_at(state: &mut State, x: u16, y: u16) -> bool {
    let (_, body) = area(state);
    let Some(map) = &state.map else { return false };
    let hit = map.shown(body).into_iter().find(|shown| shown.rect.contains(x, y));
    if let Some(shown) = hit {
        select(state, shown.first);
    }
    hit.is_some()
}

/// Selects the nearest tile on that side; of several at the same distance, the one that shares most of the border.
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

/// Enter: enters a directory or the rest, or shows the row of a file in the tree.
fn descend(state: &mut State, stack: &Stack) {
    let (_, body) = area(state);
    let Some(map) = &mut state.map else { return };
    let Some(shown) = map.current(&map.shown(body)) else { return };
    if shown.count > 1 {
        map.enter_rest(stack, shown.first);
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

fn leave(state: &mut State, stack: &Stack, node: NodeId, of: TreemapContent, culprit: usize) {
    state.overlays.clear();
    if of == TreemapContent::Wasted && culprit > 0 {
        navigate::layers::select(state, culprit);
    }
    if node != NodeId::ROOT {
        update::search::jump(state, stack, node);
    }
}
