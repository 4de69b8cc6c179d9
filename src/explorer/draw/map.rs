//! The treemap: boxes by size. Tiles that are too small for a box are shaded.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::model::map::{TileGroup, Treemap, TreemapContent};
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view::coverage;
use crate::explorer::{model, view};
use crate::stack::Stack;
use crate::stack::query::treemap::Tile;
use crate::text::{Visible, shorten, size, visible};

/// Draws the treemap, if it is open.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, stack: &Stack) {
    let Some(map) = &state.map else { return };
    let (outer, body) = view::map::area(state);
    canvas.blank(outer);
    let bordered = body.x > outer.x;
    if bordered {
        frame::border(canvas, outer, Role::FrameFocused);
    }
    title(canvas, state, stack, map, outer, bordered);
    let shown = map.shown(body);
    if shown.is_empty() {
        frame::empty(canvas, body, &[(Role::Quiet, why_empty(state, stack, map).into())]);
    }
    let current = map.current(&shown);
    for tile in &shown {
        canvas.select(current == Some(*tile));
        draw_tile(canvas, stack, map, &map.tiles, tile);
    }
    canvas.select(false);
    if let Some(current) = current.filter(|_| bordered) {
        let text = visible![" ", facts(stack, map, &current), " "];
        let space = usize::from(outer.width.saturating_sub(4));
        let text = shorten::middle(&text, space);
        canvas.text_left_of(
            outer.x + outer.width - 2,
            outer.y + outer.height - 1,
            Role::Text,
            &text,
        );
    }
}

fn why_empty(state: &State, stack: &Stack, map: &Treemap) -> &'static str {
    match map.of {
        _ if coverage::layers_read(state, stack).is_some() => {
            "Not read: ! says which layers and why."
        }
        TreemapContent::Merged(_) => "Nothing here has any bytes.",
        TreemapContent::Wasted => {
            "Nothing is wasted: every byte that a layer stores can be seen in the end."
        }
    }
}

fn title(
    canvas: &mut Canvas<'_>,
    state: &State,
    stack: &Stack,
    map: &Treemap,
    outer: Rect,
    bordered: bool,
) {
    let bytes = size::short(map.bytes());
    let coverage =
        coverage::layers_read(state, stack).map(|it| visible![it, " "]).unwrap_or_default();
    let what = match map.of {
        TreemapContent::Merged(layer) => visible![" ", bytes, " at layer ", layer, " ", coverage],
        TreemapContent::Wasted => visible![" ", bytes, " wasted ", coverage],
    };
    let inset = u16::from(bordered);
    let cells = usize::from(outer.width.saturating_sub(2 * inset));
    let path = visible(&stack.path(map.dir)).into_owned();
    let path = shorten::path(&path, cells.saturating_sub(what.len() + 3).max(cells / 2));
    let spans = [(Role::Accent, visible![" ", path, " "]), (Role::Quiet, what)];
    canvas.spans(outer.x + inset, outer.y, outer.width.saturating_sub(2 * inset), &spans);
}

/// Name, size and share of the selected tile.
fn facts(stack: &Stack, map: &Treemap, shown: &TileGroup) -> Visible<'static> {
    let share = u128::from(shown.bytes) * 100 / u128::from(map.bytes()).max(1);
    visible![name(stack, &map.tiles, shown), "  ", size::short(shown.bytes), "  ", share, " %"]
}

/// Name of a tile.
fn name(stack: &Stack, tiles: &[Tile], shown: &TileGroup) -> Visible<'static> {
    if shown.count > 1 {
        return visible![size::count(shown.count as u64), " smaller"];
    }
    let Some(tile) = tiles.get(shown.first) else { return Visible::default() };
    let name = visible(stack.name(tile.node));
    if tile.directory { visible![name, "/"] } else { name.into_owned() }
}

/// One tile, and inside it the children of a large directory. The recursion ends because the area shrinks.
fn draw_tile(
    canvas: &mut Canvas<'_>,
    stack: &Stack,
    map: &Treemap,
    tiles: &[Tile],
    shown: &TileGroup,
) {
    let rect = shown.rect;
    if rect.width < 2 || rect.height < 2 {
        shade(canvas, rect);
        return;
    }
    canvas.blank(rect);
    frame::border(canvas, rect, Role::Frame);
    let space = rect.width - 2;
    if space < 2 {
        return;
    }
    let tile = tiles.get(shown.first).filter(|_| shown.count == 1);
    let inside = tile.map_or(&[][..], |tile| map.inside(tile.node));
    let inner = rect.inset(1, 1);
    let nested = !inside.is_empty() && inner.width >= 12 && inner.height >= 3;
    let role = match tile {
        None => Role::Quiet,
        Some(tile) if tile.directory => Role::Directory,
        Some(_) => Role::Text,
    };
    let name = name(stack, tiles, shown);
    let bytes = size::short(shown.bytes);
    let low = rect.height < 3;
    // Tiles with others inside, and low ones, have their name on the border.
    let on_border = nested || low;
    let y = if on_border { rect.y } else { rect.y + 1 };
    let end = canvas.text(rect.x + 1, y, space, role, shorten::middle(&name, usize::from(space)));
    if on_border && usize::from((rect.x + space).saturating_sub(end)) > bytes.len() + 1 {
        canvas.text(end, y, space, Role::Quiet, visible![" ", bytes]);
    } else if !on_border && rect.height > 3 && bytes.len() <= usize::from(space) {
        canvas.text(rect.x + 1, y + 1, space, Role::Quiet, &bytes);
    }
    if nested {
        // Of the selected tile only the frame is highlighted, so that its contents stay legible.
        canvas.select(false);
        canvas.blank(inner);
        for child in model::map::shown(inside, inner) {
            draw_tile(canvas, stack, map, inside, &child);
        }
    }
}

fn shade(canvas: &mut Canvas<'_>, rect: Rect) {
    let line = visible!["░".repeat(usize::from(rect.width))];
    for y in rect.y..rect.y + rect.height {
        canvas.text(rect.x, y, rect.width, Role::Frame, &line);
    }
}
