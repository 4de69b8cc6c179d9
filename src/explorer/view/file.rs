//! Where the viewer stands on the screen.

use crate::explorer::model::geometry::Rect;
use crate::explorer::model::state::State;

/// Where the viewer lies: the whole screen but the line of hints; and where its rows go.
#[must_use]
pub fn area(state: &State) -> (Rect, Rect) {
    let mut outer = Rect { x: 0, y: 0, width: state.size.width, height: state.size.height };
    if let Some(hints) = state.layout().hints {
        outer.height = hints.y;
    }
    let bordered = outer.width >= 40 && outer.height >= 8;
    let mut body = outer.inset(u16::from(bordered), u16::from(bordered));
    if !bordered {
        let _title = body.take_top(1);
    }
    (outer, body)
}
