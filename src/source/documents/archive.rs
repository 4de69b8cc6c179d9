//! A tar archive as a set of files: which name stands for which bytes.
//!
//! Only the headers of the outer archive are read. Of equal names the last one wins, as in unpacking. Symbolic and hard
//! links between members are resolved, at most [`MOST_LINKS`] for one name.

use std::collections::HashMap;

use crate::layer;
use crate::layer::blob::Blob;
use crate::layer::tar::{Kind, Member};
use crate::layer::{Listing, tar};
use crate::source::documents::found::{Found, Link, MOST_LINKS, Missing, components};

/// The members of a tar, by name.
#[derive(Debug)]
pub(crate) struct Archive {
    blob: Blob,
    members: HashMap<Vec<u8>, Target>,
    /// The directory in which lookups start: some archives hold everything in one directory.
    top: Vec<u8>,
    problem: Option<String>,
    /// The rows of the tar, in case it is a layer itself.
    listing: Option<Box<Listing>>,
}

#[derive(Clone, Debug)]
enum Target {
    Bytes { offset: u64, size: u64 },
    Symlink(Vec<u8>),
    Hardlink(Vec<u8>),
    Directory,
    Special,
}

impl Archive {
    /// Reads the headers of the tar in `blob`.
    pub(crate) fn new(blob: Blob) -> Self {
        let (tar::Members { members, problems }, listing) = layer::survey(&blob);
        let members = members.into_iter().map(|member| (member.name.clone(), target(member)));
        Self {
            members: members.collect(),
            blob,
            top: Vec::new(),
            problem: problems.into_iter().next().map(|problem| problem.message),
            listing: listing.map(Box::new),
        }
    }

    /// Takes the rows of the tar, in case it is a layer itself, so that its headers are read once only.
    pub(crate) fn take_listing(&mut self) -> Option<Listing> {
        self.listing.take().map(|listing| *listing)
    }

    /// The defect of the archive: truncated, damaged, or with trailing data.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Adds an error of the stream that the archive was copied from.
    pub(crate) fn note(&mut self, problem: Option<String>) {
        // An error of the stream also truncates the archive: report the cause, not the effect.
        self.problem = problem.or_else(|| self.problem.take());
    }

    /// Whether it has the directories of a root filesystem, where a `manifest.json` is an ordinary file.
    pub(crate) fn looks_like_a_root(&self) -> bool {
        ["etc", "usr", "bin", "lib", "var"].into_iter().any(|name| self.has_directory(name))
    }

    /// Whether its names are those of configs and layers of a saved image, and no other. A single other name makes it a
    /// root filesystem.
    pub(crate) fn looks_like_a_save(&self) -> bool {
        let parts: Vec<SavePart> = self.members.keys().map(|name| save_part(name)).collect();
        parts.contains(&SavePart::Content) && !parts.contains(&SavePart::Foreign)
    }

    /// Whether a member lies in the top-level directory `name`.
    pub(super) fn has_directory(&self, name: &str) -> bool {
        let prefix = format!("{name}/");
        self.members.keys().any(|member| member.starts_with(prefix.as_bytes()))
    }

    /// If a single top-level directory holds all members, starts lookups there and returns true.
    pub(crate) fn descend(&mut self) -> bool {
        let mut first = None;
        for name in self.members.keys() {
            let top = name.split(|&byte| byte == b'/').next().unwrap_or_default();
            if !top.is_empty() && *first.get_or_insert(top) != top {
                return false;
            }
        }
        match first {
            Some(top) if self.top.is_empty() => {
                self.top = top.to_vec();
                true
            }
            _ => false,
        }
    }

