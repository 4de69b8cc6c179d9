//! Places inside a compressed layer where decoding can begin, saved while the layer was decoded once.
//!
//! A compressed layer can be read front to back only, so a file near its end costs as much as the whole layer. A
//! checkpoint every few MB makes that a few MB. There are two kinds: where a member, frame or stream begins nothing
//! else need be known; between two blocks of one deflate stream ([`DeflateState`]) the last 32 KiB before are needed as
//! well, of which only the bytes are kept that are really referred to.
//!
//! [`collector`] finds the places, [`mod@format`] makes bytes of them that can be stored and read again. Whether those
//! bytes belong to a blob is for whoever stored them to know; a checkpoint that does not fit is found out when it is
//! used, and then decoding begins at the front.

mod format;

use crate::layer::encoding::Codec;

/// How far a deflate stream refers back (RFC 1951, section 2).
pub(in crate::layer) const WINDOW: usize = 32 * 1024;

/// Where decoding of one compressed blob can begin, first to last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// How the blob is encoded.
    pub(crate) codec: Codec,
    /// The blob's length.
    pub(crate) blob_len: u64,
    pub(crate) points: Vec<Point>,
}

impl Checkpoints {
    /// How many there are, the start of the blob not counted.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are none: only ever true of bytes that say so.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// How the blob is encoded.
    pub(in crate::layer) const fn codec(&self) -> Codec {
        self.codec
    }

    /// The last place from where `offset` of the uncompressed stream is reached, if these are checkpoints of such a
    /// blob.
    pub(in crate::layer) fn before(
        &self,
        offset: u64,
        codec: Codec,
        blob_len: u64,
    ) -> Option<&Point> {
        if codec != self.codec || blob_len != self.blob_len {
            return None;
        }
        let after = self.points.partition_point(|point| point.output <= offset);
        self.points.get(after.checked_sub(1)?)
    }
}

/// A place where decoding can begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// Offset in the blob of the next byte to read.
    pub(in crate::layer) input: u64,
    /// Offset in the uncompressed stream of the next byte that comes out.
    pub(in crate::layer) output: u64,
    /// What must be known where the place is inside a member; `None` where a member begins.
    pub(in crate::layer) state: Option<DeflateState>,
}

impl Point {
    /// Bytes that the point takes.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.state.as_ref().map_or(0, |state| state.window.packed.len())
    }
}

/// What decoding needs to know to begin between two blocks of a gzip member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::layer) struct DeflateState {
    /// How many high bits of the byte before [`Point::input`] are still to be read: 0 to 7.
    pub(in crate::layer) unread: u8,
    /// Of the member up to here.
    pub(in crate::layer) sums: Sums,
    pub(in crate::layer) window: Window,
    pub(in crate::layer) proof: Proof,
}

/// What a gzip member's trailer will be held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// CRC-32 of the contents.
    pub(in crate::layer) crc: u32,
    /// Length of the contents modulo 2³².
    pub(in crate::layer) length: u32,
}

/// The bytes before a place, zeroed where nothing refers to them, deflated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::layer) struct Window {
    /// Length when unpacked: at most [`WINDOW`].
    pub(in crate::layer) len: u32,
    pub(in crate::layer) packed: Box<[u8]>,
}

/// What must come out first, so that a place that does not fit its blob is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::layer) struct Proof {
    /// How many bytes: at most [`WINDOW`].
    pub(in crate::layer) len: u32,
    /// Their xxh3, 64 bits.
    pub(in crate::layer) hash: u64,
}
