//! Ends every command that reads layers: prints unreliable layers, documents without their stated digest, and a config that could
//! not be read, on standard error; the exit code is 2 if the answer could depend on one.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::output::notice;
use crate::layer::blob::CHANGED;

/// Number of layers that are listed on standard error; the others are counted.
const LISTED_MAX: usize = 20;

/// The outcome of a command about an image.
pub(super) fn conclude(loaded: &Loaded, outcome: Outcome) -> Outcome {
    if matches!(outcome, Err(Failure::ClosedPipe | Failure::Signal(_))) {
        return outcome;
    }
    let needs = loaded.needed();
    let reference = loaded.image().reference.visible();
    let (mut count, mut decides) = (0, false);
    loaded.subject(|subject| {
        for unsure in subject.unsure().into_iter().filter(|it| it.layer <= needs.last()) {
            count += 1;
            decides |= match needs {
                Needs::All | Needs::UpTo(_) => true,
                Needs::EvenRefused(_) => !unsure.refused,
                Needs::Judged => unsure.refused,
            };
            if count <= LISTED_MAX {
                notice(&format!("{reference}: layer {}: {}", unsure.layer, unsure.reason));
            }
        }
    });
    for document in loaded.differing_documents() {
        decides |= !matches!(needs, Needs::EvenRefused(_));
        notice(&format!("{reference}: {document}"));
    }
    if let Some(why) = loaded.unread_config() {
        decides |= needs != Needs::Judged;
        notice(&format!("{reference}: {}", why.visible()));
    }
    let changed = |layer: &usize| loaded.loader.source().changed(*layer);
    let mut needed = 0..loaded.image().layers.len().min(needs.last().saturating_add(1));
    if let Some(layer) = needed.find(changed).filter(|_| !decides) {
        // The file was complete when the layer was listed.
        decides = true;
        notice(&format!("{reference}: layer {layer}: {CHANGED}"));
    }
    if count > LISTED_MAX {
        notice(&format!("{reference}: {} more layers could not be read", count - LISTED_MAX));
    }
    match outcome {
        outcome if !decides => outcome,
        // A positive answer is certain; a negative one is not.
        Err(Failure::No(message)) => Err(Failure::Error(message)),
        Ok(()) | Err(Failure::ExitCode(_)) => Err(Failure::ExitCode(2)),
        failed => failed,
    }
}
