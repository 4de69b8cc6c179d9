//! Tar archives, read by their headers: every dialect that layers come in, from v7 to pax, and none of the contents.
//!
//! [`walker`] is the state machine over headers, payloads and the end of the archive; [`feed`] gives it the bytes,
//! from a plain blob (payloads are jumped over) or from a decoder (they pass by and are fingerprinted). [`header`],
//! [`number`], [`pax`] and [`sparse`] know the formats; [`map`] reads where a sparse file's segments belong. The names that come out are as stored: what is a whiteout,
//! and what is a row, is decided by whoever asked.

mod ending;
mod extended;
pub(super) mod feed;
mod header;
pub(super) mod map;
mod number;
pub(crate) mod parallel;
mod pax;
mod pseudo_links;
pub(crate) mod recorder;
mod sparse;
pub(super) mod stream;
pub(super) mod walker;
pub(super) mod window;

use crate::layer::listing::Problem;
use crate::layer::problems::{Problems, quote};
pub(super) use crate::layer::tar::header::is_header;
use crate::layer::tar::walker::TarEntry;
use crate::stack::kept::entry::Kind;
use crate::stack::kept::paths;

/// The most members an outer archive may have: real ones have a few for each layer.
const MEMBERS_MAX: usize = 1_000_000;

/// The most bytes of members' names that are kept.
const NAME_BYTES_MAX: usize = 64 << 20;

/// One member of a plain archive that can be opened where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The normalised path.
    pub name: Vec<u8>,
    /// The member's type.
    pub kind: Kind,
    /// A symbolic link's target as stored, or a hard link's target as a normalised path. Empty otherwise.
    pub link: Vec<u8>,
    /// Where the payload begins in the blob.
    pub offset: u64,
    /// Bytes of payload that are really there. 0 for all but regular files.
    pub size: u64,
}

/// What [`crate::layer::list::survey`] found in an archive.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// The members in the order they are stored. The same name may come twice: the last is meant.
    pub members: Vec<Member>,
    /// What was odd or broken, worst first; the members before it are listed all the same.
    pub problems: Vec<Problem>,
}

/// Gathers members.
#[derive(Default)]
pub(super) struct MemberList {
    members: Vec<Member>,
    name_bytes: usize,
    full: bool,
}

impl MemberList {
    /// Adds an entry of an archive, as far as there is room.
    pub(super) fn add(&mut self, found: &TarEntry<'_>, problems: &mut Problems) {
        if self.full {
            return;
        }
        self.name_bytes += found.name.len() + found.link.len();
        if self.members.len() >= MEMBERS_MAX || self.name_bytes > NAME_BYTES_MAX {
            self.full = true;
            problems.error(|| {
                format!("more members than an archive of an image can have; those after {} are left out", quote(found.name))
            });
            return;
        }
        let mut name = Vec::new();
        paths::normalise(found.name, &mut name);
        let mut link = found.link.to_vec();
        if found.kind == Kind::Hardlink {
            paths::normalise(found.link, &mut link);
        }
        let size = if found.kind == Kind::File { found.stored } else { 0 };
        self.members.push(Member {
            name,
            kind: found.kind,
            link,
            offset: found.data.unwrap_or(0),
            size,
        });
    }

    pub(super) fn finish(self, problems: Problems) -> Members {
        Members { members: self.members, problems: problems.finish() }
    }
}
