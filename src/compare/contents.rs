//! Compares contents by reading them. The files of each side are read in the order in which its layers store them, so
//! that each layer is decoded at most once. Both sides are read at the same time.

use std::collections::HashMap;
use std::io;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use xxhash_rust::xxh3::Xxh3;

use crate::layer::Watch;
use crate::load::files::pass;
use crate::source::Source;
use crate::stack::Payload;
use crate::stack::kept::entry::Fingerprint;
use crate::sync;

type Sums = HashMap<usize, Result<u64, String>>;

/// For each pair its index among the differences and whether both files have the same contents, or why that is not known.
pub(super) fn compare(
    pairs: &[Pair],
    old: &dyn Source,
    new: &dyn Source,
    watch: &dyn Watch,
) -> Vec<(usize, Result<bool, String>)> {
    let done = AtomicU64::new(0);
    let (olds, news) = thread::scope(|scope| {
        let news =
            scope.spawn(|| sums(new, pairs.iter().map(|pair| (pair.at, &pair.new)), &done, watch));
        let olds = sums(old, pairs.iter().map(|pair| (pair.at, &pair.old)), &done, watch);
        // Without sums the pairs stay undecided.
        (olds, news.join().unwrap_or_default())
    });
    let verdict = |pair: &Pair| {
        let side = |sums: &Sums| sums.get(&pair.at).cloned().unwrap_or_else(|| Err(stopped()));
        (pair.at, side(&olds).and_then(|one| side(&news).map(|other| one == other)))
    };
    pairs.iter().map(verdict).collect()
}

fn stopped() -> String {
    "reading was stopped".to_owned()
}

/// The XXH3 digest of each file's contents as programs read them.
fn sums<'p>(
    source: &dyn Source,
    files: impl Iterator<Item = (usize, &'p Payload)>,
    done: &AtomicU64,
    watch: &dyn Watch,
) -> Sums {
    let mut sums = Sums::new();
    let mut unknown = Vec::new();
    for (at, payload) in files {
        match payload.contents_digest() {
            Some(Fingerprint::Xxh3(known)) => {
                sums.insert(at, Ok(known));
            }
            _ => unknown.push((at, payload)),
        }
    }
    let sums = Mutex::new(sums);
    pass::each_at_once(source, unknown, &|at, portion| {
        let sum = portion.and_then(|portion| sum(portion, done, watch));
        sync::lock(&sums).insert(at, sum.map_err(|error| error.to_string()));
        !watch.cancelled()
    });
    std::mem::take(&mut *sync::lock(&sums))
}

fn sum(portion: &mut dyn Read, done: &AtomicU64, watch: &dyn Watch) -> io::Result<u64> {
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match portion.read(&mut buffer) {
            Ok(0) => return Ok(hash.digest128() as u64),
            Ok(count) => {
                hash.update(&buffer[..count]);
                let count = count as u64;
                watch.progress(done.fetch_add(count, Ordering::Relaxed) + count);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if watch.cancelled() {
            return Err(io::Error::other(stopped()));
        }
    }
}

/// Two files whose contents have to be read.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// Index among the differences.
    pub(super) at: usize,
    pub(super) old: Payload,
    pub(super) new: Payload,
}
