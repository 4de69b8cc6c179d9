//! What a pipeline check found, and its sentences.

use crate::image::base::Base;
use crate::policy::{Offence, Outcome, Verdict};
use crate::report::Subject;
use crate::text;

/// Offences that text and annotations name.
pub(crate) const NAMED: usize = 5;

/// What was judged, and by what.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    /// The image.
    pub subject: Subject<'a>,
    /// Its base; a sentence where that could not be told.
    pub base: Result<&'a Base, &'a str>,
    /// Where the rules come from: a file, flags, the defaults.
    pub rules_from: &'a str,
    /// The verdicts.
    pub verdicts: &'a [Verdict],
}

impl Judged<'_> {
    /// Of all rules together. One that could not be judged leaves it open, whatever the others say; so does a layer
    /// that engines refuse, since what was judged is then not the image.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.subject.unsure().iter().any(|it| it.refused) {
            return Outcome::Unjudged;
        }
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

/// A sentence about a rule that is not kept.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    let what = match verdict.outcome {
        Outcome::Unjudged => "could not be judged: ",
        Outcome::Pass | Outcome::Fail => "",
    };
    let actual = text::visible(&verdict.actual);
    format!("{}: {what}{actual}; asked: {}", verdict.rule, text::visible(&verdict.limit))
}
