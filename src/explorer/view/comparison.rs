//! The difference between two images: at a path, and of their layers.

use crate::explorer::model::comparison::{ComparedImages, LayerDifference, LayerPair, THIS};
use crate::explorer::model::{Role, Span};
use crate::explorer::view::marker;
use crate::stack::{ChangeKind, NodeId, Stack};
use crate::text::width::pad_left;
use crate::text::{Visible, visible};

/// How a path differs; `None` where it is the same in both images.
#[must_use]
pub fn difference(stack: &Stack, node: NodeId) -> Option<ChangeKind> {
    let change = stack.change(node, THIS).map(|change| change.kind);
    change.filter(|kind| *kind != ChangeKind::Rewritten)
}

/// The sign of a pair of layers.
#[must_use]
pub const fn sign(pair: &LayerPair) -> (char, Role) {
    match pair.difference {
        LayerDifference::None => ('=', Role::Quiet),
        LayerDifference::Form => marker::change(ChangeKind::Rewritten),
        LayerDifference::Contents => marker::change(ChangeKind::Modified),
        LayerDifference::Alone if pair.this.is_some() => marker::change(ChangeKind::Added),
        LayerDifference::Alone => marker::change(ChangeKind::Removed),
        LayerDifference::Unknown => ('?', Role::Warning),
    }
}

/// Lines under the stack of a comparison: each pair of layers with its verdict.
#[must_use]
pub fn pairs(sides: &ComparedImages) -> Vec<Vec<Span>> {
    let Some(pairs) = &sides.pairs else {
        return vec![vec![(Role::Quiet, "comparing the layers".into())]];
    };
    let layers = sides.other.layers.len().max(sides.this.layers.len());
    let digits = layers.saturating_sub(1).to_string().len().max(2);
    let number = |layer: Option<usize>| {
        let number = layer.map_or(Visible::from("-"), |layer| visible![layer]);
        visible![" ", pad_left(&number, digits)]
    };
    let head = visible![Visible::blanks(1), pad_left(&"old".into(), digits + 1), " new"];
    let line = |pair: &LayerPair| {
        let (sign, role) = sign(pair);
        vec![
            (role, visible![sign]),
            (Role::Quiet, number(pair.other)),
            (Role::Text, number(pair.this)),
            (role, visible!["  ", pair.brief].into_owned()),
        ]
    };
    std::iter::once(vec![(Role::Quiet, head)]).chain(pairs.iter().map(line)).collect()
}
