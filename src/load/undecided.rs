//! Decides by their bytes whether files were modified or stored again unchanged, where sizes are equal and there are
//! no fingerprints.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, mpsc};
use std::{io, thread};

use xxhash_rust::xxh3::Xxh3;

use crate::layer::blob::Blob;
use crate::layer::sparse::{Map, Whole};
use crate::load::event::{Event, Pair};
use crate::load::files::pass::Payloads;
use crate::load::queue::Cpus;
use crate::load::{Loader, queue};
use crate::source::Source;
use crate::stack::kept::entry::Fingerprint;
use crate::stack::{EventId, Extent, Payload, Stack};
use crate::sync;

const BUFFER: usize = 64 * 1024;
/// Bytes of two long files to compare first: files that differ mostly differ in their headers.
const FIRST_READ: usize = 16 * 1024;
/// Pairs decided per update of the stack and report of progress.
const BATCH: usize = 256;

/// Decides all pairs on several threads, pairs of [`Loader::prefer`] first. Files that cannot be read stay undecided.
pub(super) fn decide(loader: &Loader, mut pairs: Vec<Pair>, report: &(dyn Fn(Event) + Sync)) {
    // Events are in tar order, so this makes reads sequential.
    pairs.sort_unstable();
    Comparer::new(loader).serve_preferred();
    let batches: Vec<&[Pair]> = pairs.chunks(BATCH).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut comparer = Comparer::new(loader);
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            if !comparer.decide(batch, Comparer::serve_preferred) {
                return;
            }
            let done = done.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
            report(Event::Deciding { left: pairs.len() - done });
        }
    };
    thread::scope(|scope| {
        for _ in 1..queue::threads().min(batches.len()) {
            scope.spawn(work);
        }
        work();
    });
}

/// Undecided pairs of folded layers, whose contents are compared while further layers are folded.
pub(super) struct Beside<'l> {
    loader: &'l Loader,
    waiting: Mutex<Receiver<Vec<(Side, Side)>>>,
    decided: Mutex<Vec<(EventId, bool)>>,
}

impl<'l> Beside<'l> {
    /// Also returns where pairs come from.
    pub(super) fn new(loader: &'l Loader) -> (Sender<Vec<(Side, Side)>>, Self) {
        let (send, waiting) = mpsc::channel();
        (send, Self { loader, waiting: Mutex::new(waiting), decided: Mutex::default() })
    }

    /// Compares pairs that can be read in place, until the sender is dropped. Does not wait for the stack, which the fold has
    /// nearly all the time.
    pub(super) fn compare(&self, cpus: &Cpus) {
        let mut comparer = None;
        let next = || sync::lock(&self.waiting).recv();
        while let Ok(sides) = next() {
            let _cpu = cpus.wait();
            let comparer = comparer.get_or_insert_with(|| Comparer::new(self.loader));
            for (new, old) in sides {
                if self.loader.stopped() {
                    break;
                }
                if let Some(Ok(same)) = comparer.same_in_place(new, old) {
                    sync::lock(&self.decided).push((new.0, same));
                }
            }
        }
    }

    /// Updates the stack.
    pub(super) fn finish(self) {
        let mut stack = self.loader.stack_mut();
        for (event, same) in sync::into_inner(self.decided) {
            stack.decide(event, same);
        }
    }
}

/// The pairs that are undecided.
pub(super) fn sides(stack: &Stack, pairs: &[Pair]) -> Vec<(Side, Side)> {
    let side = |event| (event, stack.extent(event));
    let open = pairs.iter().filter(|(new, _)| stack.is_undecided(*new));
    open.map(|&(new, old)| (side(new), side(old))).collect()
}

/// Compares pairs, reusing its buffers.
struct Comparer<'l> {
    loader: &'l Loader,
    /// The blobs of layers that are stored uncompressed, as far as they were needed.
    plain: HashMap<usize, Option<Blob>>,
    left: Box<[u8]>,
    right: Box<[u8]>,
}

/// A version, and the extent of its bytes if they can be read in place.
pub(super) type Side = (EventId, Option<Extent>);

impl<'l> Comparer<'l> {
    fn new(loader: &'l Loader) -> Self {
        let buffer = || vec![0; BUFFER].into_boxed_slice();
        Self { loader, plain: HashMap::new(), left: buffer(), right: buffer() }
    }

    /// Decides the pairs on screen.
    fn serve_preferred(&mut self) {
        let pairs = self.loader.take_preferred();
        if !pairs.is_empty() {
            self.decide(&pairs, |_| {});
        }
    }

    /// Decides pairs that are still undecided and updates the stack; `between` is called before each. Returns `false`
    /// if reading was stopped.
    fn decide(&mut self, pairs: &[Pair], between: impl Fn(&mut Self)) -> bool {
        let sides = sides(&self.loader.stack(), pairs);
        let mut decided = Vec::with_capacity(sides.len());
        for (new, old) in sides {
            if self.loader.stopped() {
                return false;
            }
            between(self);
            if let Ok(same) = self.same(new, old) {
                decided.push((new.0, same));
            }
        }
        let mut stack = self.loader.stack_mut();
        for (event, same) in decided {
            stack.decide(event, same);
        }
        true
    }

