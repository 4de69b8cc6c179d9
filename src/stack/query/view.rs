//! A path at one layer: its version, its payload, the totals of a directory.
//!
//! Each query reads the short chain of events of one path. Trees are made by [`crate::stack::query::outline`] and
//! [`crate::stack::query::walk`].

use crate::stack::kept::entry::{Fingerprint, Kind, Mtime, Xattrs};
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::stack::{EventId, NodeId, Stack};
use crate::stack::kept::summary::LayerSummary;

/// A path in the merged tree of some layer.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one entry")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The event of this version, for link target, device and attributes.
    pub event: EventId,
    /// The layer that wrote the version.
    pub layer: usize,
    /// The layer that added the path last.
    pub added_by: usize,
    /// The type.
    pub kind: Kind,
    /// Permission bits; `None` for an implied directory.
    pub mode: Option<u16>,
    /// User and group; `None` for an implied directory.
    pub owner: Option<(u64, u64)>,
    /// Logical size in bytes; 0 for a hard link, whose bytes belong to its target. Those that count
    /// in a tree: [`Stack::bytes`].
    pub size: u64,
    /// Modification time; `None` for an implied directory.
    pub mtime: Option<Mtime>,
    /// A directory without an entry in any layer.
    pub implied: bool,
    /// The stored name has a `..`, which was resolved below the root.
    pub clamped: bool,
    /// A parent in the stored name is a symbolic link.
    pub redirected: bool,
    /// A hard link whose target does not exist.
    pub broken_link: bool,
    /// The layer has an opaque marker in this directory.
    pub opaque: bool,
}

/// Totals of the paths below a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Visible payload bytes; a payload with several names counts once.
    pub bytes: u64,
    /// Visible paths.
    pub entries: u64,
    /// Paths that exactly this layer added.
    pub added: u64,
    /// Paths that exactly this layer changed.
    pub changed: u64,
    /// Paths that exactly this layer removed.
    pub removed: u64,
}

/// The stored bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The layer that stores them.
    pub layer: usize,
    /// The path of the entry that stores them, normalised.
    pub path: Vec<u8>,
    /// Offset in the uncompressed layer, if known.
    pub offset: Option<u64>,
    /// Bytes stored.
    pub stored: u64,
    /// Logical size.
    pub size: u64,
    /// The stored bytes are the segments of a sparse file.
    pub sparse: bool,
    /// A digest of the stored bytes, if the listing gave one.
    pub fingerprint: Option<Fingerprint>,
}

impl Payload {
    /// Bytes that a program reads from the file: more than are stored if it is sparse.
    #[must_use]
    pub const fn length(&self) -> u64 {
        if self.sparse { self.size } else { self.stored }
    }

    /// A digest of the contents as programs read them. `None` for a sparse file: its fingerprint is of the segments.
    #[must_use]
    pub fn contents_digest(&self) -> Option<Fingerprint> {
        self.fingerprint.filter(|_| !self.sparse)
    }
}

/// Where the bytes of a file without holes lie in their layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The layer that stores them.
    pub layer: usize,
    /// Offset in the uncompressed layer.
    pub offset: u64,
    /// Length in bytes.
    pub size: u64,
}

/// What a later layer does to a visible version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The layer.
    pub layer: usize,
    /// The layer removes the path; else it writes it again.
    pub removes: bool,
}

impl Stack {
    /// The version of the path in the merged tree of layers `0..=layer`.
    #[must_use]
    pub fn visible(&self, node: NodeId, layer: usize) -> Option<Version> {
        self.visible_event(node.0, layer).map(|event| self.version(EventId(event)))
    }

    /// The bytes that count at a version in the merged tree of `layer`: of a payload with several names once, at its file,
    /// or at its first visible hard link where the file is gone.
    #[must_use]
    pub fn bytes(&self, EventId(event): EventId, layer: usize) -> u64 {
        if self.events.kind(event) != Some(Kind::Hardlink) {
            return self.events.size(event);
        }
        let payload = self.events.payload(event);
        let primary = payload.filter(|&payload| self.primary_name_at(payload, layer) == event);
        primary.map_or(0, |payload| self.events.size(payload))
    }

    /// The version that an event wrote, or removed.
    #[must_use]
    pub fn version(&self, event: EventId) -> Version {
        let event = self.events.version(event.0);
        let implied = self.events.has(event, Flag::IMPLIED);
        Version {
            event: EventId(event),
            layer: self.events.layer(self.events.skip_quiet(event)),
            added_by: self.events.layer(self.first_since_added(event)),
            kind: self.events.kind(event).unwrap_or(Kind::Other),
            mode: (!implied).then(|| self.events.mode(event)),
            owner: (!implied).then(|| self.events.owner(event)),
            size: self.events.size(event),
            mtime: (!implied).then(|| self.events.mtime(event)),
            implied,
            clamped: self.events.has(event, Flag::CLAMPED),
            redirected: self.events.has(event, Flag::REDIRECTED),
            broken_link: self.events.has(event, Flag::BROKEN),
            opaque: self.events.has(event, Flag::OPAQUE),
        }
    }

    /// The event that added the path before `event`.
    fn first_since_added(&self, mut event: u32) -> u32 {
        while let Some(prev) = self.events.present(self.events.prev(event)) {
            event = prev;
        }
        event
    }

