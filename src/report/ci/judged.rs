//! The result of `ci`, and sentences about it.

use crate::image::base::Base;
use crate::image::dockerfile::DockerfileLines;
use crate::policy::{Offence, Outcome, Verdict};
use crate::report::Subject;
use crate::text;

/// Number of offending paths that text and annotations list.
pub(crate) const NAMED: usize = 5;

/// A rules file.
#[derive(Clone, Debug)]
pub struct RulesFile {
    /// Its path as the user names it.
    pub name: String,
    /// The line of each rule.
    pub lines: Vec<(String, usize)>,
}

/// The verdicts on an image, with the image, its base and the origin of the rules.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    /// The image.
    pub subject: Subject<'a>,
    /// Its base, or the reason why it is unknown.
    pub base: Result<&'a Base, &'a str>,
    /// Origin of the rules: a file, flags, the defaults.
    pub rules_from: &'a str,
    /// The rules file, if there is one.
    pub rules_file: Option<&'a RulesFile>,
    /// The Dockerfile that the user names, and the image's lines in it.
    pub dockerfile: Option<(&'a str, &'a DockerfileLines)>,
    /// The verdicts.
    pub verdicts: &'a [Verdict],
}

impl Judged<'_> {
    /// The verdict over all rules. Unknown if a rule could not be evaluated.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let any = |outcome| self.verdicts.iter().any(|verdict| verdict.outcome == outcome);
        match (any(Outcome::Unjudged), any(Outcome::Fail)) {
            (true, _) => Outcome::Unjudged,
            (false, true) => Outcome::Fail,
            (false, false) => Outcome::Pass,
        }
    }
}

pub(crate) fn offence_line(offence: &Offence) -> String {
    let size = text::size::fixed(offence.bytes);
    format!("{size}  L{:<3}  {}", offence.layer, text::visible(&offence.path))
}

/// A sentence about a broken rule.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    let what = match verdict.outcome {
        Outcome::Unjudged => "could not be judged: ",
        Outcome::Pass | Outcome::Fail => "",
    };
    let actual = text::visible(&verdict.actual);
    format!("{}: {what}{actual}; limit: {}", verdict.rule, text::visible(&verdict.limit))
}
