//! One difference between two trees: at which path, of which kind, in which metadata.

use crate::stack::Version;

/// How two objects at one path differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Only the new image has it.
    Added,
    /// Only the old image has it.
    Removed,
    /// Type, contents or a link's target differ.
    Content,
    /// Only what [`Metadata`] says differs.
    Metadata,
    /// Contents of the same size that could not be read, or are not read yet.
    Undecided,
}

impl Meaning {
    /// The name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Content => "content",
            Self::Metadata => "metadata",
            Self::Undecided => "undecided",
        }
    }
}

/// The metadata that differ.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Permission bits.
    pub mode: bool,
    /// User or group.
    pub owner: bool,
    /// Modification time, except of directories.
    pub mtime: bool,
    /// Extended attributes.
    pub xattrs: bool,
    /// Device numbers.
    pub device: bool,
    /// The other names of the file.
    pub links: bool,
}

impl Metadata {
    /// The names of the metadata that differ, as in JSON.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("mode", self.mode),
            ("owner", self.owner),
            ("mtime", self.mtime),
            ("xattrs", self.xattrs),
            ("device", self.device),
            ("links", self.links),
        ];
        all.into_iter().filter_map(|(name, differs)| differs.then_some(name))
    }

    pub(super) fn any(self) -> bool {
        self != Self::default()
    }
}

/// One path at which the trees differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The absolute path in raw bytes.
    pub path: Vec<u8>,
    /// The kind of difference.
    pub meaning: Meaning,
    /// The metadata that differ.
    pub metadata: Metadata,
    /// The version in the old image.
    pub old: Option<Version>,
    /// The version in the new image.
    pub new: Option<Version>,
    /// Bytes of contents in the old and the new image; a hard link has those of its file.
    pub bytes: (u64, u64),
}