    /// The target of a symbolic link as stored, or that of a hard link as an absolute path in the image; empty otherwise.
    #[must_use]
    pub fn link(&self, event: EventId) -> Vec<u8> {
        let target = self.events.link(event.0).map_or(&b""[..], |id| self.arena.names.get(id));
        if self.events.kind(event.0) == Some(Kind::Hardlink) {
            return [b"/", target].concat();
        }
        target.to_vec()
    }

    /// Major and minor number of a device.
    #[must_use]
    pub fn device(&self, event: EventId) -> Option<(u32, u32)> {
        self.events.device(event.0)
    }

    /// Extended attributes.
    #[must_use]
    pub fn xattrs(&self, event: EventId) -> Xattrs<'_> {
        self.events
            .xattrs(event.0)
            .map_or(Xattrs::EMPTY, |id| Xattrs::from_encoded(self.arena.names.get(id)))
    }

    /// The object of a version: a hard link shares the one that its target had when the layer of the link was applied, whatever
    /// a higher layer writes to the target's path. The version itself for a link without a target, and for all but links.
    #[must_use]
    pub fn object(&self, version: &Version) -> Version {
        let shared = match version.kind {
            Kind::Hardlink => self.events.object(version.event.0),
            _ => None,
        };
        shared.map_or(*version, |object| self.version(EventId(object)))
    }

    /// The stored bytes of a version; `None` for all but regular files.
    #[must_use]
    pub fn payload(&self, event: EventId) -> Option<Payload> {
        let event = self.events.payload(event.0)?;
        let mut path = self.arena.path(self.events.node(event));
        path.remove(0);
        Some(Payload {
            layer: self.events.layer(event),
            path,
            offset: self.events.offset(event),
            stored: self.events.stored(event),
            size: self.events.size(event),
            sparse: self.events.has(event, Flag::SPARSE),
            fingerprint: self.events.fingerprint(event),
        })
    }

    /// The event of the entry that stores the bytes of a version, the same for all hard links to a file. `None` for all but
    /// regular files.
    #[must_use]
    pub fn payload_event(&self, event: EventId) -> Option<EventId> {
        self.events.payload(event.0).map(EventId)
    }

    /// Where the stored bytes of a version lie; `None` for all but regular files, for sparse files, and if the
    /// offset is not known. Cheaper than [`Self::payload`]: it allocates nothing.
    #[must_use]
    pub fn extent(&self, event: EventId) -> Option<Extent> {
        let event =
            self.events.payload(event.0).filter(|&it| !self.events.has(it, Flag::SPARSE))?;
        Some(Extent {
            layer: self.events.layer(event),
            offset: self.events.offset(event)?,
            size: self.events.size(event),
        })
    }

    /// The first layer after `layer` that covers the version visible at it, and whether the path is gone then. Any later
    /// change covers a file; a directory is covered by a removal, by another type and by an opaque marker.
    #[must_use]
    pub fn shadowed_by(&self, node: NodeId, layer: usize) -> Option<Shadow> {
        let visible = self.visible_event(node.0, layer)?;
        let directory = self.events.is_dir(visible);
        let (mut event, mut found): (_, Option<Shadow>) = (self.arena.latest(node.0), None);
        let mut above = NONE;
        while event != NONE && self.events.layer(event) > layer {
            // A path that a layer removes and adds again has two events in it: the newer one counts.
            let newest = above == NONE || self.events.layer(above) != self.events.layer(event);
            let hides = !directory
                || self.events.is_tombstone(event)
                || !self.events.is_dir(event)
                || self.events.has(event, Flag::OPAQUE);
            let counts = newest && !self.events.has(event, Flag::QUIET);
            if counts && hides && self.events.layer(event) < self.folded() {
                let removes = self.events.is_tombstone(event);
                found = Some(Shadow { layer: self.events.layer(event), removes });
            }
            above = event;
            event = self.events.prev(event);
        }
        found
    }

    /// The visible paths below a directory at `layer` that a later layer covers ([`Self::shadowed_by`]); 0 until the stack
    /// is frozen.
    #[must_use]
    pub fn shadowed_below(&self, dir: NodeId, layer: usize) -> u64 {
        self.totals.shadowed_below(&self.arena, dir.0, layer)
    }

    /// The totals of a directory at `layer`.
    #[must_use]
    pub fn totals(&self, dir: NodeId, layer: usize) -> Totals {
        let Some(record) = self.totals.at(&self.arena, dir.0, layer) else {
            return Totals::default();
        };
        let own = usize::from(record.layer) == layer;
        let by_layer = |count: u32| if own { u64::from(count) } else { 0 };
        Totals {
            bytes: record.bytes,
            entries: u64::from(record.entries),
            added: by_layer(record.added),
            changed: by_layer(record.changed),
            removed: by_layer(record.removed),
        }
    }

    /// The difference in visible bytes below a directory that the layers `from..=to` make.
    #[must_use]
    pub fn net_bytes(&self, dir: NodeId, from: usize, to: usize) -> i64 {
        let bytes = |layer| self.totals(dir, layer).bytes as i64;
        bytes(to) - from.checked_sub(1).map_or(0, bytes)
    }

    /// The numbers of a layer, all zero if it is not folded yet.
    #[must_use]
    pub fn summary(&self, layer: usize) -> LayerSummary {
        self.summaries.get(layer).copied().unwrap_or_default()
    }
}
