//! Which files are searched: paths, shell patterns, sizes.

use crate::stack::kept::paths;
use crate::stack::query::glob::Glob;
use crate::stack::{NodeId, Stack};

/// Which files are searched.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Absolute, normalised; only these and what is below them. All files if empty.
    paths: Vec<Vec<u8>>,
    /// A path has to match one of these, if there are any.
    only: Vec<Glob>,
    /// A path must match none of these.
    not: Vec<Glob>,
    /// The largest file in bytes.
    max_size: Option<u64>,
}

impl Scope {
    /// Limits the search to paths, to shell patterns (`!` before one excludes) and to a size in bytes.
    ///
    /// # Errors
    /// What is wrong with a pattern.
    pub fn new<'p>(
        paths: impl IntoIterator<Item = &'p [u8]>,
        globs: &[String],
        max_size: Option<u64>,
    ) -> Result<Self, String> {
        let mut scope =
            Self { paths: paths.into_iter().map(absolute).collect(), max_size, ..Self::default() };
        for glob in globs {
            match glob.strip_prefix('!') {
                Some(glob) => scope.not.push(Glob::new(glob)?),
                None => scope.only.push(Glob::new(glob)?),
            }
        }
        Ok(scope)
    }

    /// The same scope as the stack sees it: links in its paths are followed, and case is ignored where the stack ignores it.
    /// The paths that no layer has come beside it.
    pub(super) fn resolved(&self, stack: &Stack) -> (Roots, Vec<Vec<u8>>) {
        let mut roots = Vec::new();
        let mut missing = Vec::new();
        let last = stack.folded().saturating_sub(1);
        for path in &self.paths {
            let found = [stack.find(path), stack.follow(path, last)];
            if found == [None, None] {
                missing.push(path.clone());
            }
            roots.extend(found.into_iter().flatten());
        }
        let any_case = |globs: &[Glob]| {
            if stack.folds_case() {
                globs.iter().map(Glob::any_case).collect()
            } else {
                globs.to_vec()
            }
        };
        let globs = Self { only: any_case(&self.only), not: any_case(&self.not), ..self.clone() };
        (Roots { all: self.paths.is_empty(), below: roots, globs }, missing)
    }

    /// Whether a file of this absolute path is searched, links aside.
    pub(super) fn has(&self, path: &[u8]) -> bool {
        let below = |root: &Vec<u8>| {
            path.strip_prefix(&root[..])
                .is_some_and(|rest| root.len() == 1 || rest.is_empty() || rest[0] == b'/')
        };
        (self.paths.is_empty() || self.paths.iter().any(below)) && self.has_name(path)
    }

    fn has_name(&self, path: &[u8]) -> bool {
        (self.only.is_empty() || self.only.iter().any(|glob| glob.matches(path)))
            && !self.not.iter().any(|glob| glob.matches(path))
    }

    pub(super) fn has_size(&self, size: u64) -> bool {
        self.max_size.is_none_or(|most| size <= most)
    }
}

/// A scope in a stack.
pub(super) struct Roots {
    all: bool,
    /// Only these and what is below them, unless all files are searched.
    below: Vec<NodeId>,
    globs: Scope,
}

impl Roots {
    /// Everything below a directory.
    pub(super) fn below(directory: NodeId) -> Self {
        Self { all: directory == NodeId::ROOT, below: vec![directory], globs: Scope::default() }
    }

    pub(super) fn has(&self, stack: &Stack, node: NodeId) -> bool {
        self.is_below(stack, node)
            && ((self.globs.only.is_empty() && self.globs.not.is_empty())
                || self.globs.has_name(&stack.path(node)))
    }

    pub(super) fn has_size(&self, size: u64) -> bool {
        self.globs.has_size(size)
    }

    fn is_below(&self, stack: &Stack, node: NodeId) -> bool {
        let above = |node: &NodeId| stack.parent(*node);
        self.all || std::iter::successors(Some(node), above).any(|node| self.below.contains(&node))
    }
}

/// The absolute form of a path.
pub(super) fn absolute(path: &[u8]) -> Vec<u8> {
    let mut normal = Vec::new();
    paths::normalise(path, &mut normal);
    normal.insert(0, b'/');
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_globs_limit_the_search() {
        let scope = |paths: &[&str], globs: &[&str]| {
            let own = |texts: &[&str]| texts.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
            Scope::new(paths.iter().map(|path| path.as_bytes()), &own(globs), Some(10)).unwrap()
        };
        let etc = scope(&["etc/", "/usr/./lib"], &[]);
        assert!(etc.has(b"/etc/a/b") && etc.has(b"/etc") && etc.has(b"/usr/lib/x"));
        assert!(!etc.has(b"/etcetera") && !etc.has(b"/usr/libx"));
        assert!(scope(&["/"], &[]).has(b"/a"));
        let conf = scope(&[], &["*.conf", "!/etc/**"]);
        assert!(conf.has(b"/opt/a.conf") && !conf.has(b"/etc/a.conf") && !conf.has(b"/opt/a"));
        assert!(conf.has_size(10) && !conf.has_size(11));
        assert!(Scope::new([], &["[".to_owned()], None).is_err());
    }
}
