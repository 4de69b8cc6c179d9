//! A large plain tar, walked from the front and, where a processor is to spare, in parts from the back.
//!
//! The way through a tar leads from header to header, so a layer that holds most of an image holds everybody up. But
//! whoever finds a header somewhere can walk on from the entry behind it. So a second thread takes parts from the back,
//! each up to where the one taken before begins, until the two meet. The first thread puts in the parts' rows: only
//! where it comes to the very place at which a part begins, with nothing in mind that would matter there, so that it
//! would have found the same itself. What looked like a header and was none, or a part whose entries may have to do with
//! those before it (global records, aufs bookkeeping), costs time and nothing else.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::thread::Scope;

use crate::layer::blob::Blob;
use crate::layer::listing::{Limits, Listing, ROWS_AT_ONCE};
use crate::layer::problems::Problems;
use crate::layer::tar::is_header;
use crate::layer::tar::recorder::Recorder;
use crate::layer::tar::walker::Walker;
use crate::layer::tar::window::Window;
use crate::layer::watch::Watch;

const BLOCK: usize = 512;

/// How much is read at once where a header is looked for.
const SEARCH_BUFFER: usize = 16 << 10;

/// Parts that did not end where the next begins, one after the other, before it is given up.
const FAILURES_MAX: usize = 8;

/// How the second thread goes to work.
#[derive(Clone, Copy)]
pub(crate) struct Tuning {
    /// How many rows are read before another thread is thought of, and before whoever waits is told of them.
    rows: u64,
    /// The min_left that must be left to be read.
    min_left: u64,
    /// What is left is cut into so many parts.
    parts: u64,
    /// How far a header is looked for: most files are smaller.
    search: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { rows: ROWS_AT_ONCE, min_left: 8 << 20, parts: 32, search: 256 << 10 }
    }
}

/// Lists the tar in `blob`.
pub(crate) fn list(
    blob: &Blob,
    watch: &dyn Watch,
    limits: Limits,
    tuning: Tuning,
    problems: &mut Problems,
) -> Listing {
    let shared = SharedProgress::new(blob, watch, limits, tuning);
    let mut walker = Walker::new(Window::new(blob, watch));
    let recorder = thread::scope(|scope| {
        shared.walk_from_front(scope, TailChunks::new(&shared), &mut walker, problems)
    });
    let listing = recorder.finish(problems);
    Listing { cancelled: walker.cancelled(), faulty: walker.faulty(), ..listing }
}

/// Entries from one place to another.
struct Chunk {
    start: u64,
    /// `None`: the end of the tar.
    end: Option<u64>,
    recorder: Recorder,
    problems: Problems,
}

/// What both threads know.
struct SharedProgress<'w> {
    blob: &'w Blob,
    watch: &'w dyn Watch,
    limits: Limits,
    tuning: Tuning,
    /// Where the first thread is.
    front: AtomicU64,
    /// Where the first part begins that the second has, or is at.
    tail_start: AtomicU64,
    /// The first has come there: no more parts are needed.
    enough: AtomicBool,
    /// Nor is the one that the second is at.
    stop: AtomicBool,
}

/// The parts that lie tail of the first thread.
struct TailChunks<'m> {
    shared: &'m SharedProgress<'m>,
    started: bool,
    /// While parts are still made.
    incoming: Option<Receiver<Chunk>>,
    /// The first last.
    chunks: Vec<Chunk>,
}

impl<'m> TailChunks<'m> {
    const fn new(shared: &'m SharedProgress<'m>) -> Self {
        Self { shared, started: false, incoming: None, chunks: Vec::new() }
    }

    /// Starts the second thread.
    fn begin(&mut self, scope: &'m Scope<'m, '_>, position: u64) {
        let (send, receive) = mpsc::channel();
        (self.incoming, self.started) = (Some(receive), true);
        let shared = self.shared;
        let from_back = move || shared.walk_from_back(position, &send);
        // Where there can be no other thread, nothing comes.
        let _ = thread::Builder::new().spawn_scoped(scope, from_back);
    }

    /// The part that begins at `position`, which never decreases.
    fn starting_at(&mut self, position: u64) -> Option<Chunk> {
        let SharedProgress { front, tail_start, enough, stop, .. } = self.shared;
        if let Some(incoming) = &self.incoming {
            front.store(position, Relaxed);
            let first = tail_start.load(Relaxed);
            if position < first {
                return None;
            }
            enough.store(true, Relaxed);
            stop.store(position > first, Relaxed);
            // Waits for the part that the second thread is at, if any.
            self.chunks = incoming.iter().collect();
            self.incoming = None;
        }
        while self.chunks.last()?.start < position {
            self.chunks.pop();
        }
        self.chunks.pop_if(|chunk| chunk.start == position)
    }
}

