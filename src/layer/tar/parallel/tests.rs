//! Two threads find what one finds, whatever the bytes are.

use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;

use crate::layer::tar::parallel::*;

/// As small as can be: every few rows and blocks matter.
const SMALL: Tuning = Tuning { rows: 1, min_left: 0, parts: 7, search: 8192 };

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

    fn take_idle_cpu(&self) -> bool {
        self.asked.fetch_add(1, Relaxed);
        self.spare
    }

    fn rows(&self, table: &crate::stack::kept::table::Table) {
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
        let listing = list(&blob, watch, limits, SMALL, &mut problems);
        (listing, problems.finish())
    };
    let (alone, of_alone) = listed(&one);
    let (both, of_both) = listed(&two);

    let shared = SharedProgress::new(&blob, &late, limits, SMALL);
    let (send, receive) = mpsc::channel();
    shared.walk_from_back(0, &send);
    drop(send);
    let mut walker = Walker::new(Window::new(&blob, &late));
    let mut problems = Problems::default();
    let recorder = thread::scope(|scope| {
        let tail =
            TailChunks { started: true, incoming: Some(receive), ..TailChunks::new(&shared) };
        shared.walk_from_front(scope, tail, &mut walker, &mut problems)
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
fn headers_inside_files_are_not_entries() {
    // The back ends in a file that is a tar, longer than what is searched.
    compare(&tar(&[(1, 40_000, 3); 6]), Limits::default());
    // Only the last is one.
    let mut files = vec![(1, 600, 0); 60];
    files.push((1, 30_000, 3));
    compare(&tar(&files), Limits::default());
}

#[test]
fn damaged_tars_list_the_same_with_two_threads() {
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
fn a_thread_is_started_only_on_an_idle_cpu() {
    let blob = Blob::memory(tar(&vec![(0, 700, 0); 60]));
    for (spare, asked) in [(false, 60), (true, 1)] {
        let watch = Waiting::new(spare);
        list(&blob, &watch, Limits::default(), SMALL, &mut Problems::default());
        assert_eq!(watch.asked.into_inner(), asked);
    }
}

proptest! {
    /// Wherever the parts begin, and whatever stands there.
    #[test]
    fn two_threads_list_what_one_lists(
        files in prop::collection::vec((0..120_usize, 0..6000_usize, 0..60_u8), 1..40),
    ) {
        compare(&tar(&files), Limits::default());
    }
}
