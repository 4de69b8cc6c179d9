//! Reads many files of one layer, in the order in which it stores them.

use std::cell::Cell;
use std::io;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::load::files::pass::Payloads;
use crate::load::grep::found::Place;
use crate::load::{Event, Loader};
use crate::stack::EventId;

/// Bytes between two reports of progress.
const STRIDE: u64 = 1 << 20;

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) place: Place,
    /// The event of the entry that stores it.
    pub(super) payload: EventId,
}

/// Reads the files, which are sorted by place; `take` returns whether to continue.
pub(super) fn read_layer(
    loader: &Loader,
    layer: usize,
    files: &[Job],
    stop: &AtomicBool,
    report: &(dyn Fn(Event) + Sync),
    take: &mut dyn FnMut(Job, io::Result<&mut dyn Read>) -> bool,
) {
    let source = loader.source();
    let last = files.last().and_then(|job| loader.stack().payload(job.payload));
    let until = last.and_then(|last| Some(last.offset? + last.stored));
    let mut payloads = Payloads::spanning(&**source, layer, files.len(), until);
    let (mut done, reported) = (0, Cell::new(0));
    let tell = |done: u64| {
        if done >= reported.get() + STRIDE {
            reported.set(done);
            report(Event::Reading { layer, done, total: 0 });
        }
    };
    for &job in files {
        let payload = loader.stack().payload(job.payload);
        let Some(payload) = payload.filter(|_| !stop.load(Ordering::Relaxed)) else { return };
        let on = match payloads.contents(&payload) {
            Ok(contents) => {
                // With holes a sparse file has more bytes than are stored.
                let tell = |read: u64| tell(done + read.min(payload.stored));
                take(job, Ok(&mut Told { from: contents.searchable(), stop, read: 0, tell: &tell }))
            }
            Err(error) => take(job, Err(error)),
        };
        done += payload.stored;
        tell(done);
        if !on {
            return;
        }
    }
}

/// A reader that tells how many bytes were read, and fails once a search is stopped.
struct Told<'s, R> {
    from: R,
    stop: &'s AtomicBool,
    read: u64,
    tell: &'s dyn Fn(u64),
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        let count = self.from.read(buffer)?;
        self.read += count as u64;
        (self.tell)(self.read);
        Ok(count)
    }
}
