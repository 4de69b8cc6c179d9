//! What was written is read again: every page size, kind of page and kind of bucket, and states that are overtaken.

use std::cell::Cell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use layertui::layer::blob::Blob;
use layertui::source::bolt;
use layertui::source::bolt::{Db, Error};

use super::database::{Bucket, Layout, Node, meta, write};

/// Everything below a bucket.
pub fn everything(bucket: &bolt::Bucket<'_>) -> Result<Bucket, Error> {
    let mut all = Bucket::default();
    for item in bucket.items() {
        let item = item?;
        let node = match (item.value(), item.bucket()?) {
            (Some(value), None) => Node::Value(value.to_vec()),
            (None, Some(below)) => Node::Bucket(everything(&below)?),
            (value, _) => unreachable!("{value:?} is a value and a bucket, or neither"),
        };
        all.0.insert(item.key().to_vec(), node);
    }
    Ok(all)
}

/// Small enough to be cut at every byte, with pages of every kind where pages are small.
pub fn sample() -> Bucket {
    let mut top = Bucket::default();
    top.set("version", [8]).bucket("empty");
    for number in 0..60_u32 {
        top.path(&["v1", "many"]).set(format!("key {number:03}"), vec![number as u8; 60]);
        top.path(&["v1", "small", &format!("bucket {number}")]).set("digest", "sha256:…");
    }
    top.path(&["v1", "large"]).set("before", "b").set("overflow", vec![0xA5; 5000]).set("x", "");
    top
}

fn layouts() -> impl Iterator<Item = Layout> {
    let sizes = [1024, 4096, 8192, 16_384, 65_536].into_iter();
    sizes.flat_map(|page_size| {
        [true, false].map(|freelist| Layout { page_size, freelist, ..Layout::default() })
    })
}

#[test]
fn everything_written_is_read_back() {
    let mut written = sample();
    for number in 0..5000_u32 {
        written.bucket("deep").set(format!("{number:06}"), number.to_string().repeat(9));
    }
    for layout in layouts() {
        let db = Db::new(Blob::memory(write(&written, layout)));
        assert_eq!(db.view(everything).unwrap(), written, "pages of {}", layout.page_size);
    }
}

#[test]
fn a_key_is_found_at_any_depth_and_a_missing_one_is_not() {
    let mut written = Bucket::default();
    for number in (0..4000_u32).step_by(2) {
        written.bucket("b").set(format!("{number:06}"), number.to_string());
    }
    for layout in layouts() {
        let db = Db::new(Blob::memory(write(&written, layout)));
        let found = db.view(|top| {
            let bucket = top.bucket(b"b")?.unwrap();
            assert!(top.bucket(b"c")?.is_none() && top.get(b"b")?.is_none());
            assert!(bucket.get(b"")?.is_none() && bucket.get(b"\xff")?.is_none());
            assert!(bucket.bucket(b"000002")?.is_none(), "a value is no bucket");
            (0..4000_u32).map(|number| bucket.get(format!("{number:06}").as_bytes())).collect()
        });
        let found: Vec<Option<Vec<u8>>> = found.unwrap();
        for (number, value) in found.into_iter().enumerate() {
            let expected = (number % 2 == 0).then(|| number.to_string().into_bytes());
            assert_eq!(value, expected, "pages of {}", layout.page_size);
        }
    }
}

#[test]
fn a_file_is_read_while_it_is_locked() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), write(&sample(), Layout::default())).unwrap();
    file.as_file().lock().unwrap();
    assert_eq!(Db::open(file.path()).unwrap().view(everything).unwrap(), sample());
}

#[test]
fn only_regular_files_are_opened() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for place in [dir.path(), &fifo, &dir.path().join("missing")] {
        assert!(matches!(Db::open(place), Err(Error::Io(_))), "{}", place.display());
    }
}

/// A state whose values are all the same: what is read of two states shows.
fn uniform(transaction: u64) -> Bucket {
    let mut top = Bucket::default();
    for number in 0..1000_u32 {
        let value = transaction.to_le_bytes().repeat(40);
        top.bucket("b").set(format!("{number:06}"), value);
    }
    top
}

const SIZE: usize = 4096;

