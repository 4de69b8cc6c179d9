//! Rules that an image has to keep, and whether it does: pass, fail, or not to be judged.
//!
//! Pure: rules, an image, its stack and its base come in, verdicts go out. Where they are written down is `file`'s
//! business, how they are told `report`'s. A rule that cannot be judged never passes: what was not read may break it.

mod file;
mod judge;
mod value;

use crate::findings::Severity;
pub use crate::policy::file::{Dialect, Trouble, check_globs, read};
pub use crate::policy::judge::{Evidence, Offence, Outcome, Verdict, judge};
pub use crate::policy::value::{ratio, size};

/// What an image has to keep. What is `None` or empty is no rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Visible bytes / stored bytes, at the least.
    pub lowest_efficiency: Option<f64>,
    /// Wasted bytes, at the most.
    pub highest_wasted_bytes: Option<u64>,
    /// Of the bytes that the layers above the base store, the part that is wasted, at the most.
    pub highest_user_wasted_percent: Option<f64>,
    /// Layers, at the most.
    pub max_layers: Option<u64>,
    /// Bytes that all layers store, at the most.
    pub max_size: Option<u64>,
    /// Paths that no layer may have, removed ones included: shell patterns.
    pub block: Vec<String>,
    /// Paths of which nothing may be wasted: shell patterns.
    pub deny_waste: Vec<String>,
    /// The only setuid and setgid programs there may be: shell patterns.
    pub no_setuid_except: Option<Vec<String>>,
    /// The severity from which on no finding may have it.
    pub fail_on: Option<Severity>,
    /// Findings that are accepted, as [`crate::findings::Accepted`] reads them.
    pub ignore: Vec<String>,
    /// Paths that no rule and no finding looks at: shell patterns.
    pub excludes: Vec<String>,
    /// The base image.
    pub base: Option<String>,
}

impl Rules {
    /// What dive holds an image to where it is told nothing.
    #[must_use]
    pub fn of_dive() -> Self {
        Self {
            lowest_efficiency: Some(0.9),
            highest_user_wasted_percent: Some(0.1),
            ..Self::default()
        }
    }

    /// Whether nothing is asked at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let aside = Self {
            ignore: self.ignore.clone(),
            excludes: self.excludes.clone(),
            base: self.base.clone(),
            ..Self::default()
        };
        *self == aside
    }
}
