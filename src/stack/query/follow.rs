//! Resolves a path in a merged tree as a program in a container does: symbolic links are followed inside the root,
//! including that of the last component. Names of entries are resolved in [`crate::stack::fold`].

use std::collections::VecDeque;

use crate::stack::kept::entry::Kind;
use crate::stack::kept::stack::{NodeId, Stack};

/// The most links followed for one path; more count as a loop (Linux: 40).
const HOPS: usize = 40;
/// The most components of a path and of the targets of its links; a path of PATH_MAX bytes has at most half as many.
const COMPONENTS: usize = 4096;

impl Stack {
    /// The node that `path` resolves to in the merged tree of layers `0..=layer`. `None` if it does not exist, if a component
    /// is not a directory, or if links form a loop.
    #[must_use]
    pub fn follow(&self, path: &[u8], layer: usize) -> Option<NodeId> {
        let mut left: VecDeque<Vec<u8>> = components(path).collect();
        let mut node = NodeId::ROOT;
        let (mut hops, mut steps) = (0, 0);
        while let Some(name) = left.pop_front() {
            steps += 1;
            if steps > COMPONENTS || left.len() > COMPONENTS {
                return None;
            }
            if name == b".." {
                node = self.parent(node).unwrap_or(NodeId::ROOT);
                continue;
            }
            let child = NodeId(self.arena.child(node.0, &name)?);
            let version = self.visible(child, layer)?;
            match version.kind {
                Kind::Symlink => {
                    hops += 1;
                    if hops > HOPS {
                        return None;
                    }
                    let target = self.link(version.event);
                    if target.first() == Some(&b'/') {
                        node = NodeId::ROOT;
                    }
                    for component in components(&target).rev() {
                        left.push_front(component);
                    }
                }
                Kind::Directory => node = child,
                _ if left.is_empty() => node = child,
                _ => return None,
            }
        }
        Some(node)
    }
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/');
    parts.filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use crate::stack::notation;

    fn follow(path: &str, layer: usize) -> Option<String> {
        let text = "+usr/lib/os-release:9 +etc/os-release->../usr/lib/os-release +lib->usr/lib +a->b +b->a \
            +abs->/lib/os-release +up->../../../usr | -usr/lib/os-release";
        let (stack, _) = notation::stack(text).unwrap();
        let node = stack.follow(path.as_bytes(), layer)?;
        Some(String::from_utf8(stack.path(node)).unwrap())
    }

    #[test]
    fn links_are_followed_inside_the_root() {
        let found = Some("/usr/lib/os-release".to_owned());
        for path in ["/etc/os-release", "lib/os-release", "/abs", "up/lib/os-release"] {
            assert_eq!(follow(path, 0), found, "{path}");
        }
        assert_eq!(follow("/", 0), Some("/".to_owned()));
    }

    #[test]
    fn loops_files_as_directories_and_removed_paths_do_not_resolve() {
        for (path, layer) in [("/a", 0), ("/usr/lib/os-release/x", 0), ("/etc/os-release", 1)] {
            assert_eq!(follow(path, layer), None, "{path}");
        }
    }
}
