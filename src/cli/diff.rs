//! `layertui diff`

use std::collections::HashMap;

use super::args::Diff;
use super::open::{Loaded, Setting, load};
use super::{Failure, Outcome, output};
use crate::load::Want;
use crate::report::{self, Range};

pub(super) fn run(command: &Diff, setting: &Setting) -> Outcome {
    let loaded = load(&command.common.image, setting, Want::Tree)?;
    let range = range(&loaded, command)?;
    // Only what is asked about is read.
    let pairs = loaded.with_stack(|stack| range.undecided(stack));
    let mut compared = HashMap::new();
    if range.from == range.to {
        loaded.loader.compare(pairs, &|_| {});
    } else {
        for pair in pairs {
            if let Ok(same) = loaded.loader.same_contents(pair.0, pair.1) {
                compared.insert(pair, same);
            }
        }
    }
    loaded.subject(|subject| {
        output(|out| {
            let compared = |event, previous| compared.get(&(event, previous)).copied();
            report::diff(out, subject, range, command.common.format(), &compared)
        })
    })
}

fn range(loaded: &Loaded, command: &Diff) -> Result<Range, Failure> {
    if command.from.is_none() && command.to.is_none() {
        let layer = loaded.layer(command.layer.as_deref())?;
        return Ok(Range { from: layer, to: layer });
    }
    let from = loaded.layer(Some(command.from.as_deref().unwrap_or("0")))?;
    let to = loaded.layer(command.to.as_deref())?;
    if from > to {
        return Err(Failure::Error(format!("--from {from} lies above --to {to}")));
    }
    Ok(Range { from, to })
}
