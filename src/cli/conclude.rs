//! Ends every command about an image: prints unreliable layers, documents without their stated digest, a config and files that
//! could not be read, on standard error; the exit code is 2 if the answer could depend on one.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs};
use crate::cli::output::notice;
use crate::image::Image;
use crate::layer::blob::CHANGED;

/// Number of layers that are listed on standard error; the others are counted.
const LISTED_MAX: usize = 20;

/// The outcome of a command about an image.
pub(super) fn conclude(loaded: &Loaded, outcome: Outcome) -> Outcome {
    if matches!(outcome, Err(Failure::ClosedPipe | Failure::Signal(_))) {
        return outcome;
    }
    let needs = loaded.needs.get();
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
    decides |= notice_documents(loaded.image()) && !matches!(needs, Needs::EvenRefused(_));
    if let Some(why) = loaded.unread_config() {
        decides |= needs != Needs::Judged;
        notice(&format!("{reference}: {}", why.visible()));
    }
    for file in loaded.unread_files.borrow().iter() {
        decides |= needs != Needs::Judged;
        notice(&format!("{reference}: {file}"));
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
    decided(outcome, decides)
}

/// The outcome of a command that reads no layer.
pub(super) fn conclude_without_layers(image: &Image, outcome: Outcome) -> Outcome {
    if matches!(outcome, Err(Failure::ClosedPipe | Failure::Signal(_))) {
        return outcome;
    }
    decided(outcome, notice_documents(image))
}

/// Prints the documents without their stated digests; returns whether there are any.
fn notice_documents(image: &Image) -> bool {
    let mut any = false;
    for document in image.differing_documents() {
        any = true;
        notice(&format!("{}: {document}", image.reference.visible()));
    }
    any
}

/// The outcome where something unreliable `decides`, or does not.
fn decided(outcome: Outcome, decides: bool) -> Outcome {
    match outcome {
        outcome if !decides => outcome,
        // A positive answer is certain; a negative one is not.
        Err(Failure::No(message)) => Err(Failure::Error(message)),
        Ok(()) | Err(Failure::ExitCode(_)) => Err(Failure::ExitCode(2)),
        failed => failed,
    }
}
