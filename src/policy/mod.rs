//! Rules for images, and their evaluation: pass, fail, or unknown.
//!
//! Pure: rules, an image, its stack and its base in, verdicts out. `file` reads rules files, `report` writes verdicts. A rule
//! that depends on unread data never passes.

pub mod dive;
mod file;
mod items;
mod judge;
mod numbers;
mod value;
mod verdict;

use crate::findings::Severity;
pub use crate::policy::file::{Dialect, lines, read};
pub use crate::policy::items::{FileError, globs};
pub use crate::policy::judge::judge;
pub use crate::policy::value::{ratio, size};
pub use crate::policy::verdict::{Definition, Evidence, Offence, Outcome, Verdict};

/// Limits on the numbers that dive judges, by one measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Minimum efficiency, 0 to 1.
    pub lowest_efficiency: Option<f64>,
    /// Maximum of wasted bytes.
    pub highest_wasted_bytes: Option<u64>,
    /// Maximum wasted share of the bytes above the base, 0 to 1.
    pub highest_user_wasted_percent: Option<f64>,
}

/// The rules for an image. `None` or empty: no rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// By our definitions: what no name shows, and the base as it is recognised.
    pub own: Limits,
    /// By dive's measure ([`dive`]): the rules of its file and options.
    pub dive: Limits,
    /// Maximum number of layers.
    pub max_layers: Option<u64>,
    /// Maximum of bytes stored in all layers.
    pub max_size: Option<u64>,
    /// Paths that must not be in any layer, deleted ones included: shell patterns.
    pub block: Vec<String>,
    /// Paths that must not waste bytes: shell patterns.
    pub deny_waste: Vec<String>,
    /// Setuid and setgid programs that are allowed: shell patterns.
    pub no_setuid_except: Option<Vec<String>>,
    /// Findings of this severity or above fail.
    pub fail_on: Option<Severity>,
    /// Accepted findings, in the form that [`crate::findings::Accepted`] reads.
    pub ignore: Vec<String>,
    /// Paths that rules and findings ignore: shell patterns.
    pub excludes: Vec<String>,
    /// The base image.
    pub base: Option<String>,
    /// Rules are about the layers above the base only.
    pub rules_above_base: bool,
    /// Findings count in the layers above the base only.
    pub findings_above_base: bool,
}

impl Rules {
    /// dive's defaults.
    #[must_use]
    pub fn of_dive() -> Self {
        let dive = Limits {
            lowest_efficiency: Some(0.9),
            highest_wasted_bytes: None,
            highest_user_wasted_percent: Some(0.1),
        };
        Self { dive, ..Self::default() }
    }

    /// Whether no rule is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let aside = Self {
            ignore: self.ignore.clone(),
            excludes: self.excludes.clone(),
            base: self.base.clone(),
            rules_above_base: self.rules_above_base,
            findings_above_base: self.findings_above_base,
            ..Self::default()
        };
        *self == aside
    }
}
