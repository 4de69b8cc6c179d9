//! Which paths a pattern of the command line means.

use globset::{GlobBuilder, GlobMatcher};
use regex::bytes::Regex;

use crate::stack::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack};

/// A way to pick paths.
pub enum Pattern {
    /// A part of a name or path; letters match in both cases unless one is capital.
    Part(Vec<u8>),
    /// A shell pattern: over the whole path where it has a `/`, else over the last component.
    Glob {
        /// The compiled pattern.
        glob: GlobMatcher,
        /// It is about whole paths.
        whole: bool,
    },
    /// A regular expression over the whole path.
    Regex(Regex),
}

impl Pattern {
    /// A shell pattern; `*` stops at `/`, `**` does not.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn glob(pattern: &str) -> Result<Self, String> {
        let whole = pattern.contains('/');
        let absolute = if whole && !pattern.starts_with('/') {
            format!("/{pattern}")
        } else {
            pattern.to_owned()
        };
        let glob = GlobBuilder::new(&absolute)
            .literal_separator(true)
            .build()
            .map_err(|error| format!("'{pattern}' is no glob: {error}"))?;
        Ok(Self::Glob { glob: glob.compile_matcher(), whole })
    }

    /// A regular expression over absolute paths.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn regex(pattern: &str) -> Result<Self, String> {
        Regex::new(pattern)
            .map(Self::Regex)
            .map_err(|error| format!("'{pattern}' is no regular expression: {error}"))
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

    /// Every path any layer names that the pattern means, sorted by path bytes.
    #[must_use]
    pub fn matches<'s>(&'s self, stack: &'s Stack) -> Box<dyn Iterator<Item = NodeId> + 's> {
        let walk = Walk::new(stack, Scope::Ever, NodeId::ROOT, true);
        match self {
            Self::Part(part) => {
                let hits = stack.search(part);
                Box::new(walk.filter(move |&node| hits.contains(node)))
            }
            Self::Glob { glob, whole: false } => {
                Box::new(walk.filter(|&node| glob.is_match(os(stack.name(node)).as_ref())))
            }
            Self::Glob { glob, whole: true } => {
                Box::new(walk.filter(|&node| glob.is_match(os(&stack.path(node)).as_ref())))
            }
            Self::Regex(regex) => Box::new(walk.filter(|&node| regex.is_match(&stack.path(node)))),
        }
    }
}

/// Bytes as a path of this system; only where paths are not bytes does anything get lost.
#[cfg(unix)]
fn os(bytes: &[u8]) -> std::borrow::Cow<'_, std::path::Path> {
    use std::os::unix::ffi::OsStrExt as _;
    std::borrow::Cow::Borrowed(std::path::Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn os(bytes: &[u8]) -> std::borrow::Cow<'_, std::path::Path> {
    std::borrow::Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into())
}
