//! `layertui verify`

use crate::cli::args::Verify;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::open;
use crate::cli::output::answer;
use crate::cli::progress::Progress;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::{Check, first_false, first_unknown};
use crate::source::{Judged, Source};

pub(super) fn run(command: &Verify, setting: &OpenSettings) -> Outcome {
    let source = open(&command.common.image, setting)?;
    let progress = Progress::new().saying("verifying");
    let checks = checks(source.as_ref(), &progress);
    progress.clear();
    answer(|out| report::verify(out, &checks, command.common.format()))?;
    if let Some(check) = first_false(&checks) {
        let stated = check.stated.as_deref().unwrap_or_default();
        return Err(Failure::No(format!("{}: the bytes do not have {stated}", check.what)));
    }
    if let Some(check) = first_unknown(&checks) {
        return Err(Failure::Error(format!("{}: unknown whether the bytes have it", check.what)));
    }
    if checks.is_empty() {
        let why = "nothing states a digest of anything here: there is nothing to verify";
        return Err(Failure::Error(why.to_owned()));
    }
    Ok(())
}

const DIFF_ID: &str = "diff ID";

/// Every digest that is stated or should be: manifest and config first, then the layers from the base on.
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
                None => {
                    Judged::Unknown("not read, or its digest is of no kind known here".to_owned())
                }
            },
        })
        .collect();
    for (layer, stated) in image.layers.iter().enumerate() {
        let verified = source.verify(layer, progress);
        let both = [
            ("digest", &stated.digest, verified.digest),
            (DIFF_ID, &stated.diff_id, verified.diff_id),
        ];
        for (kind, stated, judged) in both {
            // An archive has no manifest that states the digests of blobs; the diff ID is what makes a layer this one.
            if judged != Judged::Unstated || kind == DIFF_ID {
                let what = format!("layer {layer} {kind}");
                checks.push(Check { what, layer: Some(layer), stated: stated.clone(), judged });
            }
        }
    }
    checks
}
