//! The failure if a path is not in the merged tree of a layer, with a layer that has it.

use crate::cli::args::ImagePath;
use crate::cli::failure::Failure;
use crate::stack::Stack;
use crate::stack::kept::paths;
use crate::stack::query::follow::Unresolved;
use crate::text::{Visible, visible};

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
    let leads = match stack.resolve(path.as_bytes(), layer) {
        Err(Unresolved::Loop) => {
            return Failure::No(format!("{path}: its symbolic links form a loop at layer {layer}"));
        }
        // Without links, what is missing is the path itself, or a directory above it.
        Err(Unresolved::Missing(at)) if !is_above(&at, path.as_bytes()) => {
            visible!["a symbolic link leads to ", at, ", which is "]
        }
        _ => Visible::default(),
    };
    Failure::No(format!("{path}: {leads}not in the merged tree at layer {layer}; {hint}"))
}

/// Whether an absolute path is `path`, or a directory on its way, without links.
fn is_above(above: &[u8], path: &[u8]) -> bool {
    let mut ends = (0..=path.len()).filter(|&end| path.get(end).is_none_or(|&byte| byte == b'/'));
    let mut normal = Vec::new();
    ends.any(|end| {
        paths::normalise(&path[..end], &mut normal);
        above.strip_prefix(b"/") == Some(&normal)
    })
}
