//! The area of the viewer.

use crate::explorer::model::{Rect, State};

/// The area of the viewer, which is the screen without the line of hints; and the area of its rows.
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
