//! A large plain tar, its two halves walked at once.
//!
//! The way through a tar leads from header to header, so a layer that holds most of an image holds everybody up. But
//! whoever finds a header in the middle can walk on from the entry behind it, while another walks from the front: if
//! that one comes to the very same place, with nothing in mind that would matter there, what both have found is what
//! one alone would have. Where it does not (the middle was inside a file that is a tar), or where entries of one half
//! may have to do with the other (global records, aufs bookkeeping), the front half simply goes on to the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};

use super::ROWS_AT_ONCE;
use super::blob::Blob;
use super::listing::{Limits, Listing, Watch};
use super::problems::Problems;
use super::recorder::Recorder;
use super::tar::is_header;
use super::tar::walker::Walker;
use super::tar::window::Window;

/// Shorter layers are listed sooner than another thread has begun.
const LEAST: u64 = 16 << 20;

/// How far a header is looked for from the middle on: most files are smaller.
const SEARCHED: u64 = 256 << 10;

const BLOCK: u64 = 512;

/// Lists the tar in `blob` by two threads. `None`, and nothing in `problems`, where one will do.
pub(super) fn list(
    blob: &Blob,
    watch: &dyn Watch,
    limits: Limits,
    problems: &mut Problems,
) -> Option<Listing> {
    let two = thread::available_parallelism().is_ok_and(|threads| threads.get() > 1);
    if blob.len() < LEAST || !two {
        return None;
    }
    from_two(blob, blob.len() / 2, watch, limits, problems)
}

fn from_two(
    blob: &Blob,
    middle: u64,
    watch: &dyn Watch,
    limits: Limits,
    problems: &mut Problems,
) -> Option<Listing> {
    let beyond = Beyond { watch, abandoned: AtomicBool::new(false) };
    let walker = enter(blob, middle, &beyond)?;
    let meeting = walker.position();
    thread::scope(|scope| {
        let second = move || half(walker, limits);
        let second = thread::Builder::new().spawn_scoped(scope, second).ok()?;
        let front = Front { blob, watch, limits, meeting, beyond: &beyond };
        Some(front.list(second, problems))
    })
}

/// A walker behind the first whole entry that is found from `middle` on, if that can be had without waiting for a disk.
fn enter<'w>(blob: &Blob, middle: u64, watch: &'w dyn Watch) -> Option<Walker<Window<'w>>> {
    let middle = middle.next_multiple_of(BLOCK);
    let wanted = SEARCHED.min(blob.len().saturating_sub(middle));
    let mut searched = vec![0; usize::try_from(wanted).ok()?];
    if blob.read_resident_at(&mut searched, middle).ok()? < searched.len() {
        return None;
    }
    let found = searched.chunks_exact(BLOCK as usize).position(is_header)?;
    let mut walker = Walker::new(Window::starting_at(blob, watch, middle + found as u64 * BLOCK));
    // It may be the second of several headers of one entry: what is sure is where the entry ends.
    let mut problems = Problems::default();
    walker.next(&mut problems)?;
    (walker.is_unburdened() && problems.is_empty()).then_some(walker)
}

/// What the second half turned out to hold.
struct Half {
    recorder: Recorder,
    problems: Problems,
    cancelled: bool,
    faulty: bool,
}

fn half(mut walker: Walker<Window<'_>>, limits: Limits) -> Half {
    let (mut recorder, mut problems) = (Recorder::new(limits), Problems::default());
    while let Some(found) = walker.next(&mut problems) {
        if recorder.record(&found, &mut problems).is_break() {
            break;
        }
    }
    Half { recorder, problems, cancelled: walker.cancelled(), faulty: walker.faulty() }
}

/// Whoever walks from the front.
struct Front<'w> {
    blob: &'w Blob,
    watch: &'w dyn Watch,
    limits: Limits,
    /// Where the second half begins.
    meeting: u64,
    beyond: &'w Beyond<'w>,
}

