//! Compares the files of two trees in one walk over both, sorted by the bytes of the paths.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;

use crate::compare::contents::Pair;
use crate::compare::links::{Link, Links};
use crate::compare::{Side, contents};
use crate::layer::Watch;
use crate::layer::blob::{Blob, Identity};
use crate::source::Source;
use crate::stack::kept::entry::{Fingerprint, Kind};
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Payload, Stack, Version};

/// How two objects at one path differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Only the new image has it.
    Added,
    /// Only the old image has it.
    Removed,
    /// Type, contents or a link's target differ.
    Content,
    /// Only what [`Metadata`] says differs.
    Metadata,
    /// Contents of the same size that could not be read, or are not read yet.
    Undecided,
}

impl Meaning {
    /// The name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Content => "content",
            Self::Metadata => "metadata",
            Self::Undecided => "undecided",
        }
    }
}

/// The metadata that differ.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Permission bits.
    pub mode: bool,
    /// User or group.
    pub owner: bool,
    /// Modification time, except of directories.
    pub mtime: bool,
    /// Extended attributes.
    pub xattrs: bool,
    /// Device numbers.
    pub device: bool,
    /// The other names of the file.
    pub links: bool,
}

impl Metadata {
    /// The names of the metadata that differ, as in JSON.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("mode", self.mode),
            ("owner", self.owner),
            ("mtime", self.mtime),
            ("xattrs", self.xattrs),
            ("device", self.device),
            ("links", self.links),
        ];
        all.into_iter().filter_map(|(name, differs)| differs.then_some(name))
    }

    fn any(self) -> bool {
        self != Self::default()
    }
}

/// One path at which the trees differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The absolute path in raw bytes.
    pub path: Vec<u8>,
    /// The kind of difference.
    pub meaning: Meaning,
    /// The metadata that differ.
    pub metadata: Metadata,
    /// The version in the old image.
    pub old: Option<Version>,
    /// The version in the new image.
    pub new: Option<Version>,
    /// Bytes of contents in the old and the new image; a hard link has those of its file.
    pub bytes: (u64, u64),
}

/// Sums of the differences below one directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Paths that only the new image has.
    pub added: u64,
    /// Paths that only the old image has.
    pub removed: u64,
    /// Paths of both images that differ.
    pub changed: u64,
    /// Bytes of the contents that differ, in the old image.
    pub old_bytes: u64,
    /// Bytes of the contents that differ, in the new image.
    pub new_bytes: u64,
}

/// The differences between the files of two images.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Sorted by the bytes of the paths.
    pub differences: Vec<Difference>,
    /// The number of paths that are the same in both.
    pub same: u64,
    /// Hard links of only one image, sorted by the bytes of the paths.
    pub links: Vec<Link>,
    /// The paths whose contents could not be read, and why.
    pub unread: Vec<(Vec<u8>, String)>,
    pairs: Vec<Pair>,
}

