//! What is searched for.

use grep_regex::RegexMatcher;

use crate::text::pattern;
use crate::text::pattern::LineOptions;

/// Lines of context that can be asked for on each side of a match.
pub const CONTEXT_MAX: usize = 1000;

/// What is told of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its matching lines, with lines before and after.
    Lines {
        /// Lines before a match.
        before: usize,
        /// Lines after a match.
        after: usize,
    },
    /// Whether it has a match.
    Files,
    /// The number of its matching lines.
    Count,
}

/// A compiled search.
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) matcher: RegexMatcher,
    pub(super) wanted: Wanted,
    /// Binary files are searched as text.
    pub(super) text: bool,
    /// Every match of a line is marked.
    pub(super) marked: bool,
}

impl Query {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(pattern: &str, options: LineOptions, wanted: Wanted) -> Result<Self, String> {
        let matcher = pattern::lines(pattern, options)?;
        Ok(Self { matcher, wanted, text: options.text, marked: true })
    }

    /// Without the places of matches in their lines, which a line of many matches takes long for.
    #[must_use]
    pub fn unmarked(self) -> Self {
        Self { marked: false, ..self }
    }

    /// What is told of a file.
    #[must_use]
    pub const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Lines of context before and after.
    pub(super) fn context(&self) -> (usize, usize) {
        match self.wanted {
            Wanted::Lines { before, after } => (before.min(CONTEXT_MAX), after.min(CONTEXT_MAX)),
            Wanted::Files | Wanted::Count => (0, 0),
        }
    }
}
