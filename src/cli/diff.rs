//! `layertui diff`: what a layer, or a range of layers, changed.

use std::collections::HashMap;

use crate::cli::args::Diff;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::loaded::{Loaded, Needs, range_of};
use crate::cli::open::examine;
use crate::cli::output::output;
use crate::load::Want;
use crate::load::settings::OpenSettings;
use crate::report;
use crate::report::Range;
use crate::stack::EventId;

pub(super) fn run(command: &Diff, settings: &OpenSettings) -> Outcome {
    examine(&command.common.image, settings, Want::Tree, |loaded| {
        let range = range(loaded, command)?;
        loaded.needs(Needs::UpTo(range.to));
        let compared = compared(loaded, range);
        loaded.subject(|subject| {
            output(|out| {
                let compared = |event, previous| compared.get(&(event, previous)).copied();
                report::diff(out, subject, range, command.common.format(), &compared)
            })
        })
    })
}

/// Compares the contents of undecided files over a range of layers. Reads only the pairs that the report needs.
fn compared(loaded: &Loaded, range: Range) -> HashMap<(EventId, EventId), bool> {
    let pairs = loaded.with_stack(|stack| range.undecided(stack));
    if range.from == range.to {
        loaded.loader.compare(pairs, &|_| {});
        return HashMap::new();
    }
    let same =
        |pair: (EventId, EventId)| Some((pair, loaded.loader.same_contents(pair.0, pair.1).ok()?));
    pairs.into_iter().filter_map(same).collect()
}

fn range(loaded: &Loaded, command: &Diff) -> Result<Range, Failure> {
    if command.from.is_none() && command.to.is_none() {
        let layer = loaded.layer(command.layer.as_deref())?;
        return Ok(Range { from: layer, to: layer });
    }
    range_of(loaded.image(), command.from.as_deref(), command.to.as_deref())
}
