//! The kinds of change that a layer can make to a path.

/// The kind of change that a layer made to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The path is not visible in the layers below.
    Added,
    /// Contents, type or link target differ.
    Modified,
    /// Only mode, owner, attributes, device numbers or a file's mtime differ.
    Metadata,
    /// The layer stores the path again, identical.
    Rewritten,
    /// The path is no longer visible.
    Removed,
    /// A regular file of the same size whose contents are not compared yet.
    Undecided,
}

impl ChangeKind {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Metadata => "metadata",
            Self::Rewritten => "rewritten",
            Self::Removed => "removed",
            Self::Undecided => "undecided",
        }
    }

    /// The sign in columns and trees, distinct without colour.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Modified => '~',
            Self::Metadata => '=',
            Self::Rewritten => 'r',
            Self::Removed => '-',
            Self::Undecided => '?',
        }
    }
}
