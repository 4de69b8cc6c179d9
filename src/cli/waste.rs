//! `layertui waste`

use crate::cli::args::Waste;
use crate::cli::failure::Outcome;
use crate::cli::open::examine_briefly;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;

/// Paths that text names unless all are asked for.
const MOST: usize = 20;

pub(super) fn run(command: &Waste, setting: &OpenSettings) -> Outcome {
    let most = if command.all { usize::MAX } else { MOST };
    examine_briefly(&command.common.image, setting, Want::Kinds, |loaded| {
        loaded.subject(|subject| {
            output(|out| report::waste(out, subject, command.common.format(), most))
        })
    })
}