impl Files {
    /// Compares two merged trees without reading contents: where they are needed, the result is [`Meaning::Undecided`]
    /// until [`Self::decide`]. Without `times`, modification times are ignored.
    #[must_use]
    pub fn of(old: Side<'_>, new: Side<'_>, times: bool) -> Self {
        let mut files = Self::default();
        let layers = Layers::of(old, new);
        let mut links = Links::new(old, new);
        let (mut olds, mut news) = (Paths::new(old), Paths::new(new));
        loop {
            let order = match (olds.0.peek(), news.0.peek()) {
                (None, None) => return Self { links: links.found, ..files },
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((one, _)), Some((other, _))) => one.cmp(other),
            };
            let old_node = if order.is_le() { olds.0.next() } else { None };
            let new_node = if order.is_ge() { news.0.next() } else { None };
            let path = old_node.as_ref().or(new_node.as_ref()).map(|(path, _)| path.clone());
            let before = old_node.and_then(|(_, node)| old.stack.visible(node, old.layer));
            let after = new_node.and_then(|(_, node)| new.stack.visible(node, new.layer));
            let path = path.unwrap_or_default();
            let relinked = match (&before, &after) {
                (Some(before), Some(after)) => links.take(&path, before, after),
                _ => false,
            };
            files.take(path, (old, before), (new, after), (&layers, times, relinked));
        }
    }

    fn take(
        &mut self,
        path: Vec<u8>,
        (old, before): (Side<'_>, Option<Version>),
        (new, after): (Side<'_>, Option<Version>),
        (layers, times, relinked): (&Layers, bool, bool),
    ) {
        let size = |side: Side<'_>, version: Option<&Version>| {
            let payload = version.and_then(|version| side.stack.payload_event(version.event));
            payload.map_or(0, |event| side.stack.version(event).size)
        };
        let bytes = (size(old, before.as_ref()), size(new, after.as_ref()));
        let at = self.differences.len();
        let mut metadata = Metadata::default();
        let meaning = match (&before, &after) {
            (None, None) => return,
            (None, Some(_)) => Meaning::Added,
            (Some(_), None) => Meaning::Removed,
            (Some(one), Some(other)) => {
                metadata = attributes((old.stack, one), (new.stack, other), times);
                metadata.links = relinked;
                match same((old, one), (new, other), layers) {
                    Same::No => Meaning::Content,
                    Same::Yes if metadata.any() => Meaning::Metadata,
                    Same::Yes => {
                        self.same += 1;
                        return;
                    }
                    Same::Read(pair) => {
                        let (old, new) = *pair;
                        self.pairs.push(Pair { at, old, new });
                        Meaning::Undecided
                    }
                }
            }
        };
        self.differences.push(Difference {
            path,
            meaning,
            metadata,
            old: before,
            new: after,
            bytes,
        });
    }

    /// Reads the contents of undecided paths. A path that cannot be read stays undecided, with the reason in
    /// [`Self::unread`]. Reports the bytes read to `watch`.
    pub fn decide(&mut self, old: &dyn Source, new: &dyn Source, watch: &dyn Watch) {
        let pairs = std::mem::take(&mut self.pairs);
        for (at, verdict) in contents::compare(&pairs, old, new, watch) {
            let difference = &mut self.differences[at];
            match verdict {
                Ok(false) => difference.meaning = Meaning::Content,
                Ok(true) => difference.meaning = Meaning::Metadata,
                Err(error) => self.unread.push((difference.path.clone(), error)),
            }
        }
        let before = self.differences.len();
        self.differences.retain(|difference| {
            difference.meaning != Meaning::Metadata || difference.metadata.any()
        });
        self.same += (before - self.differences.len()) as u64;
    }

    /// The number of paths with this kind of difference.
    #[must_use]
    pub fn count(&self, meaning: Meaning) -> u64 {
        self.differences.iter().filter(|it| it.meaning == meaning).count() as u64
    }

    /// Sums for each directory with a difference below it, sorted by the bytes of the paths.
    #[must_use]
    pub fn directories(&self) -> BTreeMap<&[u8], Directory> {
        let mut sums: BTreeMap<&[u8], Directory> = BTreeMap::new();
        for difference in &self.differences {
            for dir in parents(&difference.path) {
                let sum = sums.entry(dir).or_default();
                match difference.meaning {
                    Meaning::Added => sum.added += 1,
                    Meaning::Removed => sum.removed += 1,
                    _ => sum.changed += 1,
                }
                if difference.meaning != Meaning::Metadata {
                    sum.old_bytes += difference.bytes.0;
                    sum.new_bytes += difference.bytes.1;
                }
            }
        }
        sums
    }
}

/// The directories above a path, the root first. The fold limits their number.
fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inner = memchr::memchr_iter(b'/', path).filter(|&at| at > 0).map(|at| &path[..at]);
    std::iter::once(&b"/"[..]).filter(move |root| *root != path).chain(inner)
}

/// The paths of a merged tree, the root first.
struct Paths<'s>(Peekable<Box<dyn Iterator<Item = (Vec<u8>, NodeId)> + 's>>);

impl<'s> Paths<'s> {
    fn new(side: Side<'s>) -> Self {
        let below = Walk::new(side.stack, Scope::Merged(side.layer), NodeId::ROOT, true);
        let nodes = std::iter::once(NodeId::ROOT).chain(below);
        let paths: Box<dyn Iterator<Item = _>> =
            Box::new(nodes.map(|node| (side.stack.path(node), node)));
        Self(paths.peekable())
    }
}

fn attributes(
    (old, one): (&Stack, &Version),
    (new, other): (&Stack, &Version),
    times: bool,
) -> Metadata {
    let directory = one.kind == Kind::Directory && other.kind == Kind::Directory;
    Metadata {
        mode: one.mode != other.mode,
        owner: one.owner != other.owner,
        // The mtime of a directory only reflects changes of its children, which are compared themselves.
        mtime: times && !directory && one.mtime != other.mtime,
        xattrs: old.xattrs(one.event) != new.xattrs(other.event),
        device: old.device(one.event) != new.device(other.event),
        links: false,
    }
}

/// Whether type and contents are the same.
enum Same {
    Yes,
    No,
    /// The contents have to be read.
    Read(Box<(Payload, Payload)>),
}

fn same(
    (old, one): (Side<'_>, &Version),
    (new, other): (Side<'_>, &Version),
    layers: &Layers,
) -> Same {
    let known = |same| if same { Same::Yes } else { Same::No };
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
        Some(same) => known(same),
        None => Same::Read(Box::new((before, after))),
    }
}

/// The identities of the blobs of both images, if known: files at the same offset of the same blob need no reading. Digests
/// that the images state are not used, since they may be wrong.
struct Layers {
    old: Vec<Option<Identity>>,
    new: Vec<Option<Identity>>,
}

impl Layers {
    fn of(old: Side<'_>, new: Side<'_>) -> Self {
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
