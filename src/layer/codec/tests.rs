//! Detection of encodings, and plain bytes.

use crate::layer::codec::*;

#[test]
fn codecs_are_detected_by_magic() {
    for (bytes, codec) in [
        (&b"\x1f\x8b\x08\0"[..], Codec::Gzip),
        (b"\x28\xb5\x2f\xfd", Codec::Zstd),
        (b"\x5e\x2a\x4d\x18", Codec::Zstd),
        (b"BZh91AY&SY", Codec::Bzip2),
        (b"\xfd7zXZ\0", Codec::Xz),
        (b"BZh9-notes.txt", Codec::Plain),
        (b"\x1f\x8b", Codec::Plain),
        (b"", Codec::Plain),
    ] {
        assert_eq!(sniff(bytes), codec, "{bytes:?}");
    }
}

#[test]
fn plain_bytes_pass_through() {
    let mut decoder = Decoder::new(&Blob::memory(*b"hello"), Codec::Plain).unwrap();
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).unwrap();
    assert_eq!(out, b"hello");
    assert_eq!(decoder.produced(), 5);
}

#[test]
fn a_signed_sum_of_zero_makes_no_header_of_compressed_data() {
    let mut block = [0; 512];
    block[..4].copy_from_slice(&[0x28, 0xb5, 0x2f, 0xfd]);
    // Signed, 40 - 75 + 47 - 3 + 8 x 32 - 128 - 128 - 9 is 0.
    block[200..203].copy_from_slice(&[0x80, 0x80, 0xf7]);
    block[148..150].copy_from_slice(b"00");
    assert_eq!(sniff(&block), Codec::Zstd);
}
