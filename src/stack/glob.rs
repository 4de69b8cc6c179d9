//! Shell patterns over paths: over the whole path where the pattern has a `/`, else over the last component.

use globset::{GlobBuilder, GlobMatcher};

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Glob {
    matcher: GlobMatcher,
    /// It is about whole paths.
    whole: bool,
}

impl Glob {
    /// Compiles a pattern; `*` stops at `/`, `**` does not. One with a `/` begins at the root.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(pattern: &str) -> Result<Self, String> {
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
        Ok(Self { matcher: glob.compile_matcher(), whole })
    }

    /// Whether an absolute path is meant.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        self.matcher.is_match(os(if self.whole { path } else { name }).as_ref())
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

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_slash_makes_it_a_pattern_of_whole_paths() {
        let fits = |pattern: &str, path: &str| Glob::new(pattern).unwrap().matches(path.as_bytes());
        assert!(fits("id_*", "/root/.ssh/id_rsa") && !fits("id_*", "/id_x/y"));
        assert!(fits("/root/*", "/root/a") && !fits("/root/*", "/root/a/b"));
        assert!(fits("root/**", "/root/a/b") && fits("**/a", "/x/a"));
        assert!(Glob::new("[").is_err());
    }
}
