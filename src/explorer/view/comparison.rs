//! The difference between two images at a path.

use crate::explorer::model::comparison::THIS;
use crate::stack::{ChangeKind, NodeId, Stack};

/// How a path differs; `None` where it is the same in both images.
#[must_use]
pub fn difference(stack: &Stack, node: NodeId) -> Option<ChangeKind> {
    let change = stack.change(node, THIS).map(|change| change.kind);
    change.filter(|kind| *kind != ChangeKind::Rewritten)
}
