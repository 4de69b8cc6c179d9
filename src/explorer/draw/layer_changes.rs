//! The kinds of change of a layer in the stack pane: a sign for each, or signs with counts.

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::model::{Rect, Span};
use crate::explorer::view::marker;
use crate::stack::{ChangeKind, Stack};
use crate::text::{size, visible};

/// Width of the signs of a layer's kinds of change.
pub(super) const SIGNS: u16 = 5;
/// Width from which each sign has a count.
pub(super) const COUNTS: u16 = 16;

/// The kinds of change of a layer, in the order of their columns, with their numbers.
fn kinds(stack: &Stack, layer: usize) -> [(ChangeKind, u64); 5] {
    let summary = stack.summary(layer);
    let undecided = summary.modified == 0;
    let modified = if undecided { ChangeKind::Undecided } else { ChangeKind::Modified };
    [
        (ChangeKind::Added, summary.added),
        (modified, summary.modified + summary.undecided),
        (ChangeKind::Metadata, summary.metadata),
        (ChangeKind::Rewritten, summary.rewritten),
        (ChangeKind::Removed, summary.removed),
    ]
}

/// A sign in its column for each kind of change of the layer. Returns the first column, or `from + SIGNS` without any.
pub(super) fn signs(
    canvas: &mut Canvas<'_>,
    stack: &Stack,
    layer: usize,
    from: u16,
    y: u16,
) -> u16 {
    let mut first = from + SIGNS;
    for (offset, (kind, number)) in kinds(stack, layer).into_iter().enumerate().rev() {
        if number > 0 {
            let (sign, role) = marker::change(kind);
            first = from + offset as u16;
            canvas.text(first, y, 1, role, visible(&sign));
        }
    }
    first
}

/// The number of changes of each kind: `+12 ~3 -2`.
pub(super) fn counts(canvas: &mut Canvas<'_>, stack: &Stack, layer: usize, line: Rect) {
    let spans: Vec<Span> = kinds(stack, layer)
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(kind, number)| {
            let (sign, role) = marker::change(kind);
            (role, visible![" ", sign, size::count(number)])
        })
        .collect();
    canvas.spans(line.x, line.y, line.width, &spans);
}
