//! The command line: arguments in, exit code out; one file a subcommand.
//!
//! Exit codes: 0 fine, 1 the answer is "no" (path not found, images differ), 2 could not do it. A closed pipe is no error.
//! This is the only room that writes to standard output and standard error.

mod args;
mod base;
mod build;
mod cache;
mod cat;
mod ci;
mod compare;
mod conclude;
mod config;
mod contents;
mod demo;
mod diff;
mod explore;
mod extract;
mod find;
mod findings;
mod history;
mod images;
mod layers;
mod look;
mod ls;
mod manual;
mod missing;
mod open;
mod progress;
mod report;
mod rules_file;
mod verify;
mod waste;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser as _;

use crate::report::Lines;
use crate::source;
use crate::source::registry::{Pull, Registries};
use crate::text;
use args::{Args, Command};
use open::Setting;

/// How a command ended, other than well.
#[derive(Debug)]
enum Failure {
    /// The answer is no: exit 1, with a sentence.
    No(String),
    /// It could not be done: exit 2, with a sentence. Raw text, made visible when it is printed.
    Error(String),
    /// Several images, none chosen: exit 2, with a line for each.
    Choices {
        /// What is asked for.
        message: String,
        /// What to ask for.
        choices: Vec<String>,
    },
    /// The output has said it all: this exit code.
    Told(u8),
    /// Whoever read the output went away.
    ClosedPipe,
    /// A signal ended it; the terminal is restored.
    Signal(i32),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Error(format!("writing the output: {error}"))
    }
}

impl From<source::Error> for Failure {
    fn from(error: source::Error) -> Self {
        match error {
            // A long list is read line by line.
            source::Error::NoSuchImage { place, what, pick, available } if available.len() > 1 => {
                let message = format!("{place}: no {what}{pick} here; there is:");
                Self::Choices { message, choices: available }
            }
            error => Self::Error(error.to_string()),
        }
    }
}

type Outcome = Result<(), Failure>;

/// Parses the arguments of this process, does what they say and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse_from(args::apart(std::env::args_os().collect())) {
        Ok(args) => args,
        Err(error) => {
            // The message quotes what was typed: the same mistake, with arguments that can be seen.
            let seen =
                std::env::args_os().map(|it| text::visible(it.as_encoded_bytes()).into_owned());
            let seen = args::apart(seen.map(Into::into).collect());
            let error = Args::try_parse_from(seen).err().unwrap_or(error);
            // Help and version go to standard output and are no error; a reader that left is none either.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(&args) {
        Ok(()) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(Failure::No(message)) => complain(&message, 1),
        Err(Failure::Error(message)) => complain(&message, 2),
        Err(Failure::Choices { message, choices }) => {
            let code = complain(&message, 2);
            for choice in &choices {
                let _ = writeln!(io::stderr(), "  {}", text::visible_str(choice));
            }
            code
        }
        Err(Failure::Told(code)) => ExitCode::from(code),
        // As a shell reports a program that a signal ended.
        Err(Failure::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(2)),
    }
}

/// Says something beside the output.
fn remark(message: &str) {
    // Nothing is left to be done if standard error is closed.
    let _ = writeln!(io::stderr(), "layertui: {}", text::visible_str(message));
}

/// As [`output`], for text: what is foreign in it can neither obey nor begin a line.
fn lines<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    output(|out| write(&mut Lines::new(out)))
}

fn complain(message: &str, code: u8) -> ExitCode {
    remark(message);
    ExitCode::from(code)
}

/// Whether a command will open files of layers, or read the layers once more, after it knows what they hold.
fn opens_files(command: Option<&Command>) -> bool {
    match command {
        Some(Command::Build(build)) => build.ci.is_some() || io::stdout().is_terminal(),
        None => io::stdout().is_terminal(),
        Some(
            Command::Cat(_)
            | Command::Extract(_)
            | Command::Ci(_)
            | Command::Compare(_)
            | Command::Findings(_)
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
    if args.print_config {
        return config::print();
    }
    if args.check_config {
        return config::check();
    }
    let (cache, shelf) = if args.no_cache { (None, None) } else { cache::usable() };
    let registries = Registries { tls_verify: args.tls_verify, shelf, ..Registries::of_process() };
    let contents = opens_files(args.command.as_ref());
    let pull = args.pull.map_or(Pull::Never, Pull::from);
    let setting = Setting { platform: args.platform()?, contents, cache, pull, registries };
    match &args.command {
        Some(Command::Demo) => demo::run(args),
        Some(Command::Layers(command)) => layers::run(command, &setting),
        Some(Command::Ls(command)) => ls::run(command, &setting),
        Some(Command::Diff(command)) => diff::run(command, &setting),
        Some(Command::History(command)) => history::run(command, &setting),
        Some(Command::Find(command)) => find::run(command, &setting),
        Some(Command::Waste(command)) => waste::run(command, &setting),
        Some(Command::Findings(command)) => findings::run(command, &setting),
        Some(Command::Ci(command)) => ci::run(command, &setting),
        Some(Command::Cache(command)) => cache::run(command),
        Some(Command::Cat(command)) => cat::run(command, &setting),
        Some(Command::Compare(command)) => compare::run(command, &setting),
        Some(Command::Extract(command)) => extract::run(command, &setting),
        Some(Command::Build(command)) => build::run(args, command, &setting),
        Some(Command::Completions(command)) => manual::completions(command),
        Some(Command::Man(command)) => manual::man(command),
        Some(Command::Report(command)) => report::run(command, &setting),
        Some(Command::Verify(command)) => verify::run(command, &setting),
        Some(Command::Images(command)) => images::run(command),
        None => match &args.image {
            Some(image) if io::stdout().is_terminal() => explore::image(args, &setting, image),
            Some(image) => layers::print(image, &setting),
            None if io::stdout().is_terminal() => explore::local(args, &setting),
            None => images::run(&args::Images { containers: false, json: false }),
        },
    }
}

/// As [`output`], for an answer that the exit code gives as well: who closed the pipe early still hears that.
fn answer(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    match output(write) {
        Err(Failure::ClosedPipe) => Ok(()),
        written => written,
    }
}

/// Runs `write` with a buffered standard output.
fn output<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Failure> {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let value = write(&mut out)?;
    out.flush()?;
    Ok(value)
}
