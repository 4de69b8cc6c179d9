//! Compares the files of two trees in one walk over both, sorted by the bytes of the paths.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::iter::Peekable;

use crate::compare::contents::{Contents, Pair};
use crate::compare::difference::{Difference, Meaning, Metadata};
use crate::compare::links::{Link, Links};
use crate::compare::rewritten::{Rewritten, SOURCE_TIME, is_compiled_python};
use crate::compare::same::{Layers, Same, same};
use crate::compare::terms::Terms;
use crate::compare::{Side, contents};
use crate::layer::Watch;
use crate::source::Source;
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{NodeId, Stack, Version};

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

/// A file that differs in what does not count: every build rewrites it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The absolute path in raw bytes.
    pub path: Vec<u8>,
    /// Added, removed, or other contents.
    pub meaning: Meaning,
    /// Bytes of contents in the old and the new image.
    pub bytes: (u64, u64),
    /// What rewrites it.
    pub reason: &'static str,
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
    /// Files whose contents do not count, sorted by the bytes of the paths. One with other metadata is a difference as well.
    pub set_aside: Vec<SetAside>,
    /// The number of paths that are not compared.
    pub excluded: u64,
    pairs: Vec<Pair>,
    rewritten: Rewritten,
}

impl Files {
    /// Compares two merged trees without reading contents: where they are needed, the result is [`Meaning::Undecided`]
    /// until [`Self::decide`], which also sets aside what does not count.
    #[must_use]
    pub fn of(old: Side<'_>, new: Side<'_>, terms: &Terms) -> Self {
        let mut files = Self { rewritten: Rewritten::of(terms), ..Self::default() };
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
            if terms.excludes.matches(&path) {
                files.excluded += 1;
                continue;
            }
            let relinked = match (&before, &after) {
                (Some(before), Some(after)) => links.take(&path, before, after),
                _ => false,
            };
            files.take(path, (old, before), (new, after), (&layers, terms, relinked));
        }
    }

    fn take(
        &mut self,
        path: Vec<u8>,
        (old, before): (Side<'_>, Option<Version>),
        (new, after): (Side<'_>, Option<Version>),
        (layers, terms, relinked): (&Layers, &Terms, bool),
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
                metadata = attributes((old.stack, one), (new.stack, other), !terms.semantic);
                metadata.links = relinked;
                let closely = terms.semantic && is_compiled_python(&path);
                match same((old, one), (new, other), layers, closely) {
                    Same::No => Meaning::Content,
                    Same::Yes if metadata.any() => Meaning::Metadata,
                    Same::Yes => {
                        self.same += 1;
                        return;
                    }
                    Same::Read(pair) => {
                        let (old, new) = *pair;
                        self.pairs.push(Pair { at, old, new, closely });
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

    /// Reads the contents of undecided paths, and sets aside what does not count. A path that cannot be read stays undecided,
    /// with the reason in [`Self::unread`]. Reports the bytes read to `watch`.
    pub fn decide(&mut self, old: &dyn Source, new: &dyn Source, watch: &dyn Watch) {
        let pairs = std::mem::take(&mut self.pairs);
        let mut other_source_time = HashSet::new();
        for (at, verdict) in contents::compare(&pairs, old, new, watch) {
            let difference = &mut self.differences[at];
            match verdict {
                Ok(Contents::Same) => difference.meaning = Meaning::Metadata,
                Ok(Contents::OtherSourceTime) => {
                    difference.meaning = Meaning::Content;
                    other_source_time.insert(at);
                }
                Ok(Contents::Other) => difference.meaning = Meaning::Content,
                Err(error) => self.unread.push((difference.path.clone(), error)),
            }
        }
        let is_same = |it: &Difference| it.meaning == Meaning::Metadata && !it.metadata.any();
        self.same += self.differences.iter().filter(|it| is_same(it)).count() as u64;
        for (at, difference) in self.differences.iter_mut().enumerate() {
            let source_time = other_source_time.contains(&at).then_some(SOURCE_TIME);
            let Some(reason) = source_time.or_else(|| self.rewritten.reason(difference)) else {
                continue;
            };
            let (path, meaning) = (difference.path.clone(), difference.meaning);
            self.set_aside.push(SetAside { path, meaning, bytes: difference.bytes, reason });
            difference.meaning = Meaning::Metadata;
        }
        self.differences.retain(|it| !is_same(it));
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
