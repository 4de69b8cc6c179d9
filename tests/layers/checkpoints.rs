//! Decoding from checkpoints gives the same bytes as from the start, or an error.

use std::io::{self, Read};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use layertui::layer::blob::Blob;
use layertui::layer::{Checkpoints, Limits, Listing, Spacing, Unwatched, list, list_with, open_at};
use layertui::stack::kept::entry::Row;
use proptest::prelude::*;

use crate::support::compress::{gzip, zstd};
use crate::support::rows::rows;
use crate::support::tarball::Tar;

const CLOSE: Spacing = Spacing { input: 24 * 1024, output: 200 * 1024 };

/// Text that compresses about as well as a typical layer, with near and far references.
fn prose(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bytes: Vec<u8> = Vec::with_capacity(len + 400);
    while bytes.len() < len {
        let number = next();
        let (back, count) = (number as usize % 40_000 + 1, (number >> 20) as usize % 60 + 3);
        if number >> 61 < 5 && back <= bytes.len() {
            let from = bytes.len() - back;
            for at in from..from + count {
                bytes.push(bytes[at]);
            }
        } else {
            bytes.extend((0..8).map(|_| b'a' + (next() % 40) as u8));
        }
    }
    bytes.truncate(len);
    bytes
}

fn gzip_at(level: u32, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar of one file.
fn layer(contents: &[u8]) -> Vec<u8> {
    Tar::new().file("file", contents).finish()
}

fn surveyed(encoded: &[u8]) -> Listing {
    list_with(&Blob::memory(encoded), &Unwatched, Limits::default(), CLOSE)
}

fn checkpoints(encoded: &[u8]) -> Checkpoints {
    let found = surveyed(encoded).checkpoints.unwrap();
    Checkpoints::from_bytes(&found.to_bytes()).unwrap()
}

fn read(encoded: &[u8], at: usize, len: usize, points: &Checkpoints) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let blob = Blob::memory(encoded);
    open_at(&blob, at as u64, len as u64, Some(points))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The blob with its start overwritten, except for the magic.
fn beheaded(encoded: &[u8], to: usize) -> Vec<u8> {
    let mut bytes = encoded.to_vec();
    bytes[20..to].fill(0xff);
    bytes
}

/// The number of checkpoints.
fn count(points: &Checkpoints) -> usize {
    format!("{points:?}").matches("Point {").count()
}

#[test]
fn a_file_near_the_end_is_read_without_what_lies_before_it() {
    let tar = layer(&prose(2_000_000, 1));
    for level in [2, 6, 9] {
        let encoded = gzip_at(level, &tar);
        let points = checkpoints(&encoded);
        assert!(count(&points) > 5, "{} at level {level}", count(&points));
        let torn = beheaded(&encoded, encoded.len() * 2 / 3);
        let at = tar.len() - 5000;
        assert_eq!(read(&torn, at, 4000, &points).unwrap(), tar[at..at + 4000]);
        assert!(
            open_at(&Blob::memory(torn.clone()), at as u64, 4000, None).is_err(),
            "not by the front"
        );
        assert!(read(&torn, 1000, 10, &points).is_err(), "that lies before the first checkpoint");
    }
}

#[test]
fn checkpoints_take_a_small_part_of_the_layer() {
    let tar = layer(&prose(20_000_000, 2));
    let encoded = gzip_at(6, &tar);
    let points = list(&Blob::memory(encoded.clone()), &Unwatched).checkpoints.unwrap();
    assert!(count(&points) > 0);
    let share = points.to_bytes().len() as f64 / encoded.len() as f64;
    assert!(share < 0.01, "{share}");
}

#[test]
fn a_listing_is_the_same_with_checkpoints_close_together() {
    let tar = layer(&prose(1_000_000, 3));
    let encoded = gzip(&tar);
    let (usual, close) = (list(&Blob::memory(encoded.clone()), &Unwatched), surveyed(&encoded));
    assert!(usual.checkpoints.is_none(), "a layer of this size is read from the front");
    assert_eq!(rows(&usual), rows(&close));
    assert_eq!(usual.blob_digest, close.blob_digest);
    assert!(close.problems.is_empty());
}

#[test]
fn stored_blocks_zeros_and_members_of_every_size() {
    let text = prose(1_500_000, 4);
    let noise: Vec<u8> =
        prose(400_000, 5).iter().zip(prose(400_000, 6)).map(|(a, b)| a ^ b << 3).collect();
    let zeros = vec![0; 3_000_000];
    let tar = layer(&[&text[..600_000], &zeros, &noise, &text[600_000..]].concat());
    let mut many = Vec::new();
    for (index, part) in tar.chunks(70_001).enumerate() {
        many.extend(gzip_at(index as u32 % 10, part));
        if index % 5 == 0 {
            many.extend(gzip_at(6, b""));
        }
    }
    let two = [gzip_at(9, &tar[..1_000_003]), gzip_at(1, &tar[1_000_003..])].concat();
    let mut padded = two.clone();
    padded.extend([0; 700]);
    for encoded in [gzip_at(0, &tar), gzip_at(6, &tar), many, two, padded] {
        let points = checkpoints(&encoded);
        for at in (0..tar.len() - 3000).step_by(90_017) {
            assert_eq!(read(&encoded, at, 3000, &points).unwrap(), tar[at..at + 3000], "at {at}");
        }
        // To the end, across members and their checksums.
        let at = tar.len() / 3;
        assert_eq!(read(&encoded, at, tar.len() - at, &points).unwrap(), tar[at..]);
    }
}

#[test]
fn a_boundary_near_the_end_of_a_member_is_no_checkpoint() {
    // A run of one byte is one block: the only boundary at which a checkpoint is due is near the end of its member.
    for seed in 0..40 {
        let mut contents = Vec::new();
        for part in 0..6 {
            contents.append(&mut [part + 1].repeat(700_000 + 99 * seed));
            contents.extend(0..seed as u8);
        }
        let tar = layer(&contents);
        let member = |part: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
            io::Write::write_all(&mut encoder, part).unwrap();
            io::Write::flush(&mut encoder).unwrap();
            encoder.finish().unwrap()
        };
        let encoded: Vec<u8> = tar.chunks(700_000 + 100 * seed).flat_map(member).collect();
        let points = checkpoints(&encoded);
        assert!(count(&points) >= 2, "the starts of the other members");
        for at in (0..tar.len() - 3000).step_by(9_999) {
            assert_eq!(read(&encoded, at, 3000, &points).unwrap(), tar[at..at + 3000], "at {at}");
        }
    }
}

