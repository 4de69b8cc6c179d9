//! What overlays show: lines of spans with roles, wrapped to a width. Built anew for each frame, drawn by `ui`.
//!
//! Everything foreign is made visible here, on its way into a span.

mod choices;
mod extract;
mod help;
mod history;
mod image;
mod layer;
mod palette;
pub mod platforms;
pub mod problems;
mod sides;
mod waste;
pub mod writer;

use crate::explorer::model::overlay::{Overlay, OverlayKind};
use crate::explorer::model::state::State;
pub(crate) use crate::explorer::view::page::image::platform;
use crate::explorer::view::page::writer::OverlayText;
use crate::stack::Stack;

/// The viewer draws its rows itself: only those that show.
const FILE_HINTS: &[(&str, &str)] =
    &[("/", "find"), ("x", "bytes"), ("w", "wrap"), ("esc", "close"), ("h l", "sideways")];

/// So does the treemap.
const MAP_HINTS: &[(&str, &str)] = &[
    ("arrows", "move"),
    ("enter", "into"),
    ("h", "out"),
    ("T", "tree or waste"),
    ("e", "extract"),
    ("esc", "close"),
];

/// The page an overlay shows, for lines of `width` cells.
#[must_use]
pub fn of(state: &State, stack: &Stack, overlay: &Overlay, width: usize) -> OverlayText {
    match overlay.kind {
        OverlayKind::Help => help::page(&state.keymap, overlay.input.text(), width),
        OverlayKind::Palette => palette::page(state, stack, overlay.input.text(), width),
        OverlayKind::History(node) => history::page(state, stack, node, width),
        OverlayKind::Layer(layer) => match &state.comparison {
            Some(sides) => sides::page(sides, width),
            None => layer::page(state, stack, layer, width),
        },
        OverlayKind::Image => image::page(state, width),
        OverlayKind::Problems => problems::page(state, width),
        OverlayKind::Choices => choices::page(state, width),
        OverlayKind::Platforms => platforms::page(state, width),
        OverlayKind::Extract(node, layer) => extract::page(state, stack, (node, layer), width),
        OverlayKind::Compare => sides::ask(width),
        OverlayKind::Overwrite => extract::overwrite(state, width),
        OverlayKind::Map => OverlayText { hints: MAP_HINTS, ..OverlayText::default() },
        OverlayKind::Waste => waste::page(state, stack, width),
        OverlayKind::File => OverlayText { hints: FILE_HINTS, ..OverlayText::default() },
    }
}
