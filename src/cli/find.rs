//! `layertui find`

use super::args::Find;
use super::open::{Setting, examine};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report;
use crate::report::pattern::Pattern;

pub(super) fn run(command: &Find, setting: &Setting) -> Outcome {
    let pattern = Pattern::guess(&command.pattern).map_err(Failure::Error)?;
    examine(&command.common.image, setting, Want::Tree, |loaded| {
        let found = loaded.subject(|subject| {
            output(|out| report::find(out, subject, &pattern, command.common.format()))
        })?;
        if found == 0 {
            return Err(Failure::No(format!("{}: no layer has such a path", command.pattern)));
        }
        Ok(())
    })
}
