//! Numbers at offsets of foreign bytes; `None` where the bytes end before.

/// Bytes at an offset.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A big-endian number.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).map(|it| usize::from(u16::from_be_bytes(it)))
}

/// A big-endian number.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// A little-endian number.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// `length` bytes at an offset.
pub(super) fn part(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}
