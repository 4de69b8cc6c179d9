//! The command line: arguments in, exit code out; one file per subcommand.
//!
//! Exit codes: 0 success, 1 the answer is "no" (path not found, images differ), 2 could not be done. A closed pipe is not an
//! error. Only this module writes to standard output and standard error.

pub(crate) mod args;
mod base;
mod build;
mod cache;
mod cat;
mod ci;
mod compare;
mod compare_layers;
mod conclude;
pub(crate) mod config;
mod demo;
mod diff;
mod engine_options;
mod explore;
mod extract;
mod failure;
mod find;
mod findings;
mod grep;
mod history;
mod images;
mod layers;
mod loaded;
mod ls;
mod manual;
mod missing;
mod open;
mod option_words;
mod output;
mod packages;
mod plugin;
mod policy_file;
pub(crate) mod progress;
mod report;
mod verify;
mod waste;

use std::ffi::OsString;
use std::io;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::cli::args::{Args, Command};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::{fail, notice};
use crate::cli::plugin::Call;
use crate::load::settings::OpenSettings;
use crate::source::{Options, Pull, Registries};
use crate::text;

/// Parses the arguments of this process, runs the command and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match plugin::recognise(std::env::args_os().collect()) {
        Call::Run(arguments) => arguments,
        Call::Describe => return end(plugin::describe()),
        Call::Unsupported(option) => {
            let option = option.to_string_lossy();
            let message = format!(
                "options of docker before the command, here '{option}', are not supported: set DOCKER_HOST or DOCKER_CONTEXT"
            );
            return fail(&message, 2);
        }
    };
    let args = match Args::try_parse_from(args::apart(arguments.clone(), Args::command)) {
        Ok(args) => args,
        Err(error) => {
            // The message quotes the arguments: parse again with visible ones for the same error.
            let seen = arguments.iter().map(|it| text::visible(it.as_encoded_bytes()).to_string());
            let seen = args::apart(seen.map(Into::into).collect(), Args::command);
            let error = Args::try_parse_from(seen).err().unwrap_or(error);
            // Help and version go to standard output and are not errors; neither is a closed pipe.
            let _ = error.print();
            if let Some(word) = standard_input(&error, &arguments) {
                notice(&format!(
                    "for an archive on standard input write options, then --, then {word}"
                ));
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    end(run(&args))
}

/// The argument that clap took for an unknown option, if it means an archive on standard input: `-:REF` or `-@INDEX`.
fn standard_input(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let is_it = |word: &&str| word.starts_with("-:") || word.starts_with("-@");
    let words = arguments.iter().filter_map(|word| word.to_str());
    let word = words.take_while(|word| *word != "--").find(is_it);
    word.filter(|_| error.kind() == ErrorKind::UnknownArgument).map(str::to_owned)
}

/// The exit code, after the message of a failure.
fn end(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(Failure::No(message)) => fail(&message, 1),
        Err(Failure::Error(message)) => fail(&message, 2),
        Err(Failure::Choices { message, choices }) => {
            let code = fail(&message, 2);
            for choice in &choices {
                let _ = writeln!(io::stderr(), "  {}", text::visible(choice));
            }
            code
        }
        Err(Failure::ExitCode(code)) => ExitCode::from(code),
        // 128 + signal number, as shells report it.
        Err(Failure::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(2)),
    }
}

/// Whether a command opens files of layers, or reads layers again, after it has listed them.
fn opens_files(command: Option<&Command>, judges: bool) -> bool {
    match command {
        Some(Command::Build(build)) => build.judges().is_some() || io::stdout().is_terminal(),
        None => io::stdout().is_terminal() || judges,
        Some(
            Command::Cat(_)
            | Command::Extract(_)
            | Command::Ci(_)
            | Command::Compare(_)
            | Command::Findings(_)
            | Command::Grep(_)
            | Command::Packages(_)
            | Command::Report(_)
            | Command::Verify(_),
        ) => true,
        Some(_) => false,
    }
}

fn run(args: &Args) -> Outcome {
    if let (Some(image), Some(_)) = (&args.image, &args.command) {
        let how =
            format!("'{image}' stands before a command: the command comes first, then the image");
        return Err(Failure::Error(how));
    }
    if let (Some(option), Some(_)) = (args.dive.first(), &args.command) {
        let how =
            format!("{option} before a command has no meaning: options of a command come after it");
        return Err(Failure::Error(how));
    }
    if args.print_config {
        return config::print();
    }
    if args.check_config {
        return config::check();
    }
    // The command `cache` says itself why they are not used.
    let without = args.no_cache || matches!(args.command, Some(Command::Cache(_)));
    let (cache, blob_cache) = if without { (None, None) } else { cache::usable() };
    let registries =
        Registries { tls_verify: args.tls_verify, blob_cache, ..Registries::of_process() };
    let contents = opens_files(args.command.as_ref(), args.dive.ci || ci::in_pipeline());
    let pull = args.pull.map_or(Pull::Never, Pull::from);
    let platform = args.platform()?;
    let options = Options { platform, contents, pull, registries, ..Options::default() };
    let settings = OpenSettings { options, cache };
    match &args.command {
        Some(Command::Demo) => demo::run(args),
        Some(Command::Layers(command)) => layers::run(command, &settings),
        Some(Command::Ls(command)) => ls::run(command, &settings),
        Some(Command::Diff(command)) => diff::run(command, &settings),
        Some(Command::History(command)) => history::run(command, &settings),
        Some(Command::Find(command)) => find::run(command, &settings),
        Some(Command::Grep(command)) => grep::run(command, &settings),
        Some(Command::Waste(command)) => waste::run(command, &settings),
        Some(Command::Findings(command)) => findings::run(command, &settings),
        Some(Command::Packages(command)) => packages::run(command, &settings),
        Some(Command::Ci(command)) => ci::run(command, &settings),
        Some(Command::Cache(command)) => cache::run(command),
        Some(Command::Cat(command)) => cat::run(command, &settings),
        Some(Command::Compare(command)) => compare::run(command, &settings),
        Some(Command::Extract(command)) => extract::run(command, &settings),
        Some(Command::Build(command)) => build::run(args, command, &settings),
        Some(Command::Completions(command)) => manual::completions(command),
        Some(Command::Man(command)) => manual::man(command),
        Some(Command::Report(command)) => report::run(command, &settings),
        Some(Command::Verify(command)) => verify::run(command, &settings),
        Some(Command::Images(command)) => images::run(command),
        None => match &args.image {
            Some(image) => image_alone(args, &settings, &args.dive.reference(image)),
            None if args.dive.first().is_some() => {
                Err(Failure::Error("no image given: write it after the options".to_owned()))
            }
            None if io::stdout().is_terminal() => explore::local(args, &settings),
            None => images::run(&args::Images { containers: false, json: false }),
        },
    }
}

/// An image without a command: judged or written as by dive's options, else explored; without a terminal its layers.
fn image_alone(args: &Args, settings: &OpenSettings, image: &str) -> Outcome {
    if let Some(file) = &args.dive.json {
        return report::as_dive(image, file, settings);
    }
    if args.dive.ci || ci::in_pipeline() {
        return ci::by_options(image, &args.dive.rules, settings);
    }
    if io::stdout().is_terminal() {
        return explore::image(args, settings, image);
    }
    layers::print(image, settings)
}