impl Front<'_> {
    fn list(self, second: ScopedJoinHandle<'_, Half>, problems: &mut Problems) -> Listing {
        let mut walker = Walker::new(Window::new(self.blob, self.watch));
        let mut recorder = Recorder::new(self.limits);
        let (mut second, mut due) = (Some(second), ROWS_AT_ONCE);
        loop {
            if walker.position() >= self.meeting
                && let Some(second) = second.take()
            {
                let met = walker.position() == self.meeting && walker.is_unburdened();
                if met && let Some(half) = self.join(second, &mut recorder) {
                    problems.absorb(&half.problems);
                    let listing = recorder.finish(problems);
                    return Listing { cancelled: half.cancelled, faulty: half.faulty, ..listing };
                }
                self.beyond.abandoned.store(true, Ordering::Relaxed);
            }
            let Some(found) = walker.next(problems) else { break };
            if recorder.table().len() >= due {
                due += ROWS_AT_ONCE;
                self.watch.rows(recorder.table());
            }
            if recorder.record(&found, problems).is_break() {
                break;
            }
        }
        self.beyond.abandoned.store(true, Ordering::Relaxed);
        let listing = recorder.finish(problems);
        Listing { cancelled: walker.cancelled(), faulty: walker.faulty(), ..listing }
    }

    /// Puts the rows of the second half behind those of the first, if neither has to do with the other.
    fn join(&self, second: ScopedJoinHandle<'_, Half>, recorder: &mut Recorder) -> Option<Half> {
        // A thread that panicked has found nothing.
        let half = second.join().ok()?;
        recorder.append(&half.recorder, |table| self.watch.rows(table)).then_some(half)
    }
}

/// Watches over the second half: what it has done is not told, or progress would jump.
struct Beyond<'w> {
    watch: &'w dyn Watch,
    /// The two did not meet.
    abandoned: AtomicBool,
}

impl Watch for Beyond<'_> {
    fn progress(&self, _done: u64) {}

    fn cancelled(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) || self.watch.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::layer::{Unwatched, list_within};

    /// One file: length of its name, of its contents, and what is special about it.
    type File = (usize, usize, u8);

    fn tar(files: &[File]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (at, &(name, size, special)) in files.iter().enumerate() {
            let name = match special {
                1 => format!(".wh.{at}"),
                2 => format!(".wh..wh.plnk/{at}"),
                _ => format!("{}{at}", "n/".repeat(name)),
            };
            let contents = match special {
                3 => inner(size),
                _ => vec![b'x'; size],
            };
            if special == 4 {
                builder.append_pax_extensions([("SCHILY.xattr.user.a", &b"b"[..])]).unwrap();
            }
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            header.set_mtime(at as u64 * 7);
            header.set_uid(at as u64 % 3);
            header.set_entry_type(tar::EntryType::Regular);
            builder.append_data(&mut header, &name, &contents[..]).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// A tar as the contents of a file: full of headers that are none.
    fn inner(size: usize) -> Vec<u8> {
        let files = vec![(1, size % 700, 0); size / 512 + 1];
        tar(&files)
    }

    fn compare(bytes: Vec<u8>, middle: u64) -> bool {
        let blob = Blob::memory(bytes);
        let mut problems = Problems::default();
        let limits = Limits::default();
        let whole = list_within(&blob, &Unwatched, limits);
        let halves = from_two(&blob, middle, &Unwatched, limits, &mut problems);
        let Some(halves) = halves else { return false };
        assert_eq!(halves.table, whole.table);
        assert_eq!(halves.hidden, whole.hidden);
        assert_eq!(problems.finish(), whole.problems);
        assert_eq!((halves.cancelled, halves.faulty), (whole.cancelled, whole.faulty));
        true
    }

    #[test]
    fn plain_files_are_listed_from_both_ends() {
        let files = vec![(2, 1000, 0); 200];
        let bytes = tar(&files);
        let length = bytes.len() as u64;
        assert!(compare(bytes, length / 2), "the two halves met");
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_as_it_was() {
        let bytes = tar(&vec![(1, 700, 0); 60]);
        let middle = bytes.len() as u64 / 2;
        for cut in (bytes.len() / 2..bytes.len()).step_by(301) {
            compare(bytes[..cut].to_vec(), middle);
            let mut damaged = bytes.clone();
            damaged[cut] ^= 0x20;
            compare(damaged, middle);
        }
    }

    proptest! {
        /// Wherever the second half begins, and whatever stands there.
        #[test]
        fn two_find_what_one_finds(
            files in prop::collection::vec((0..120_usize, 0..3000_usize, 0..6_u8), 1..40),
            middle in 0.0..1.0,
        ) {
            let bytes = tar(&files);
            let middle = (bytes.len() as f64 * middle) as u64;
            compare(bytes, middle);
        }
    }
}
