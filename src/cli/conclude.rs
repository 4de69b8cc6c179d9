//! The one end of every command that answers from an image's layers: what could not be relied on is said on standard
//! error, and the exit code is 2 wherever the answer could have needed it.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::open::Loaded;
use crate::cli::output::remark;
use crate::layer::blob::CHANGED;

/// The layers that are named on standard error before the rest is only counted.
const NAMED: usize = 20;

/// Which layers an answer could need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// All of them.
    All,
    /// Those up to this one: of the merged tree there, nothing above it is a part.
    UpTo(usize),
    /// As [`Self::UpTo`]; that engines refuse a layer is said, and no more than that.
    EvenRefused(usize),
    /// The command has judged for itself what unread layers leave open. Refused ones leave all of it open.
    Judged,
}

impl Needs {
    const fn last(self) -> usize {
        match self {
            Self::All | Self::Judged => usize::MAX,
            Self::UpTo(layer) | Self::EvenRefused(layer) => layer,
        }
    }
}

/// Ends a command about an image.
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
            if count <= NAMED {
                remark(&format!("{reference}: layer {}: {}", unsure.layer, unsure.reason));
            }
        }
    });
    let changed = |layer: &usize| loaded.loader.source().changed(*layer);
    let mut needed = 0..loaded.image().layers.len().min(needs.last().saturating_add(1));
    if let Some(layer) = needed.find(changed).filter(|_| !decides) {
        // It was whole when it was listed.
        decides = true;
        remark(&format!("{reference}: layer {layer}: {CHANGED}"));
    }
    if count > NAMED {
        remark(&format!("{reference}: {} more layers could not be read", count - NAMED));
    }
    match outcome {
        outcome if !decides => outcome,
        // What was found is sure; that nothing was is not.
        Err(Failure::No(message)) => Err(Failure::Error(message)),
        Ok(()) | Err(Failure::Told(_)) => Err(Failure::Told(2)),
        failed => failed,
    }
}
