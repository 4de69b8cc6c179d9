//! `layertui find`: paths in any layer that match patterns; exit 1 if none does.

use crate::cli::args::Find;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::examine;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::pattern::Pattern;

pub(super) fn run(command: &Find, settings: &OpenSettings) -> Outcome {
    let pattern = Pattern::guess(&command.pattern).map_err(Failure::Error)?;
    examine(&command.common.image, settings, Want::Tree, |loaded| {
        let found = loaded.subject(|subject| {
            output(|out| report::find(out, subject, &pattern, command.common.format()))
        })?;
        if found == 0 {
            return Err(Failure::No(format!("{}: no layer has a matching path", command.pattern)));
        }
        Ok(())
    })
}
