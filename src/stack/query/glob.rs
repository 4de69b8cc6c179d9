//! Shell patterns for paths: a pattern with a `/` matches whole paths, another one the last component.

use regex::bytes::Regex;

use crate::text::pattern;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Glob {
    matcher: Regex,
    /// Matches whole paths.
    whole: bool,
}

impl Glob {
    /// Compiles a pattern; `*` does not match `/`, `**` does. A pattern with a `/` begins at the root.
    ///
    /// # Errors
    /// If the pattern is malformed or empty.
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("an empty pattern".to_owned());
        }
        let whole = pattern.contains('/');
        let absolute = if whole && !pattern.starts_with('/') {
            format!("/{pattern}")
        } else {
            pattern.to_owned()
        };
        Ok(Self { matcher: pattern::glob(&absolute, true)?, whole })
    }

    /// The same pattern, matching both cases.
    #[must_use]
    pub fn any_case(&self) -> Self {
        Self { matcher: pattern::any_case(&self.matcher, true), whole: self.whole }
    }

    /// Whether an absolute path matches.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        self.matcher.is_match(if self.whole { path } else { name })
    }
}

/// Patterns of which one has to match.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<Glob>);

impl Globs {
    /// Compiles each pattern.
    ///
    /// # Errors
    /// The first malformed pattern.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, String> {
        patterns
            .iter()
            .map(|pattern| Glob::new(pattern.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there is no pattern.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an absolute path matches one of them.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        self.0.iter().any(|glob| glob.matches(path))
    }
}

#[cfg(test)]
mod tests {
    use crate::stack::query::glob::Glob;

    #[test]
    fn a_slash_makes_it_a_pattern_of_whole_paths() {
        let fits = |pattern: &str, path: &str| Glob::new(pattern).unwrap().matches(path.as_bytes());
        assert!(fits("id_*", "/root/.ssh/id_rsa") && !fits("id_*", "/id_x/y"));
        assert!(fits("/root/*", "/root/a") && !fits("/root/*", "/root/a/b"));
        assert!(fits("root/**", "/root/a/b") && fits("**/a", "/x/a"));
        assert!(Glob::new("[").is_err() && Glob::new("").is_err());
    }
}
