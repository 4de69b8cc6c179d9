//! The events of all paths: one for each layer that has an entry for a path or removes it.
//!
//! An event takes 36 bytes; rare fields are kept in separate lists. The fold writes each event once. The chain of a path
//! runs from its newest event backwards through `prev`. The kind of change (added, modified, …) is computed by comparing an
//! event with the one before: see [`crate::stack::kept::change`].

use hashbrown::HashMap;

use crate::stack::kept::entry::{Entry, Fingerprint, Kind, Mtime};
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;

const KIND_MASK: u16 = 0xf;
const TOMBSTONE: u16 = 0xf;
const FINGERPRINT_SHIFT: u32 = 14;

/// The cause of an event: an entry for the path, or what removed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The layer has an entry for the path.
    Entry,
    /// A whiteout of the path or of a directory above it removed the path.
    Whiteout,
    /// An opaque marker in a directory above it removed the path.
    Opaque,
    /// A non-directory replaced a directory above the path.
    Replaced,
}

impl Cause {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Whiteout => "whiteout",
            Self::Opaque => "opaque",
            Self::Replaced => "replaced",
        }
    }
}

/// One event. 36 bytes in one struct, since most readers of an event use most of its fields.
#[derive(Clone, Copy)]
struct Event {
    node: u32,
    prev: u32,
    /// Logical size; of a tombstone the node that removed the path. `NONE`: see `sizes`.
    size: u32,
    /// Seconds since 1970. `NONE`: see `mtimes`.
    mtime: u32,
    /// Offset of a file's payload in units of 512 bytes (`NONE`: see `offsets`); of a hard link the event of the payload.
    data: u32,
    /// A u64 without its alignment.
    fingerprint: [u8; 8],
    layer: u16,
    /// Kind (4 bits), flags (10), kind of fingerprint (2).
    meta: u16,
    /// Permission bits; of a tombstone the cause.
    mode: u16,
    /// Index into `owners`. `u16::MAX`: see `rare_owners`.
    owner: u16,
}

/// The events of all paths. Lists of pairs have the event first.
#[derive(Default)]
pub(crate) struct Events {
    list: Vec<Event>,
    owners: Vec<(u64, u64)>,
    owner_ids: HashMap<(u64, u64), u16>,
    rare_owners: Vec<(u32, (u64, u64))>,
    sizes: Vec<(u32, u64)>,
    mtimes: Vec<(u32, Mtime)>,
    offsets: Vec<(u32, u64)>,
    stored: Vec<(u32, u64)>,
    devices: Vec<(u32, (u32, u32))>,
    links: Vec<(u32, u32)>,
    xattrs: Vec<(u32, u32)>,
}

/// Looks up a rare field. Pairs are sorted by event, since events are appended in order.
fn find_rare<T: Copy>(pairs: &[(u32, T)], event: u32) -> Option<T> {
    pairs.binary_search_by_key(&event, |pair| pair.0).ok().map(|found| pairs[found].1)
}

impl Events {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Allocates for `events` more events.
    pub(super) fn reserve(&mut self, events: usize) {
        self.list.reserve(events);
    }

    pub(crate) fn node(&self, event: u32) -> u32 {
        self.list[event as usize].node
    }

    pub(crate) fn prev(&self, event: u32) -> u32 {
        self.list[event as usize].prev
    }

    pub(crate) fn layer(&self, event: u32) -> usize {
        usize::from(self.list[event as usize].layer)
    }

    pub(crate) fn has(&self, event: u32, flag: Flag) -> bool {
        self.list[event as usize].meta & flag.0 != 0
    }

    pub(crate) fn set(&mut self, event: u32, flag: Flag) {
        self.list[event as usize].meta |= flag.0;
    }

    pub(crate) fn clear(&mut self, event: u32, flag: Flag) {
        self.list[event as usize].meta &= !flag.0;
    }

    /// `None` for a tombstone.
    pub(crate) fn kind(&self, event: u32) -> Option<Kind> {
        Kind::from_u8((self.list[event as usize].meta & KIND_MASK) as u8)
    }

    pub(crate) fn is_tombstone(&self, event: u32) -> bool {
        self.list[event as usize].meta & KIND_MASK == TOMBSTONE
    }

    pub(crate) fn is_dir(&self, event: u32) -> bool {
        self.list[event as usize].meta & KIND_MASK == Kind::Directory as u16
    }

