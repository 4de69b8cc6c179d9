//! How archives end, and what is no archive at all.

use crate::listed;
use crate::support::compress::{gzip, zstd};
use crate::support::rows::{problems, rows};
use crate::support::tarball::{Checksum, Tar};

fn sample() -> Tar {
    Tar::new().dir("d", 0o755).file("d/f", "contents")
}

const ROWS: [&str; 2] = ["d dir 755", "d/f file 644 8"];
/// Where [`sample`] ends.
const END: usize = 1536;

#[track_caller]
fn assert_ending(bytes: &[u8], expected: &[&str]) {
    for blob in [bytes.to_vec(), gzip(bytes), zstd(bytes)] {
        let listing = listed(&blob);
        assert_eq!(rows(&listing), ROWS);
        assert_eq!(problems(&listing), expected);
    }
}

#[test]
fn two_blocks_of_zeros_and_padding() {
    for padding in [1024, 1025, 10_240, 1 << 20] {
        assert_ending(&sample().raw(vec![0; padding]).cut_off(), &[]);
    }
}

#[test]
fn one_block_of_zeros_or_a_part_of_one() {
    for padding in [1, 511, 512, 513, 1023] {
        assert_ending(&sample().raw(vec![0; padding]).cut_off(), &[]);
    }
}

#[test]
fn no_end_at_all_is_noted() {
    assert_ending(
        &sample().cut_off(),
        &["note: the archive stops at byte 1536 without the zero blocks that end an archive"],
    );
}

#[test]
fn padding_of_the_last_file_may_be_missing() {
    let bytes = sample().cut_off();
    assert_ending(
        &bytes[..END - 504],
        &["note: the archive stops at byte 1032 without the zero blocks that end an archive"],
    );
}

#[test]
fn a_second_archive_or_garbage_behind_the_end_is_noted() {
    for tail in [Tar::new().file("second", "x").finish(), b"garbage".to_vec()] {
        let bytes = sample().raw([0; 2048]).raw(tail).cut_off();
        assert_ending(
            &bytes,
            &["note: the archive ends at byte 1536; what follows from byte 3584 is not part of it"],
        );
    }
}

#[test]
fn garbage_behind_one_block_of_zeros_is_noted_too() {
    let bytes = sample().raw([0; 512]).raw("garbage").cut_off();
    assert_ending(
        &bytes,
        &["note: the archive ends at byte 1536; what follows from byte 2048 is not part of it"],
    );
}

#[test]
fn a_single_block_of_zeros_in_the_middle_is_passed() {
    let bytes = Tar::new().dir("d", 0o755).raw([0; 512]).file("d/f", "contents").finish();
    assert_ending(
        &bytes,
        &["note: a single block of zeros at byte 512: reading continues after it"],
    );
}

#[test]
fn a_bad_checksum_ends_the_layer() {
    let bytes = sample().file("bad", "").checksum(Checksum::Wrong).file("after", "").finish();
    assert_ending(
        &bytes,
        &["error: bad checksum of the header at byte 1536: what follows cannot be read"],
    );
}

#[test]
fn an_impossible_size_ends_the_layer() {
    for size in
        [[0xff; 12], *b"-0000000001\0", *b"number?     ", [0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    {
        let bytes = sample().file("bad", "").patch(124, size).file("after", "").finish();
        assert_ending(
            &bytes,
            &[
                "error: the header at byte 1536 states an impossible size: what follows cannot be read",
            ],
        );
    }
}

#[test]
fn a_file_that_is_cut_short_has_the_bytes_that_are_there() {
    let bytes = sample().file("cut", "0123456789").claim(1 << 50).cut_off();
    let listing = listed(&bytes[..END + 512 + 10]);
    assert_eq!(rows(&listing), [ROWS[0], ROWS[1], "cut file 644 10"]);
    assert_eq!(
        problems(&listing),
        ["error: truncated: 1125899906842624 bytes should follow from byte 2048, 10 are present"]
    );
}

#[test]
fn an_empty_blob_is_an_empty_layer() {
    for zeros in [0, 1, 512, 1024, 10_240] {
        let listing = listed(&vec![0; zeros]);
        assert!(listing.table.is_empty());
        assert_eq!(problems(&listing), [""; 0]);
    }
}

#[test]
fn the_format_of_other_files_is_named() {
    let random: Vec<u8> =
        (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect();
    for (bytes, what) in [
        (&br#"{"schemaVersion": 2}"#[..], "it looks like JSON, 20 bytes in all"),
        (&[b"[".repeat(600)].concat(), "it looks like JSON"),
        (&[b"PK\x03\x04".to_vec(), vec![7; 900]].concat(), "it looks like a zip file"),
        (&[b"\x7fELF".to_vec(), vec![7; 900]].concat(), "it looks like an ELF program"),
        (
            &random,
            "nothing in it resembles a tar header (it may be encrypted, or of another format)",
        ),
        (
            b"x",
            "nothing in it resembles a tar header (it may be encrypted, or of another format), 1 bytes in all",
        ),
    ] {
        let listing = listed(bytes);
        assert!(listing.table.is_empty());
        assert_eq!(problems(&listing), [format!("error: not a tar archive: {what}")]);
    }
}

#[test]
fn a_damaged_first_header_is_damage_and_not_something_else() {
    let listing = listed(&Tar::new().file("a", "").checksum(Checksum::Wrong).finish());
    assert_eq!(
        problems(&listing),
        ["error: bad checksum of the header at byte 0: what follows cannot be read"]
    );
}
