//! The failure if a path is not in the merged tree of a layer, with a layer that has it.

use crate::cli::args::ImagePath;
use crate::cli::failure::Failure;
use crate::stack::Stack;

/// `has` returns whether the merged tree of a layer has the path, by the command's own look-up.
pub(super) fn missing(
    stack: &Stack,
    path: &ImagePath,
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
