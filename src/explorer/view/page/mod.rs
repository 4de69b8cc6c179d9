//! Contents of overlays: lines of spans with roles, wrapped to a width. Built for each frame.

mod choices;
mod contents;
mod extract;
mod findings;
mod help;
mod history;
mod image;
mod layer;
mod mounts;
mod palette;
pub mod platforms;
pub mod problems;
mod sides;
mod waste;
pub mod writer;

use crate::explorer::model::{Overlay, OverlayKind, State};
pub(crate) use crate::explorer::view::page::image::platform;
use crate::explorer::view::page::writer::OverlayText;
use crate::stack::Stack;

/// The viewer has no page: `view::file_rows` makes the rows on the screen.
const FILE_HINTS: &[(&str, &str)] =
    &[("/", "find"), ("x", "bytes"), ("w", "wrap"), ("esc", "close"), ("h l", "sideways")];

/// The treemap has no page either.
const MAP_HINTS: &[(&str, &str)] = &[
    ("arrows", "move"),
    ("enter", "into"),
    ("h", "out"),
    ("T", "tree or waste"),
    ("e", "extract"),
    ("esc", "close"),
];

/// The contents of an overlay, in lines of `width` cells.
#[must_use]
pub fn of(state: &State, stack: &Stack, overlay: &Overlay, width: usize) -> OverlayText {
    match overlay.kind {
        OverlayKind::Help => help::page(&state.keymap, overlay, width),
        OverlayKind::Palette => palette::page(state, stack, overlay.input.text(), width),
        OverlayKind::History(node) => history::page(state, stack, node, width),
        OverlayKind::Layer(layer) => match &state.comparison {
            Some(sides) => sides::page(sides, width),
            None => layer::page(state, stack, layer, width),
        },
        OverlayKind::Image => image::page(state, stack, width),
        OverlayKind::Problems => problems::page(state, width),
        OverlayKind::Choices => choices::page(state, overlay, width),
        OverlayKind::Platforms => platforms::page(state, width),
        OverlayKind::Extract(node, layer) => extract::page(state, stack, (node, layer), width),
        OverlayKind::Compare => sides::ask(state, width),
        OverlayKind::Overwrite => extract::overwrite(state, width),
        OverlayKind::Map => OverlayText { hints: MAP_HINTS, ..OverlayText::default() },
        OverlayKind::Contents(below) => contents::page(state, stack, overlay, below, width),
        OverlayKind::Findings => findings::page(state, stack, width),
        OverlayKind::Waste => waste::page(state, stack, width),
        OverlayKind::File => OverlayText { hints: FILE_HINTS, ..OverlayText::default() },
    }
}
