//! `layertui ls`

use super::args::Ls;
use super::conclude::Needs;
use super::missing::missing;
use super::open::{Setting, examine};
use super::{Outcome, output};
use crate::load::Want;
use crate::report;

pub(super) fn run(command: &Ls, setting: &Setting) -> Outcome {
    examine(&command.common.image, setting, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        loaded.needs(Needs::UpTo(layer));
        loaded.subject(|subject| {
            let stack = subject.stack;
            let at = |layer| {
                let node = stack.find(command.path.as_bytes());
                node.filter(|&node| stack.visible(node, layer).is_some())
            };
            let missing = || missing(stack, &command.path, layer, |other| at(other).is_some());
            let node = at(layer).ok_or_else(missing)?;
            let what = report::Ls { node, layer, recursive: command.recursive, long: command.long };
            output(|out| report::ls(out, subject, what, command.common.format()))
        })
    })
}
