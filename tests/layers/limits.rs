//! Memory limits, cancellation and progress.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use layertui::layer::blob::Blob;
use layertui::layer::codec::Decoder;
use layertui::layer::streamed_archive::{ArchiveSink, archive};
use layertui::layer::{Limits, Listing, Severity, Spacing, Unwatched, Watch, list, list_with};

use crate::listed;
use crate::splits::listed_split;
use crate::support::compress::{gzip, gzip_members, zstd};
use crate::support::rows::{problems, rows};
use crate::support::split::split;
use crate::support::tarball::Tar;

fn many(count: usize) -> Vec<u8> {
    let mut tar = Tar::new();
    for index in 0..count {
        tar = tar.file(format!("f{index}"), "x");
    }
    tar.finish()
}

#[test]
fn more_rows_than_the_limit_are_left_out_and_reported() {
    let limits = Limits { rows: 10, ..Limits::default() };
    for blob in [many(30), gzip(&many(30))] {
        let listing = list_with(&Blob::memory(blob), &Unwatched, limits, Spacing::default());
        assert_eq!(rows(&listing).len(), 10);
        assert_eq!(
            problems(&listing),
            [
                "error: the layer has more than 10 entries, or their names, links and extended attributes more than 2000000000 bytes: the rest is left out"
            ]
        );
    }
}

#[test]
fn as_many_rows_as_the_limit_are_no_problem() {
    let limits = Limits { rows: 30, ..Limits::default() };
    let listing = list_with(&Blob::memory(many(30)), &Unwatched, limits, Spacing::default());
    assert_eq!((listing.table.len(), problems(&listing).len()), (30, 0));
}

#[test]
fn more_bytes_of_rows_than_the_limit_are_left_out_and_reported() {
    let limits = Limits { table_bytes: 200, ..Limits::default() };
    let listing = list_with(&Blob::memory(many(30)), &Unwatched, limits, Spacing::default());
    assert!((5..25).contains(&rows(&listing).len()));
    assert_eq!(listing.problems[0].severity, Severity::Error);
}

/// Keeps the listings of layers only.
#[derive(Default)]
struct Listings(Vec<Listing>);

impl ArchiveSink for Listings {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn skip(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn layer(&mut self, listing: Listing) {
        self.0.push(listing);
    }
}

#[test]
fn a_small_blob_cannot_fill_the_memory() {
    let (count, value) = (150, vec![b'v'; 60_000]);
    let tar = (0..count)
        .fold(Tar::new(), |tar, index| tar.file(format!("f{index}"), "").xattr("user.a", &value))
        .finish();
    let whole = listed(&tar);
    assert_eq!((whole.table.len(), whole.problems.len()), (count, 0), "plain, it takes 9 MB");
    let packed = gzip(&tar);
    let mut streamed = Listings::default();
    archive(&mut &Tar::new().file("layer", &packed).finish()[..], true, &mut streamed).unwrap();
    let listings =
        [listed(&packed), listed(&zstd(&tar)), listed_split(zstd(split(&tar).as_bytes()))];
    for listing in listings.into_iter().chain(streamed.0.pop()) {
        let length = listing.table.as_bytes().len();
        assert!((4_000_000..7_000_000).contains(&length), "{length}");
        assert!(problems(&listing)[0].contains("names, links and extended attributes"));
    }
}

#[test]
fn small_blobs_of_many_equal_entries_are_listed_whole() {
    let tar = (0..25_000)
        .fold(Tar::new(), |tar, index| {
            tar.file(format!("f{index:05}"), "").xattr("security.selinux", [b's'; 200])
        })
        .finish();
    for blob in [gzip(&tar), zstd(&tar)] {
        assert_eq!(problems(&listed(&blob)), [""; 0]);
    }
}

#[test]
fn hidden_objects_count_too() {
    let mut tar = Tar::new();
    for index in 0..30 {
        tar = tar.file(format!(".wh..wh.plnk/{index}"), "x");
    }
    let limits = Limits { rows: 10, ..Limits::default() };
    let listing = list_with(&Blob::memory(tar.finish()), &Unwatched, limits, Spacing::default());
    assert_eq!(listing.hidden.len(), 10);
}

#[test]
fn a_gigabyte_of_zeros_is_an_empty_layer() {
    // 4096 members of 256 KiB of zeros.
    let blob = gzip(&vec![0; 256 << 10]).repeat(4096);
    let listing = listed(&blob);
    assert!(listing.table.is_empty() && listing.problems.is_empty());
    assert_eq!(listing.uncompressed, Some(1 << 30));
}

#[test]
fn a_huge_file_of_zeros_is_one_row() {
    let header = Tar::new().file("zeros", "").claim(1 << 29).cut_off();
    let blob = [gzip(&header), gzip(&vec![0; 1 << 20]).repeat(512), gzip(&[0; 1024])].concat();
    let listing = listed(&blob);
    assert_eq!(rows(&listing), ["zeros file 644 536870912"]);
    assert_eq!(problems(&listing), [""; 0]);
}

#[test]
fn a_tree_of_1500_levels_is_rows_like_others() {
    let deep = "d/".repeat(1500);
    let listing = listed(&Tar::new().file(format!("{deep}f"), "x").finish());
    assert_eq!(rows(&listing), [format!("{deep}f file 644 1")]);
}

/// Records progress, and cancels after a number of checks.
struct Waiting {
    told: Mutex<Vec<u64>>,
    patience: AtomicUsize,
}

impl Waiting {
    fn new(patience: usize) -> Self {
        Self { told: Mutex::default(), patience: AtomicUsize::new(patience) }
    }
}

impl Watch for Waiting {
    fn progress(&self, done: u64) {
        self.told.lock().unwrap().push(done);
    }