    fn same(&mut self, one: Side, other: Side) -> io::Result<bool> {
        let in_place = self.same_in_place(one, other);
        in_place.unwrap_or_else(|| same_contents(self.loader, one.0, other.0))
    }

    /// `None` if one of them cannot be read in place.
    fn same_in_place(&mut self, (_, left): Side, (_, right): Side) -> Option<io::Result<bool>> {
        let (left, right) = (left?, right?);
        let one = self.plain(left.layer)?;
        let other = self.plain(right.layer)?;
        Some(if left.size == right.size {
            self.same_bytes((&one, left.offset), (&other, right.offset), left.size)
        } else {
            Ok(false)
        })
    }

    fn plain(&mut self, layer: usize) -> Option<Blob> {
        let blob = || self.loader.source.uncompressed_blob(layer);
        self.plain.entry(layer).or_insert_with(blob).clone()
    }

    fn same_bytes(
        &mut self,
        (one, one_at): (&Blob, u64),
        (other, other_at): (&Blob, u64),
        length: u64,
    ) -> io::Result<bool> {
        let mut done = 0;
        while done < length {
            let most = if done == 0 && length > BUFFER as u64 { FIRST_READ } else { BUFFER };
            let wanted = usize::try_from(length - done).unwrap_or(most).min(most);
            let (left, right) = (&mut self.left[..wanted], &mut self.right[..wanted]);
            if one.fill_at(left, one_at.saturating_add(done))? < wanted
                || other.fill_at(right, other_at.saturating_add(done))? < wanted
            {
                // The layer is truncated: the rest of the file is unknown.
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if left != right {
                return Ok(false);
            }
            done += wanted as u64;
        }
        Ok(true)
    }
}

/// Whether two regular files have the same contents; `false` if one has none.
pub(super) fn same_contents(loader: &Loader, one: EventId, other: EventId) -> io::Result<bool> {
    let (one, other) = {
        let stack = loader.stack();
        (stack.payload(one), stack.payload(other))
    };
    let (Some(one), Some(other)) = (one, other) else { return Ok(false) };
    if one.length() != other.length() {
        return Ok(false);
    }
    if one.sparse && other.sparse {
        let source = loader.source().as_ref();
        return same_sparse_files((source, &one), (source, &other));
    }
    match (one.contents_digest(), other.contents_digest()) {
        (Some(Fingerprint::Xxh3(known)), _) => Ok(known == xxh3(loader, &other)?),
        (_, Some(Fingerprint::Xxh3(known))) => Ok(known == xxh3(loader, &one)?),
        _ => same_bytes(&mut loader.open(&one)?, &mut loader.open(&other)?, one.length()),
    }
}

fn xxh3(loader: &Loader, payload: &Payload) -> io::Result<u64> {
    if let Some(Fingerprint::Xxh3(known)) = payload.contents_digest() {
        return Ok(known);
    }
    let mut reader = loader.open(payload)?;
    let mut hash = Xxh3::new();
    let mut left_to_read = payload.length();
    let mut buffer = vec![0; buffer_for(left_to_read)];
    while left_to_read > 0 {
        let wanted = usize::try_from(left_to_read).unwrap_or(BUFFER).min(buffer.len());
        reader.read_exact(&mut buffer[..wanted])?;
        hash.update(&buffer[..wanted]);
        left_to_read -= wanted as u64;
    }
    Ok(hash.digest128() as u64)
}

/// Whether two sparse files of one size, each its map and its segments, are the same. Holes that both have are not read: they
/// may be longer than can be read.
///
/// # Errors
/// If one of them cannot be read.
pub(crate) fn same_sparse(one: (Map, impl Read), other: (Map, impl Read)) -> io::Result<bool> {
    let (left, right) = Map::without_common_holes(&one.0, &other.0);
    let length = left.size;
    same_bytes(&mut Whole::new(left, one.1), &mut Whole::new(right, other.1), length)
}

/// [`same_sparse`] for files of images.
///
/// # Errors
/// If one of them cannot be read.
pub(crate) fn same_sparse_files(
    (source, one): (&dyn Source, &Payload),
    (other_source, other): (&dyn Source, &Payload),
) -> io::Result<bool> {
    let mut sides = [Payloads::new(source, &[one]), Payloads::new(other_source, &[other])];
    let [left, right] = &mut sides;
    same_sparse(left.contents(one)?.parts(), right.contents(other)?.parts())
}

fn same_bytes(one: &mut impl Read, other: &mut impl Read, length: u64) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; buffer_for(length)], vec![0; buffer_for(length)]);
    let mut left_to_read = length;
    while left_to_read > 0 {
        let wanted = usize::try_from(left_to_read).unwrap_or(BUFFER).min(left.len());
        // An error if the layer is truncated: the rest of the file is unknown.
        one.read_exact(&mut left[..wanted])?;
        other.read_exact(&mut right[..wanted])?;
        if left[..wanted] != right[..wanted] {
            return Ok(false);
        }
        left_to_read -= wanted as u64;
    }
    Ok(true)
}

fn buffer_for(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(BUFFER).clamp(512, BUFFER)
}
