//! Area and contents of overlays.

use crate::explorer::model::{Overlay, OverlayKind, Rect, State};
use crate::explorer::view;
use crate::explorer::view::page::writer::OverlayText;
use crate::stack::Stack;

/// Area and contents of an overlay.
#[derive(Debug)]
pub struct PlacedOverlay {
    /// Area with the border.
    pub outer: Rect,
    /// Whether it has a border.
    pub bordered: bool,
    /// Line of the prompt, if it has one.
    pub input: Option<Rect>,
    /// Area of its lines.
    pub body: Rect,
    /// Its contents, wrapped to the width of the body.
    pub page: OverlayText,
}

/// Lays out an overlay: centred and as high as its contents on a large screen, the whole of a small one.
#[must_use]
pub fn place(state: &State, stack: &Stack, overlay: &Overlay) -> PlacedOverlay {
    let mut screen = Rect { x: 0, y: 0, width: state.size.width, height: state.size.height };
    if let Some(hints) = state.layout().hints {
        screen.height = hints.y;
    }
    let is_large = screen.width >= 70 && screen.height >= 16;
    let bordered = screen.width >= 40 && screen.height >= 8;
    let mut outer = screen;
    if is_large {
        let width = (screen.width - 6).min(100);
        outer = Rect { x: (screen.width - width) / 2, width, ..screen }.inset(0, 1);
    }
    let padding = if bordered { 2 } else { 0 };
    let page =
        view::page::of(state, stack, overlay, usize::from(outer.width.saturating_sub(2 * padding)));
    let extra = 2 + u16::from(overlay.is_typed()) * 2;
    if is_large {
        let wanted =
            u16::try_from(page.lines.len()).unwrap_or(u16::MAX).saturating_add(extra).max(5);
        let height = wanted.min(outer.height);
        // An overlay that is filtered while typing keeps its place.
        let lift = if overlay.is_narrowed() { 0 } else { (outer.height - height) / 3 };
        let height = if overlay.is_narrowed() { outer.height } else { height };
        outer = Rect { y: outer.y + lift, height, ..outer };
    }
    let mut body = if bordered { outer.inset(padding, 1) } else { outer };
    let input = overlay.is_typed().then(|| body.take_top(1));
    if overlay.is_typed() && body.height > 6 {
        let _blank = body.take_top(1);
    }
    PlacedOverlay { outer, bordered, input, body, page }
}

/// Whether the list of images is open before any image was.
pub(crate) fn is_first_choice(state: &State) -> bool {
    state.image.is_none()
        && state.overlays.last().is_some_and(|top| top.kind == OverlayKind::Choices)
}
