//! What is stored in vain, more than once, or in one lump.

use hashbrown::{HashMap, HashSet};

use crate::findings::Id;
use crate::findings::place::{Contents, Location, Thing};
use crate::stack::Stack;
use crate::stack::kept::entry::Fingerprint;
use crate::stack::query::waste::Stored;
use crate::stack::query::waste_cause::WasteCause;

/// Layers above this are large: a fetch of one is one stream, and a change in it fetches all again.
const LARGE: u64 = 500_000_000;

/// Files below this are not worth linking: licences, empty modules, marker files.
const WORTH_LINKING: u64 = 4096;

pub(super) fn find(stack: &Stack, contents: &dyn Contents, found: &mut Vec<(Id, Location)>) {
    losses(stack, found);
    duplicates(stack, contents, found);
    for layer in 0..stack.folded() {
        let bytes = stack.summary(layer).bytes;
        if bytes > LARGE {
            found.push((
                Id::LargeLayer,
                Location {
                    thing: Thing::Whole,
                    layer: Some(layer),
                    culprit: None,
                    step: None,
                    bytes,
                    hidden: false,
                },
            ));
        }
    }
}

/// What was stored and then hidden, where the way it was hidden has a remedy of its own.
fn losses(stack: &Stack, found: &mut Vec<(Id, Location)>) {
    for piece in stack.waste_report().files {
        let id = match piece.cause {
            WasteCause::Removed => Id::RemovedLater,
            WasteCause::Attributes | WasteCause::Touched => Id::RewrittenAttributes,
            WasteCause::Rewritten | WasteCause::Twice => Id::RewrittenSame,
            // A file that changed has to be stored again; `waste` counts it all the same.
            WasteCause::Overwritten | WasteCause::Undecided => continue,
        };
        let wasted = piece.wasted;
        let place = Location::path(wasted.node, wasted.layer, wasted.bytes);
        found.push((id, Location { culprit: Some(piece.culprit), hidden: true, ..place }));
    }
}

/// What tells contents apart: a fingerprint that came free with the listing, or one made by reading.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Told {
    Free(Fingerprint),
    Read(u64),
}

/// Payloads that the final tree shows more than once with the same contents: every one but the first could be a link.
fn duplicates(stack: &Stack, contents: &dyn Contents, found: &mut Vec<(Id, Location)>) {
    let mut by_size: HashMap<u64, Vec<(Stored, Option<Fingerprint>)>> = HashMap::new();
    for stored in stack.stored().filter(|stored| stored.live && stored.bytes >= WORTH_LINKING) {
        let payload = stack.payload(stored.event).filter(|payload| !payload.sparse);
        let Some(payload) = payload else { continue };
        by_size.entry(payload.size).or_default().push((stored, payload.fingerprint));
    }
    by_size.retain(|_, group| group.len() > 1);
    let (mut told, mut untold) = (HashMap::new(), Vec::new());
    for group in by_size.values() {
        // Fingerprints compare with their own kind only.
        let kind = group[0].1.as_ref().map(std::mem::discriminant);
        let free = kind.is_some()
            && group.iter().all(|(_, print)| print.as_ref().map(std::mem::discriminant) == kind);
        for (stored, print) in group {
            match print.filter(|_| free) {
                Some(print) => drop(told.insert(stored.event, Told::Free(print))),
                None => untold.push(stored.event),
            }
        }
    }
    contents.digests(&untold, &mut |at, digest| {
        if let Some(digest) = digest {
            told.insert(untold[at], Told::Read(digest));
        }
    });
    let mut copies: Vec<Stored> = Vec::new();
    for group in by_size.into_values() {
        let mut seen = HashSet::new();
        let is_copy = |stored: &Stored| told.get(&stored.event).is_some_and(|it| !seen.insert(*it));
        copies.extend(group.into_iter().map(|(stored, _)| stored).filter(is_copy));
    }
    copies.sort_by_key(|stored| stored.event);
    found.extend(
        copies
            .iter()
            .map(|copy| (Id::Duplicates, Location::path(copy.node, copy.layer, copy.bytes))),
    );
}
