//! The answer where the merged tree of a layer does not have a path, with the layer that does have it.

use crate::cli::failure::Failure;
use crate::stack::Stack;

/// `has` says whether the merged tree of a layer has the path, as the command looks it up.
pub(super) fn missing(
    stack: &Stack,
    path: &str,
    layer: usize,
    has: impl Fn(usize) -> bool,
) -> Failure {
    let hint = if let Some(lower) = (0..layer).rev().find(|&lower| has(lower)) {
        format!("removed by layer {}; --layer {lower} has it", lower + 1)
    } else if let Some(higher) = (layer + 1..stack.folded()).find(|&higher| has(higher)) {
        format!("added by layer {higher}; --layer {higher} has it")
    } else {
        "'layertui find' looks for a name in all layers and directories".to_owned()
    };
    Failure::No(format!("{path}: not in the merged tree at layer {layer}; {hint}"))
}
