//! Patterns of the command line, and the paths that they match.

use regex::bytes::Regex;

use crate::stack::query::glob::Glob;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};
use crate::text::pattern;

/// A pattern over paths.
pub enum Pattern {
    /// A part of a name or path; case is ignored unless a letter is upper case.
    Part(Vec<u8>),
    /// A shell pattern.
    Glob(Glob),
    /// A regular expression over the whole path.
    Regex(Regex),
}

impl Pattern {
    /// A shell pattern; `*` stops at `/`, `**` does not.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn glob(pattern: &str) -> Result<Self, String> {
        Glob::new(pattern).map(Self::Glob)
    }

    /// A regular expression over absolute paths.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn regex(pattern: &str) -> Result<Self, String> {
        pattern::regex(pattern).map(Self::Regex)
    }

    /// A shell pattern if it has a wildcard, else a part of a name.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn guess(pattern: &str) -> Result<Self, String> {
        if pattern.contains(['*', '?', '[', '{']) {
            return Self::glob(pattern);
        }
        Ok(Self::Part(pattern.as_bytes().to_vec()))
    }

    /// Matching paths of all layers, sorted by path bytes. Case is ignored if the stack ignores it.
    #[must_use]
    pub fn matches<'s>(&'s self, stack: &'s Stack) -> Box<dyn Iterator<Item = NodeId> + 's> {
        let walk = Walk::new(stack, Scope::All, NodeId::ROOT, true);
        match self {
            Self::Part(part) => {
                let hits = stack.search(part);
                Box::new(walk.filter(move |&node| hits.contains(node)))
            }
            Self::Glob(glob) => {
                let glob = if stack.folds_case() { glob.any_case() } else { glob.clone() };
                Box::new(walk.filter(move |&node| glob.matches(&stack.path(node))))
            }
            Self::Regex(regex) => {
                let folds = stack.folds_case();
                let regex = if folds { pattern::any_case(regex, false) } else { regex.clone() };
                Box::new(walk.filter(move |&node| regex.is_match(&stack.path(node))))
            }
        }
    }
}
