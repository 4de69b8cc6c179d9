//! `layertui packages`: distribution packages by layer.

use crate::cli::args::Packages;
use crate::cli::conclude::Needs;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::examine;
use crate::cli::output::{notice, output};
use crate::cli::progress::Progress;
use crate::load::Want;
use crate::load::files::package_layers::package_layers;
use crate::load::settings::OpenSettings;
use crate::report;

pub(super) fn run(command: &Packages, settings: &OpenSettings) -> Outcome {
    examine(&command.common.image, settings, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        loaded.needs(Needs::UpTo(layer));
        let progress = Progress::new().with_verb("reading package databases");
        let found = package_layers(&loaded.loader, layer, &progress);
        progress.clear();
        let write = if command.history { report::package_events } else { report::packages };
        loaded.subject(|subject| {
            output(|out| write(out, subject, &found, command.common.format()))
        })?;
        let reference = loaded.image().reference.visible();
        for note in &found.notes {
            notice(&format!("{reference}: {note}"));
        }
        if found.notes.is_empty() { Ok(()) } else { Err(Failure::ExitCode(2)) }
    })
}
