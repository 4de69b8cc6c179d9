//! The config file: its path and its errors. `explorer::model::config` parses it.

use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Outcome};

use crate::cli::output::{lines, notice, output};
use crate::explorer::model::config;
use crate::explorer::model::config::Settings;
use crate::source::given;

/// Maximum size of a config file in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// The user's config, with its errors; the defaults if there is no file.
pub(crate) fn settings() -> Settings {
    path_of_file().map_or_else(Settings::default, |path| read(&path))
}

/// Prints the errors in the config file; exit 1 if there are any.
pub(super) fn check() -> Outcome {
    let Some(path) = path_of_file() else {
        let why = "neither XDG_CONFIG_HOME nor HOME names a directory for a config file";
        return Err(Failure::Error(why.to_owned()));
    };
    let settings = read(&path);
    for error in &settings.errors {
        notice(error.raw());
    }
    match settings.errors.len() {
        0 if path.exists() => lines(|out| writeln!(out, "{}: fine", path.display())),
        0 => lines(|out| writeln!(out, "{}: not found, the defaults apply", path.display())),
        1 => Err(Failure::No("the config file has 1 error".to_owned())),
        count => Err(Failure::No(format!("the config file has {count} errors"))),
    }
}

/// Prints a config file with the defaults.
pub(super) fn print() -> Outcome {
    output(|out| out.write_all(config::default_text().as_bytes()))
}

/// `$XDG_CONFIG_HOME/layertui/config.toml`, or below `~/.config` if that variable is not an absolute path (XDG Base
/// Directory Specification).
fn path_of_file() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("layertui").join("config.toml"))
}

fn read(path: &Path) -> Settings {
    let mut settings = match given::text(path, BYTES_MAX) {
        Ok(text) => Settings::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
        Err(error) => with_error(&error.to_string()),
    };
    for error in &mut settings.errors {
        *error = format!("{}: {}", path.display(), error.raw()).into();
    }
    settings
}

fn with_error(what: &str) -> Settings {
    Settings { errors: vec![what.into()], ..Settings::default() }
}
