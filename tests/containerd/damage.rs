//! Truncated, mutated and malicious databases cause errors with a position, and nothing worse.

use layertui::layer::blob::Blob;
use layertui::source::bolt::{Db, Error};
use layertui::source::{Opened, Options, open};

use super::build::Store;
use super::database::{Bucket, Layout, SEQUENCE, write};
use super::every_byte;
use super::reading::{everything, sample};

const SIZE: usize = 1024;

fn small_pages() -> Layout {
    Layout { page_size: SIZE, ..Layout::default() }
}

fn read(bytes: &[u8]) -> Result<Bucket, Error> {
    Db::new(Blob::memory(bytes)).view(everything)
}

#[test]
fn a_database_cut_at_any_byte_is_an_error() {
    // Without a freelist at its end, every page is needed.
    let whole = write(&sample(), Layout { freelist: false, ..small_pages() });
    assert_eq!(read(&whole).unwrap(), sample());
    for length in 0..whole.len() {
        let error = read(&whole[..length]).expect_err("a part is not the whole").to_string();
        let says = error.contains("page") || error.contains("meta");
        assert!(says, "cut at {length}: {error}");
    }
}

#[test]
fn reading_ends_whichever_bytes_change() {
    let whole = write(&sample(), small_pages());
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let (mut errors, runs) = (0, 6000);
    for _ in 0..runs {
        let mut bytes = whole.clone();
        // Meta pages are checksummed: what changes them is found at once, and nothing else would be tried.
        let pages = bytes.len() / SIZE - 2;
        for _ in 0..=next() % 6 {
            let page = 2 + next() as usize % pages;
            let within = next() as usize;
            // Changes headers and elements more often than contents.
            let within = if next() % 2 == 0 { within % 200 } else { within % SIZE };
            bytes[page * SIZE + within] = match next() % 3 {
                0 => 0,
                1 => 0xFF,
                _ => next() as u8,
            };
        }
        errors += usize::from(read(&bytes).is_err());
    }
    assert!(errors > runs / 4, "only {errors} of {runs} were noticed");
}

/// A container on an image, which needs records of the store and of its snapshotter, opens or says why not.
fn reads_whatever_changes(database: usize) {
    let store = Store::small();
    let container = store.asking("box").replace("containerd:", "container:");
    let (path, records) = store.databases()[database].clone();
    let whole = write(records, Layout { freelist: false, ..small_pages() });
    every_byte::damage(whole, move |bytes| {
        every_byte::rewrite(&path, bytes);
        match open(&container, &Options::default()) {
            Ok(Opened::Image(source)) => assert!(source.image().layers.len() <= 2),
            Ok(Opened::Several(_)) => {}
            Err(error) => {
                let root = store.root.path().display().to_string();
                assert!(error.to_string().contains(&root), "{error}");
            }
        }
    });
}

#[test]
fn reading_ends_whichever_byte_of_the_metadata_changes() {
    reads_whatever_changes(0);
}

#[test]
fn reading_ends_whichever_byte_of_the_snapshotter_changes() {
    reads_whatever_changes(1);
}

#[test]
fn every_flipped_bit_of_both_metas_is_detected() {
    let whole = write(&sample(), small_pages());
    for at in 16..80 {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            assert_eq!(read(&bytes).unwrap(), sample(), "the second one is enough");
            bytes[SIZE + at] ^= 1 << bit;
            assert!(matches!(read(&bytes), Err(Error::NoMeta)));
        }
    }
}

/// A database with one bucket over several levels; page and bytes of its top.
fn tall() -> (Vec<u8>, usize) {
    let mut top = Bucket::default();
    for number in 0..400_u32 {
        top.set(format!("{number:04}"), [0x11; 40]);
    }
    let bytes = write(&top, Layout { freelist: false, ..small_pages() });
    let root = bytes.len() / SIZE - 1;
    assert_eq!(bytes[root * SIZE + 8], 1, "a branch page");
    (bytes, root)
}

