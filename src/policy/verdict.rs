//! Rules with their results, and what they are judged by.

use std::borrow::Cow;

use crate::findings::Findings;
use crate::image::Image;
use crate::image::base::Base;
use crate::policy::dive::Measure;
use crate::stack::Stack;

/// The result of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Kept.
    Pass,
    /// Broken.
    Fail,
    /// Could not be evaluated: a value that it depends on is unknown.
    Unjudged,
}

impl Outcome {
    /// The name used in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unjudged => "unjudged",
        }
    }
}

/// A definition of waste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Stored bytes that no name in the final tree shows.
    Own,
    /// Paths that several layers have, as [`crate::policy::dive`] counts them.
    Dive,
}

impl Definition {
    /// The name used in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "layertui",
            Self::Dive => "dive",
        }
    }
}

/// A path that breaks a rule, or contributes to a number that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    /// The path, absolute, raw bytes.
    pub path: Vec<u8>,
    /// The layer that stores it.
    pub layer: usize,
    /// Bytes at stake.
    pub bytes: u64,
}

/// A rule and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule's name.
    pub rule: &'static str,
    /// The result.
    pub outcome: Outcome,
    /// The limit.
    pub limit: String,
    /// The actual value; the reason, if the rule could not be evaluated.
    pub actual: String,
    /// The definition by which a number was measured; `None` for rules that are about no number of bytes wasted.
    pub measure: Option<Definition>,
    /// Of a number, how it differs by the other definition; of a finding, its remedy.
    pub note: Option<Cow<'static, str>>,
    /// The paths that break it, most bytes first.
    pub offences: Vec<Offence>,
    /// Of a finding in the metadata, the steps of the history that cause it.
    pub steps: Vec<usize>,
}

impl Verdict {
    /// Turns the result into a failure if the known part already breaks the rule.
    pub(super) fn certain(self, broken: bool, actual: String) -> Self {
        if broken { Self { outcome: Outcome::Fail, actual, ..self } } else { self }
    }
}

/// The input of the evaluation.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The image.
    pub image: &'a Image,
    /// Its union filesystem.
    pub stack: &'a Stack,
    /// Its base, or the reason why it is unknown.
    pub base: Result<&'a Base, &'a str>,
    /// The numbers as dive measures them, or why they could not be measured; `None` if no rule asks for them.
    pub dive: Option<&'a Result<Measure, String>>,
    /// Its findings without accepted ones. Used if the rules set a severity.
    pub findings: &'a Findings,
    /// A layer that was not read to its end, and why.
    pub unread: Option<(usize, &'a str)>,
    /// Why the bytes are not those of the stated image: no rule can be judged by them.
    pub refused: Option<&'a str>,
}
