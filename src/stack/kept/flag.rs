//! The flags of an event.

/// Flags of an event, one bit each, above the four bits of its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag(pub(super) u16);

impl Flag {
    /// A directory with another entry in which only the mtime differs. Ignored everywhere except for the mtime.
    pub(crate) const QUIET: Self = Self(1 << 4);
    /// A directory without an entry, which the path of another entry implies.
    pub(crate) const IMPLIED: Self = Self(1 << 5);
    /// The directory has an opaque marker in this layer.
    pub(crate) const OPAQUE: Self = Self(1 << 6);
    /// A later entry of the same layer has the same path.
    pub(crate) const SUPERSEDED: Self = Self(1 << 7);
    /// The contents are known to equal those of the event before.
    pub(crate) const SAME: Self = Self(1 << 8);
    /// The contents are known to differ from those of the event before.
    pub(crate) const DIFFERENT: Self = Self(1 << 9);
    /// The stored name had a `..`.
    pub(crate) const CLAMPED: Self = Self(1 << 10);
    /// A parent in the stored name is a symbolic link.
    pub(crate) const REDIRECTED: Self = Self(1 << 11);
    /// The payload is the segments of a sparse file.
    pub(crate) const SPARSE: Self = Self(1 << 12);
    /// A hard link whose target does not exist.
    pub(crate) const BROKEN: Self = Self(1 << 13);
}
