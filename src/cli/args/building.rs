//! The arguments of `build`: `--engine` and `--ci`; all others are passed to the engine.

use std::ffi::OsString;

use clap::{Arg, Args as Arguments, Command};

use crate::cli::args::judging::Wanted;

/// Help text: which options belong to layertui and which to the engine.
pub(super) const BORDER: &str = "\
After 'build' only --engine and --ci belong to layertui. From the first other argument on, all are passed to the engine,
including --platform, --pull, --no-cache and --tls-verify. Put layertui's own options first: layertui --no-cache build …

Options that the engine takes before its command (--root, --storage-driver, --url, --context, --host, …) are passed there, and the
result is opened where they put it. With CI=true in the environment the result is checked, as with --ci.

Examples:
  layertui build -t app .
  layertui build --ci=junit -t app .
  layertui build --engine buildah -- --root /srv/storage -t app .
  layertui build --engine docker -- --context lab -t app .";

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Build {
    /// The engine (default: the first of docker, podman and buildah that is installed).
    #[arg(long, value_name = "PROGRAM")]
    pub(in crate::cli) engine: Option<String>,

    /// Check the result against the rules of this directory, as ci does, instead of opening it (exit 0 pass, 1 fail, 2
    /// could not be evaluated). Also where the environment has CI=true.
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(in crate::cli) ci: Option<Wanted>,

    /// Arguments passed to the engine's `build`: from the first one that is not an option above.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(in crate::cli) arguments: Vec<String>,
}

/// Inserts `--` before the arguments that are passed to the engine, so that clap does not take its `--platform`, `--pull`
/// and `--no-cache` for ours.
pub(in crate::cli) fn apart(
    mut arguments: Vec<OsString>,
    program: impl FnOnce() -> Command,
) -> Vec<OsString> {
    // Building the clap commands costs time: only if the command may be `build`.
    if !arguments.iter().any(|word| word == "build") {
        return arguments;
    }
    let program = program();
    let Some(build) = program.find_subcommand("build") else { return arguments };
    let command = 1 + options(&program, arguments.get(1..).unwrap_or_default());
    if arguments.get(command).is_some_and(|word| word == "build") {
        let own = command + 1;
        let theirs = own + options(build, &arguments[own..]);
        if arguments.get(theirs).is_some_and(|word| word != "--") {
            arguments.insert(theirs, "--".into());
        }
    }
    arguments
}

/// The number of leading words that are options of `command` and their values.
fn options(command: &Command, words: &[OsString]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at).and_then(|word| word.to_str()) {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, it)| (name, Some(it)));
        let is_it =
            |arg: &&Arg| arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
        let takes_word = match command.get_arguments().find(is_it) {
            Some(arg) => arg.get_action().takes_values() && !arg.is_require_equals_set(),
            None if matches!(word, "-h" | "--help" | "-V" | "--version") => false,
            None => break,
        };
        at += if takes_word && value.is_none() { 2 } else { 1 };
    }
    at.min(words.len())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_engines_options_are_the_engines() {
        for (given, set_apart) in [
            ("build -t x .", "build -- -t x ."),
            ("build --platform linux/arm64 .", "build -- --platform linux/arm64 ."),
            ("build --ci --no-cache --pull .", "build --ci -- --no-cache --pull ."),
            ("build --engine podman --ci=junit .", "build --engine podman --ci=junit -- ."),
            (
                "--no-cache --platform a/b build --format docker",
                "--no-cache --platform a/b build -- --format docker",
            ),
            ("build --engine=x -- --ci", "build --engine=x -- --ci"),
            ("build", "build"),
            ("build --engine", "build --engine"),
            ("build --help", "build --help"),
            ("layers build --long", "layers build --long"),
            ("", ""),
        ] {
            let words = |text: &str| -> Vec<OsString> {
                std::iter::once("layertui").chain(text.split_whitespace()).map(Into::into).collect()
            };
            assert_eq!(
                apart(words(given), crate::cli::args::Args::command),
                words(set_apart),
                "{given}"
            );
        }
    }
}
