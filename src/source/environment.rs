//! The variables of the process and the root of the file system, as data, so that tests can provide their own.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Environment variables and the file system root.
#[derive(Clone, Debug)]
pub(in crate::source) struct Environment {
    variables: HashMap<OsString, OsString>,
    /// Replaces `/` in tests.
    root: PathBuf,
}

impl Environment {
    /// The environment of this process.
    pub(in crate::source) fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect(), root: PathBuf::from("/") }
    }

    /// An environment for tests.
    #[cfg(test)]
    pub(in crate::source) fn given(
        root: &std::path::Path,
        variables: &[(&str, &std::path::Path)],
    ) -> Self {
        let variables =
            variables.iter().map(|&(name, value)| (name.into(), value.as_os_str().to_owned()));
        Self { variables: variables.collect(), root: root.to_path_buf() }
    }

    /// This one with other values of some variables.
    pub(in crate::source) fn with(mut self, variables: &[(&'static str, String)]) -> Self {
        self.variables.extend(variables.iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// A variable that is set and not empty.
    pub(in crate::source) fn variable(&self, name: &str) -> Option<PathBuf> {
        let value = self.variables.get(std::ffi::OsStr::new(name))?;
        (!value.is_empty()).then(|| PathBuf::from(value))
    }

    /// An absolute path below the file system root.
    pub(in crate::source) fn system(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// `$NAME` if absolute, else its default below the home directory (XDG Base Directory Specification).
    pub(in crate::source) fn xdg(&self, name: &str, below_home: &str) -> Option<PathBuf> {
        let absolute = self.variable(name).filter(|path| path.is_absolute());
        absolute.or_else(|| Some(self.variable("HOME")?.join(below_home)))
    }
}
