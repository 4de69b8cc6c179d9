//! Compressors with every oddity that layers are seen with: many members, skippable frames, padding.

use std::io::Write;

/// One gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One gzip member with everything a header can have.
pub(crate) fn gzip_with_header(bytes: &[u8]) -> Vec<u8> {
    let plain = gzip(bytes);
    let mut member = plain[..10].to_vec();
    member[3] = 0b1_1110; // header checksum, extra field, name, comment
    member.extend_from_slice(&[4, 0, 1, 2, 3, 4]);
    member.extend_from_slice(b"layer.tar\0a comment\0");
    let mut sum = flate2::Crc::new();
    sum.update(&member);
    member.extend_from_slice(&(sum.sum() as u16).to_le_bytes());
    member.extend_from_slice(&plain[10..]);
    member
}

/// `pieces` gzip members, split evenly.
pub(crate) fn gzip_members(bytes: &[u8], pieces: usize) -> Vec<u8> {
    split(bytes, pieces).flat_map(gzip).collect()
}

/// One zstd frame with a checksum.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `pieces` zstd frames, split evenly.
pub(crate) fn zstd_frames(bytes: &[u8], pieces: usize) -> Vec<u8> {
    split(bytes, pieces).flat_map(zstd).collect()
}

/// A zstd frame that readers skip, as zstd:chunked and pzstd write them.
pub(crate) fn skippable(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x50, 0x2a, 0x4d, 0x18];
    frame.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    frame.extend_from_slice(bytes);
    frame
}

/// One bzip2 stream.
pub(crate) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One xz stream.
pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(3);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn split(bytes: &[u8], pieces: usize) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(bytes.len().div_ceil(pieces).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compressors_are_those_of_the_field() {
        let bytes: Vec<u8> = (0..50_000u32).map(|index| (index / 7) as u8).collect();
        assert_eq!(::zstd::decode_all(&zstd(&bytes)[..]).unwrap(), bytes);
        let frames = [skippable(b"nobody"), zstd_frames(&bytes, 3)].concat();
        assert_eq!(::zstd::decode_all(&frames[..]).unwrap(), bytes);
        for member in [gzip(&bytes), gzip_members(&bytes, 4), gzip_with_header(&bytes)] {
            let mut back = Vec::new();
            let mut decoder = flate2::read::MultiGzDecoder::new(&member[..]);
            std::io::Read::read_to_end(&mut decoder, &mut back).unwrap();
            assert_eq!(back, bytes);
        }
        assert!(bzip2(&bytes).starts_with(b"BZh") && xz(&bytes).starts_with(b"\xfd7zXZ"));
    }
}
