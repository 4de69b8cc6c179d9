//! One zstd frame around a record, by the reference library or, without the feature `native`, by ruzstd. Each reads
//! the frames of the other.

use std::io::Read;

/// Buffers are allocated up to this multiple of the frame at once and grow beyond it while decoding.
const LIKELY_RATIO: u64 = 16;

/// Compression level: fast to write, and no slower to read than higher levels.
#[cfg(feature = "native")]
const LEVEL: i32 = 1;

/// Compresses bytes to a frame.
#[cfg(feature = "native")]
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).ok()
}

/// Compresses bytes to a frame.
#[cfg(not(feature = "native"))]
#[expect(clippy::unnecessary_wraps, reason = "the other library can fail")]
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    Some(compress_to_vec(bytes, CompressionLevel::Fastest))
}

/// Decompresses a frame; `None` if its content is not exactly `length` bytes.
#[cfg(feature = "native")]
pub(super) fn unpack(frame: &[u8], length: u64) -> Option<Vec<u8>> {
    if length > frame.len() as u64 * LIKELY_RATIO {
        return read(zstd::stream::read::Decoder::with_buffer(frame).ok()?, frame, length);
    }
    let bytes = zstd::bulk::decompress(frame, usize::try_from(length).ok()?).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// Decompresses a frame; `None` if its content is not exactly `length` bytes.
#[cfg(not(feature = "native"))]
pub(super) fn unpack(frame: &[u8], length: u64) -> Option<Vec<u8>> {
    read(ruzstd::decoding::StreamingDecoder::new(frame).ok()?, frame, length)
}

/// Reads exactly `length` bytes from a decoder.
fn read(decoder: impl Read, frame: &[u8], length: u64) -> Option<Vec<u8>> {
    let likely = length.min(frame.len() as u64 * LIKELY_RATIO);
    let mut bytes = Vec::with_capacity(usize::try_from(likely).ok()?);
    decoder.take(length + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}
