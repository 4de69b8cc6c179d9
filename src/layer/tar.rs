//! Reads tar archives by their headers, in every dialect that layers use, from v7 to pax; contents are not interpreted.
//!
//! [`walker`] is the state machine over headers, payloads and the end of the archive; [`feed`] supplies the bytes, from
//! a plain blob (payloads are skipped) or from a decoder (payloads are fingerprinted). [`header`], [`number`], [`pax`]
//! and [`sparse`] parse the formats; [`map`] reads the segments of sparse files. Names are returned as stored;
//! [`recorder`] interprets them.

mod ending;
pub(super) mod entry;
mod extended;
pub(super) mod feed;
pub(super) mod form;
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
use crate::layer::tar::entry::TarEntry;
pub(crate) use crate::layer::tar::header::begins;
pub(super) use crate::layer::tar::header::is_header;
pub use crate::stack::kept::entry::Kind;
use crate::stack::kept::paths;

/// The most members of an archive of an image: real ones have a few for each layer.
const MEMBERS_MAX: usize = 1_000_000;

/// The most bytes of member names that are kept.
const NAME_BYTES_MAX: usize = 64 << 20;

/// A member of a plain archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The normalised path.
    pub name: Vec<u8>,
    /// The member's type.
    pub kind: Kind,
    /// A symbolic link's target as stored, or a hard link's target as a normalised path. Empty otherwise.
    pub link: Vec<u8>,
    /// Offset of the payload in the blob.
    pub offset: u64,
    /// Bytes of the payload that exist; 0 for all but regular files.
    pub size: u64,
}

/// The members of an archive, from [`crate::layer::list::survey`].
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// In the order of the archive. A name may occur twice: the last member counts.
    pub members: Vec<Member>,
    /// Problems, most severe first. The members before an error are listed.
    pub problems: Vec<Problem>,
}

/// Collects members.
#[derive(Default)]
pub(super) struct MemberList {
    members: Vec<Member>,
    name_bytes: usize,
    full: bool,
}

impl MemberList {
    /// Adds an entry, within the limits.
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
