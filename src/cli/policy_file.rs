//! The rules file of a directory: `.layertui.yaml`, or dive's.

use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::cli::failure::Failure;
use crate::policy;
use crate::policy::{Dialect, Rules};
use crate::source::given;

/// Maximum size of a rules file in bytes.
const BYTES_MAX: u64 = 256 * 1024;

pub(super) const OWN: &str = ".layertui.yaml";
pub(super) const OF_DIVE: &str = ".dive-ci";

/// The rules of the file `asked`, else of the first of `usual` that exists, and the name of that file.
pub(super) fn read(
    asked: Option<&Path>,
    usual: &[&str],
) -> Result<Option<(Rules, String)>, Failure> {
    let paths = match asked {
        Some(path) => vec![path],
        None => usual.iter().map(Path::new).collect(),
    };
    for path in paths {
        let mut text = String::new();
        let read =
            given::reader(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
        match read {
            Ok(_) => {}
            Err(error) if asked.is_none() && error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(Failure::Error(format!("{}: {error}", path.display()))),
        }
        let of_dive =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(OF_DIVE));
        let dialect = if of_dive { Dialect::Dive } else { Dialect::Own };
        let rules = policy::read(&text, dialect).map_err(|error| {
            Failure::Error(format!("{}:{}: {}", path.display(), error.line, error.message))
        })?;
        return Ok(Some((rules, path.display().to_string())));
    }
    Ok(None)
}
