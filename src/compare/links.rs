//! Hard links that only one of two images has: names of one file in one image, separate files in the other.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::compare::Side;
use crate::stack::kept::entry::Kind;
use crate::stack::query::walk::{Scope, Walk};
use crate::stack::{EventId, NodeId, Version};

/// The change of a hard link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkChange {
    /// Two names of one file in the old image are two files in the new one.
    Lost,
    /// Two files in the old image are two names of one file in the new one.
    New,
}

impl LinkChange {
    /// The name used in JSON and text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::New => "new",
        }
    }
}

/// A path that is linked to another one in only one of the images. Both images have both paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The absolute path in raw bytes.
    pub path: Vec<u8>,
    /// The first path of the file in the image with the link.
    pub target: Vec<u8>,
    /// The change.
    pub change: LinkChange,
    /// Bytes that the new image stores more if the link is lost, or less if it is new. Each copy of a file counts once,
    /// whatever its names.
    pub bytes: u64,
}

/// The files of one tree with several names, and the first name of each that the other tree has as well.
pub(crate) struct Names<'s> {
    side: Side<'s>,
    linked: HashSet<EventId>,
    first: HashMap<EventId, First>,
}

struct First {
    path: Vec<u8>,
    /// The files of the other tree at the names of this file.
    others: HashSet<EventId>,
    /// The file of the other tree at `path`.
    other: EventId,
}

/// Finds the changes while the paths of both trees are walked in order.
pub(super) struct Links<'s> {
    old: Names<'s>,
    new: Names<'s>,
    pub(super) found: Vec<Link>,
}

impl<'s> Links<'s> {
    pub(super) fn new(old: Side<'s>, new: Side<'s>) -> Self {
        Self { old: Names::of(old), new: Names::of(new), found: Vec::new() }
    }

    /// Takes a path that both trees have. Returns whether its links differ.
    pub(super) fn take(&mut self, path: &[u8], before: &Version, after: &Version) -> bool {
        if !(before.kind.is_regular() && after.kind.is_regular()) {
            return false;
        }
        let old = self.old.side.stack.payload_event(before.event);
        let new = self.new.side.stack.payload_event(after.event);
        let (Some(old), Some(new)) = (old, new) else { return false };
        let size = |side: Side<'_>, event| side.stack.version(event).size;
        let lost = self.old.apart(path, old, new, size(self.new.side, new));
        let joined = self.new.apart(path, new, old, size(self.old.side, old));
        let of =
            |change| move |(target, bytes)| Link { path: path.to_vec(), target, change, bytes };
        let changes = lost.map(of(LinkChange::Lost)).into_iter();
        let before = self.found.len();
        self.found.extend(changes.chain(joined.map(of(LinkChange::New))));
        self.found.len() > before
    }
}

impl<'s> Names<'s> {
    fn of(side: Side<'s>) -> Self {
        let all = Walk::new(side.stack, Scope::Merged(side.layer), NodeId::ROOT, true);
        let versions = all.filter_map(|node| side.stack.visible(node, side.layer));
        let links = versions.filter(|version| version.kind == Kind::Hardlink);
        let linked = links.filter_map(|link| side.stack.payload_event(link.event)).collect();
        Self { side, linked, first: HashMap::new() }
    }

    /// If the path is a name of `file` here, and in the other tree another file than at the first name of `file`: that first
    /// name, and the `size` of the other file, or 0 if it is counted already.
    fn apart(
        &mut self,
        path: &[u8],
        file: EventId,
        other: EventId,
        size: u64,
    ) -> Option<(Vec<u8>, u64)> {
        if !self.linked.contains(&file) {
            return None;
        }
        match self.first.entry(file) {
            Entry::Vacant(first) => {
                let others = HashSet::from([other]);
                first.insert(First { path: path.to_vec(), others, other });
                None
            }
            Entry::Occupied(mut first) => {
                let first = first.get_mut();
                let is_new = first.others.insert(other);
                (other != first.other).then(|| (first.path.clone(), if is_new { size } else { 0 }))
            }
        }
    }
}
