//! Whether the objects at one path have the same type and contents, as far as it is known without reading.

use crate::compare::Side;
use crate::layer::blob::{Blob, Identity};
use crate::stack::kept::entry::{Fingerprint, Kind};
use crate::stack::{Payload, Version};

/// Whether type and contents are the same.
pub(super) enum Same {
    Yes,
    No,
    /// The contents have to be read.
    Read(Box<(Payload, Payload)>),
}

/// Compares two objects. Files that are known to differ are read nevertheless if `closely`, to know in what.
pub(super) fn same(
    (old, one): (Side<'_>, &Version),
    (new, other): (Side<'_>, &Version),
    layers: &Layers,
    closely: bool,
) -> Same {
    let known = |same| if same { Same::Yes } else { Same::No };
    // A hard link is the object that its target was.
    let (one, other) = (&old.stack.object(one), &new.stack.object(other));
    if !(one.kind.is_regular() && other.kind.is_regular()) {
        let target = |side: Side<'_>, version: &Version| side.stack.link(version.event);
        let links = one.kind == Kind::Symlink && target(old, one) != target(new, other);
        return known(one.kind == other.kind && !links);
    }
    let payloads = (old.stack.payload(one.event), new.stack.payload(other.event));
    let (Some(before), Some(after)) = payloads else {
        // A link without a payload has no contents: its target is compared instead.
        let none = payloads.0.is_none() && payloads.1.is_none();
        return known(none && old.stack.link(one.event) == new.stack.link(other.event));
    };
    if before.size != after.size {
        return Same::No;
    }
    if before.size == 0 || layers.hold_both(&before, &after) {
        return Same::Yes;
    }
    match Fingerprint::compare(before.contents_digest(), after.contents_digest()) {
        Some(same) if same || !closely => known(same),
        _ => Same::Read(Box::new((before, after))),
    }
}

/// The identities of the blobs of both images, if known: files at the same offset of the same blob need no reading. Digests
/// that the images state are not used, since they may be wrong.
pub(super) struct Layers {
    old: Vec<Option<Identity>>,
    new: Vec<Option<Identity>>,
}

impl Layers {
    pub(super) fn of(old: Side<'_>, new: Side<'_>) -> Self {
        let identities = |side: Side<'_>| {
            let layers = 0..=side.layer;
            layers.map(|layer| side.source.blob(layer).and_then(Blob::identity)).collect()
        };
        Self { old: identities(old), new: identities(new) }
    }

    /// Whether both files are at the same offset of the same blob.
    fn hold_both(&self, before: &Payload, after: &Payload) -> bool {
        let old = self.old.get(before.layer).and_then(Option::as_ref);
        let new = self.new.get(after.layer).and_then(Option::as_ref);
        old.is_some()
            && old == new
            && before.offset.is_some()
            && (before.offset, before.stored) == (after.offset, after.stored)
    }
}
