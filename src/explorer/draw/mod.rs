//! Draws the explorer: `draw(state, stack, frame)` writes one frame and changes nothing else.
//!
//! `view::layout` computes areas, `view::page` the contents of overlays, [`theme`] the style of a role. Only rows on the
//! screen are computed. Own glyphs are ASCII, box drawing and block elements.

mod bar;
mod canvas;
mod diff;
mod facts;
mod file;
mod footer;
mod frame;
mod glyphs;
mod hits;
mod layer_changes;
mod layers;
mod map;
mod overlay;
mod own_entries;
mod rows;
pub mod theme;
mod title;
mod tree;

use ratatui::Frame;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::model::{OverlayKind, Pane, Phase, Role, Shape, State};
use crate::explorer::view::layout::Layout;
use crate::stack::Stack;

/// Draws one frame.
pub fn draw(state: &State, stack: &Stack, target: &mut Frame<'_>) {
    // The frame can be smaller than `state.size` until the message of a resize arrives.
    let area = target.area();
    let layout = state.layout();
    let mut canvas = Canvas::new(target.buffer_mut(), state.theme, state.glyphs);
    if layout.shape == Shape::TooSmall {
        canvas.text(0, 0, area.width, Role::Text, "terminal too small");
        return;
    }
    if let Some(line) = layout.title {
        title::draw(&mut canvas, state, stack, line);
    }
    if let Some(line) = layout.tabs {
        frame::tabs(&mut canvas, state, &Pane::ALL, line);
    }
    panes(&mut canvas, state, stack, &layout);
    if let Some(area) = &layout.hits {
        hits::draw(&mut canvas, state, stack, area);
    }
    if let Some(line) = layout.facts {
        facts::draw(&mut canvas, state, stack, line);
    }
    let mut cursor = layout.hints.and_then(|line| footer::draw(&mut canvas, state, stack, line));
    for overlay in &state.overlays {
        cursor = match overlay.kind {
            OverlayKind::File => file::draw(&mut canvas, state, overlay),
            OverlayKind::Map => {
                map::draw(&mut canvas, state, stack);
                None
            }
            _ => overlay::draw(&mut canvas, state, stack, overlay),
        };
    }
    if let Some((x, y)) = cursor.filter(|&(x, y)| x < area.width && y < area.height) {
        target.set_cursor_position((x, y));
    }
}

fn panes(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, layout: &Layout) {
    if let Phase::Failed(reason) = &state.phase {
        frame::failure(canvas, state, reason, layout);
        return;
    }
    for area in &layout.panes {
        match area.pane {
            Pane::Stack => layers::draw(canvas, state, stack, layout, area),
            Pane::Tree => tree::draw(canvas, state, stack, layout, area),
            Pane::Diff => diff::draw(canvas, state, stack, layout, area),
        }
    }
}
