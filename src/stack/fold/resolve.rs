//! Which path a stored name means: symbolic links among its parents are followed inside the root, as umoci and
//! containerd do it. Only parents: the last component is the path itself.

use std::borrow::Cow;

use crate::stack::fold::Oddity;
use crate::stack::fold::replaced::ReplacedLinks;
use crate::stack::kept::cached_directory::CachedDirectory;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::events::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::paths;
use crate::stack::kept::stack::Stack;

/// Links followed for one name before it counts as a loop (Linux: 40).
const HOPS: usize = 40;
/// Components that links may add to one name; a path of PATH_MAX bytes has at most twice as many.
const COMPONENTS: usize = 1024;

/// The longest target that is followed, in bytes: Linux makes no link with a longer one.
const TARGET_MAX: usize = 4095;

/// Directories from the root to the deepest entry. Linux takes paths of 4096 bytes (PATH_MAX), which is 2047 names of one
/// letter.
pub const DEPTH_MAX: usize = 2048;

/// Further such directories for each entry. Layers without any entry for a directory (jib, ko, Bazel) imply about one; 30
/// million fit into 133 kB of gzip where nothing limits them.
pub(super) const IMPLIED_PER_ENTRY: u64 = 4;

/// The node an entry's name means.
pub(super) struct Resolved {
    pub(super) node: u32,
    /// A symbolic link was followed on the walk.
    pub(super) redirected: bool,
    /// What the same layer had at a parent, no directory, and had to make room.
    pub(super) conflict: Option<u32>,
}

/// What stands at a component of a path.
enum Lookup {
    Directory(u32),
    Link(u32),
    Other,
    Missing,
}

impl Stack {
    /// The node for an entry of `layer`; directories that its path needs are implied.
    ///
    /// # Errors
    /// Where a limit does not let the path be; nothing was made of it.
    pub(super) fn resolve_for_entry(
        &mut self,
        path: &[u8],
        layer: u16,
    ) -> Result<Resolved, Oddity> {
        let Some((parent, name)) = paths::split(path) else {
            return Ok(Resolved { node: 0, redirected: false, conflict: None });
        };
        let cached = self.last_dir.as_ref().filter(|dir| dir.path == parent);
        let directory = match cached {
            Some(dir) => Resolved { node: dir.node, redirected: dir.redirected, conflict: None },
            None => self.enter_dir(parent, layer)?,
        };
        Ok(Resolved { node: self.arena.child_or_create(directory.node, name), ..directory })
    }

    /// Goes from the directory of the entry before to another one, creating it where it is not there.
    fn enter_dir(&mut self, path: &[u8], layer: u16) -> Result<Resolved, Oddity> {
        let mut before = self.last_dir.take().filter(|dir| !dir.redirected);
        // Directories above a cached one are as good as that one itself: only what differs is walked.
        while let Some(dir) = &mut before
            && dir.node != 0
            && !(path.starts_with(&dir.path) && path.get(dir.path.len()) == Some(&b'/'))
        {
            dir.node = self.parent_or_root(dir.node);
            let above = memchr::memrchr(b'/', &dir.path).unwrap_or(0);
            dir.path.truncate(above);
        }
        let (mut known, from) = before.map_or_else(Default::default, |dir| (dir.path, dir.node));
        let resolved = self.walk_creating(from, &path[known.len()..], layer)?;
        let Resolved { node, redirected, .. } = resolved;
        if redirected || path.len() >= DEPTH_MAX {
            self.check_depth(node, 1)?;
        }
        known.clear();
        known.extend_from_slice(path);
        self.last_dir = Some(CachedDirectory { path: known, node, redirected });
        Ok(resolved)
    }

    /// `node` stopped or started being a directory: a cached walk through it is void.
    pub(super) fn invalidate_last_dir(&mut self, node: u32) {
        let void = |dir: &CachedDirectory| dir.redirected || self.arena.is_below(dir.node, node);
        if self.last_dir.as_ref().is_some_and(void) {
            self.last_dir = None;
        }
    }

    /// The node a path means, visible or not, parents followed. `None` where no layer so far names it.
    pub(crate) fn resolve_existing(&self, path: &[u8]) -> Option<u32> {
        self.resolve_marker(path, None)
    }

    /// As [`Self::resolve_existing`], but links that are `replaced` lead nowhere.
    pub(super) fn resolve_marker(
        &self,
        path: &[u8],
        replaced: Option<&ReplacedLinks<'_>>,
    ) -> Option<u32> {
        let Some((parent, name)) = paths::split(path) else { return Some(0) };
        self.arena.child(self.resolve_directory(parent, replaced)?, name)
    }

    /// The directory a path means, every component followed, if it is visible now.
    pub(super) fn resolve_directory(
        &self,
        path: &[u8],
        replaced: Option<&ReplacedLinks<'_>>,
    ) -> Option<u32> {
        let mut walk = PathWalk::new(0, path);
        while let Some(name) = walk.next() {
            if *name == *b".." {
                walk.at = self.parent_or_root(walk.at);
                continue;
            }
            match self.step(walk.at, &name) {
                Lookup::Directory(node) => walk.at = node,
                Lookup::Link(node)
                    if !replaced.is_some_and(|replaced| replaced.has(self, node))
                        && walk.follow(self, node) => {}
                Lookup::Link(_) | Lookup::Other | Lookup::Missing => return None,
            }
        }
        Some(walk.at)
    }

