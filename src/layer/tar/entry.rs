//! One entry of a tar as stored.

use crate::stack::kept::entry::{Fingerprint, Kind, Mtime, Xattrs};

/// One entry as stored, with names that are not normalised. Borrows from the walker.
#[derive(Clone, Debug)]
pub(crate) struct TarEntry<'w> {
    /// The stored name.
    pub(in crate::layer) name: &'w [u8],
    /// The stored target of a hard or symbolic link; otherwise empty.
    pub(in crate::layer) link: &'w [u8],
    /// Extended attributes.
    pub(in crate::layer) xattrs: Xattrs<'w>,
    /// The numeric fields.
    pub(crate) fields: TarFields,
}

/// The numeric fields of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TarFields {
    pub(in crate::layer) kind: Kind,
    pub(in crate::layer) mode: u16,
    pub(in crate::layer) uid: u64,
    pub(in crate::layer) gid: u64,
    /// Logical size. 0 for all but regular files.
    pub(in crate::layer) size: u64,
    /// Payload bytes that exist; 0 for all but regular files.
    pub(in crate::layer) stored: u64,
    pub(in crate::layer) mtime: Mtime,
    pub(in crate::layer) device: (u32, u32),
    pub(in crate::layer) sparse: bool,
    /// Offset of a regular file's payload in the uncompressed tar.
    pub(in crate::layer) data: Option<u64>,
    pub(in crate::layer) fingerprint: Option<Fingerprint>,
}

impl std::ops::Deref for TarEntry<'_> {
    type Target = TarFields;

    fn deref(&self) -> &TarFields {
        &self.fields
    }
}
