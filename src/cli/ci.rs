//! `layertui ci`: evaluates rules from a file and flags; exit 0 pass, 1 fail, 2 could not be evaluated.

use std::path::Path;

use crate::cli::args::dive::DiveRules;
use crate::cli::args::{Ci, OwnLimits};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::open::{examine, examine_with_rows};
use crate::cli::output::output_verdict;
use crate::cli::{base, findings, policy_file};
use crate::findings::{Findings, Severity};
use crate::image::dockerfile::Instructions;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::policy::dive::Measure;
use crate::policy::{Evidence, Limits, Rules};
use crate::report::{CiFormat, Judged, RulesFile, Subject};
use crate::{policy, report};

/// Rules, where they come from, and the Dockerfile of the image.
#[derive(Default)]
struct Given {
    rules: Rules,
    /// For people: a file, options, the defaults.
    from: String,
    /// The rules file with the line of each rule.
    file: Option<RulesFile>,
    dockerfile: Option<(String, Instructions)>,
}

pub(super) fn run(command: &Ci, settings: &OpenSettings) -> Outcome {
    let (own, of_dive) = (command.config.as_deref(), command.dive.ci_config.as_deref());
    if own.is_some() && of_dive.is_some() {
        return Err(Failure::Error("give --config or --ci-config, not both".to_owned()));
    }
    let mut given = from_file(own, of_dive)?;
    if override_with(&mut given.rules, command)? {
        given.from.push_str(", and options");
    }
    if let Some(path) = &command.dockerfile {
        let name = path.display().to_string();
        let text = policy_file::text(path)
            .map_err(|error| Failure::Error(format!("--dockerfile {name}: {error}")))?;
        given.dockerfile = Some((name, Instructions::parse(&text)));
    }
    judge(&command.image, &given, command.format(), settings)
}

/// As dive does without a command: by its options, as text.
pub(super) fn by_options(image: &str, options: &DiveRules, settings: &OpenSettings) -> Outcome {
    let mut given = from_file(None, options.ci_config.as_deref())?;
    let before = given.rules.clone();
    options.set(&mut given.rules)?;
    if given.rules != before {
        given.from.push_str(", and options");
    }
    judge(image, &given, CiFormat::Text, settings)
}

/// Evaluates the rules of the current directory, without flags.
pub(super) fn by_file(image: &str, format: CiFormat, settings: &OpenSettings) -> Outcome {
    judge(image, &from_file(None, None)?, format, settings)
}

fn judge(image: &str, given: &Given, format: CiFormat, settings: &OpenSettings) -> Outcome {
    if given.rules.is_empty() {
        return Err(Failure::Error(format!(
            "{}: no rule is set, so nothing was checked",
            given.from
        )));
    }
    let answer = |loaded: &Loaded| {
        loaded.needs(Needs::Judged);
        let outcome = verdict(loaded, given, format, settings)?;
        match outcome {
            policy::Outcome::Pass => Ok(()),
            policy::Outcome::Fail => Err(Failure::No("the image breaks its rules".to_owned())),
            policy::Outcome::Unjudged => {
                Err(Failure::Error("not every rule could be judged".to_owned()))
            }
        }
    };
    if given.rules.dive == Limits::default() {
        return examine(image, settings, Want::Kinds, answer);
    }
    examine_with_rows(image, settings, Want::Kinds, answer)
}

/// Evaluates the rules and prints the verdicts.
fn verdict(
    loaded: &Loaded,
    given: &Given,
    format: CiFormat,
    settings: &OpenSettings,
) -> Result<policy::Outcome, Failure> {
    let rules = &given.rules;
    let accepted = findings::accepted(rules)?;
    let base =
        base::recognise(loaded.image(), rules.base.as_deref(), settings).map_err(|failure| {
            match failure {
                Failure::Error(why) | Failure::No(why) => why,
                _ => "the base image could not be opened".to_owned(),
            }
        });
    let measure = (rules.dive != Limits::default()).then(|| Measure::of(loaded.tables()));
    // A base that is not known is at least the first layer.
    let base_layers = base.as_ref().map_or(1, |base| base.layers);
    if rules.fail_on.is_some() {
        loaded.needs_config();
    }
    loaded.subject(|subject| {
        let bound = base.as_ref().ok().filter(|_| rules.findings_above_base);
        let refused = refused(subject);
        let from = bound.map_or(0, |base| base.layers);
        let findings = match rules.fail_on {
            Some(_) => findings::of(loaded, subject, &accepted, base_layers, from),
            None => Findings::default(),
        };
        let evidence = Evidence {
            findings: &findings,
            image: subject.image,
            stack: subject.stack,
            base: base.as_ref().map_err(String::as_str),
            dive: measure.as_ref(),
            unread: subject.unsure().first().map(|it| (it.layer, it.reason)),
            refused: refused.as_deref(),
        };
        let verdicts = policy::judge(rules, evidence).map_err(Failure::Error)?;
        let from = base.as_ref().map_or(0, |base| base.layers);
        let dockerfile = given.dockerfile.as_ref();
        let dockerfile = dockerfile.map(|(name, all)| (name.as_str(), all.of(subject.image, from)));
        let judged = Judged {
            subject,
            base: evidence.base,
            rules_from: &given.from,
            rules_file: given.file.as_ref(),
            dockerfile: dockerfile.as_ref().map(|(name, lines)| (*name, lines)),
            verdicts: &verdicts,
        };
        output_verdict(|out| report::ci(out, judged, format))?;
        Ok(judged.outcome())
    })
}

