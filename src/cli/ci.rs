//! `layertui ci`: rules from a file and flags, verdicts out; exit 0 all kept, 1 one broken, 2 one not to be judged.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::args::Ci;
use super::base;
use super::open::{Setting, load};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report::{self, Judged};
use crate::rules::{self, Dialect, Evidence, Rules};

/// More than any rules file has; what is longer is something else.
const LONGEST: u64 = 256 * 1024;

const OWN: &str = ".layertui.yaml";
const OF_DIVE: &str = ".dive-ci";

pub(super) fn run(command: &Ci, setting: &Setting) -> Outcome {
    let (mut rules, from) = from_file(command.config.as_deref())?;
    let flags = override_with(&mut rules, command)?;
    let rules_from = if flags { format!("{from}, and options") } else { from };
    if rules.is_empty() {
        return Err(Failure::Error(format!("{rules_from}: no rule is set, so nothing is judged")));
    }
    let loaded = load(&command.image, setting, Want::Kinds)?;
    let base = base::recognise(loaded.image(), rules.base.as_deref(), setting).map_err(|failure| {
        match failure {
            Failure::Error(why) | Failure::No(why) => why,
            _ => "the base image could not be opened".to_owned(),
        }
    });
    let outcome = loaded.subject(|subject| {
        let evidence = Evidence {
            image: subject.image,
            stack: subject.stack,
            base: base.as_ref().map_err(String::as_str),
            unread: subject.unread().first().copied(),
        };
        let verdicts = rules::judge(&rules, evidence).map_err(Failure::Error)?;
        let judged = Judged {
            subject,
            base: base.as_ref().ok(),
            rules_from: &rules_from,
            verdicts: &verdicts,
        };
        output(|out| report::ci(out, judged, command.format()))?;
        Ok::<_, Failure>(judged.outcome())
    })?;
    match outcome {
        rules::Outcome::Pass => Ok(()),
        rules::Outcome::Fail => Err(Failure::No("the image breaks its rules".to_owned())),
        rules::Outcome::Unjudged => {
            Err(Failure::Error("not every rule could be judged".to_owned()))
        }
    }
}

/// The rules of the file that is asked for, else of the one that is there, else dive's own.
fn from_file(asked: Option<&Path>) -> Result<(Rules, String), Failure> {
    let places = match asked {
        Some(path) => vec![path],
        None => vec![Path::new(OWN), Path::new(OF_DIVE)],
    };
    for path in places {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
        match read {
            Ok(_) => {}
            Err(error) if asked.is_none() && error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Failure::Error(format!("{}: {error}", path.display()))),
        }
        let of_dive =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(OF_DIVE));
        let dialect = if of_dive { Dialect::Dive } else { Dialect::Own };
        let rules = rules::read(&text, dialect).map_err(|trouble| {
            Failure::Error(format!("{}:{}: {}", path.display(), trouble.line, trouble.message))
        })?;
        return Ok((rules, path.display().to_string()));
    }
    Ok((
        Rules::of_dive(),
        "efficiency 0.9 and user waste 0.1, as dive has it: no rules file is here".to_owned(),
    ))
}

/// Options say more than files. Returns whether there were any.
fn override_with(rules: &mut Rules, command: &Ci) -> Result<bool, Failure> {
    let before = rules.clone();
    let wrong = |option: &str| {
        let option = option.to_owned();
        move |error| Failure::Error(format!("--{option}: {error}"))
    };
    if let Some(text) = &command.lowest_efficiency {
        rules.lowest_efficiency = rules::ratio(text).map_err(wrong("lowest-efficiency"))?;
    }
    if let Some(text) = &command.highest_wasted_bytes {
        rules.highest_wasted_bytes = rules::size(text).map_err(wrong("highest-wasted-bytes"))?;
    }
    if let Some(text) = &command.highest_user_wasted_percent {
        let option = wrong("highest-user-wasted-percent");
        rules.highest_user_wasted_percent = rules::ratio(text).map_err(option)?;
    }
    if let Some(text) = &command.max_size {
        rules.max_size = rules::size(text).map_err(wrong("max-size"))?;
    }
    rules.max_layers = command.max_layers.or(rules.max_layers);
    for (option, list) in [
        (&command.block, &mut rules.block),
        (&command.deny_waste, &mut rules.deny_waste),
        (&command.exclude, &mut rules.excludes),
    ] {
        if !option.is_empty() {
            list.clone_from(option);
        }
    }
    if !command.no_setuid_except.is_empty() {
        rules.no_setuid_except = Some(command.no_setuid_except.clone());
    }
    if command.base.is_some() {
        rules.base.clone_from(&command.base);
    }
    Ok(*rules != before)
}
