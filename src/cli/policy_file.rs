//! The rules file of a directory: `.layertui.yaml`, or dive's.

use std::io;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::policy;
use crate::policy::{Dialect, Rules};
use crate::source::given;

/// Maximum size of a rules file or a Dockerfile in bytes.
const BYTES_MAX: u64 = 256 * 1024;

pub(super) const OWN: &str = ".layertui.yaml";
pub(super) const OF_DIVE: &str = ".dive-ci";

/// A rules file that was read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rules: Rules,
    /// The file.
    pub(super) name: String,
    /// The line of each rule.
    pub(super) lines: Vec<(String, usize)>,
}

/// The rules of the file `asked`, else of the first of `usual` that exists, and the name of that file.
pub(super) fn read(asked: Option<&Path>, usual: &[&str]) -> Result<Option<Found>, Failure> {
    let dialect = |path| if is_named(path, OF_DIVE) { Dialect::Dive } else { Dialect::Own };
    if let Some(path) = asked {
        let text = text(path).map_err(|error| unreadable(path, &error))?;
        return rules(path, &text, dialect(path)).map(Some);
    }
    for path in usual.iter().map(Path::new) {
        match text(path) {
            Ok(text) => return rules(path, &text, dialect(path)).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
    Ok(None)
}

/// The rules of a file that an option of dive names. It is dive's, unless its name says that it is ours.
pub(super) fn read_as_dive(path: &Path) -> Result<Found, Failure> {
    let dialect = if is_named(path, OWN) { Dialect::Own } else { Dialect::Dive };
    let text = text(path).map_err(|error| unreadable(path, &error))?;
    rules(path, &text, dialect)
}

fn is_named(path: &Path, start: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
}

/// A file that says something about an image.
///
/// # Errors
/// Also if it is too long: what is behind a limit must not be missing from the rules.
pub(super) fn text(path: &Path) -> io::Result<String> {
    given::text(path, BYTES_MAX)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Error(format!("{}: {error}", path.display()))
}

fn rules(path: &Path, text: &str, dialect: Dialect) -> Result<Found, Failure> {
    let rules = policy::read(text, dialect).map_err(|error| {
        Failure::Error(format!("{}:{}: {}", path.display(), error.line, error.message))
    })?;
    Ok(Found { rules, name: path.display().to_string(), lines: policy::lines(text) })
}
