//! Files that should not be in an image, recognised by path: secrets, package caches, leftovers of builds.
//!
//! Every stored payload of every layer is examined, including deleted and overwritten ones: the image still contains them.
//! Whether a file contains a credential is decided by its contents.

use crate::findings::path_pattern::PathPattern;
use crate::findings::path_pattern::PathPattern::{Below, Ending, Name, Within};
use crate::findings::place::{Contents, HEAD, Location, UnreadFile};
use crate::findings::{Id, credential_files};
use crate::stack::query::waste::Stored;
use crate::stack::{EventId, Payload, Stack};

/// The first match decides: a file below `.git` is not a secret of its own.
const RULES: &[(Id, &[PathPattern])] = &[
    (Id::VersionControl, &[Within(".git"), Within(".hg"), Within(".svn")]),
    (Id::CacheApt, &[Below("/var/lib/apt/lists"), Below("/var/cache/apt")]),
    (Id::CacheApk, &[Below("/var/cache/apk"), Below("/etc/apk/cache")]),
    (
        Id::CacheDnf,
        &[Below("/var/cache/dnf"), Below("/var/cache/yum"), Below("/var/cache/libdnf5")],
    ),
    (Id::CachePip, &[Within(".cache/pip"), Within(".cache/uv"), Within(".cache/pypoetry")]),
    (
        Id::CacheNpm,
        &[
            Within(".npm/_cacache"),
            Within(".cache/yarn"),
            Within(".yarn/cache"),
            Below("/usr/local/share/.cache/yarn"),
            Within("pnpm/store"),
            Within("node_modules/.cache"),
        ],
    ),
    (
        Id::CacheCargo,
        &[
            Within(".cargo/registry"),
            Within(".cargo/git"),
            Below("/usr/local/cargo/registry"),
            Below("/usr/local/cargo/git"),
        ],
    ),
    (Id::CacheGo, &[Within(".cache/go-build"), Within("go/pkg/mod")]),
    (Id::DebugInfo, &[Below("/usr/lib/debug"), Ending(".debug"), Ending(".pdb"), Ending(".dwo")]),
    (
        Id::BuildLeftovers,
        &[
            Below("/tmp"),
            Below("/var/tmp"),
            Below("/var/log"),
            Within("CMakeFiles"),
            Ending(".o"),
            Ending(".gcda"),
            Ending(".gcno"),
            Name("core"),
            Name(".DS_Store"),
        ],
    ),
];

pub(super) fn find(
    stack: &Stack,
    contents: &dyn Contents,
    found: &mut Vec<(Id, Location)>,
    unread: &mut Vec<UnreadFile>,
) {
    let mut open = Vec::new();
    let place = |stored: &Stored| {
        let place = Location::path(stored.node, stored.layer, stored.bytes);
        Location { hidden: !stored.live, ..place }
    };
    let mut note = |id, stored: &Stored| found.push((id, place(stored)));
    for stored in stack.stored() {
        let path = stack.path(stored.node);
        match credential_files::rule(&path) {
            Some(file) => open.push((file, rule(&path), stored)),
            None => {
                if let Some(id) = rule(&path) {
                    note(id, &stored);
                }
            }
        }
    }
    // Which name of a file has the bytes depends on the order of the tar.
    for linked in stack.linked() {
        if let Some(file) = credential_files::rule(&stack.path(linked.node)) {
            open.push((file, None, linked));
        }
    }
    let files: Vec<EventId> = open.iter().map(|(.., stored)| stored.event).collect();
    let mut holds: Vec<bool> = open.iter().map(|(file, ..)| file.if_unread).collect();
    contents.heads(&files, &mut |at, head| {
        let (file, _, stored) = &open[at];
        match head {
            Ok(head) => {
                // The rest of the file, after the head, was not read. Of a sparse file the head has the ends of holes.
                let read = head.len() as u64;
                let is_cut = |it: Payload| read < it.stored || it.sparse && read == HEAD;
                let cut = file.if_cut && stack.payload(stored.event).is_some_and(is_cut);
                holds[at] = cut || file.holds_credential(head);
            }
            Err(why) => unread.push(UnreadFile { id: file.id, place: place(stored), why }),
        }
    });
    for ((file, otherwise, stored), holds) in open.iter().zip(holds) {
        let id = if holds { Some(file.id) } else { *otherwise };
        if let Some(id) = id {
            note(id, stored);
        }
    }
}

/// The files of package caches that are in the final tree.
pub(super) fn caches(stack: &Stack) -> impl Iterator<Item = (Id, Stored)> {
    stack.stored().filter(|stored| stored.live).filter_map(|stored| {
        let id = rule(&stack.path(stored.node))?;
        id.is_cache().then_some((id, stored))
    })
}

/// The finding about any file at this path.
pub(super) fn rule(path: &[u8]) -> Option<Id> {
    RULES.iter().find(|(_, marks)| marks.iter().any(|mark| mark.fits(path))).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_by_their_parts() {
        for (path, id) in [
            ("/src/.git/config", Some(Id::VersionControl)),
            ("/src/.gitignore", None),
            ("/var/lib/apt/lists/x", Some(Id::CacheApt)),
            ("/var/lib/apt/lists-not/x", None),
            ("/root/.cache/pip/http/a", Some(Id::CachePip)),
            ("/src/main.o", Some(Id::BuildLeftovers)),
            ("/etc/passwd", None),
        ] {
            assert_eq!(rule(path.as_bytes()), id, "{path}");
        }
    }
}
