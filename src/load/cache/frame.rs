//! One zstd frame around a record: by the reference library, or in a build without C by ruzstd. Either reads the
//! other's.

use std::io::Read;

/// Fast to write, and no slower to read than higher levels.
#[cfg(feature = "native")]
const LEVEL: i32 = 1;

/// The bytes in a frame.
#[cfg(feature = "native")]
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).ok()
}

/// The bytes in a frame.
#[cfg(not(feature = "native"))]
#[expect(clippy::unnecessary_wraps, reason = "the other library can fail")]
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    Some(compress_to_vec(bytes, CompressionLevel::Fastest))
}

/// What is in a frame, a window at a time.
#[cfg(feature = "native")]
pub(super) fn unpack(frame: &[u8]) -> Option<impl Read> {
    zstd::stream::read::Decoder::with_buffer(frame).ok()
}

/// What is in a frame, a window at a time.
#[cfg(not(feature = "native"))]
pub(super) fn unpack(frame: &[u8]) -> Option<impl Read> {
    ruzstd::decoding::StreamingDecoder::new(frame).ok()
}
