//! The arguments of `build`: a few of its own, all others the engine's, whatever they are called.

use std::ffi::OsString;

use clap::{Arg, Args as Arguments, Command};

use crate::cli::args::judging::Wanted;

/// Whose options are whose.
pub(super) const BORDER: &str = "\
Behind 'build' only --engine and --ci are layertui's: from the first other argument on all are the engine's, --platform,
--pull, --no-cache and --tls-verify among them. Those of layertui itself stand before it: layertui --no-cache build …";

#[derive(Debug, Arguments)]
pub(in crate::cli) struct Build {
    /// The engine (default: the first of docker, podman and buildah that is installed).
    #[arg(long, value_name = "PROGRAM")]
    pub(in crate::cli) engine: Option<String>,

    /// Judge the result by the rules of this directory instead of opening it, as ci does: exit 0 kept, 1 broken, 2 not
    /// to be judged.
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(in crate::cli) ci: Option<Wanted>,

    /// What the engine's `build` is given: from the first argument on that is none of the options above.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(in crate::cli) arguments: Vec<String>,
}

/// Sets apart what the engine is given, by a `--` before it: `--platform`, `--pull` and `--no-cache` are the engine's
/// there, not ours.
pub(in crate::cli) fn apart(
    mut arguments: Vec<OsString>,
    program: impl FnOnce() -> Command,
) -> Vec<OsString> {
    // The commands are made once more for this: only where it may be about this one.
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

/// How many words at the beginning are a command's options and their values.
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
