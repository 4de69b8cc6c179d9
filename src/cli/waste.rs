//! `layertui waste`

use super::args::Waste;
use super::open::{Setting, load_briefly};
use super::{Outcome, output};
use crate::load::Want;
use crate::report;

/// Paths that text names unless all are asked for.
const MOST: usize = 20;

pub(super) fn run(command: &Waste, setting: &Setting) -> Outcome {
    let loaded = load_briefly(&command.common.image, setting, Want::Kinds)?;
    let most = if command.all { usize::MAX } else { MOST };
    loaded
        .subject(|subject| output(|out| report::waste(out, subject, command.common.format(), most)))
}