    /// Finds a member and follows links.
    pub(super) fn find(&self, path: &[u8]) -> Result<Found, Missing> {
        let mut at = self.top.clone();
        let mut ahead: Vec<Vec<u8>> =
            components(path).into_iter().rev().map(<[u8]>::to_vec).collect();
        let mut links = 0;
        let mut followed = None;
        while let Some(part) = ahead.pop() {
            if part == b".." {
                at.truncate(at.iter().rposition(|&byte| byte == b'/').unwrap_or(0));
                continue;
            }
            let parent = at.len();
            if !at.is_empty() {
                at.push(b'/');
            }
            at.extend_from_slice(&part);
            let (link, from) = match self.members.get(&at) {
                Some(Target::Symlink(link)) if link.starts_with(b"/") => (link, 0),
                Some(Target::Symlink(link)) => (link, parent),
                Some(Target::Hardlink(link)) => (link, 0),
                _ => continue,
            };
            links += 1;
            if links > MOST_LINKS {
                return Err(Missing::Refused("its links lead in circles".to_owned()));
            }
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            followed = Some(Link { name: text(&at), target: text(link) });
            at.truncate(from);
            // `..` in a link is resolved one step at a time, since the directory that it leaves may be a link.
            let parts =
                link.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && part != b".");
            let parts: Vec<_> = parts.map(<[u8]>::to_vec).collect();
            ahead.extend(parts.into_iter().rev());
        }
        match self.members.get(&at) {
            Some(&Target::Bytes { offset, size }) => {
                let blob = self.blob.slice(offset, size);
                let cut_from = (blob.len() < size).then_some(size);
                Ok(Found { blob, key: format!("member at {offset}"), cut_from })
            }
            Some(Target::Directory | Target::Special) => Err(Missing::NoFile),
            _ => Err(followed.map_or(Missing::Absent, Missing::Dangling)),
        }
    }

    /// The top-level directories that hold a member called `json`.
    pub(super) fn v1_ids(&self) -> Vec<String> {
        let names = self.members.keys().filter_map(|name| {
            let name = if self.top.is_empty() {
                &name[..]
            } else {
                name.strip_prefix(&self.top[..])?.strip_prefix(b"/")?
            };
            let id = name.strip_suffix(b"/json")?;
            std::str::from_utf8(id).ok().filter(|id| !id.contains('/')).map(str::to_owned)
        });
        names.collect()
    }
}

/// The role of a member of a saved image, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SavePart {
    /// A config, a layer or a blob.
    Content,
    /// A directory or a list of documents, which occurs elsewhere too.
    Frame,
    /// Not a member of a saved image.
    Foreign,
}

/// Names as written by Docker (by ID before 25, in `blobs` since), podman, skopeo and kaniko.
fn save_part(name: &[u8]) -> SavePart {
    const LISTS: [&[u8]; 6] = [
        b"manifest.json",
        b"repositories",
        b"index.json",
        b"oci-layout",
        b"blobs",
        b"blobs/sha256",
    ];
    let is_id = |id: &[u8]| id.len() == 64 && id.iter().all(u8::is_ascii_hexdigit);
    if name.is_empty() || LISTS.contains(&name) {
        return SavePart::Frame;
    }
    if name.strip_prefix(b"blobs/sha256/").or(name.strip_prefix(b"sha256:")).is_some_and(is_id) {
        return SavePart::Content;
    }
    match name.split_at_checked(64) {
        Some((id, b"")) if is_id(id) => SavePart::Frame,
        Some((id, b".json" | b".tar" | b".tar.gz" | b"/json" | b"/VERSION" | b"/layer.tar"))
            if is_id(id) =>
        {
            SavePart::Content
        }
        _ => SavePart::Foreign,
    }
}

fn target(member: Member) -> Target {
    match member.kind {
        Kind::File => Target::Bytes { offset: member.offset, size: member.size },
        Kind::Symlink => Target::Symlink(member.link),
        Kind::Hardlink => Target::Hardlink(member.link),
        Kind::Directory => Target::Directory,
        Kind::Char | Kind::Block | Kind::Fifo | Kind::Socket | Kind::Other => Target::Special,
    }
}
