//! `layertui completions` and `layertui man`: generated from the arguments and, for the explorer's keys, from the table of
//! actions.

use clap::CommandFactory as _;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::args::{Args, Completions, Man};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::output;
use crate::explorer::model::action::GROUPS;

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
            found.ok_or_else(|| Failure::Error(format!("'{name}' is not a command")))?
        }
    };
    let keys = command.command.is_none().then(keys);
    output(|out| {
        clap_mangen::Man::new(page).render(out)?;
        out.write_all(keys.unwrap_or_default().as_bytes())
    })
}

/// The keys of the explorer, as a section of the program's page.
fn keys() -> String {
    let mut page = Roff::new();
    page.control("SH", ["KEYS"]);
    let whose = "Those of the explorer, without a config file. A key may mean different things in a pane, in a list and in a \
               file; ? in the explorer lists those that apply.";
    page.text([roman(whose)]);
    for group in &GROUPS {
        page.control("SS", [group.name]);
        for entry in group.rows {
            page.control("TP", []);
            let mut keys = Vec::new();
            for key in entry.keys {
                if !keys.is_empty() {
                    keys.push(roman(", "));
                }
                keys.push(bold(*key));
            }
            page.text(keys);
            page.text([roman(entry.help)]);
        }
    }
    // Without the preamble, which the page already has.
    page.to_roff()
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
