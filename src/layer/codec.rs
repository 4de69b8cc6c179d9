//! How a blob is encoded, by its first bytes; never by its name or media type.

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
