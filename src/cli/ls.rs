//! `layertui ls`: the merged tree at a layer.

use crate::cli::args::Ls;
use crate::cli::failure::Outcome;
use crate::cli::loaded::Needs;
use crate::cli::missing::missing;
use crate::cli::open::examine;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::files::plan::locate;
use crate::load::settings::OpenSettings;
use crate::report;

pub(super) fn run(command: &Ls, settings: &OpenSettings) -> Outcome {
    examine(&command.common.image, settings, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        loaded.needs(Needs::UpTo(layer));
        loaded.subject(|subject| {
            let stack = subject.stack;
            let at = |layer| locate(stack, command.path.as_bytes(), layer);
            let missing = || missing(stack, &command.path, layer, |other| at(other).is_some());
            let node = at(layer).ok_or_else(missing)?;
            let what = report::Ls {
                node,
                layer,
                depth: command.levels(),
                long: command.long,
                sort: command.sort.into(),
                du: command.du,
            };
            output(|out| report::ls(out, subject, what, command.common.format()))
        })
    })
}
