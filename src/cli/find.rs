//! `layertui find`

use super::args::Find;
use super::open::{Setting, load};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report;
use crate::report::pattern::Pattern;

pub(super) fn run(command: &Find, setting: &Setting) -> Outcome {
    let pattern = Pattern::guess(&command.pattern).map_err(Failure::Error)?;
    let loaded = load(&command.common.image, setting, Want::Tree)?;
    let found = loaded.subject(|subject| {
        output(|out| report::find(out, subject, &pattern, command.common.format()))
    })?;
    if found == 0 {
        let no = Failure::No(format!("{}: no layer has such a path", command.pattern));
        return Err(loaded.doubted(no, usize::MAX));
    }
    Ok(())
}
