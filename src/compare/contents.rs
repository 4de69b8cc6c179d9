//! Compares contents by reading them. The files of each side are read in the order in which its layers store them, so
//! that each layer is decoded at most once. Both sides are read at the same time.

use std::collections::HashMap;
use std::io;
use std::io::Read;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use xxhash_rust::xxh3::Xxh3;

use crate::layer::Watch;
use crate::load::files::pass;
use crate::load::undecided::same_sparse_files;
use crate::source::Source;
use crate::stack::Payload;
use crate::stack::kept::entry::Fingerprint;
use crate::sync;

/// The XXH3 digests of contents as programs read them: of all bytes, and without the time of the source in compiled Python.
type Sum = (u64, u64);

/// By the index of the pair.
type Sums = HashMap<usize, Result<Sum, String>>;

/// How the contents of two files of the same size differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    Same,
    /// Compiled Python of which only the recorded time of its source differs.
    OtherSourceTime,
    Other,
}

impl Contents {
    fn of(one: Sum, other: Sum) -> Self {
        match (one.0 == other.0, one.1 == other.1) {
            (true, _) => Self::Same,
            (false, true) => Self::OtherSourceTime,
            (false, false) => Self::Other,
        }
    }
}

/// For each pair its index among the differences and how the contents differ, or why that is not known.
pub(super) fn compare(
    pairs: &[Pair],
    old: &dyn Source,
    new: &dyn Source,
    watch: &dyn Watch,
) -> Vec<(usize, Result<Contents, String>)> {
    let done = AtomicU64::new(0);
    let (olds, news) = thread::scope(|scope| {
        let news = scope.spawn(|| sums(new, pairs, |pair| &pair.new, &done, watch));
        let olds = sums(old, pairs, |pair| &pair.old, &done, watch);
        (olds, news.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let verdict = |(index, pair): (usize, &Pair)| {
        if pair.both_sparse() {
            // Their holes may be longer than can be read.
            let same = same_sparse_files((old, &pair.old), (new, &pair.new));
            let contents = |same| if same { Contents::Same } else { Contents::Other };
            return (pair.at, same.map(contents).map_err(|error| error.to_string()));
        }
        let side = |sums: &Sums| sums.get(&index).cloned().unwrap_or_else(|| Err(stopped()));
        let contents = side(&olds).and_then(|one| Ok(Contents::of(one, side(&news)?)));
        (pair.at, contents)
    };
    pairs.iter().enumerate().map(verdict).collect()
}

fn stopped() -> String {
    "reading was stopped".to_owned()
}

/// The digests of one side's contents.
fn sums(
    source: &dyn Source,
    pairs: &[Pair],
    side: fn(&Pair) -> &Payload,
    done: &AtomicU64,
    watch: &dyn Watch,
) -> Sums {
    let mut sums = Sums::new();
    let mut unknown = Vec::new();
    for (index, pair) in pairs.iter().enumerate().filter(|(_, pair)| !pair.both_sparse()) {
        let payload = side(pair);
        match payload.contents_digest() {
            Some(Fingerprint::Xxh3(known)) if !pair.closely => {
                sums.insert(index, Ok((known, known)));
            }
            _ => unknown.push((index, payload)),
        }
    }
    let sums = Mutex::new(sums);
    pass::each_at_once(source, unknown, &|index, portion| {
        let sum = portion
            .and_then(|portion| sum(&mut portion.whole(), pairs[index].closely, done, watch));
        sync::lock(&sums).insert(index, sum.map_err(|error| error.to_string()));
        !watch.cancelled()
    });
    std::mem::take(&mut *sync::lock(&sums))
}

/// The digests of one file; without `closely` both are of all bytes.
pub(super) fn sum(
    portion: &mut dyn Read,
    closely: bool,
    done: &AtomicU64,
    watch: &dyn Watch,
) -> io::Result<Sum> {
    let mut head = Vec::new();
    if closely {
        (&mut *portion).take(PYC_HEAD as u64).read_to_end(&mut head)?;
    }
    let mut whole = Xxh3::new();
    whole.update(&head);
    let mut timeless = closely.then(Xxh3::new);
    if let Some(timeless) = &mut timeless {
        timeless.update(&without_source_time(head));
    }
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match portion.read(&mut buffer) {
            Ok(0) => {
                let whole = digest(&whole);
                return Ok((whole, timeless.as_ref().map_or(whole, digest)));
            }
            Ok(count) => {
                whole.update(&buffer[..count]);
                if let Some(timeless) = &mut timeless {
                    timeless.update(&buffer[..count]);
                }
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

fn digest(hash: &Xxh3) -> u64 {
    hash.digest128() as u64
}

/// Bytes of the header of compiled Python.
const PYC_HEAD: usize = 16;

/// The header of compiled Python with 0 for the time of its source, if it has one: by PEP 552 a magic number that ends with
/// CR and LF, flags of 0 (the source is known by its time), that time, the size of the source, each of 4 bytes. Python 3.7 and
/// newer, whose magic numbers begin at 3390, write it.
fn without_source_time(mut head: Vec<u8>) -> Vec<u8> {
    if let &[low, high, b'\r', b'\n', 0, 0, 0, 0, ..] = head.as_slice()
        && head.len() == PYC_HEAD
        && (3390..20000).contains(&u16::from_le_bytes([low, high]))
    {
        head[8..12].fill(0);
    }
    head
}

impl Pair {
    const fn both_sparse(&self) -> bool {
        self.old.sparse && self.new.sparse
    }
}

/// Two files whose contents have to be read.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// Index among the differences.
    pub(super) at: usize,
    pub(super) old: Payload,
    pub(super) new: Payload,
    /// They may be known to differ; in compiled Python the time of the source is told apart.
    pub(super) closely: bool,
}