fn fails(bytes: &[u8], page: usize, what: &str) {
    let error = read(bytes).unwrap_err();
    let Error::Page { page: named, offset, .. } = &error else { panic!("{error}") };
    assert_eq!(*named as usize, page, "{error}");
    assert!((page * SIZE..(page + 1) * SIZE).contains(&(*offset as usize)), "{error}");
    assert!(error.to_string().contains(what), "{error}");
}

#[test]
fn cyclic_pages_are_an_error() {
    let (whole, root) = tall();
    let mut itself = whole.clone();
    itself[root * SIZE + 16 + 8..][..8].copy_from_slice(&(root as u64).to_le_bytes());
    fails(&itself, root, "circle");
    // Two branches to one page.
    let mut twice = whole;
    let first: [u8; 8] = twice[root * SIZE + 24..][..8].try_into().unwrap();
    twice[root * SIZE + 40..][..8].copy_from_slice(&first);
    fails(&twice, root, "circle");
    let search = Db::new(Blob::memory(itself)).view(|top| top.get(b"0000"));
    assert!(matches!(search, Err(Error::Page { .. })), "{search:?}");
}

#[test]
fn page_headers_are_validated() {
    let (whole, root) = tall();
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[root * SIZE + at..][..bytes.len()].copy_from_slice(bytes);
        changed
    };
    fails(&with(0, &[7]), root, "its header has the page number 7");
    fails(&with(8, &[16, 0]), root, "neither branch nor leaf");
    fails(&with(10, &[0, 0]), root, "without branches");
    fails(&with(10, &[0xFF, 0xFF]), root, "more than fit in it");
    fails(&with(12, &[1]), root, "reach past the end of the file");
    fails(&with(12, &[0xFF; 4]), root, "reach past the end of the file");
    fails(&with(16, &[0xFF, 0xFF, 0xFF, 0x7F]), root, "reaches out of the page");
    fails(&with(20, &[0xFF; 4]), root, "reaches out of the page");
    let far = u64::MAX.to_le_bytes();
    let error = read(&with(24, &far)).unwrap_err().to_string();
    assert!(
        error.contains("page 18446744073709551615") && error.contains("the database has"),
        "{error}"
    );
    let second_key =
        16 + 16 + u32::from_le_bytes(whole[root * SIZE + 32..][..4].try_into().unwrap()) as usize;
    fails(&with(second_key, &[0]), root, "out of order");
}

/// Few pages that refer to each other, with an exponential number of paths.
#[test]
fn a_bucket_that_refers_to_itself_ends() {
    let mut top = Bucket::default();
    for number in 0..300_u32 {
        // Too large for an inline bucket.
        top.bucket("b").bucket(format!("{number:04}")).set("x", [1; 300]);
    }
    let mut bytes = write(&top, Layout { freelist: false, ..small_pages() });
    // Every bucket record points to the root bucket: an infinite tree.
    let above =
        u64::from_le_bytes(bytes[bytes.len() - SIZE + 16 + 16 + 1..][..8].try_into().unwrap());
    let records: Vec<usize> = (0..bytes.len() - 16)
        .filter(|&at| bytes[at + 8..at + 16] == SEQUENCE.to_le_bytes())
        .collect();
    assert_eq!(records.len(), 301);
    for at in records {
        bytes[at..at + 8].copy_from_slice(&above.to_le_bytes());
    }
    // Three levels, as a reader of a known layout goes down.
    let walked = Db::new(Blob::memory(bytes)).view(|top| {
        let mut count = 0_u64;
        for one in top.bucket(b"b")?.unwrap().items() {
            for two in one?.bucket()?.unwrap().items() {
                for three in two?.bucket()?.unwrap().items() {
                    count += three?.bucket()?.unwrap().items().count() as u64;
                }
            }
        }
        Ok(count)
    });
    assert!(matches!(walked, Err(Error::TooMuch)), "{walked:?}");
}
