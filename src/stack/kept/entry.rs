//! One row of a layer: what the listers of `layer` write and the fold reads.
//!
//! An entry describes an object and does not hold its contents. Paths are normalised (see [`crate::stack::kept::paths`]):
//! relative to the image's root, no leading or trailing slash, no `.`, `..` or empty component; the root itself is `b""`.

/// The type of a file system object, as the layer states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A regular file.
    File = 0,
    /// A directory.
    Directory = 1,
    /// A symbolic link; its target is kept as stored.
    Symlink = 2,
    /// Another name for a file of this or a lower layer; its target is a path in the image.
    Hardlink = 3,
    /// A character device.
    Char = 4,
    /// A block device.
    Block = 5,
    /// A named pipe.
    Fifo = 6,
    /// A socket.
    Socket = 7,
    /// A type that the tar formats do not define. Its payload is skipped.
    Other = 8,
}

impl Kind {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "dir",
            Self::Symlink => "symlink",
            Self::Hardlink => "hardlink",
            Self::Char => "char",
            Self::Block => "block",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Other => "other",
        }
    }

    /// The inverse of `self as u8`.
    #[must_use]
    pub const fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::File,
            1 => Self::Directory,
            2 => Self::Symlink,
            3 => Self::Hardlink,
            4 => Self::Char,
            5 => Self::Block,
            6 => Self::Fifo,
            7 => Self::Socket,
            8 => Self::Other,
            _ => return None,
        })
    }

    /// Whether the object is a regular file or a hard link to one.
    #[must_use]
    pub const fn is_regular(self) -> bool {
        matches!(self, Self::File | Self::Hardlink)
    }

    /// Whether the object is a character or block device.
    #[must_use]
    pub const fn is_device(self) -> bool {
        matches!(self, Self::Char | Self::Block)
    }
}

/// A modification time: seconds since 1970 (may be negative) and nanoseconds within the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mtime {
    /// Whole seconds since the epoch, rounded towards the past.
    pub seconds: i64,
    /// Nanoseconds, 0 to 999,999,999.
    pub nanos: u32,
}

/// A digest of a file's contents that listing the layer gives without further reading. Only fingerprints of the same variant
/// can be compared. 64 bits are enough, since a file is only compared with other versions of the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fingerprint {
    /// The low 64 bits of XXH3-128 over the stored payload (computed while a layer is inflated).
    Xxh3(u64),
    /// CRC-64/GO-ISO over the contents (tar-split).
    Crc64(u64),
    /// The first 64 bits of the SHA-256 of the contents (a TOC).
    Sha256(u64),
}

impl Fingerprint {
    /// The stored form: a kind of two bits, 0 for none, and the value.
    pub(crate) const fn encode(fingerprint: Option<Self>) -> (u16, u64) {
        match fingerprint {
            None => (0, 0),
            Some(Self::Xxh3(value)) => (1, value),
            Some(Self::Crc64(value)) => (2, value),
            Some(Self::Sha256(value)) => (3, value),
        }
    }

    /// Reverts [`Self::encode`].
    pub(crate) const fn decode(kind: u16, value: u64) -> Option<Self> {
        match kind {
            1 => Some(Self::Xxh3(value)),
            2 => Some(Self::Crc64(value)),
            3 => Some(Self::Sha256(value)),
            _ => None,
        }
    }

    /// Whether two files have the same contents; `None` if a fingerprint is missing or they are of different variants.
    #[must_use]
    pub fn compare(one: Option<Self>, other: Option<Self>) -> Option<bool> {
        let (one, other) = (one?, other?);
        (std::mem::discriminant(&one) == std::mem::discriminant(&other)).then_some(one == other)
    }
}

