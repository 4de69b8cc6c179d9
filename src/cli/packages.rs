//! `layertui packages`: distribution packages by layer.

use crate::cli::args::Packages;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::open::examine;
use crate::cli::output::{notice, output};
use crate::cli::progress::Progress;
use crate::content::packages::distribution::Distribution;
use crate::load::Want;
use crate::load::files::package_layers::{PackageLayers, distribution, package_layers};
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::{Materials, Sbom};

pub(super) fn run(command: &Packages, settings: &OpenSettings) -> Outcome {
    examine(&command.common.image, settings, Want::Tree, |loaded| {
        let layer = loaded.layer(command.layer.as_deref())?;
        loaded.needs(Needs::UpTo(layer));
        let progress = Progress::new().with_verb("reading package databases");
        let mut found = package_layers(&loaded.loader, layer, &progress);
        progress.clear();
        if let Some(format) = command.sbom() {
            write_sbom(loaded, &mut found, layer, format)?;
        } else {
            let write = if command.history { report::package_events } else { report::packages };
            let format = command.common.format();
            loaded.subject(|subject| output(|out| write(out, subject, &found, format)))?;
        }
        let reference = loaded.image().reference.visible();
        for note in &found.notes {
            notice(&format!("{reference}: {note}"));
        }
        if found.notes.is_empty() { Ok(()) } else { Err(Failure::ExitCode(2)) }
    })
}

/// Adds a note to `found` if the distribution could not be read.
fn write_sbom(loaded: &Loaded, found: &mut PackageLayers, layer: usize, format: Sbom) -> Outcome {
    let distribution = distribution(&loaded.loader, layer);
    let distribution = distribution.unwrap_or_else(|why| {
        found.notes.push(why);
        Distribution::default()
    });
    loaded.subject(|subject| {
        let packages = &*found;
        let materials = Materials { subject, layer, packages, distribution: &distribution };
        output(|out| report::sbom(out, &materials, format))
    })
}