    fn walk_creating(&mut self, from: u32, path: &[u8], layer: u16) -> Result<Resolved, Oddity> {
        let mut walk = PathWalk::new(from, path);
        let mut conflict = None;
        // Below a directory that was just made there is nothing: what the limits let begin, they let end.
        let mut allowed = false;
        while let Some(name) = walk.next() {
            if *name == *b".." {
                walk.at = self.parent_or_root(walk.at);
                continue;
            }
            match self.step(walk.at, &name) {
                Lookup::Directory(node) => walk.at = node,
                Lookup::Link(node) if walk.follow(self, node) => {}
                // A loop of links, a file in the walk, or nothing: a directory takes the place.
                Lookup::Link(_) | Lookup::Other | Lookup::Missing => {
                    if !std::mem::replace(&mut allowed, true) {
                        self.check_implied(walk.at, walk.pending.len() + 1)?;
                    }
                    let node = self.arena.child_or_create(walk.at, &name);
                    if conflict.is_none() && self.newest_visible(node).is_some() {
                        conflict = (self.newest_layer(node) == Some(layer)).then_some(node);
                    }
                    self.imply(node, layer);
                    self.implied_left -= 1;
                    walk.at = node;
                }
            }
        }
        Ok(Resolved { node: walk.at, redirected: walk.hops > 0, conflict })
    }

    /// Makes directories of the symbolic links on a marker's walk at whose path this layer has a directory: what the layer
    /// has below them lies there, whether the directory's own entry comes before or after it.
    pub(super) fn replace_links(&mut self, path: &[u8], replaced: &ReplacedLinks<'_>, layer: u16) {
        let mut at = 0;
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            match self.step(at, name) {
                Lookup::Directory(node) => at = node,
                Lookup::Link(node) if replaced.has(self, node) => {
                    self.imply(node, layer);
                    at = node;
                }
                Lookup::Link(_) | Lookup::Other | Lookup::Missing => return,
            }
        }
    }

    /// Whether the path is a directory only because this layer has something below it.
    pub(super) fn is_implied_by(&self, node: u32, layer: u16) -> bool {
        self.newest_visible(node).is_some_and(|event| {
            self.events.layer(event) == usize::from(layer)
                && self.events.is_dir(event)
                && self.events.has(event, Flag::IMPLIED)
        })
    }

    /// Whether so many directories can be implied below one another in `dir`, with an entry in the last.
    fn check_implied(&self, dir: u32, count: usize) -> Result<(), Oddity> {
        if count as u64 > self.implied_left {
            return Err(Oddity::TooManyImplied);
        }
        self.check_depth(dir, count + 1)
    }

    /// Whether so many levels below `dir` are within [`DEPTH_MAX`].
    fn check_depth(&self, dir: u32, levels: usize) -> Result<(), Oddity> {
        let mut depth = levels;
        let mut at = dir;
        while at != 0 && depth <= DEPTH_MAX {
            at = self.parent_or_root(at);
            depth += 1;
        }
        if depth > DEPTH_MAX { Err(Oddity::TooDeep) } else { Ok(()) }
    }

    fn step(&self, dir: u32, name: &[u8]) -> Lookup {
        let Some(node) = self.arena.child(dir, name) else { return Lookup::Missing };
        let Some(event) = self.newest_visible(node) else { return Lookup::Missing };
        match self.events.kind(event) {
            Some(Kind::Directory) => Lookup::Directory(node),
            Some(Kind::Symlink) => Lookup::Link(node),
            _ => Lookup::Other,
        }
    }

    fn parent_or_root(&self, node: u32) -> u32 {
        match self.arena.parent(node) {
            NONE => 0,
            parent => parent,
        }
    }
}

/// A walk along components, some of which come out of links on the walk.
struct PathWalk<'p> {
    at: u32,
    /// Components still to go, the next one last.
    pending: Vec<Cow<'p, [u8]>>,
    hops: usize,
    added: usize,
}

impl<'p> PathWalk<'p> {
    fn new(from: u32, path: &'p [u8]) -> Self {
        let pending = path.rsplit(|&b| b == b'/').filter(|c| !c.is_empty()).map(Cow::Borrowed);
        Self { at: from, pending: pending.collect(), hops: 0, added: 0 }
    }

    fn next(&mut self) -> Option<Cow<'p, [u8]>> {
        self.pending.pop()
    }

    /// Puts the link's target before what is still to go. `false` where there were too many.
    fn follow(&mut self, stack: &Stack, link: u32) -> bool {
        let target = stack
            .newest_visible(link)
            .and_then(|event| stack.events.link(event))
            .map_or(&b""[..], |id| stack.arena.names.get(id));
        let components = target.split(|&b| b == b'/').filter(|c| !c.is_empty() && *c != b".");
        let count = components.clone().count();
        if self.hops >= HOPS || self.added + count > COMPONENTS || target.len() > TARGET_MAX {
            return false;
        }
        self.hops += 1;
        self.added += count;
        if target.first() == Some(&b'/') {
            self.at = 0;
        }
        let components: Vec<_> = components.map(|c| Cow::Owned(c.to_vec())).collect();
        self.pending.extend(components.into_iter().rev());
        true
    }
}
