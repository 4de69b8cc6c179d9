//! Telling a modified file from one stored again, where sizes are equal and no fingerprint came free: the bytes
//! decide.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use xxhash_rust::xxh3::Xxh3;

use super::{Event, Loader, queue};
use crate::source::Stored;
use crate::stack::entry::Fingerprint;
use crate::stack::{EventId, Payload};

const BUFFER: usize = 64 * 1024;
/// Pairs decided before the stack is told and the progress reported.
const BATCH: usize = 256;

/// Decides all pairs, on several threads. What cannot be read stays undecided.
pub(super) fn decide(
    loader: &Loader,
    mut pairs: Vec<(EventId, EventId)>,
    report: &(dyn Fn(Event) + Sync),
) {
    // Events are in tar order: so are the reads.
    pairs.sort_unstable();
    let batches: Vec<&[(EventId, EventId)]> = pairs.chunks(BATCH).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            if loader.stopped() {
                return;
            }
            let decided: Vec<(EventId, bool)> = batch
                .iter()
                .filter_map(|&(new, old)| Some((new, same_contents(loader, new, old).ok()?)))
                .collect();
            let mut stack = loader.stack_mut();
            for (event, same) in decided {
                stack.decide(event, same);
            }
            drop(stack);
            let done = done.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
            report(Event::Comparing { left: pairs.len() - done });
        }
    };
    thread::scope(|scope| {
        for _ in 1..queue::threads().min(batches.len()) {
            scope.spawn(work);
        }
        work();
    });
}

/// Whether two regular files have the same contents.
pub(super) fn same_contents(loader: &Loader, one: EventId, other: EventId) -> io::Result<bool> {
    let (one, other) = {
        let stack = loader.stack();
        (stack.payload(one), stack.payload(other))
    };
    let (Some(one), Some(other)) = (one, other) else { return Ok(false) };
    if one.stored != other.stored || one.size != other.size {
        return Ok(false);
    }
    match (one.fingerprint, other.fingerprint) {
        (Some(Fingerprint::Xxh3(known)), _) => Ok(known == xxh3(loader, &other)?),
        (_, Some(Fingerprint::Xxh3(known))) => Ok(known == xxh3(loader, &one)?),
        _ => same_bytes(&mut open(loader, &one)?, &mut open(loader, &other)?, one.stored),
    }
}

fn open(loader: &Loader, payload: &Payload) -> io::Result<Box<dyn Read + Send>> {
    let stored = Stored {
        path: &payload.path,
        data: payload.offset,
        stored: payload.stored,
        fingerprint: payload.fingerprint,
    };
    loader.source.open(payload.layer, &stored)
}

fn xxh3(loader: &Loader, payload: &Payload) -> io::Result<u64> {
    if let Some(Fingerprint::Xxh3(known)) = payload.fingerprint {
        return Ok(known);
    }
    let mut reader = open(loader, payload)?;
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; buffer_for(payload.stored)];
    let mut left_to_read = payload.stored;
    while left_to_read > 0 {
        let wanted = usize::try_from(left_to_read).unwrap_or(BUFFER).min(buffer.len());
        reader.read_exact(&mut buffer[..wanted])?;
        hash.update(&buffer[..wanted]);
        left_to_read -= wanted as u64;
    }
    Ok(hash.digest128() as u64)
}

fn same_bytes(one: &mut impl Read, other: &mut impl Read, length: u64) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; buffer_for(length)], vec![0; buffer_for(length)]);
    let mut left_to_read = length;
    while left_to_read > 0 {
        let wanted = usize::try_from(left_to_read).unwrap_or(BUFFER).min(left.len());
        if fill(one, &mut left[..wanted])? < wanted || fill(other, &mut right[..wanted])? < wanted {
            // A layer that ends early says nothing about the rest of the file.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
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

/// Reads until the buffer is full or the input ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
