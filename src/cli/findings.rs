//! `layertui findings`: problems of an image, or its history as a Dockerfile with them in place.

use crate::cli::args::{Findings, Level};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::open::examine;
use crate::cli::output::{notice, output_verdict};
use crate::cli::{base, policy_file};
use crate::findings::{Accepted, Findings as Found, Severity};
use crate::load::Want;
use crate::load::files::judged::StoredFiles;
use crate::load::settings::OpenSettings;
use crate::policy::Rules;
use crate::report::Subject;
use crate::{findings, report};

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

pub(super) fn run(command: &Findings, settings: &OpenSettings) -> Outcome {
    let rules = rules(command)?;
    let accepted = accepted(&rules)?;
    examine(&command.common.image, settings, Want::Kinds, |loaded| {
        loaded.needs_config();
        let base = base::recognise(loaded.image(), rules.base.as_deref(), settings)?;
        let severe = loaded.subject(|subject| {
            let from = if rules.findings_above_base { base.layers } else { 0 };
            let findings = of(loaded, subject, &accepted, base.layers, from);
            let format = command.common.format();
            output_verdict(|out| report::findings(out, subject, &base, &findings, format))?;
            let severe = |level| {
                let mut severe = findings.list.clone();
                severe.retain(|found| found.id.facts().severity >= level);
                let certain = severe.iter().any(|found| found.is_certain(subject.image));
                (level, severe.len(), certain || subject.is_sure())
            };
            Ok::<_, Failure>(rules.fail_on.map(severe))
        })?;
        match severe {
            Some((level, count @ 1.., certain)) => {
                if certain {
                    loaded.needs(Needs::Judged);
                }
                let (is, s) = if count == 1 { ("is", "") } else { ("are", "s") };
                let level = level.name();
                Err(Failure::No(format!("{count} finding{s} {is} of severity {level} or above")))
            }
            _ => Ok(()),
        }
    })
}

/// The rules file, with the options applied.
fn rules(command: &Findings) -> Result<Rules, Failure> {
    let found = policy_file::read(command.config.as_deref(), &[policy_file::OWN])?;
    if let Some(found) = found.as_ref().filter(|_| command.config.is_none()) {
        notice(&format!("the rules of {} apply", found.name));
    }
    let mut rules = found.map(|found| found.rules).unwrap_or_default();
    for (option, list) in
        [(&command.ignore, &mut rules.ignore), (&command.exclude, &mut rules.excludes)]
    {
        if !option.is_empty() {
            list.clone_from(option);
        }
    }
    rules.findings_above_base |= command.above_base;
    rules.fail_on = command.fail_on.map(Severity::from).or(rules.fail_on);
    rules.base = command.base.clone().or(rules.base);
    Ok(rules)
}

/// Accepted findings of the rules.
pub(super) fn accepted(rules: &Rules) -> Result<Accepted, Failure> {
    Accepted::new(&rules.ignore, &rules.excludes).map_err(Failure::Error)
}

/// The findings in the layers from `from` on of a loaded image, of which the first `base` layers are those of its base.
pub(super) fn of(
    loaded: &Loaded,
    subject: Subject<'_>,
    accepted: &Accepted,
    base: usize,
    from: usize,
) -> Found {
    let files = StoredFiles::new(loaded.loader.source().as_ref(), subject.stack);
    let found = findings::judge(subject.image, subject.stack, &files, accepted, base);
    let found = findings::from_layer(found, from);
    loaded.unread_files(report::unread_files(subject, &found));
    found
}