    /// The event, unless it is [`NONE`] or a tombstone.
    pub(crate) fn present(&self, event: u32) -> Option<u32> {
        (event != NONE && !self.is_tombstone(event)).then_some(event)
    }

    /// The event of the version: of a tombstone that of the removed version, else the event itself.
    pub(crate) fn version(&self, event: u32) -> u32 {
        if self.is_tombstone(event) { self.prev(event) } else { event }
    }

    /// The newest event of the chain from `event` on that is not quiet: the one that wrote the version.
    pub(crate) fn skip_quiet(&self, mut event: u32) -> u32 {
        while self.has(event, Flag::QUIET) && self.prev(event) != NONE {
            event = self.prev(event);
        }
        event
    }

    /// Whether all metadata but the mtime are equal.
    pub(crate) fn same_attributes(&self, one: u32, other: u32) -> bool {
        self.mode(one) == self.mode(other)
            && self.owner(one) == self.owner(other)
            && self.has(one, Flag::IMPLIED) == self.has(other, Flag::IMPLIED)
            && self.xattrs(one) == self.xattrs(other)
            && self.device(one) == self.device(other)
    }

    pub(crate) fn mode(&self, event: u32) -> u16 {
        self.list[event as usize].mode
    }

    pub(crate) fn owner(&self, event: u32) -> (u64, u64) {
        match self.list[event as usize].owner {
            u16::MAX => find_rare(&self.rare_owners, event).unwrap_or_default(),
            id => self.owners.get(usize::from(id)).copied().unwrap_or_default(),
        }
    }

    pub(crate) fn size(&self, event: u32) -> u64 {
        match self.list[event as usize].size {
            NONE => find_rare(&self.sizes, event).unwrap_or(0),
            size => u64::from(size),
        }
    }

    /// Payload bytes that the event itself stores in its layer: 0 for a hard link.
    pub(crate) fn stored(&self, event: u32) -> u64 {
        if self.kind(event) != Some(Kind::File) {
            return 0;
        }
        if self.has(event, Flag::SPARSE) {
            return find_rare(&self.stored, event).unwrap_or(0);
        }
        self.size(event)
    }

    pub(crate) fn mtime(&self, event: u32) -> Mtime {
        match self.list[event as usize].mtime {
            NONE => find_rare(&self.mtimes, event).unwrap_or_default(),
            seconds => Mtime { seconds: i64::from(seconds), nanos: 0 },
        }
    }

    /// Offset of a file's payload in its uncompressed layer.
    pub(crate) fn offset(&self, event: u32) -> Option<u64> {
        match self.list[event as usize].data {
            NONE => find_rare(&self.offsets, event),
            units => Some(u64::from(units) * 512),
        }
    }

    /// The event that stores the contents: the event itself for a file, that of the target for a hard link.
    pub(crate) fn payload(&self, event: u32) -> Option<u32> {
        self.object(event).filter(|&object| self.kind(object) == Some(Kind::File))
    }

    /// The event that made the object: that of the target for a hard link, which shares it, else the event itself. `None` for a
    /// tombstone, and for a link without a target.
    pub(crate) fn object(&self, event: u32) -> Option<u32> {
        match self.kind(event)? {
            Kind::Hardlink => Some(self.list[event as usize].data).filter(|&it| it != NONE),
            _ => Some(event),
        }
    }

    pub(crate) fn set_object(&mut self, link: u32, object: u32) {
        self.list[link as usize].data = object;
    }

    pub(crate) fn fingerprint(&self, event: u32) -> Option<Fingerprint> {
        let Event { fingerprint, meta, .. } = &self.list[event as usize];
        Fingerprint::decode(meta >> FINGERPRINT_SHIFT, u64::from_le_bytes(*fingerprint))
    }

    pub(crate) fn device(&self, event: u32) -> Option<(u32, u32)> {
        self.kind(event)
            .filter(|kind| kind.is_device())
            .map(|_| find_rare(&self.devices, event).unwrap_or_default())
    }

    /// Name id of a link's target.
    pub(crate) fn link(&self, event: u32) -> Option<u32> {
        find_rare(&self.links, event)
    }

    /// Name id of the encoded attribute set.
    pub(crate) fn xattrs(&self, event: u32) -> Option<u32> {
        find_rare(&self.xattrs, event)
    }

    /// The cause, and the node whose marker or entry is the cause.
    pub(crate) fn cause(&self, event: u32) -> (Cause, u32) {
        if !self.is_tombstone(event) {
            return (Cause::Entry, self.node(event));
        }
        let cause = match self.mode(event) {
            1 => Cause::Opaque,
            2 => Cause::Replaced,
            _ => Cause::Whiteout,
        };
        (cause, self.list[event as usize].size)
    }

