//! `layertui [IMAGE]` on a terminal: the explorer.

use crate::cli::args::Args;
use crate::cli::config;
use crate::cli::failure::Outcome;
use crate::explorer::run;
use crate::explorer::run::settings::StartSettings;
use crate::load::settings::OpenSettings;
use crate::source::{self, Opened, Options, Pull};

/// Explores the image of the argument. If no store and no engine has it, the explorer offers its registry.
pub(super) fn image(args: &Args, settings: &OpenSettings, image: &str) -> Outcome {
    let pull = if args.pull.is_none() { Pull::Offered } else { settings.options.pull };
    let options = Options { pull, ..settings.options.clone() };
    let reference = image.to_owned();
    let start = start(args, settings, Some(reference.clone()));
    Ok(run::run(start, move || source::open(&reference, &options))?)
}

/// Explores an image that is chosen from the list of local images.
pub(super) fn local(args: &Args, settings: &OpenSettings) -> Outcome {
    let options = settings.options.clone();
    let start = start(args, settings, None);
    Ok(run::run(start, move || source::local_choices(&options).map(Opened::Several))?)
}

/// Explores an archive in memory; `name` is used in messages.
pub(super) fn bytes(args: &Args, archive: &'static [u8], name: &'static str) -> Outcome {
    let start = start(args, &OpenSettings::default(), None);
    Ok(run::run(start, move || source::open_bytes(archive, name))?)
}

fn start(args: &Args, open: &OpenSettings, reference: Option<String>) -> StartSettings {
    StartSettings {
        theme: args.theme,
        mouse: !args.no_mouse,
        config: config::settings(),
        open: open.clone(),
        reference,
    }
}
