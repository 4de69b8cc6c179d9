//! `layertui compare --layers`: why the layers of two builds have other digests; exit 1 if one differs.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::Loaded;
use crate::cli::output::output_verdict;
use crate::cli::progress::Progress;
use crate::report::{Format, LayersReport};
use crate::{compare, report};

pub(super) fn compare_layers(old: &Loaded, new: &Loaded, format: Format) -> Outcome {
    let progress = Progress::new().with_verb("comparing");
    let unsure = [unsure(old), unsure(new)];
    let layers = compare::layers::layers(
        old.loader.source().as_ref(),
        new.loader.source().as_ref(),
        unsure.each_ref().map(Vec::as_slice),
        &progress,
    );
    progress.clear();
    let found = LayersReport { old: old.image(), new: new.image(), layers: &layers };
    output_verdict(|out| report::compare_layers(out, &found, format))?;
    if layers.iter().any(|layer| layer.verdict.is_unknown()) {
        return Err(Failure::ExitCode(2));
    }
    if layers.iter().any(|layer| layer.verdict.differs()) {
        return Err(Failure::ExitCode(1));
    }
    Ok(())
}

/// The layers that were not read, or do not have their digest, each with its reason.
fn unsure(loaded: &Loaded) -> Vec<(usize, String)> {
    loaded.subject(|subject| {
        let unsure = subject.unsure().into_iter();
        unsure.map(|it| (it.layer, format!("layer {}: {}", it.layer, it.reason))).collect()
    })
}
