//! zstd (RFC 8878): frames and skippable frames, by the reference library, or in a build without C by ruzstd.

#[cfg(feature = "native")]
mod native;
#[cfg(not(feature = "native"))]
mod pure;

#[cfg(feature = "native")]
pub(super) use native::Zstd;
#[cfg(not(feature = "native"))]
pub(super) use pure::Zstd;

/// Whether the bytes begin a frame or a skippable frame (`0x184D2A50` to `0x184D2A5F`).
pub(super) fn begins(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..]) || is_skippable(start)
}

fn is_skippable(start: &[u8]) -> bool {
    matches!(start, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}
