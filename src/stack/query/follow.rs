//! Resolves a path in a merged tree as a program in a container does: symbolic links are followed inside the root,
//! including that of the last component. Names of entries are resolved in [`crate::stack::fold`].

use std::collections::VecDeque;

use crate::stack::kept::entry::Kind;
use crate::stack::kept::stack::{NodeId, Stack};

/// The most links followed for one path; more count as a loop (Linux: 40).
const HOPS: usize = 40;
/// The most components of a path and of the targets of its links; a path of PATH_MAX bytes has at most half as many.
const COMPONENTS: usize = 4096;

/// Why a path does not resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// This path does not exist.
    Missing(Vec<u8>),
    /// This path is no directory, but further components follow.
    NoDirectory(Vec<u8>),
    /// The links form a loop, or there are too many of them.
    Loop,
}

impl Stack {
    /// The node that `path` resolves to in the merged tree of layers `0..=layer`; `None` if it does not.
    #[must_use]
    pub fn follow(&self, path: &[u8], layer: usize) -> Option<NodeId> {
        self.resolve(path, layer).ok()
    }

    /// As [`Self::follow`].
    ///
    /// # Errors
    /// Why the path does not resolve.
    pub fn resolve(&self, path: &[u8], layer: usize) -> Result<NodeId, Unresolved> {
        let mut left: VecDeque<Vec<u8>> = components(path).collect();
        let mut node = NodeId::ROOT;
        let (mut hops, mut steps) = (0, 0);
        while let Some(name) = left.pop_front() {
            steps += 1;
            if steps > COMPONENTS || left.len() > COMPONENTS {
                return Err(Unresolved::Loop);
            }
            if name == b".." {
                node = self.parent(node).unwrap_or(NodeId::ROOT);
                continue;
            }
            let child = self.arena.child(node.0, &name).map(NodeId);
            let version = child.and_then(|child| self.visible(child, layer));
            let Some((child, version)) = child.zip(version) else {
                let directory = if node == NodeId::ROOT { Vec::new() } else { self.path(node) };
                return Err(Unresolved::Missing([&directory[..], b"/", &name].concat()));
            };
            // A hard link to a symbolic link is that symbolic link.
            let object = self.object(&version);
            match object.kind {
                Kind::Symlink => {
                    hops += 1;
                    if hops > HOPS {
                        return Err(Unresolved::Loop);
                    }
                    let target = self.link(object.event);
                    if target.first() == Some(&b'/') {
                        node = NodeId::ROOT;
                    }
                    for component in components(&target).rev() {
                        left.push_front(component);
                    }
                }
                Kind::Directory => node = child,
                _ if left.is_empty() => node = child,
                _ => return Err(Unresolved::NoDirectory(self.path(child))),
            }
        }
        Ok(node)
    }
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/');
    parts.filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::notation;

    fn resolve(path: &str, layer: usize) -> Result<String, Unresolved> {
        let text = "+usr/lib/os-release:9 +etc/os-release->../usr/lib/os-release +lib->usr/lib +a->b +b->a \
            +abs->/lib/os-release +up->../../../usr | -usr/lib/os-release";
        let (stack, _) = notation::stack(text).unwrap();
        let node = stack.resolve(path.as_bytes(), layer)?;
        Ok(String::from_utf8(stack.path(node)).unwrap())
    }

    #[test]
    fn links_are_followed_inside_the_root() {
        let found = Ok("/usr/lib/os-release".to_owned());
        for path in ["/etc/os-release", "lib/os-release", "/abs", "up/lib/os-release"] {
            assert_eq!(resolve(path, 0), found, "{path}");
        }
        assert_eq!(resolve("/", 0), Ok("/".to_owned()));
    }

    #[test]
    fn loops_files_as_directories_and_removed_paths_do_not_resolve() {
        let release = b"/usr/lib/os-release".to_vec();
        for (path, layer, why) in [
            ("/a", 0, Unresolved::Loop),
            ("/usr/lib/os-release/x", 0, Unresolved::NoDirectory(release.clone())),
            ("/etc/os-release", 1, Unresolved::Missing(release)),
            ("/no/such", 1, Unresolved::Missing(b"/no".to_vec())),
        ] {
            assert_eq!(resolve(path, layer), Err(why), "{path}");
        }
    }
}
