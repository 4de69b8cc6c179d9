//! Names that mark deletions in the layers below, or bookkeeping of a union filesystem, rather than content.
//!
//! Only the name is checked, not the type: markers occur as regular files, hard links and directories.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::stack::kept::marker::{OPAQUE, PREFIX};
use crate::stack::kept::paths;

/// Built once, because every path is searched.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PREFIX));
const META_PREFIX: &[u8] = b".wh..wh.";

/// Files that eStargz adds at the root of a layer.
const LANDMARKS: [&[u8]; 3] =
    [b"stargz.index.json", b".prefetch.landmark", b".no.prefetch.landmark"];

/// The meaning of a normalised path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<'p> {
    /// An object of the image.
    Content,
    /// `.wh.NAME`: NAME in directory `parent` is removed from the layers below.
    Whiteout {
        /// Directory of the marker.
        parent: &'p [u8],
        /// The removed name.
        name: &'p [u8],
    },
    /// `.wh..wh..opq`: the directory is opaque; its contents in the layers below are hidden.
    Opaque(&'p [u8]),
    /// aufs bookkeeping (`.wh..wh.plnk`, `.wh..wh.aufs`, `.wh..wh.orph` and everything below them), or the TOC and
    /// landmarks of eStargz.
    Hidden,
    /// A whiteout of a name that no directory can have: `.wh.`, `.wh..`, `.wh...`.
    Nameless,
}

/// Classifies a normalised path.
#[must_use]
pub fn meaning(path: &[u8]) -> Meaning<'_> {
    if LANDMARKS.contains(&path) {
        return Meaning::Hidden;
    }
    if FINDER.find(path).is_none() {
        return Meaning::Content;
    }
    let Some((parent, name)) = paths::split(path) else {
        return Meaning::Content;
    };
    if parent.split(|&byte| byte == b'/').any(|component| component.starts_with(META_PREFIX)) {
        return Meaning::Hidden;
    }
    if name == OPAQUE {
        return Meaning::Opaque(parent);
    }
    if name.starts_with(META_PREFIX) {
        return Meaning::Hidden;
    }
    match name.strip_prefix(PREFIX) {
        None => Meaning::Content,
        Some(b"" | b"." | b"..") => Meaning::Nameless,
        Some(name) => Meaning::Whiteout { parent, name },
    }
}

/// Whether a normalised path lies in aufs's directory of hard link sources.
#[must_use]
pub fn is_pseudo_link(path: &[u8]) -> bool {
    path.starts_with(b".wh..wh.plnk/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide() {
        for (path, expected) in [
            ("etc/passwd", Meaning::Content),
            ("", Meaning::Content),
            ("a.wh.b", Meaning::Content),
            (".wh.d/child", Meaning::Content),
            (".wh.a", Meaning::Whiteout { parent: b"", name: b"a" }),
            ("etc/.wh.passwd", Meaning::Whiteout { parent: b"etc", name: b"passwd" }),
            ("etc/.wh..opq", Meaning::Whiteout { parent: b"etc", name: b".opq" }),
            ("etc/.wh..wh..opq", Meaning::Opaque(b"etc")),
            (".wh..wh..opq", Meaning::Opaque(b"")),
            (".wh..wh.plnk", Meaning::Hidden),
            (".wh..wh.plnk/9.1", Meaning::Hidden),
            ("var/.wh..wh.orph/.wh.x", Meaning::Hidden),
            ("etc/.wh.", Meaning::Nameless),
            (".wh...", Meaning::Nameless),
            ("stargz.index.json", Meaning::Hidden),
            ("etc/stargz.index.json", Meaning::Content),
        ] {
            assert_eq!(meaning(path.as_bytes()), expected, "{path}");
        }
    }
}
