//! The config file: where it is, and what is wrong with it. What it says is read by `app::config`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Outcome};

use crate::cli::output::{lines, output, remark};
use crate::explorer::model::config;
use crate::explorer::model::config::Settings;
use crate::source::given;

/// A config file larger than this is none.
const BYTES_MAX: u64 = 1 << 20;

/// What the user's config file says; nothing where there is none. What is wrong with it is among its complaints.
pub(crate) fn settings() -> Settings {
    place().map_or_else(Settings::default, |path| read(&path))
}

/// Says what is wrong with the config file. Exit 1 where anything is.
pub(super) fn check() -> Outcome {
    let Some(path) = place() else {
        let why = "neither XDG_CONFIG_HOME nor HOME names a directory for a config file";
        return Err(Failure::Error(why.to_owned()));
    };
    let settings = read(&path);
    for error in &settings.errors {
        remark(error.raw());
    }
    match settings.errors.len() {
        0 if path.exists() => lines(|out| writeln!(out, "{}: fine", path.display())),
        0 => lines(|out| writeln!(out, "{}: not there, the defaults hold", path.display())),
        1 => Err(Failure::No("one thing in the config file is not understood".to_owned())),
        count => Err(Failure::No(format!("{count} things in the config file are not understood"))),
    }
}

/// Prints a config file that says what holds without one.
pub(super) fn print() -> Outcome {
    output(|out| out.write_all(config::default_text().as_bytes()))
}

/// `$XDG_CONFIG_HOME/layertui/config.toml`, or below `~/.config` where that variable names no absolute path (XDG Base
/// Directory Specification).
fn place() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("layertui").join("config.toml"))
}

fn read(path: &Path) -> Settings {
    let mut text = String::new();
    let bytes =
        given::reader(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_string(&mut text));
    let mut settings = match bytes {
        Ok(bytes) if bytes as u64 > BYTES_MAX => with_error("larger than 1 MiB: not read"),
        Ok(_) => Settings::parse(&text),
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
