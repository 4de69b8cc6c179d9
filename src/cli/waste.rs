//! `layertui waste`: bytes that are stored but not in the merged tree.

use crate::cli::args::Waste;
use crate::cli::base;
use crate::cli::failure::Outcome;
use crate::cli::open::examine_briefly;
use crate::cli::output::output;
use crate::findings::plan::Plan;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;

/// Number of paths that text lists without `--all`.
const PATHS_MAX: usize = 20;

pub(super) fn run(command: &Waste, settings: &OpenSettings) -> Outcome {
    if command.plan {
        return plan(command, settings);
    }
    let most = if command.all { usize::MAX } else { PATHS_MAX };
    examine_briefly(&command.common.image, settings, Want::Kinds, |loaded| {
        loaded.subject(|subject| {
            output(|out| report::waste(out, subject, command.common.format(), most))
        })
    })
}

/// The changes to the build that give bytes back.
fn plan(command: &Waste, settings: &OpenSettings) -> Outcome {
    examine_briefly(&command.common.image, settings, Want::Kinds, |loaded| {
        let base = base::recognise(loaded.image(), command.base.as_deref(), settings)?;
        loaded.subject(|subject| {
            let plan = Plan::of(subject.image, subject.stack, &base);
            output(|out| report::plan(out, subject, &base, &plan, command.common.format()))
        })
    })
}