impl<'w> SharedProgress<'w> {
    const fn new(blob: &'w Blob, watch: &'w dyn Watch, limits: Limits, tuning: Tuning) -> Self {
        Self {
            blob,
            watch,
            limits,
            tuning,
            front: AtomicU64::new(0),
            tail_start: AtomicU64::new(u64::MAX),
            enough: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        }
    }

    /// What the first thread does.
    fn walk_from_front<'s>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        mut tail: TailChunks<'s>,
        walker: &mut Walker<Window<'_>>,
        problems: &mut Problems,
    ) -> Recorder {
        let (mut recorder, mut due) = (Recorder::new(self.limits), self.tuning.rows);
        loop {
            if let Some(chunk) = tail.starting_at(walker.position())
                && walker.is_self_contained()
                && recorder.append(&chunk.recorder)
            {
                problems.absorb(&chunk.problems);
                let Some(end) = chunk.end else { break };
                walker.jump(end);
                self.watch.progress(end);
            } else {
                let Some(found) = walker.next(problems) else { break };
                if recorder.record(&found, problems).is_break() {
                    break;
                }
            }
            if recorder.table().len() >= due {
                due = recorder.table().len() + self.tuning.rows;
                self.watch.rows(recorder.table());
                let left = self.blob.len().saturating_sub(walker.position());
                if !tail.started && left >= self.tuning.min_left && self.watch.take_idle_cpu() {
                    tail.begin(scope, walker.position());
                }
            }
        }
        self.stop.store(true, Relaxed);
        recorder
    }

    /// What the second thread does; the first was at `begin` then.
    fn walk_from_back(&self, begin: u64, send: &Sender<Chunk>) {
        let length = self.blob.len();
        let left = length.saturating_sub(begin);
        let width = (left / self.tuning.parts).next_multiple_of(BLOCK as u64).max(BLOCK as u64);
        let (mut from, mut end, mut failures) = (length, None, 0);
        while failures < FAILURES_MAX && !self.enough.load(Relaxed) {
            from = from.saturating_sub(width) / BLOCK as u64 * BLOCK as u64;
            if from < self.front.load(Relaxed) + width {
                break;
            }
            // None begins in the midst of a large file: the next part will be all the longer.
            let Some(walker) = self.walker_at(from) else { continue };
            let start = walker.position();
            if start >= end.unwrap_or(length) {
                continue;
            }
            self.tail_start.store(start, Relaxed);
            if let Some(chunk) = self.chunk(walker, end) {
                (end, failures) = (Some(start), 0);
                if send.send(chunk).is_err() {
                    break;
                }
            } else {
                self.tail_start.store(end.unwrap_or(u64::MAX), Relaxed);
                failures += 1;
            }
        }
    }

    /// A walker behind the first whole entry that is found from `from` on, if that can be had without waiting for a
    /// disk.
    fn walker_at(&self, from: u64) -> Option<Walker<Window<'_>>> {
        let mut buffer = [0; SEARCH_BUFFER];
        let mut at = from;
        let header = loop {
            let count = self.blob.read_resident_at(&mut buffer, at).ok()?;
            if let Some(found) = buffer[..count].chunks_exact(BLOCK).position(is_header) {
                break at + (found * BLOCK) as u64;
            }
            at += count as u64;
            if count < SEARCH_BUFFER || at >= from + self.tuning.search {
                return None;
            }
        };
        let mut walker = Walker::new(Window::starting_at(self.blob, self, header));
        // It may be the second of several headers of one entry: what is sure is where the entry ends.
        walker.next(&mut Problems::default())?;
        walker.is_self_contained().then_some(walker)
    }

    /// The entries from `walker` to `end`, if just there one ends that has no say in what follows.
    fn chunk(&self, mut walker: Walker<Window<'_>>, end: Option<u64>) -> Option<Chunk> {
        let start = walker.position();
        let (mut recorder, mut problems) = (Recorder::new(self.limits), Problems::default());
        while walker.position() < end.unwrap_or(u64::MAX)
            && let Some(found) = walker.next(&mut problems)
        {
            if recorder.record(&found, &mut problems).is_break() || !walker.feed().is_resident() {
                return None;
            }
        }
        let complete = match end {
            Some(end) => walker.position() == end && walker.is_self_contained(),
            None => !walker.has_globals() && !walker.cancelled() && !walker.faulty(),
        };
        complete.then_some(Chunk { start, end, recorder, problems })
    }
}

/// What the second thread has done is not told, or progress would jump.
impl Watch for SharedProgress<'_> {
    fn progress(&self, _done: u64) {}

    fn cancelled(&self) -> bool {
        self.stop.load(Relaxed) || self.watch.cancelled()
    }
}

#[cfg(test)]
mod tests;
