//! `layertui verify`

use super::args::Verify;
use super::open::{Setting, open};
use super::progress::Progress;
use super::{Failure, Outcome, answer};
use crate::report::{self, Check, first_false, first_unknown};
use crate::source::{Judged, Source};

pub(super) fn run(command: &Verify, setting: &Setting) -> Outcome {
    let source = open(&command.common.image, setting)?;
    let progress = Progress::new().saying("verifying");
    let checks = checks(source.as_ref(), &progress);
    progress.clear();
    answer(|out| report::verify(out, &checks, command.common.format()))?;
    if let Some(check) = first_false(&checks) {
        return Err(Failure::No(format!(
            "{}: the bytes are not what {} says",
            check.what, check.stated
        )));
    }
    if let Some(check) = first_unknown(&checks) {
        return Err(Failure::Error(format!("{}: it cannot be told whether it holds", check.what)));
    }
    if checks.is_empty() {
        let why = "nothing states a digest of anything here: there is nothing to verify";
        return Err(Failure::Error(why.to_owned()));
    }
    Ok(())
}

/// Every stated digest: manifest and config first, then the layers from the base on.
fn checks(source: &dyn Source, progress: &Progress) -> Vec<Check> {
    let image = source.image();
    let mut checks: Vec<Check> = image
        .documents
        .iter()
        .map(|document| Check {
            what: document.what.to_owned(),
            layer: None,
            stated: document.digest.clone(),
            judged: match &document.found {
                Some(found) if *found == document.digest => Judged::Holds,
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
            ("diff ID", &stated.diff_id, verified.diff_id),
        ];
        for (what, stated, judged) in both {
            if let (Some(stated), false) = (stated, judged == Judged::Unstated) {
                let what = format!("layer {layer} {what}");
                checks.push(Check { what, layer: Some(layer), stated: stated.clone(), judged });
            }
        }
    }
    checks
}
