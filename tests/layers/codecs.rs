//! gzip, zstd, bzip2, xz: members, frames, padding, digests, fingerprints.

use std::process::{Command, Stdio};

use layertui::layer::encoding::Codec;
use layertui::stack::kept::entry::{Fingerprint, Row};
use sha2::{Digest, Sha256};

use crate::listed;
use crate::support::compress::{
    bzip2, gzip, gzip_members, gzip_with_header, skippable, xz, zstd, zstd_frames,
};
use crate::support::rows::{problems, rows};
use crate::support::tarball::Tar;

/// Larger than the decoder's buffers, with varying bytes.
fn sample() -> Vec<u8> {
    let noise: Vec<u8> =
        (0..400_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    Tar::new()
        .dir("d", 0o755)
        .file("d/noise", &noise)
        .file("d/empty", "")
        .file("d/last", "z")
        .finish()
}

const ROWS: [&str; 4] =
    ["d dir 755", "d/noise file 644 400000", "d/empty file 644", "d/last file 644 1"];

#[track_caller]
fn assert_sound(blob: &[u8], codec: Codec) {
    assert_listed(blob, codec, &[]);
}

#[track_caller]
fn assert_listed(blob: &[u8], codec: Codec, expected_problems: &[&str]) {
    let listing = listed(blob);
    assert_eq!(rows(&listing), ROWS);
    assert_eq!(problems(&listing), expected_problems);
    assert_eq!(listing.codec, Some(codec));
    assert_eq!(listing.uncompressed, Some(sample().len() as u64));
    let digits: Vec<String> =
        Sha256::digest(blob).iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = (codec != Codec::Plain).then(|| format!("sha256:{}", digits.concat()));
    assert_eq!(listing.blob_digest, expected);
}

#[test]
fn every_codec_by_its_magic() {
    let tar = sample();
    assert_sound(&tar, Codec::Plain);
    assert_sound(&gzip(&tar), Codec::Gzip);
    assert_sound(&zstd(&tar), Codec::Zstd);
    assert_sound(&bzip2(&tar), Codec::Bzip2);
    assert_sound(&xz(&tar), Codec::Xz);
}

#[test]
fn output_of_common_compressors_is_read() {
    for (program, codec) in
        [("gzip", Codec::Gzip), ("bzip2", Codec::Bzip2), ("xz", Codec::Xz), ("zstd", Codec::Zstd)]
    {
        if let Some(blob) = compressed_by(program, &sample()) {
            assert_sound(&blob, codec);
        }
    }
}

/// The output of a program for these bytes, if it is installed.
fn compressed_by(program: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, &bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn a_name_that_looks_like_a_magic_is_no_codec() {
    let listing = listed(&Tar::new().file(b"\xfd7zXZ", "x").finish());
    assert_eq!(rows(&listing), [r"\xfd7zXZ file 644 1"]);
    assert_eq!(listing.codec, Some(Codec::Plain));
}

#[test]
fn gzip_of_many_members_and_full_headers() {
    let tar = sample();
    assert_sound(&gzip_members(&tar, 1000), Codec::Gzip);
    assert_sound(&gzip_with_header(&tar), Codec::Gzip);
    assert_sound(&[gzip(b""), gzip_members(&tar, 3), gzip(b"")].concat(), Codec::Gzip);
}

#[test]
fn zstd_of_many_frames_and_skippable_ones_anywhere() {
    let tar = sample();
    assert_sound(&zstd_frames(&tar, 100), Codec::Zstd);
    let (first, second) = tar.split_at(100_000);
    let blob = [
        skippable(b"leading"),
        skippable(b""),
        zstd(first),
        skippable(&vec![7; 300_000]),
        zstd(b""),
        zstd(second),
        skippable(b"a table of contents"),
    ];
    assert_sound(&blob.concat(), Codec::Zstd);
}

#[test]
fn bzip2_and_xz_of_many_streams() {
    let tar = sample();
    let (first, second) = tar.split_at(77_777);
    assert_sound(&[bzip2(first), bzip2(second), bzip2(b"")].concat(), Codec::Bzip2);
    assert_sound(&[xz(first), xz(second), xz(b"")].concat(), Codec::Xz);
}

#[test]
fn zeros_behind_the_data_are_padding() {
    let tar = sample();
    for (blob, codec) in encoded(&tar) {
        for padding in [1, 511, 300_000] {
            assert_sound(&[blob.clone(), vec![0; padding]].concat(), codec);
        }
    }
}

#[test]
fn anything_else_behind_the_data_is_reported() {
    let tar = sample();
    for (blob, codec) in encoded(&tar) {
        let at = blob.len() + 100;
        let blob = [&blob[..], &[0; 100], b"garbage"].concat();
        let problem = format!(
            "warning: what follows the end of the {} data from byte {at} of the blob is neither padding nor another member; ignored",
            codec.name()
        );
        assert_listed(&blob, codec, &[&problem]);
    }
}

fn encoded(tar: &[u8]) -> [(Vec<u8>, Codec); 4] {
    [
        (gzip(tar), Codec::Gzip),
        (zstd(tar), Codec::Zstd),
        (bzip2(tar), Codec::Bzip2),
        (xz(tar), Codec::Xz),
    ]
}

#[test]
fn a_wrong_checksum_keeps_the_rows_and_is_an_error() {
    let mut blob = gzip(&sample());
    let at = blob.len() - 8;
    blob[at] ^= 1;
    let listing = listed(&blob);
    assert_eq!(rows(&listing), ROWS);
    assert_eq!(
        problems(&listing),
        [format!(
            "error: corrupt gzip data near byte {} of the blob: a member's checksum does not match its contents (at byte {} of the tar)",
            blob.len(),
            sample().len()
        )]
    );
    assert_eq!(listing.uncompressed, None);
}

#[test]
fn a_wrong_length_in_a_gzip_trailer_is_an_error() {
    for at in 1..=4 {
        let mut blob = gzip(&sample());
        let at = blob.len() - at;
        blob[at] ^= 1;
        let listing = listed(&blob);
        assert_eq!(rows(&listing), ROWS);
        assert!(
            problems(&listing)[0].contains("a member's length does not match its contents"),
            "{:?}",
            problems(&listing)
        );
    }
}

/// RFC 1952, 2.3.1.2: the reserved bits must be zero, since they may announce a field that a reader does not know.
#[test]
fn a_gzip_header_with_reserved_flags_is_an_error() {
    for bit in 5..8 {
        let mut blob = gzip(&sample());
        blob[3] |= 1 << bit;
        let problems = problems(&listed(&blob));
        assert!(problems[0].contains("header has unknown flags"), "{problems:?}");
    }
}

#[test]
fn a_layer_that_is_compressed_twice_says_so() {
    let listing = listed(&gzip(&gzip(&sample())));
    assert!(rows(&listing).is_empty());
    assert!(
        problems(&listing)[0].starts_with("error: not a tar archive"),
        "{:?}",
        problems(&listing)
    );
}

#[test]
fn an_empty_member_is_an_empty_layer() {
    for blob in [gzip(b""), zstd(b""), bzip2(b""), xz(b""), skippable(b"only")] {
        let listing = listed(&blob);
        assert!(listing.table.is_empty());
        assert_eq!(problems(&listing), [""; 0]);
        assert_eq!(listing.uncompressed, Some(0));
    }
}

#[test]
fn contents_are_fingerprinted_where_they_pass_and_only_small_ones_where_they_do_not() {
    let tar = sample();
    let prints = |blob: &[u8]| {
        let listing = listed(blob);
        let mut rows = listing.table.rows();
        let mut prints = Vec::new();
        while let Some(Row::Entry(entry)) = rows.next() {
            prints.push(entry.fingerprint);
        }
        prints
    };
    let noise = &tar[1024..401_024];
    let print = |bytes: &[u8]| Some(Fingerprint::Xxh3(xxhash_rust::xxh3::xxh3_128(bytes) as u64));
    assert_eq!(prints(&tar), [None, None, print(b""), print(b"z")]);
    let expected = [None, print(noise), print(b""), print(b"z")];
    for (blob, _) in encoded(&tar) {
        assert_eq!(prints(&blob), expected);
    }
    // Whether a file is small does not depend on where the reads of 16 KiB begin and end.
    let files = (0..20_u8).fold(Tar::new(), |tar, n| {
        tar.file(format!("{n}s"), vec![n; 4096]).file(format!("{n}l"), vec![n; 4097])
    });
    let expected: Vec<_> = (0..20_u8).flat_map(|n| [print(&[n; 4096]), None]).collect();
    assert_eq!(prints(&files.finish()), expected);
}

/// LZ4's frame format has the skippable frames of zstd.
#[test]
fn lz4_behind_skippable_frames_is_called_lz4() {
    let lz4 = [&[4, 0x22, 0x4d, 0x18][..], &[0x64, 0x40, 0xa7, 0, 0, 0, 0]].concat();
    let long = skippable(&vec![b'x'; 2000]);
    for before in [vec![], skippable(b""), skippable(b"note"), [skippable(b"a"), long].concat()] {
        let listing = listed(&[&before[..], &lz4].concat());
        assert_eq!(listing.codec, Some(Codec::Plain));
        let said = problems(&listing).join(" ");
        assert!(said.contains("lz4") && !said.contains("zstd"), "{said}");
    }
    assert_sound(&[skippable(&vec![b'x'; 2000]), zstd(&sample())].concat(), Codec::Zstd);
}
