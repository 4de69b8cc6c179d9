//! A large plain tar, walked from the front and, where a processor is to spare, in parts from the back.
//!
//! The way through a tar leads from header to header, so a layer that holds most of an image holds everybody up. But
//! whoever finds a header somewhere can walk on from the entry behind it. So a second thread takes parts from the back,
//! each up to where the one taken before begins, until the two meet. The first thread puts in the parts' rows: only
//! where it comes to the very place at which a part begins, with nothing in mind that would matter there, so that it
//! would have found the same itself. What looked like a header and was none, or a part whose entries may have to do with
//! those before it (global records, aufs bookkeeping), costs time and nothing else.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope};

use super::ROWS_AT_ONCE;
use super::blob::Blob;
use super::listing::{Limits, Listing, Watch};
use super::problems::Problems;
use super::recorder::Recorder;
use super::tar::is_header;
use super::tar::walker::Walker;
use super::tar::window::Window;

const BLOCK: usize = 512;

/// How much is read at once where a header is looked for.
const LOOK: usize = 16 << 10;

/// Parts that did not end where the next begins, one after the other, before it is given up.
const FAILURES: usize = 8;

/// How the second thread goes to work.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// How many rows are read before another thread is thought of, and before whoever waits is told of them.
    rows: u64,
    /// The least that must be left to be read.
    least: u64,
    /// What is left is cut into so many parts.
    parts: u64,
    /// How far a header is looked for: most files are smaller.
    search: u64,
}

impl Default for Reach {
    fn default() -> Self {
        Self { rows: ROWS_AT_ONCE, least: 8 << 20, parts: 32, search: 256 << 10 }
    }
}

/// Lists the tar in `blob`.
pub(super) fn list(
    blob: &Blob,
    watch: &dyn Watch,
    limits: Limits,
    reach: Reach,
    problems: &mut Problems,
) -> Listing {
    let meeting = Meeting::new(blob, watch, limits, reach);
    let mut walker = Walker::new(Window::new(blob, watch));
    let recorder = thread::scope(|scope| {
        meeting.walk_from_front(scope, Ahead::new(&meeting), &mut walker, problems)
    });
    let listing = recorder.finish(problems);
    Listing { cancelled: walker.cancelled(), faulty: walker.faulty(), ..listing }
}

/// Entries from one place to another.
struct Part {
    start: u64,
    /// `None`: the end of the tar.
    end: Option<u64>,
    recorder: Recorder,
    problems: Problems,
}

/// What both threads know.
struct Meeting<'w> {
    blob: &'w Blob,
    watch: &'w dyn Watch,
    limits: Limits,
    reach: Reach,
    /// Where the first thread is.
    front: AtomicU64,
    /// Where the foremost part begins that the second has, or is at.
    lowest: AtomicU64,
    /// The first has come there: no more parts are needed.
    met: AtomicBool,
    /// Nor is the one that the second is at.
    over: AtomicBool,
}

/// The parts that lie ahead of the first thread.
struct Ahead<'m> {
    meeting: &'m Meeting<'m>,
    begun: bool,
    /// While parts are still made.
    coming: Option<Receiver<Part>>,
    /// The foremost last.
    parts: Vec<Part>,
}

impl<'m> Ahead<'m> {
    const fn new(meeting: &'m Meeting<'m>) -> Self {
        Self { meeting, begun: false, coming: None, parts: Vec::new() }
    }

    /// Starts the second thread.
    fn begin(&mut self, scope: &'m Scope<'m, '_>, position: u64) {
        let (send, receive) = mpsc::channel();
        (self.coming, self.begun) = (Some(receive), true);
        let meeting = self.meeting;
        let from_back = move || meeting.walk_from_back(position, &send);
        // Where there can be no other thread, nothing comes.
        let _ = thread::Builder::new().spawn_scoped(scope, from_back);
    }

    /// The part that begins at `position`, which never decreases.
    fn at(&mut self, position: u64) -> Option<Part> {
        let Meeting { front, lowest, met, over, .. } = self.meeting;
        if let Some(coming) = &self.coming {
            front.store(position, Relaxed);
            let foremost = lowest.load(Relaxed);
            if position < foremost {
                return None;
            }
            met.store(true, Relaxed);
            over.store(position > foremost, Relaxed);
            // Waits for the part that the second thread is at, if any.
            self.parts = coming.iter().collect();
            self.coming = None;
        }
        while self.parts.last()?.start < position {
            self.parts.pop();
        }
        self.parts.pop_if(|part| part.start == position)
    }
}

impl<'w> Meeting<'w> {
    const fn new(blob: &'w Blob, watch: &'w dyn Watch, limits: Limits, reach: Reach) -> Self {
        Self {
            blob,
            watch,
            limits,
            reach,
            front: AtomicU64::new(0),
            lowest: AtomicU64::new(u64::MAX),
            met: AtomicBool::new(false),
            over: AtomicBool::new(false),
        }
    }