#[test]
fn decoding_starts_at_zstd_frames() {
    let tar = layer(&prose(1_000_000, 7));
    let encoded: Vec<u8> = tar.chunks(50_000).flat_map(zstd).collect();
    let points = checkpoints(&encoded);
    assert!(count(&points) > 3);
    let torn = beheaded(&encoded, encoded.len() * 4 / 5);
    let at = tar.len() - 5000;
    assert_eq!(read(&torn, at, 4000, &points).unwrap(), tar[at..at + 4000]);
    assert_eq!(surveyed(&zstd(&tar)).checkpoints, None, "one frame has no place inside");
}

#[test]
fn a_member_checksum_covers_the_whole_member() {
    let tar = layer(&prose(500_000, 8));
    let mut encoded = gzip(&tar);
    let points = checkpoints(&encoded);
    let trailer = encoded.len() - 8;
    encoded[trailer] ^= 1;
    let at = tar.len() - 2000;
    assert_eq!(read(&encoded, at, 1000, &points).unwrap(), tar[at..at + 1000]);
    let error = read(&encoded, at, 2001, &points).unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
}

#[test]
fn truncated_at_every_byte() {
    let tar = layer(&prose(3_000, 9).repeat(200));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    for part in tar.chunks(10_000) {
        // Each starts a new block.
        io::Write::write_all(&mut encoder, part).unwrap();
        io::Write::flush(&mut encoder).unwrap();
    }
    let encoded = encoder.finish().unwrap();
    let close = Spacing { input: u64::MAX, output: 20_000 };
    let listed = |bytes: &[u8]| {
        list_with(&Blob::memory(bytes), &Unwatched, Limits::default(), close).checkpoints
    };
    let points = listed(&encoded).unwrap();
    assert!(count(&points) >= 2);
    let at = tar.len() - 30_000;
    for cut in 0..encoded.len() {
        // Truncated before or after the listing; in the second case the region still has its old length.
        let shortened = tempfile::tempfile().unwrap();
        std::os::unix::fs::FileExt::write_all_at(&shortened, &encoded[..cut], 0).unwrap();
        let region = Blob::region(Arc::new(shortened), 0, encoded.len() as u64);
        let part = Blob::memory(&encoded[..cut]);
        for (blob, points) in [(part, listed(&encoded[..cut])), (region, Some(points.clone()))] {
            let Ok(mut file) = open_at(&blob, at as u64, 2000, points.as_deref()) else { continue };
            let mut bytes = Vec::new();
            let whole = file.read_to_end(&mut bytes).is_ok();
            assert_eq!(bytes, tar[at..at + bytes.len()]);
            assert!(!whole || bytes.len() == 2000);
        }
    }
}