/// Pages of a state: two of them are kept, and each is written over the one before the newest.
const HALF: usize = 150;

/// Commits as bbolt does: first the new pages, then the meta page.
fn commit(file: &File, transaction: u64) {
    let meta = write_pages(file, transaction);
    file.write_all_at(&meta, transaction % 2 * SIZE as u64).unwrap();
}

/// Writes all of a state but its meta page, which is returned.
fn write_pages(file: &File, transaction: u64) -> Vec<u8> {
    let number = transaction % 2;
    let from = 2 + HALF * number as usize;
    let state = write(&uniform(transaction), Layout { transaction, from, ..Layout::default() });
    for page in from..state.len() / SIZE {
        file.write_all_at(&state[page * SIZE..][..SIZE], (page * SIZE) as u64).unwrap();
        // Slow enough for readers to come between.
        if page % 16 == 0 {
            thread::sleep(Duration::from_micros(200));
        }
    }
    let root = u64::from_le_bytes(state[number as usize * SIZE + 32..][..8].try_into().unwrap());
    meta(number, SIZE, root, u64::MAX, 2 + 2 * HALF as u64, transaction)
}

/// Commits in another thread while the database is read.
const LAST: u64 = 120;

fn states_are_never_mixed(path: &Path, length: u64) {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.unwrap();
    file.set_len(length).unwrap();
    commit(&file, 2);
    let db = Db::open(path).unwrap();
    let done = AtomicBool::new(false);
    let (newest, views) = thread::scope(|scope| {
        scope.spawn(|| {
            for transaction in 3..=LAST {
                commit(&file, transaction);
                thread::sleep(Duration::from_millis(2));
            }
            done.store(true, Ordering::Relaxed);
        });
        let (mut newest, mut views) = (0, 0);
        loop {
            let is_last = done.load(Ordering::Relaxed);
            match db.view(everything) {
                Ok(seen) => {
                    let transaction = transaction_of(&seen);
                    assert!(seen == uniform(transaction), "a mixture of states");
                    assert!(transaction >= newest, "time does not go back");
                    newest = transaction;
                    views += 1;
                }
                // An error is acceptable if the machine is too busy.
                Err(error) => assert!(matches!(error, Error::Busy { .. }), "{error}"),
            }
            if is_last {
                return (newest, views);
            }
        }
    });
    assert_eq!(newest, LAST, "after {views} views");
}

/// The first value of a uniform state.
fn transaction_of(seen: &Bucket) -> u64 {
    let Node::Bucket(bucket) = &seen.0[&b"b"[..]] else { unreachable!() };
    let Node::Value(value) = &bucket.0[&b"000000"[..]] else { unreachable!() };
    u64::from_le_bytes(value[..8].try_into().unwrap())
}

#[test]
fn a_small_database_is_consistent_while_it_is_written() {
    let file = tempfile::NamedTempFile::new().unwrap();
    states_are_never_mixed(file.path(), 0);
}

/// Too large to be read as a whole: pages are read one by one, as they are needed.
const LARGE: u64 = 64 << 20;

#[test]
fn a_large_database_is_consistent_while_it_is_written() {
    let file = tempfile::NamedTempFile::new().unwrap();
    states_are_never_mixed(file.path(), LARGE);
}

/// The meta page of the state being read is still valid when a writer begins to overwrite its pages, so results read
/// after the next commit are dropped.
#[test]
fn a_superseded_state_is_read_anew() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(LARGE).unwrap();
    commit(file.as_file(), 2);
    let looks = Cell::new(0);
    let seen = Db::open(file.path()).unwrap().view(|top| {
        looks.set(looks.get() + 1);
        let mut all = Bucket::default();
        for (at, item) in top.bucket(b"b")?.unwrap().items().enumerate() {
            if at == 500 && looks.get() == 1 {
                commit(file.as_file(), 3);
                write_pages(file.as_file(), 4);
            }
            let item = item?;
            all.bucket("b").set(item.key(), item.value().unwrap());
        }
        Ok(all)
    });
    assert!(seen.unwrap() == uniform(3), "a mixture of states");
    assert_eq!(looks.get(), 2);
}