    /// What the first thread does.
    fn walk_from_front<'s>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        mut ahead: Ahead<'s>,
        walker: &mut Walker<Window<'_>>,
        problems: &mut Problems,
    ) -> Recorder {
        let (mut recorder, mut due) = (Recorder::new(self.limits), self.reach.rows);
        loop {
            if let Some(part) = ahead.at(walker.position())
                && walker.is_unburdened()
                && recorder.append(&part.recorder)
            {
                problems.absorb(&part.problems);
                let Some(end) = part.end else { break };
                walker.jump(end);
                self.watch.progress(end);
            } else {
                let Some(found) = walker.next(problems) else { break };
                if recorder.record(&found, problems).is_break() {
                    break;
                }
            }
            if recorder.table().len() >= due {
                due = recorder.table().len() + self.reach.rows;
                self.watch.rows(recorder.table());
                let left = self.blob.len().saturating_sub(walker.position());
                if !ahead.begun && left >= self.reach.least && self.watch.spare() {
                    ahead.begin(scope, walker.position());
                }
            }
        }
        self.over.store(true, Relaxed);
        recorder
    }

    /// What the second thread does; the first was at `begin` then.
    fn walk_from_back(&self, begin: u64, send: &Sender<Part>) {
        let length = self.blob.len();
        let left = length.saturating_sub(begin);
        let width = (left / self.reach.parts).next_multiple_of(BLOCK as u64).max(BLOCK as u64);
        let (mut from, mut end, mut failures) = (length, None, 0);
        while failures < FAILURES && !self.met.load(Relaxed) {
            from = from.saturating_sub(width) / BLOCK as u64 * BLOCK as u64;
            if from < self.front.load(Relaxed) + width {
                break;
            }
            // None begins in the midst of a large file: the next part will be all the longer.
            let Some(walker) = self.enter(from) else { continue };
            let start = walker.position();
            if start >= end.unwrap_or(length) {
                continue;
            }
            self.lowest.store(start, Relaxed);
            if let Some(part) = self.part(walker, end) {
                (end, failures) = (Some(start), 0);
                if send.send(part).is_err() {
                    break;
                }
            } else {
                self.lowest.store(end.unwrap_or(u64::MAX), Relaxed);
                failures += 1;
            }
        }
    }

    /// A walker behind the first whole entry that is found from `from` on, if that can be had without waiting for a
    /// disk.
    fn enter(&self, from: u64) -> Option<Walker<Window<'_>>> {
        let mut look = [0; LOOK];
        let mut at = from;
        let header = loop {
            let count = self.blob.read_resident_at(&mut look, at).ok()?;
            if let Some(found) = look[..count].chunks_exact(BLOCK).position(is_header) {
                break at + (found * BLOCK) as u64;
            }
            at += count as u64;
            if count < LOOK || at >= from + self.reach.search {
                return None;
            }
        };
        let mut walker = Walker::new(Window::starting_at(self.blob, self, header));
        // It may be the second of several headers of one entry: what is sure is where the entry ends.
        walker.next(&mut Problems::default())?;
        walker.is_unburdened().then_some(walker)
    }

    /// The entries from `walker` to `end`, if just there one ends that has no say in what follows.
    fn part(&self, mut walker: Walker<Window<'_>>, end: Option<u64>) -> Option<Part> {
        let start = walker.position();
        let (mut recorder, mut problems) = (Recorder::new(self.limits), Problems::default());
        while walker.position() < end.unwrap_or(u64::MAX)
            && let Some(found) = walker.next(&mut problems)
        {
            if recorder.record(&found, &mut problems).is_break() || !walker.feed().is_resident() {
                return None;
            }
        }
        let arrived = match end {
            Some(end) => walker.position() == end && walker.is_unburdened(),
            None => !walker.has_globals() && !walker.cancelled() && !walker.faulty(),
        };
        arrived.then_some(Part { start, end, recorder, problems })
    }
}

