//! `layertui verify`: whether the bytes of all blobs match their digests; exit 1 if not.

use std::sync::atomic::AtomicU64;

use crate::cli::args::Verify;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::open;
use crate::cli::output::output_verdict;
use crate::cli::progress::Progress;
use crate::layer::OneOfMany;
use crate::load::at_once::at_once;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::{Check, first_mismatch, first_unknown};
use crate::source::{Judged, Source};

pub(super) fn run(command: &Verify, settings: &OpenSettings) -> Outcome {
    let source = open(&command.common.image, settings)?;
    let progress = Progress::new().with_verb("verifying");
    let checks = checks(source.as_ref(), &progress);
    progress.clear();
    output_verdict(|out| report::verify(out, &checks, command.common.format()))?;
    if let Some(check) = first_mismatch(&checks) {
        let stated = check.stated.as_deref().unwrap_or_default();
        return Err(Failure::No(format!("{}: the bytes do not match {stated}", check.what)));
    }
    if let Some(check) = first_unknown(&checks) {
        return Err(Failure::Error(format!("{}: could not be verified", check.what)));
    }
    if checks.is_empty() {
        let why = "the image states no digest: there is nothing to verify";
        return Err(Failure::Error(why.to_owned()));
    }
    Ok(())
}

const DIFF_ID: &str = "diff ID";

/// Checks every digest that is stated or should be: manifest and config, then the layers from the base up.
fn checks(source: &dyn Source, progress: &Progress) -> Vec<Check> {
    let image = source.image();
    let mut checks: Vec<Check> = image
        .documents
        .iter()
        .map(|document| Check {
            what: document.what.to_owned(),
            layer: None,
            stated: Some(document.digest.clone()),
            judged: match &document.found {
                Some(found) if *found == document.digest => Judged::Ok,
                Some(found) => Judged::Differs(found.clone()),
                None => Judged::Unknown(
                    "not read, or its digest has an unsupported algorithm".to_owned(),
                ),
            },
        })
        .collect();
    let total = AtomicU64::new(0);
    let layers = (0..image.layers.len()).map(|layer| (source.listing_cost(layer), layer));
    let verified =
        at_once(layers.collect(), |layer| source.verify(layer, &OneOfMany::new(progress, &total)));
    for ((layer, stated), verified) in image.layers.iter().enumerate().zip(verified) {
        let both = [
            ("digest", &stated.digest, verified.digest),
            (DIFF_ID, &stated.diff_id, verified.diff_id),
        ];
        for (kind, stated, judged) in both {
            // Archives without a manifest state no digests of blobs; every layer must have a diff ID.
            if judged != Judged::Unstated || kind == DIFF_ID {
                let what = format!("layer {layer} {kind}");
                checks.push(Check { what, layer: Some(layer), stated: stated.clone(), judged });
            }
        }
    }
    checks
}
