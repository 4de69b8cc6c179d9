//! `layertui findings`

use super::args::{Findings, Level};
use super::base;
use super::contents::StoredFiles;
use super::open::{Setting, load};
use super::{Failure, Outcome, output};
use crate::findings::{self, Accepted, Severity};
use crate::load::Want;
use crate::report;

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

pub(super) fn run(command: &Findings, setting: &Setting) -> Outcome {
    let accepted = Accepted::new(&command.ignore, &command.exclude).map_err(Failure::Error)?;
    let loaded = load(&command.common.image, setting, Want::Kinds)?;
    let base = base::recognise(loaded.image(), command.base.as_deref(), setting)?;
    let (found, unread) = loaded.subject(|subject| {
        let files = StoredFiles::new(loaded.loader.source().as_ref(), subject.stack);
        let findings = findings::judge(subject.image, subject.stack, &files, &accepted);
        let format = command.common.format();
        output(|out| report::findings(out, subject, &base, &findings, format))?;
        let unread: Vec<usize> = subject.unread().iter().map(|(layer, _)| *layer).collect();
        Ok::<_, Failure>((findings, unread))
    })?;
    let Some(level) = command.fail_on.map(Severity::from) else { return Ok(()) };
    let severe = found.iter().filter(|finding| finding.id.facts().severity >= level).count();
    if severe > 0 {
        let (is, s) = if severe == 1 { ("is", "") } else { ("are", "s") };
        return Err(Failure::No(format!(
            "{severe} finding{s} {is} of severity {} or above",
            level.name()
        )));
    }
    // What nobody has seen is not fine.
    if let Some(layer) = unread.first() {
        return Err(Failure::Error(format!(
            "layer {layer} could not be read to its end: not judged"
        )));
    }
    Ok(())
}
