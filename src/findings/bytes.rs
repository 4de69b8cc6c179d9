//! Findings about stored bytes: waste, files that are stored twice, and large layers.

use hashbrown::{HashMap, HashSet};

use crate::findings::place::{Contents, Location, Thing, UnreadFile};
use crate::findings::{Id, paths};
use crate::stack::kept::entry::Fingerprint;
use crate::stack::query::waste::Stored;
use crate::stack::query::waste_cause::WasteCause;
use crate::stack::{EventId, Stack};

/// Bytes above which a layer is large: it is fetched in one stream, and as a whole again after any change.
const LARGE: u64 = 500_000_000;

/// Bytes below which duplicates are ignored: licences, empty modules, marker files.
const WORTH_LINKING: u64 = 4096;

/// Bytes below which a changed file is ignored: settings, lists of users, caches of the linker, which every step may change.
const WORTH_WRITING_ONCE: u64 = 100_000;

/// `base` is the number of layers of the base image.
pub(super) fn find(
    stack: &Stack,
    contents: &dyn Contents,
    base: usize,
    found: &mut Vec<(Id, Location)>,
    unread: &mut Vec<UnreadFile>,
) {
    losses(stack, base, found);
    duplicates(stack, contents, found, unread);
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

/// Bytes that were stored and then hidden, if the cause has a remedy of its own.
fn losses(stack: &Stack, base: usize, found: &mut Vec<(Id, Location)>) {
    // What the base image stores stays stored, overwritten or not; caches and leftovers are findings by their paths.
    let once = |wasted: &Stored| {
        wasted.bytes >= WORTH_WRITING_ONCE
            && wasted.layer >= base
            && paths::rule(&stack.path(wasted.node)).is_none()
    };
    for piece in stack.waste_report().files {
        let id = match piece.cause {
            WasteCause::Removed => Id::RemovedLater,
            WasteCause::Attributes | WasteCause::Touched => Id::RewrittenAttributes,
            WasteCause::Rewritten | WasteCause::Twice => Id::RewrittenSame,
            WasteCause::Overwritten if once(&piece.wasted) => Id::Overwritten,
            // `waste` counts it.
            WasteCause::Overwritten | WasteCause::Undecided => continue,
        };
        let wasted = piece.wasted;
        let place = Location::path(wasted.node, wasted.layer, wasted.bytes);
        found.push((id, Location { culprit: Some(piece.culprit), hidden: true, ..place }));
    }
}

/// A key for contents: the fingerprint of the listing, or a digest made by reading.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ContentKey {
    Free(Fingerprint),
    Read(u64),
}

/// Payloads in the final tree with equal contents: all but the first could be links.
fn duplicates(
    stack: &Stack,
    contents: &dyn Contents,
    found: &mut Vec<(Id, Location)>,
    unread: &mut Vec<UnreadFile>,
) {
    let mut by_size: HashMap<u64, Vec<(Stored, Option<Fingerprint>)>> = HashMap::new();
    for stored in stack.stored().filter(|stored| stored.live && stored.bytes >= WORTH_LINKING) {
        let payload = stack.payload(stored.event).filter(|payload| !payload.sparse);
        let Some(payload) = payload else { continue };
        by_size.entry(payload.size).or_default().push((stored, payload.fingerprint));
    }
    by_size.retain(|_, group| group.len() > 1);
    let (mut keys, mut unkeyed) = (HashMap::new(), Vec::new());
    for group in by_size.values() {
        // Fingerprints of different kinds are not comparable.
        let kind = group[0].1.as_ref().map(std::mem::discriminant);
        let free = kind.is_some()
            && group.iter().all(|(_, print)| print.as_ref().map(std::mem::discriminant) == kind);
        for (stored, print) in group {
            match print.filter(|_| free) {
                Some(print) => drop(keys.insert(stored.event, ContentKey::Free(print))),
                None => unkeyed.push(*stored),
            }
        }
    }
    let files: Vec<EventId> = unkeyed.iter().map(|stored| stored.event).collect();
    contents.digests(&files, &mut |at, digest| match digest {
        Ok(digest) => drop(keys.insert(files[at], ContentKey::Read(digest))),
        Err(why) => {
            let Stored { node, layer, bytes, .. } = unkeyed[at];
            let place = Location::path(node, layer, bytes);
            unread.push(UnreadFile { id: Id::Duplicates, place, why });
        }
    });
    let mut copies: Vec<Stored> = Vec::new();
    for group in by_size.into_values() {
        let mut seen = HashSet::new();
        let is_copy = |stored: &Stored| keys.get(&stored.event).is_some_and(|it| !seen.insert(*it));
        copies.extend(group.into_iter().map(|(stored, _)| stored).filter(is_copy));
    }
    copies.sort_by_key(|stored| stored.event);
    found.extend(
        copies
            .iter()
            .map(|copy| (Id::Duplicates, Location::path(copy.node, copy.layer, copy.bytes))),
    );
}
