//! `layertui ls`

use super::args::Ls;
use super::open::{Setting, load};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report;

pub(super) fn run(command: &Ls, setting: &Setting) -> Outcome {
    let loaded = load(&command.common.image, setting, Want::Tree)?;
    let layer = loaded.layer(command.layer.as_deref())?;
    let listed = loaded.subject(|subject| {
        let node = subject
            .stack
            .find(command.path.as_bytes())
            .filter(|&node| subject.stack.visible(node, layer).is_some())
            .ok_or_else(|| {
                Failure::No(format!(
                    "{}: not in the merged tree at layer {layer}; 'layertui find' also knows removed paths",
                    command.path
                ))
            })?;
        let what = report::Ls { node, layer, recursive: command.recursive, long: command.long };
        output(|out| report::ls(out, subject, what, command.common.format()))
    });
    listed.map_err(|failure| loaded.doubted(failure, layer))
}
