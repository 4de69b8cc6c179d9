//! The path that a stored name means: symbolic links among its parents are followed inside the root, as by umoci and
//! containerd. The last component is not followed.

use std::borrow::Cow;

use crate::stack::fold::ahead::Ahead;
use crate::stack::fold::oddity::Oddity;
use crate::stack::fold::replaced::ReplacedLinks;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::flag::Flag;
use crate::stack::kept::names::NONE;
use crate::stack::kept::paths;
use crate::stack::kept::stack::{CachedDirectory, Stack};

/// The most links followed for one name; more count as a loop (Linux: 40).
const HOPS: usize = 40;
/// The most components that links add to one name; a path of PATH_MAX bytes has at most twice as many.
const COMPONENTS: usize = 1024;

/// The longest target that is followed, in bytes: Linux creates no link with a longer one.
const TARGET_MAX: usize = 4095;

/// The most components of an entry's path. Linux takes paths of 4096 bytes (PATH_MAX), which is 2047 names of one letter.
pub const DEPTH_MAX: usize = 2048;

/// Directories without an entry that each entry allows, beyond a constant number. Layers without any entry for a directory
/// (jib, ko, Bazel) imply about one for each entry; without a limit, 133 kB of gzip imply 30 million.
pub(super) const IMPLIED_PER_ENTRY: u64 = 4;

/// The node that the name of an entry means.
pub(super) struct Resolved {
    pub(super) node: u32,
    /// A symbolic link was followed.
    pub(super) redirected: bool,
    /// A non-directory of the same layer at a parent, which a directory replaced.
    pub(super) conflict: Option<u32>,
}

/// The visible object at a component of a path.
enum Lookup {
    Directory(u32),
    Link(u32),
    Other,
    Missing,
}

impl Stack {
    /// The node for an entry of `layer`. Missing directories of its path are implied.
    ///
    /// # Errors
    /// If the path exceeds a limit. No directory is implied then.
    pub(super) fn resolve_for_entry(
        &mut self,
        path: &[u8],
        layer: u16,
        ahead: Ahead,
    ) -> Result<Resolved, Oddity> {
        let Some((parent, name)) = ahead.split(path) else {
            return Ok(Resolved { node: 0, redirected: false, conflict: None });
        };
        self.known_dirs.count_entry();
        if let Some(dir) = ahead.dir.filter(|&dir| self.is_visible_directory(dir)) {
            self.known_dirs.count_known(dir);
            let node = self.arena.child_or_create(dir, name, ahead.name_hash);
            return Ok(Resolved { node, redirected: false, conflict: None });
        }
        let cached = self.last_dir.as_ref().filter(|dir| dir.path == parent);
        let directory = match cached {
            Some(dir) => Resolved { node: dir.node, redirected: dir.redirected, conflict: None },
            None => self.enter_dir(parent, layer)?,
        };
        let node = self.arena.child_or_create(directory.node, name, ahead.name_hash);
        Ok(Resolved { node, ..directory })
    }

    /// Resolves another directory than that of the last entry, and caches it. Missing directories are implied.
    fn enter_dir(&mut self, path: &[u8], layer: u16) -> Result<Resolved, Oddity> {
        self.known_dirs.count_entered();
        let known_dir = self.known_dirs.find(path);
        if let Some(node) = known_dir.filter(|&node| self.is_visible_directory(node)) {
            let mut known = self.last_dir.take().map_or_else(Vec::new, |dir| dir.path);
            known.clear();
            known.extend_from_slice(path);
            self.last_dir = Some(CachedDirectory { path: known, node, redirected: false });
            return Ok(Resolved { node, redirected: false, conflict: None });
        }
        let mut before = self.last_dir.take().filter(|dir| !dir.redirected);
        // Start at the deepest directory that the cached path shares.
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
        if known_dir.is_none() && !redirected && !self.arena.folds_case() {
            self.known_dirs.insert(path, node);
        }
        known.clear();
        known.extend_from_slice(path);
        self.last_dir = Some(CachedDirectory { path: known, node, redirected });
        Ok(resolved)
    }

    /// Clears the cached directory if its path contains `node`, which has become a directory or is one no longer.
    pub(super) fn invalidate_last_dir(&mut self, node: u32) {
        self.last_dir.take_if(|dir| dir.redirected || self.arena.is_below(dir.node, node));
    }

    /// The node that a path means, visible or not; links among its parents are followed. `None` if no layer has it.
    pub(crate) fn resolve_existing(&self, path: &[u8]) -> Option<u32> {
        self.resolve_marker(path, None)
    }

    /// As [`Self::resolve_existing`], except that `replaced` links are not followed: the path does not exist then.
    pub(super) fn resolve_marker(
        &self,
        path: &[u8],
        replaced: Option<&ReplacedLinks<'_>>,
    ) -> Option<u32> {
        let Some((parent, name)) = paths::split(path) else { return Some(0) };
        self.arena.child(self.resolve_directory(parent, replaced)?, name)
    }

    /// The visible directory that a path means; links are followed, also in the last component.
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
        // A new directory is empty, so the first missing component decides for the remaining ones.
        let mut allowed = false;
        while let Some(name) = walk.next() {
            if *name == *b".." {
                walk.at = self.parent_or_root(walk.at);
                continue;
            }
            match self.step(walk.at, &name) {
                Lookup::Directory(node) => walk.at = node,
                Lookup::Link(node) if walk.follow(self, node) => {}
                // A loop of links, another object, or nothing: it is replaced by a directory.
                Lookup::Link(_) | Lookup::Other | Lookup::Missing => {
                    if !std::mem::replace(&mut allowed, true) {
                        self.check_implied(walk.at, walk.pending.len() + 1)?;
                    }
                    let node = self.arena.child_or_create(walk.at, &name, None);
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

    /// Replaces the `replaced` links in the path of a marker by directories. Entries below are written to the directory then,
    /// whether its own entry comes before or after theirs.
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

    /// Whether the path is a directory without an entry that this layer implies.
    pub(super) fn is_implied_by(&self, node: u32, layer: u16) -> bool {
        self.newest_visible(node).is_some_and(|event| {
            self.events.layer(event) == usize::from(layer)
                && self.events.is_dir(event)
                && self.events.has(event, Flag::IMPLIED)
        })
    }

    /// Checks that `count` nested directories can be implied in `dir`, with an entry in the last one.
    fn check_implied(&self, dir: u32, count: usize) -> Result<(), Oddity> {
        if count as u64 > self.implied_left {
            return Err(Oddity::TooManyImplied);
        }
        self.check_depth(dir, count + 1)
    }

    /// Checks that `levels` levels below `dir` do not exceed [`DEPTH_MAX`].
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

/// A walk along the components of a path and of the targets of the links in it.
struct PathWalk<'p> {
    at: u32,
    /// Remaining components, the next one last.
    pending: Vec<Cow<'p, [u8]>>,
    /// Links followed.
    hops: usize,
    /// Components of their targets.
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

    /// Puts the target of a link before the remaining components. `false` if a limit is exceeded.
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
