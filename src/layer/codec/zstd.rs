//! zstd (RFC 8878): frames and skippable frames, by the reference library, or without the feature `native` by ruzstd.

#[cfg(feature = "native")]
mod native;
#[cfg(not(feature = "native"))]
mod pure;

use std::io;

use crate::layer::blob::Blob;
#[cfg(feature = "native")]
pub(super) use crate::layer::codec::zstd::native::Zstd;
#[cfg(not(feature = "native"))]
pub(super) use crate::layer::codec::zstd::pure::Zstd;

/// Whether a frame or a skippable frame (`0x184D2A50` to `0x184D2A5F`) begins with these bytes.
pub(super) fn begins(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..]) || is_skippable(start)
}

/// The most skippable frames that are skipped in search of another frame.
const SKIPPED_MAX: usize = 64;

/// Whether the first frame behind skippable ones is one of lz4, which has the same skippable frames (LZ4 frame format,
/// "Skippable Frames").
pub(super) fn is_lz4_behind_skippable(blob: &Blob) -> io::Result<bool> {
    let (mut at, mut frame) = (0_u64, [0; 8]);
    for _ in 0..SKIPPED_MAX {
        let count = blob.fill_at(&mut frame, at)?;
        match frame {
            _ if count < 4 => return Ok(false),
            [4, 0x22, 0x4d, 0x18, ..] => return Ok(at > 0),
            [.., a, b, c, d] if count == 8 && is_skippable(&frame) => {
                at += 8 + u64::from(u32::from_le_bytes([a, b, c, d]));
            }
            _ => return Ok(false),
        }
    }
    Ok(false)
}

fn is_skippable(start: &[u8]) -> bool {
    matches!(start, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}
