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

use crate::explorer::model::overlay::{Kind, Overlay};
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
        Kind::Help => help::page(&state.keymap, overlay.input.text(), width),
        Kind::Palette => palette::page(state, stack, overlay.input.text(), width),
        Kind::History(node) => history::page(state, stack, node, width),
        Kind::Layer(layer) => match &state.comparison {
            Some(sides) => sides::page(sides, width),
            None => layer::page(state, stack, layer, width),
        },
        Kind::Image => image::page(state, width),
        Kind::Problems => problems::page(state, width),
        Kind::Choices => choices::page(state, width),
        Kind::Platforms => platforms::page(state, width),
        Kind::Extract(node, layer) => extract::page(state, stack, (node, layer), width),
        Kind::Compare => sides::ask(width),
        Kind::Overwrite => extract::overwrite(state, width),
        Kind::Map => OverlayText { hints: MAP_HINTS, ..OverlayText::default() },
        Kind::Waste => waste::page(state, stack, width),
        Kind::File => OverlayText { hints: FILE_HINTS, ..OverlayText::default() },
    }
}