/// The first document or layer that does not have its stated digest, in a sentence.
fn refused(subject: Subject<'_>) -> Option<String> {
    if let Some(document) = subject.image.differing_documents().next() {
        return Some(document.to_string());
    }
    let layer = subject.unsure().into_iter().find(|it| it.refused)?;
    Some(format!("layer {}: {}", layer.layer, layer.reason))
}

/// The rules of `--config` or dive's `--ci-config`, else of a file in the current directory, else dive's defaults.
fn from_file(asked: Option<&Path>, of_dive: Option<&Path>) -> Result<Given, Failure> {
    let found = match of_dive {
        Some(path) => Some(policy_file::read_as_dive(path)?),
        None => policy_file::read(asked, &[policy_file::OWN, policy_file::OF_DIVE])?,
    };
    Ok(match found {
        Some(found) => Given {
            rules: found.rules,
            from: found.name.clone(),
            file: Some(RulesFile { name: found.name, lines: found.lines }),
            dockerfile: None,
        },
        None => Given {
            rules: Rules::of_dive(),
            from: "efficiency 0.9 and user waste 0.1, as dive has it: no rules file is here"
                .to_owned(),
            ..Given::default()
        },
    })
}

/// Options that set the limits of one measure, with their names.
type LimitOptions<'o> = [(&'static str, &'o Option<String>); 3];

impl DiveRules {
    /// Applies dive's options; each replaces the rule of the same number by our definition.
    fn set(&self, rules: &mut Rules) -> Result<(), Failure> {
        let options: LimitOptions<'_> = [
            ("lowestEfficiency", &self.dive_efficiency),
            ("highestWastedBytes", &self.dive_wasted),
            ("highestUserWastedPercent", &self.dive_user_wasted),
        ];
        set_limits(options, &mut rules.dive, &mut rules.own)
    }
}

impl OwnLimits {
    /// Applies our options; each replaces dive's rule of the same number.
    fn set(&self, rules: &mut Rules) -> Result<(), Failure> {
        let options: LimitOptions<'_> = [
            ("lowest-efficiency", &self.lowest_efficiency),
            ("highest-wasted-bytes", &self.highest_wasted_bytes),
            ("highest-user-wasted-percent", &self.highest_user_wasted_percent),
        ];
        set_limits(options, &mut rules.own, &mut rules.dive)
    }
}

/// Sets limits of one measure, and takes those of the same numbers from the other.
fn set_limits(
    [efficiency, wasted, user_wasted]: LimitOptions<'_>,
    limits: &mut Limits,
    other: &mut Limits,
) -> Result<(), Failure> {
    if let (option, Some(text)) = efficiency {
        limits.lowest_efficiency = policy::ratio(text).map_err(wrong(option))?;
        other.lowest_efficiency = None;
    }
    if let (option, Some(text)) = wasted {
        limits.highest_wasted_bytes = policy::size(text).map_err(wrong(option))?;
        other.highest_wasted_bytes = None;
    }
    if let (option, Some(text)) = user_wasted {
        limits.highest_user_wasted_percent = policy::ratio(text).map_err(wrong(option))?;
        other.highest_user_wasted_percent = None;
    }
    Ok(())
}

/// The error about the value of an option.
fn wrong(option: &str) -> impl FnOnce(String) -> Failure + '_ {
    move |error| Failure::Error(format!("--{option}: {error}"))
}

/// Applies options, which override the file. Returns whether there were any.
fn override_with(rules: &mut Rules, command: &Ci) -> Result<bool, Failure> {
    let before = rules.clone();
    command.numbers.set(rules)?;
    command.dive.set(rules)?;
    if let Some(text) = &command.max_size {
        rules.max_size = policy::size(text).map_err(wrong("max-size"))?;
    }
    rules.max_layers = command.max_layers.or(rules.max_layers);
    for (name, option, list) in [
        ("block", &command.block, &mut rules.block),
        ("deny-waste", &command.deny_waste, &mut rules.deny_waste),
        ("exclude", &command.exclude, &mut rules.excludes),
    ] {
        if !option.is_empty() {
            policy::globs(option).map_err(wrong(name))?;
            list.clone_from(option);
        }
    }
    if !command.ignore.is_empty() {
        rules.ignore.clone_from(&command.ignore);
    }
    if !command.no_setuid_except.is_empty() {
        policy::globs(&command.no_setuid_except).map_err(wrong("no-setuid-except"))?;
        rules.no_setuid_except = Some(command.no_setuid_except.clone());
    }
    rules.rules_above_base |= command.above_base;
    rules.findings_above_base |= command.above_base;
    rules.fail_on = command.fail_on.map(Severity::from).or(rules.fail_on);
    if command.base.is_some() {
        rules.base.clone_from(&command.base);
    }
    Ok(*rules != before)
}

/// Whether the environment says that this is a pipeline, by the words that dive understands.
pub(super) fn in_pipeline() -> bool {
    std::env::var("CI").is_ok_and(|value| ["true", "1", "yes"].contains(&value.as_str()))
}