    pub(crate) fn push_tombstone(
        &mut self,
        node: u32,
        prev: u32,
        layer: u16,
        cause: Cause,
        by: u32,
    ) -> u32 {
        let mode = match cause {
            Cause::Opaque => 1,
            Cause::Replaced => 2,
            Cause::Entry | Cause::Whiteout => 0,
        };
        self.list.push(Event {
            node,
            prev,
            size: by,
            mtime: 0,
            data: NONE,
            fingerprint: [0; 8],
            layer,
            meta: TOMBSTONE,
            mode,
            owner: 0,
        });
        self.list.len() as u32 - 1
    }

    /// Appends an entry's event. `link` and `xattrs` are name ids.
    pub(crate) fn push(
        &mut self,
        node: u32,
        prev: u32,
        layer: u16,
        entry: &Entry<'_>,
        link: Option<u32>,
        xattrs: Option<u32>,
    ) -> u32 {
        let (fingerprint_kind, fingerprint) = Fingerprint::encode(entry.fingerprint);
        let mut meta = entry.kind as u16 | fingerprint_kind << FINGERPRINT_SHIFT;
        if entry.clamped {
            meta |= Flag::CLAMPED.0;
        }
        if entry.sparse {
            meta |= Flag::SPARSE.0;
        }
        let event = self.list.len() as u32;
        let row = Event {
            node,
            prev,
            size: self.small_size(event, entry.size),
            mtime: self.small_mtime(event, entry.mtime),
            data: self.small_offset(event, entry.data.filter(|_| entry.kind == Kind::File)),
            fingerprint: fingerprint.to_le_bytes(),
            layer,
            meta,
            mode: entry.mode,
            owner: self.owner_id(event, (entry.uid, entry.gid)),
        };
        self.list.push(row);
        if entry.sparse {
            self.stored.push((event, entry.stored));
        }
        if entry.kind.is_device() {
            self.devices.push((event, entry.device));
        }
        if let Some(link) = link {
            self.links.push((event, link));
        }
        if let Some(xattrs) = xattrs {
            self.xattrs.push((event, xattrs));
        }
        event
    }

    fn small_size(&mut self, event: u32, size: u64) -> u32 {
        small(size).unwrap_or_else(|| {
            self.sizes.push((event, size));
            NONE
        })
    }

    fn small_mtime(&mut self, event: u32, mtime: Mtime) -> u32 {
        let seconds = u64::try_from(mtime.seconds).ok().and_then(small);
        seconds.filter(|_| mtime.nanos == 0).unwrap_or_else(|| {
            self.mtimes.push((event, mtime));
            NONE
        })
    }

    fn small_offset(&mut self, event: u32, offset: Option<u64>) -> u32 {
        let Some(offset) = offset else { return NONE };
        let units = Some(offset / 512).filter(|_| offset % 512 == 0).and_then(small);
        units.unwrap_or_else(|| {
            self.offsets.push((event, offset));
            NONE
        })
    }

    fn owner_id(&mut self, event: u32, owner: (u64, u64)) -> u16 {
        if let Some(last) = self.list.last()
            && self.owners.get(usize::from(last.owner)) == Some(&owner)
        {
            return last.owner;
        }
        let known = self.owner_ids.get(&owner).copied();
        let id = known.unwrap_or_else(|| {
            let id = self.owners.len().min(usize::from(u16::MAX)) as u16;
            if id < u16::MAX {
                self.owners.push(owner);
                self.owner_ids.insert(owner, id);
            }
            id
        });
        if id == u16::MAX {
            self.rare_owners.push((event, owner));
        }
        id
    }

    pub(super) fn shrink(&mut self) {
        self.list.shrink_to_fit();
        self.links.shrink_to_fit();
        self.mtimes.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.list.capacity() * size_of::<Event>()
            + self.rare_owners.capacity() * 24
            + (self.sizes.capacity() + self.offsets.capacity() + self.stored.capacity()) * 16
            + self.mtimes.capacity() * 24
            + self.devices.capacity() * 12
            + (self.links.capacity() + self.xattrs.capacity()) * 8
    }
}

/// The value as u32, if it fits and is not the sentinel.
fn small(value: u64) -> Option<u32> {
    u32::try_from(value).ok().filter(|&value| value != NONE)
}
