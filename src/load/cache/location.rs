//! The location of the cache, by the XDG Base Directory Specification.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// `$XDG_CACHE_HOME/layertui`, or `~/.cache/layertui` if that variable is unset, empty or (by the specification) not
/// absolute.
///
/// # Errors
/// If neither variable is usable: a sentence.
pub fn directory() -> Result<PathBuf, String> {
    of(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"))
}

fn of(cache: Option<OsString>, home: Option<OsString>) -> Result<PathBuf, String> {
    let absolute =
        |path: Option<OsString>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(cache)
        .or_else(|| absolute(home).map(|home| home.join(".cache")))
        .map(|base| base.join("layertui"))
        .ok_or_else(|| {
            "neither XDG_CACHE_HOME nor HOME names a directory to keep a cache in".to_owned()
        })
}

/// Checks that no other user may write to the directory or, if it does not exist, to its ancestors.
///
/// # Errors
/// A sentence that names the directory and who may write to it.
#[cfg(unix)]
pub fn check(directory: &Path) -> Result<(), String> {
    crate::load::cache::trust::check(directory)
}

/// Systems without owners and modes: nothing to check.
#[cfg(not(unix))]
pub const fn check(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Creates the directory and its ancestors with mode 0700.
///
/// # Errors
/// I/O errors.
pub(super) fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_paths_are_used() {
        let at = |cache: Option<&str>, home: Option<&str>| {
            of(cache.map(Into::into), home.map(Into::into)).ok()
        };
        assert_eq!(at(Some("/c"), Some("/h")), Some("/c/layertui".into()));
        assert_eq!(at(Some("c"), Some("/h")), Some("/h/.cache/layertui".into()));
        assert_eq!(at(Some(""), Some("/h")), Some("/h/.cache/layertui".into()));
        assert_eq!(at(None, Some("")), None);
        assert_eq!(at(None, None), None);
    }
}