    fn cancelled(&self) -> bool {
        let left = self.patience.load(Ordering::Relaxed);
        self.patience.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

#[test]
fn cancelling_keeps_what_was_read() {
    let tar = many(2000);
    for blob in [tar.clone(), gzip_members(&tar, 200)] {
        let whole = rows(&listed(&blob));
        let mut counts = Vec::new();
        for patience in [0, 1, 5, 20] {
            let listing = list(&Blob::memory(blob.clone()), &Waiting::new(patience));
            let part = rows(&listing);
            assert_eq!(part, whole[..part.len()]);
            assert!(part.len() < whole.len() && listing.cancelled && listing.blob_digest.is_none());
            assert!(problems(&listing)[0].starts_with("error: reading was cancelled at byte "));
            counts.push(part.len());
        }
        assert!(counts[0] == 0 && counts.is_sorted() && counts[3] > 0);
    }
}

#[test]
fn progress_counts_the_blob_and_reaches_its_end() {
    let noise: Vec<u8> =
        (0..6_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut tar = Tar::new();
    for chunk in noise.chunks(100_000) {
        tar = tar.file("noise", chunk);
    }
    let tar = tar.finish();
    for blob in [tar.clone(), gzip(&tar)] {
        let watch = Waiting::new(usize::MAX);
        let listing = list(&Blob::memory(blob.clone()), &watch);
        assert!(!listing.cancelled);
        let told = watch.told.into_inner().unwrap();
        assert!(told.is_sorted() && told.last() == Some(&(blob.len() as u64)));
        let megabytes = blob.len() / 1_000_000 + 1;
        assert!((megabytes / 2..megabytes * 4).contains(&told.len()), "{told:?}");
    }
}

#[test]
fn a_decoder_counts_its_input() {
    let blob = gzip(&many(100));
    let codec = layertui::layer::codec::sniff(&blob);
    let mut decoder = Decoder::new(&Blob::memory(blob.clone()), codec).unwrap();
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut decoder, &mut out).unwrap();
    assert_eq!(decoder.consumed(), blob.len() as u64);
    assert_eq!(decoder.produced(), out.len() as u64);
    assert!(decoder.is_complete());
}
