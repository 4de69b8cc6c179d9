//! `layertui completions` and `layertui man`: what the arguments say, for shells and for man.

use clap::CommandFactory as _;

use super::args::{Args, Completions, Man};
use super::{Failure, Outcome, output};

const NAME: &str = "layertui";

pub(super) fn completions(command: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Args::command(), NAME, &mut script);
    output(|out| out.write_all(&script))
}

/// The page of the program, or of one of its commands.
pub(super) fn man(command: &Man) -> Outcome {
    let mut program = Args::command();
    program.build();
    let page = match &command.command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned().map(|it| it.version(VERSION));
            found.ok_or_else(|| Failure::Error(format!("'{name}' is no command")))?
        }
    };
    output(|out| clap_mangen::Man::new(page).render(out))
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
