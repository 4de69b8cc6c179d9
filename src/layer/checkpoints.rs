//! Offsets inside a compressed layer at which decoding can start, saved when the layer was decoded for its listing.
//!
//! A compressed layer can only be decoded front to back, so a file near its end costs as much as the whole layer; a
//! checkpoint every few MB reduces that to a few MB. There are two kinds: the start of a member, frame or stream, which
//! needs no state; and a boundary between two blocks of a deflate stream ([`DeflateState`]), which needs the last 32
//! KiB before it, of which only the bytes that later blocks refer to are kept.
//!
//! [`crate::layer::codec::collector`] finds checkpoints, [`mod@format`] serialises them. The caller makes sure that
//! stored checkpoints belong to the blob; a wrong one is detected when it is used, and decoding then starts at the
//! front.

mod format;

use crate::layer::encoding::Codec;

/// The longest distance that a deflate stream refers back (RFC 1951, section 2).
pub(in crate::layer) const WINDOW: usize = 32 * 1024;

/// The checkpoints of one compressed blob, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// The encoding of the blob.
    pub(crate) codec: Codec,
    /// The length of the blob in bytes.
    pub(crate) blob_len: u64,
    pub(crate) points: Vec<Point>,
}

impl Checkpoints {
    pub(in crate::layer) const fn codec(&self) -> Codec {
        self.codec
    }

    /// The last checkpoint at or before `offset` of the uncompressed stream. `None` if codec or length differ: the
    /// checkpoints are of another blob.
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

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// Offset in the blob of the next byte to read.
    pub(in crate::layer) input: u64,
    /// Offset in the uncompressed stream of the next decoded byte.
    pub(in crate::layer) output: u64,
    /// The decoder state inside a gzip member; `None` at the start of a member.
    pub(in crate::layer) state: Option<DeflateState>,
}

impl Point {
    /// Memory in bytes.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.state.as_ref().map_or(0, |state| state.window.packed.len())
    }
}

/// The state between two blocks of a gzip member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::layer) struct DeflateState {
    /// The number of unread high bits of the byte before [`Point::input`]: 0 to 7.
    pub(in crate::layer) unread: u8,
    /// CRC and length of the member up to the checkpoint.
    pub(in crate::layer) sums: Sums,
    pub(in crate::layer) window: Window,
    pub(in crate::layer) proof: Proof,
}

/// The values that the trailer of a gzip member is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// CRC-32 of the contents.
    pub(in crate::layer) crc: u32,
    /// Length of the contents modulo 2³².
    pub(in crate::layer) length: u32,
}

/// The bytes before a checkpoint, deflated; bytes that nothing refers to are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::layer) struct Window {
    /// Inflated length: at most [`WINDOW`].
    pub(in crate::layer) len: u32,
    pub(in crate::layer) packed: Box<[u8]>,
}

/// The first decoded bytes after a checkpoint, to detect one that does not belong to its blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::layer) struct Proof {
    /// The number of bytes: at most [`WINDOW`].
    pub(in crate::layer) len: u32,
    /// Their xxh3, 64 bits.
    pub(in crate::layer) hash: u64,
}
