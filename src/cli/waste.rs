//! `layertui waste`: bytes that are stored but not in the merged tree.

use crate::cli::args::Waste;
use crate::cli::failure::Outcome;
use crate::cli::open::examine_briefly;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;

/// Number of paths that text lists without `--all`.
const PATHS_MAX: usize = 20;

pub(super) fn run(command: &Waste, settings: &OpenSettings) -> Outcome {
    let most = if command.all { usize::MAX } else { PATHS_MAX };
    examine_briefly(&command.common.image, settings, Want::Kinds, |loaded| {
        loaded.subject(|subject| {
            output(|out| report::waste(out, subject, command.common.format(), most))
        })
    })
}