/// One path of one layer, borrowed from a [`crate::stack::kept::table::Table`] or from the lister that fills one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The normalised path; `b""` is the root.
    pub path: &'a [u8],
    /// The object's type.
    pub kind: Kind,
    /// Permission, setuid, setgid and sticky bits (`0o7777`).
    pub mode: u16,
    /// Numeric owner.
    pub uid: u64,
    /// Numeric group.
    pub gid: u64,
    /// Logical size in bytes, as `stat` reports it. 0 for all but regular files (a hard link's bytes belong to its target).
    pub size: u64,
    /// Payload bytes stored in the layer; differs from `size` only for sparse files.
    pub stored: u64,
    /// Modification time.
    pub mtime: Mtime,
    /// The target of a symbolic link as stored, or that of a hard link as a normalised path. Empty otherwise.
    pub link: &'a [u8],
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes.
    pub xattrs: Xattrs<'a>,
    /// Offset of the payload in the uncompressed layer, if it is there.
    pub data: Option<u64>,
    /// A digest of the payload, if the listing gave one.
    pub fingerprint: Option<Fingerprint>,
    /// The stored name has a `..` component, which was resolved and clamped to the root.
    pub clamped: bool,
    /// The payload is the segments of a sparse file, not its plain contents.
    pub sparse: bool,
}

impl<'a> Entry<'a> {
    /// An entry with nothing but a path and a kind: owner 0:0, mode 0, size 0.
    #[must_use]
    pub const fn new(path: &'a [u8], kind: Kind) -> Self {
        Self {
            path,
            kind,
            mode: 0,
            uid: 0,
            gid: 0,
            size: 0,
            stored: 0,
            mtime: Mtime { seconds: 0, nanos: 0 },
            link: b"",
            device: (0, 0),
            xattrs: Xattrs::EMPTY,
            data: None,
            fingerprint: None,
            clamped: false,
            sparse: false,
        }
    }
}

/// One row of a layer's table: an object, or a marker about the layers below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// An object the layer holds.
    Entry(Entry<'a>),
    /// `.wh.NAME`: hides a path of the layers below.
    Whiteout {
        /// The hidden path, not the name of the marker.
        path: &'a [u8],
    },
    /// `.wh..wh..opq`: hides all that the layers below have in a directory.
    Opaque {
        /// The directory.
        path: &'a [u8],
    },
}

impl<'a> Row<'a> {
    /// The same row at another path.
    #[must_use]
    #[inline]
    pub fn at(self, path: &'a [u8]) -> Self {
        match self {
            Self::Entry(entry) => Self::Entry(Entry { path, ..entry }),
            Self::Whiteout { .. } => Self::Whiteout { path },
            Self::Opaque { .. } => Self::Opaque { path },
        }
    }
}

/// Extended attributes as one canonical byte string (sorted by name), so that equal sets are equal bytes and a
/// set can be interned. Each pair: name length, name, value length, value; lengths as u32 little endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Xattrs<'a>(&'a [u8]);

impl<'a> Xattrs<'a> {
    /// No attributes.
    pub const EMPTY: Self = Self(&[]);

    /// Wraps bytes made by [`encode_xattrs`]. Malformed bytes are iterated up to the first error.
    #[must_use]
    pub const fn from_encoded(encoded: &'a [u8]) -> Self {
        Self(encoded)
    }

    /// The canonical bytes.
    #[must_use]
    pub const fn encoded(self) -> &'a [u8] {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Name and value of each, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let name = take_counted(&mut rest)?;
            let value = take_counted(&mut rest)?;
            Some((name, value))
        })
    }
}

fn take_counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if after.len() < length {
        return None;
    }
    let (bytes, after) = after.split_at(length);
    *rest = after;
    Some(bytes)
}

/// Sorts the pairs by name and encodes them for [`Xattrs`]. Of equal names the last one wins, as in a pax header.
#[must_use]
pub fn encode_xattrs(pairs: &mut Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    pairs.reverse();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.dedup_by(|later, kept| later.0 == kept.0);
    let mut encoded = Vec::new();
    for (name, value) in pairs.iter() {
        for bytes in [name, value] {
            encoded.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            encoded.extend_from_slice(bytes);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xattrs_are_canonical_and_the_last_of_equal_names_wins() {
        let mut pairs = vec![
            (b"user.b".to_vec(), b"1".to_vec()),
            (b"user.a".to_vec(), b"2".to_vec()),
            (b"user.b".to_vec(), b"3".to_vec()),
        ];
        let encoded = encode_xattrs(&mut pairs);
        let back: Vec<_> = Xattrs::from_encoded(&encoded).iter().collect();
        assert_eq!(back, [(&b"user.a"[..], &b"2"[..]), (b"user.b", b"3")]);
    }

    #[test]
    fn malformed_xattrs_end_early() {
        assert_eq!(Xattrs::from_encoded(&[9, 0, 0, 0, b'x']).iter().count(), 0);
    }
}
