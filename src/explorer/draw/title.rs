//! The first line: image, platform, layer and path.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::model::{Rect, Role, State};
use crate::explorer::view;
use crate::explorer::view::coverage;
use crate::stack::Stack;
use crate::text::width::width;
use crate::text::{Visible, shorten, size, visible};

const BETWEEN: Visible<'_> = Visible::constant(" │ ");

/// Width from which the title has the image's sizes.
const SIZES_FROM: u16 = 70;

/// Width from which it has the number of layers.
const LAYERS_FROM: u16 = 110;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, stack: &Stack, line: Rect) {
    let end = line.x + line.width - 1;
    let mut x = line.x + 1;
    let Some(image) = state.image.as_deref() else {
        canvas.text(x, line.y, end - x, Role::Strong, "layertui");
        return;
    };
    let name = image.names.first().unwrap_or(&image.reference);
    let space = usize::from(line.width) / 3;
    x = canvas.text(x, line.y, end - x, Role::Strong, shorten::middle(&name.visible(), space));
    let platform = image.platform.as_ref().map(crate::explorer::view::page::platform);
    if let Some(platform) = platform.filter(|_| line.width >= 100) {
        let text = shorten::middle(&visible(&platform), 24);
        x = canvas.text(x, line.y, end.saturating_sub(x), Role::Quiet, visible!["  ", text]);
    }
    if line.width >= SIZES_FROM && coverage::all_read(state, stack) {
        let text = summary(stack, line.width >= LAYERS_FROM);
        x = canvas.text(x, line.y, end.saturating_sub(x), Role::Quiet, &text);
    }
    if state.layer_count() > 0 {
        x = canvas.text(x, line.y, end.saturating_sub(x), Role::Quiet, BETWEEN);
        let layer = visible!["layer ", state.layer];
        x = canvas.text(x, line.y, end.saturating_sub(x), Role::Text, &layer);
        if let Some(coverage) = coverage::layers_read(state, stack) {
            x = canvas.text(x, line.y, end.saturating_sub(x), Role::Quiet, BETWEEN);
            let text = visible!["totals ", coverage];
            x = canvas.text(x, line.y, end.saturating_sub(x), Role::Warning, &text);
        }
    }
    if let Some(node) = view::trees::current(state, stack) {
        let space = usize::from(end.saturating_sub(x)).saturating_sub(width(&BETWEEN));
        if space >= 8 {
            x = canvas.text(x, line.y, end - x, Role::Quiet, BETWEEN);
            let path = shorten::path(&visible(&stack.path(node)), space);
            canvas.text(x, line.y, end.saturating_sub(x), Role::Text, &path);
        }
    }
}

/// `12 layers  787 MB, 205 MB wasted`, or without the number of layers.
fn summary(stack: &Stack, with_layers: bool) -> Visible<'static> {
    let balance = stack.balance();
    let layers = match stack.folded() {
        _ if !with_layers => Visible::default(),
        1 => "  1 layer".into(),
        layers => visible!["  ", layers, " layers"],
    };
    let (total, wasted) = (size::short(balance.visible), size::short(balance.wasted));
    visible![layers, "  ", total, ", ", wasted, " wasted"]
}
