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
const SUMMARY_FROM: u16 = 110;

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
    if line.width >= SUMMARY_FROM && coverage::all_read(state, stack) {
        let text = summary(stack);
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

/// `12 layers  787 MB, 205 MB wasted`.
fn summary(stack: &Stack) -> Visible<'static> {
    let balance = stack.balance();
    let (layers, total) = (stack.folded(), size::short(balance.visible));
    let noun = if layers == 1 { " layer  " } else { " layers  " };
    visible!["  ", layers, noun, total, ", ", size::short(balance.wasted), " wasted"]
}