/// What the second thread has done is not told, or progress would jump.
impl Watch for Meeting<'_> {
    fn progress(&self, _done: u64) {}

    fn cancelled(&self) -> bool {
        self.over.load(Relaxed) || self.watch.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use proptest::prelude::*;

    use super::*;

    /// As small as can be: every few rows and blocks matter.
    const NEAR: Reach = Reach { rows: 1, least: 0, parts: 7, search: 8192 };

    /// Whether one thread more may be started; how many were asked for, and how often rows were told.
    struct Waiting {
        spare: bool,
        asked: AtomicUsize,
        told: std::sync::Mutex<Vec<Vec<u8>>>,
    }

    impl Waiting {
        fn new(spare: bool) -> Self {
            Self { spare, asked: AtomicUsize::new(0), told: std::sync::Mutex::default() }
        }
    }

    impl Watch for Waiting {
        fn progress(&self, _done: u64) {}

        fn cancelled(&self) -> bool {
            false
        }

        fn spare(&self) -> bool {
            self.asked.fetch_add(1, Relaxed);
            self.spare
        }

        fn rows(&self, table: &crate::stack::table::Table) {
            self.told.lock().unwrap().push(table.as_bytes().to_vec());
        }
    }

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
                // A tar as the contents of a file: full of headers that are none.
                3 => tar(&vec![(1, size % 700, 0); size / 512 + 1]),
                _ => vec![b'x'; size],
            };
            match special {
                4 => builder.append_pax_extensions([("SCHILY.xattr.user.a", &b"b"[..])]).unwrap(),
                5 => {
                    let mut header = tar::Header::new_ustar();
                    header.set_size(12);
                    header.set_entry_type(tar::EntryType::XGlobalHeader);
                    header.set_cksum();
                    builder.append(&header, &b"12 uid=4242\n"[..]).unwrap();
                }
                _ => {}
            }
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            header.set_mtime(at as u64 * 7);
            header.set_uid(at as u64 % 3);
            header.set_entry_type(tar::EntryType::Regular);
            if special == 6 {
                // A hard link that states a size, with a body behind it or without one.
                header.set_entry_type(tar::EntryType::Link);
                header.set_link_name("0").unwrap();
            }
            builder.append_data(&mut header, &name, &contents[..]).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// Lists the tar by one thread, by two, and by one that begins when the other has walked all it can: all the same.
    /// How many times less the last one told of rows, which is how many it did not find itself, or 0.
    fn compare(bytes: &[u8], limits: Limits) -> usize {
        let blob = Blob::memory(bytes.to_vec());
        let (one, two, late) = (Waiting::new(false), Waiting::new(true), Waiting::new(false));
        let listed = |watch: &Waiting| {
            let mut problems = Problems::default();
            let listing = list(&blob, watch, limits, NEAR, &mut problems);
            (listing, problems.finish())
        };
        let (alone, of_alone) = listed(&one);
        let (both, of_both) = listed(&two);

        let meeting = Meeting::new(&blob, &late, limits, NEAR);
        let (send, receive) = mpsc::channel();
        meeting.walk_from_back(0, &send);
        drop(send);
        let mut walker = Walker::new(Window::new(&blob, &late));
        let mut problems = Problems::default();
        let recorder = thread::scope(|scope| {
            let ahead = Ahead { begun: true, coming: Some(receive), ..Ahead::new(&meeting) };
            meeting.walk_from_front(scope, ahead, &mut walker, &mut problems)
        });
        let joined = recorder.finish(&mut problems);

        for (listing, problems) in [(both, of_both), (joined, problems.finish())] {
            assert_eq!(listing.table, alone.table);
            assert_eq!(listing.hidden, alone.hidden);
            assert_eq!(problems, of_alone);
        }
        assert_eq!((walker.cancelled(), walker.faulty()), (alone.cancelled, alone.faulty));
        let told = |watch: &Waiting| {
            let told = watch.told.lock().unwrap();
            assert!(told.iter().all(|told| alone.table.as_bytes().starts_with(told)));
            told.len()
        };
        told(&two);
        told(&one).saturating_sub(told(&late))
    }

    #[test]
    fn plain_files_are_listed_from_both_ends() {
        let saved = compare(&tar(&vec![(2, 1000, 0); 200]), Limits::default());
        assert!(saved > 150, "nearly all were found from the back, not {saved}");
    }

    #[test]
    fn long_names_and_attributes_across_the_cuts() {
        for special in [0, 4] {
            let saved = compare(&tar(&vec![(90, 700, special); 100]), Limits::default());
            // Two of seven parts are the front's, and each of the others was told of once.
            assert!(saved > 60, "most were found from the back, not {saved}");
        }
    }

    #[test]
    fn headers_in_files_are_none() {
        // The back ends in a file that is a tar, longer than what is searched.
        compare(&tar(&vec![(1, 40_000, 3); 6]), Limits::default());
        // Only the last is one.
        let mut files = vec![(1, 600, 0); 60];
        files.push((1, 30_000, 3));
        compare(&tar(&files), Limits::default());
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_as_it_was() {
        let bytes = tar(&vec![(1, 700, 0); 60]);
        for cut in (0..bytes.len()).step_by(307) {
            compare(&bytes[..cut], Limits::default());
            let mut damaged = bytes.clone();
            damaged[cut] ^= 0x20;
            compare(&damaged, Limits::default());
        }
    }

    #[test]
    fn a_limit_is_reached_at_the_same_row() {
        let bytes = tar(&vec![(0, 700, 0); 60]);
        for rows in 1..62 {
            compare(&bytes, Limits { rows, ..Limits::default() });
        }
    }

    #[test]
    fn no_thread_is_started_where_none_is_to_spare_and_one_where_all_are() {
        let blob = Blob::memory(tar(&vec![(0, 700, 0); 60]));
        for (spare, asked) in [(false, 60), (true, 1)] {
            let watch = Waiting::new(spare);
            list(&blob, &watch, Limits::default(), NEAR, &mut Problems::default());
            assert_eq!(watch.asked.into_inner(), asked);
        }
    }

    proptest! {
        /// Wherever the parts begin, and whatever stands there.
        #[test]
        fn two_find_what_one_finds(
            files in prop::collection::vec((0..120_usize, 0..6000_usize, 0..60_u8), 1..40),
        ) {
            compare(&tar(&files), Limits::default());
        }
    }
}
