//! How the bytes of a layer are compressed.

/// An encoding of a layer or archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not compressed.
    Plain,
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames, skippable ones included.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Codec {
    /// `plain`, `gzip`, `zstd`, `bzip2` or `xz`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}
