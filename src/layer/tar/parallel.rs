//! Lists a large plain tar on two threads, if there is an idle CPU: one from the front, one in chunks from the back.
//!
//! Headers must be followed one after another, so one large layer can take as long as all others. A second thread
//! searches for a header near the end and walks from the entry behind it; it takes chunks from the back, each up to the
//! start of the one before, until it meets the first thread. The first thread appends the rows of a chunk only if it
//! arrives exactly at its start, with no state (global pax records, payload of unknown length) that could change them,
//! so that the result is the same as with one thread. A wrong header, or a chunk that depends on earlier entries
//! (global records, aufs bookkeeping), costs time only.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::thread::Scope;

use crate::layer::blob::Blob;
use crate::layer::listing::{Limits, Listing, ROWS_AT_ONCE};
use crate::layer::problems::Problems;
use crate::layer::tar::header::{BLOCK, is_header};
use crate::layer::tar::recorder::Recorder;
use crate::layer::tar::walker::Walker;
use crate::layer::tar::window::Window;
use crate::layer::watch::Watch;

/// Bytes read at once in the search for a header.
const SEARCH_BUFFER: usize = 16 << 10;

/// The second thread ends after this many consecutive chunks that do not end where the next one begins.
const FAILURES_MAX: usize = 8;

/// The parameters of the second thread.
#[derive(Clone, Copy)]
pub(crate) struct Tuning {
    /// Rows before the second thread is started, and between reports.
    rows: u64,
    /// The least number of unread bytes for which a second thread is started.
    min_left: u64,
    /// The number of chunks that the unread bytes are divided into.
    parts: u64,
    /// Bytes that are searched for a header: most files are smaller.
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

/// The entries between two offsets.
struct Chunk {
    start: u64,
    /// `None` at the end of the tar.
    end: Option<u64>,
    recorder: Recorder,
    problems: Problems,
}

/// The state that both threads share.
struct SharedProgress<'w> {
    blob: &'w Blob,
    watch: &'w dyn Watch,
    limits: Limits,
    tuning: Tuning,
    /// Offset of the first thread.
    front: AtomicU64,
    /// Start of the frontmost chunk that the second thread has finished or is working on.
    tail_start: AtomicU64,
    /// Set when the first thread has arrived there: no more chunks are needed.
    enough: AtomicBool,
    /// Set when the chunk in progress is no longer needed either.
    stop: AtomicBool,
}

/// The chunks ahead of the first thread.
struct TailChunks<'m> {
    shared: &'m SharedProgress<'m>,
    started: bool,
    /// `Some` while the second thread may send chunks.
    incoming: Option<Receiver<Chunk>>,
    /// In reverse order.
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
        // If no thread can be started, the channel is closed and has no chunks.
        let _ = thread::Builder::new().spawn_scoped(scope, from_back);
    }

    /// The chunk that starts at `position`, which must not decrease.
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
            // Waits for the chunk in progress, if any.
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

    /// The first thread: walks the tar and appends chunks.
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

    /// The second thread, started when the first was at `begin`.
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
            // No header within a large file: the next chunk is longer instead.
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

    /// A walker behind the first whole entry after `from`. `None` if there is none, or if the bytes are not in the page
    /// cache.
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
        // The header may be the second of several of one entry; only the end of the entry is certain.
        walker.next(&mut Problems::default())?;
        walker.is_self_contained().then_some(walker)
    }

    /// The entries from `walker` to `end`, if an entry ends exactly there and later entries do not depend on it.
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

/// The second thread reports no progress, which would jump.
impl Watch for SharedProgress<'_> {
    fn progress(&self, _done: u64) {}

    fn cancelled(&self) -> bool {
        self.stop.load(Relaxed) || self.watch.cancelled()
    }
}

#[cfg(test)]
mod tests;