#[test]
fn checkpoints_of_another_blob_change_nothing() {
    let tar = layer(&prose(700_000, 10));
    let encoded = gzip(&tar);
    let other = {
        let mut bytes = gzip(&layer(&prose(700_000, 11)));
        bytes.resize(encoded.len(), 0);
        bytes
    };
    let points = surveyed(&other).checkpoints.unwrap();
    for at in (0..tar.len() - 100).step_by(40_009) {
        assert_eq!(read(&encoded, at, 100, &points).unwrap(), tar[at..at + 100]);
    }
}

#[test]
fn every_file_of_a_layer_opens_by_its_row() {
    let files: Vec<Vec<u8>> = (0..60).map(|seed| prose(seed * 700, seed as u64)).collect();
    let tar = files
        .iter()
        .enumerate()
        .fold(Tar::new(), |tar, (index, file)| tar.file(format!("f{index:02}"), file))
        .finish();
    let encoded = gzip(&tar);
    let listing = surveyed(&encoded);
    let points = listing.checkpoints.as_deref().unwrap();
    let mut rows = listing.table.rows();
    for file in &files {
        let Some(Row::Entry(entry)) = rows.next() else { panic!("no entry") };
        assert_eq!(
            read(&encoded, entry.data.unwrap() as usize, file.len(), points).unwrap(),
            *file
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reads_anywhere_equal_the_plain_bytes(
        seed in any::<u64>(),
        parts in prop::collection::vec((1_usize..300_000, 0_u32..10, any::<bool>()), 1..6),
        reads in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..50_000), 12),
    ) {
        let mut contents = Vec::new();
        for (index, &(len, _, plain)) in parts.iter().enumerate() {
            if plain {
                contents.extend(prose(len, seed.wrapping_add(index as u64)));
            } else {
                contents.extend(std::iter::repeat_n(index as u8, len));
            }
        }
        let tar = layer(&contents);
        let mut encoded = Vec::new();
        let mut at = 0;
        for (index, &(len, level, _)) in parts.iter().enumerate() {
            let end = if index + 1 == parts.len() { tar.len() } else { at + len };
            encoded.extend(gzip_at(level, &tar[at..end]));
            at = end;
        }
        let Some(points) = surveyed(&encoded).checkpoints else { return Ok(()) };
        for (index, len) in reads {
            let at = index.index(tar.len());
            let len = len.min(tar.len() - at);
            prop_assert_eq!(read(&encoded, at, len, &points).unwrap(), &tar[at..at + len]);
        }
    }

    #[test]
    fn damaged_blobs_give_what_was_there_or_an_error(
        seed in any::<u64>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..=255), 1..4),
        index in any::<prop::sample::Index>(),
    ) {
        let tar = layer(&prose(400_000, seed));
        let mut encoded = gzip(&tar);
        let points = checkpoints(&encoded);
        for (at, bits) in flips {
            let at = at.index(encoded.len());
            encoded[at] ^= bits;
        }
        // The same result as from the start: a checkpoint adds no errors.
        let at = index.index(tar.len() - 100);
        let mut front = Vec::new();
        let by_front = open_at(&Blob::memory(encoded.clone()), at as u64, 100, None)
            .and_then(|mut file| file.read_to_end(&mut front));
        if by_front.is_ok() && front == tar[at..at + 100] {
            prop_assert_eq!(read(&encoded, at, 100, &points).unwrap(), front);
        }
    }
}
