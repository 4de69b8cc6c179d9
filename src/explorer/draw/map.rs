//! The treemap: boxes by size, their frames by the layer that their bytes come from. Tiles that are too small for a box
//! are filled; the rest of a directory is shaded.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::frame;
use crate::explorer::model::map::{TileGroup, Treemap, TreemapContent};
use crate::explorer::model::role::TINTS;
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view::coverage;
use crate::explorer::{model, view};
use crate::stack::Stack;
use crate::stack::query::treemap::Tile;
use crate::text::width::truncate;
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
        frame::empty(canvas, body, &[(Role::Quiet, why_empty(state, stack, map))]);
    }
    let current = map.current(&shown);
    for tile in &shown {
        canvas.select(current == Some(*tile));
        draw_tile(canvas, stack, map, &map.tiles, tile);
    }
    canvas.select(false);
    if let Some(current) = current.filter(|_| bordered) {
        let text = visible![" ", facts(state, stack, map, &current), " "];
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

fn why_empty(state: &State, stack: &Stack, map: &Treemap) -> Visible<'static> {
    match map.of {
        _ if coverage::layers_read(state, stack).is_some() => {
            visible!["Not read: ", state.keymap.of_panes("!"), " says which layers and why."]
        }
        TreemapContent::Merged(_) => "Nothing here has any bytes.".into(),
        TreemapContent::Wasted => {
            "Nothing is wasted: every byte that a layer stores can be seen in the end.".into()
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
    let mut path = visible(&stack.path(map.dir)).into_owned();
    if !map.rests.is_empty() {
        path = visible![path, ": the ", size::count(map.tiles.len() as u64), " smallest"];
    }
    let path = shorten::path(&path, cells.saturating_sub(what.len() + 3).max(cells / 2));
    let spans = [(Role::Accent, visible![" ", path, " "]), (Role::Quiet, what)];
    canvas.spans(outer.x + inset, outer.y, outer.width.saturating_sub(2 * inset), &spans);
}

/// Name, size, share and layer of the selected tile.
fn facts(state: &State, stack: &Stack, map: &Treemap, shown: &TileGroup) -> Visible<'static> {
    let share = u128::from(shown.bytes) * 100 / u128::from(map.bytes()).max(1);
    let bytes = size::short(shown.bytes);
    let facts = visible![name(stack, &map.tiles, shown), "  ", bytes, "  ", share, " %"];
    let Some(tile) = map.tiles.get(shown.first).filter(|_| shown.count == 1) else { return facts };
    let Some(layer) = map.owner(tile.node) else { return facts };
    let most = if tile.directory { "grew most in layer " } else { "from layer " };
    visible![facts, "  ", most, layer, " ", state.command(layer).visible()]
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
    if shown.count > 1 {
        return rest(canvas, &name(stack, tiles, shown), shown);
    }
    let Some(tile) = tiles.get(shown.first) else { return };
    let owner = map.owner(tile.node);
    if rect.width < 2 || rect.height < 2 {
        return fill(canvas, rect, tint(owner), "▒");
    }
    canvas.blank(rect);
    frame::border_of(canvas, rect, tint(owner), FRAMES[owner.unwrap_or(0) % FRAMES.len()]);
    let space = rect.width - 2;
    if space < 2 {
        return;
    }
    let inside = map.inside(tile.node);
    let inner = rect.inset(1, 1);
    let nested = !inside.is_empty() && inner.width >= 12 && inner.height >= 3;
    label(canvas, &name(stack, tiles, shown), tile, owner, rect, nested);
    if nested {
        // Of the selected tile only the frame is highlighted, so that its contents stay legible.
        canvas.select(false);
        canvas.blank(inner);
        for child in model::map::shown(inside, inner) {
            draw_tile(canvas, stack, map, inside, &child);
        }
    }
}

/// Name, size and layer, as far as there is space. Tiles with others inside, and low ones, have them on the border.
fn label(
    canvas: &mut Canvas<'_>,
    name: &Visible<'_>,
    tile: &Tile,
    owner: Option<usize>,
    rect: Rect,
    nested: bool,
) {
    let space = rect.width - 2;
    let role = if tile.directory { Role::Directory } else { Role::Text };
    let bytes = size::short(tile.bytes);
    let on_border = nested || rect.height < 3;
    let (x, y) = (rect.x + 1, if on_border { rect.y } else { rect.y + 1 });
    // Of a narrow tile's name the beginning says more than both ends.
    let cut = if space < 8 { truncate } else { shorten::middle };
    let end = canvas.text(x, y, space, role, cut(name, usize::from(space)));
    let by = owner.map(|layer| visible![" L", layer]).unwrap_or_default();
    let facts = visible![bytes, by];
    let facts = if facts.len() <= usize::from(space) { facts } else { bytes };
    let left = usize::from((rect.x + 1 + space).saturating_sub(end));
    if on_border && left > facts.len() + 1 {
        canvas.text(end, y, space, Role::Quiet, visible![" ", facts]);
    } else if !on_border && rect.height > 3 && facts.len() <= usize::from(space) {
        canvas.text(x, y + 1, space, Role::Quiet, &facts);
    }
}

/// Frames of tiles by layer, so that neighbours of two layers differ without colour: corners, lines across and down.
const FRAMES: [[&str; 6]; 4] = [
    ["╭", "╮", "╰", "╯", "─", "│"],
    ["┏", "┓", "┗", "┛", "━", "┃"],
    ["╔", "╗", "╚", "╝", "═", "║"],
    ["╭", "╮", "╰", "╯", "┄", "┆"],
];

fn tint(owner: Option<usize>) -> Role {
    owner.map_or(Role::Frame, |layer| Role::Tint((layer % TINTS) as u8))
}

/// The rest: what is too small for a tile each, shaded, with its number on it.
fn rest(canvas: &mut Canvas<'_>, name: &Visible<'_>, shown: &TileGroup) {
    let rect = shown.rect;
    fill(canvas, rect, Role::Frame, "░");
    let text = visible![" ", name, " ", size::short(shown.bytes), " "];
    let text = if text.len() <= usize::from(rect.width) { text } else { visible![name] };
    if text.len() <= usize::from(rect.width) {
        let inset = (rect.width - text.len() as u16) / 2;
        canvas.text(rect.x + inset, rect.y + rect.height / 2, rect.width, Role::Text, &text);
    }
}

fn fill(canvas: &mut Canvas<'_>, rect: Rect, role: Role, with: &str) {
    let line = visible![with.repeat(usize::from(rect.width))];
    for y in rect.y..rect.y + rect.height {
        canvas.text(rect.x, y, rect.width, role, &line);
    }
}
