//! How often the layers are decoded that an answer needs the contents of, and that several are decoded at the same time.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use layertui::compare::{Files, Meaning, Side, Terms};
use layertui::extract;
use layertui::layer::Unwatched;
use layertui::load::files::part;
use layertui::load::grep::{Query, Scope, Selection, Tap, VersionHit, Wanted, search, stream};
use layertui::load::{Event, Loader, Want};
use layertui::source::Source;
use layertui::stack::NodeId;
use layertui::text::pattern::LineOptions;

use crate::saved::Place;
use crate::support::tarball::Tar;
use crate::support::watched::Watched;

/// For how long a reader waits for the others.
const PATIENCE: Duration = Duration::from_secs(20);

/// Readers that each wait at their first byte until all have begun.
#[derive(Clone, Default)]
struct Meeting(Arc<(Mutex<usize>, Condvar)>);

impl Meeting {
    /// Waits until `expected` have come.
    fn wait(&self, expected: usize) -> io::Result<()> {
        let (count, come) = &*self.0;
        let mut here = count.lock().unwrap();
        *here += 1;
        come.notify_all();
        let (_here, late) =
            come.wait_timeout_while(here, PATIENCE, |here| *here < expected).unwrap();
        if late.timed_out() { Err(io::Error::other("the others were not read")) } else { Ok(()) }
    }
}

/// A source whose readers meet, if they are to.
fn watched(image: &Path, meeting: Option<(Meeting, usize)>) -> Arc<Watched> {
    Watched::open(image.to_str().unwrap(), move || match &meeting {
        Some((meeting, expected)) => meeting.wait(*expected),
        None => Ok(()),
    })
}

fn loaded(source: &Arc<Watched>) -> Loader {
    let source: Arc<dyn Source> = Arc::<Watched>::clone(source);
    let loader = Loader::new(source, None);
    loader.run(Want::Tree, &|_| {});
    loader
}

/// Layers of some files; those of one are covered by the next, some stay.
fn layers(count: usize, letter: &str) -> Vec<Vec<u8>> {
    let layer = |at: usize| {
        let mut tar = Tar::new().dir("d/", 0o755);
        for file in 0..40 {
            // Longer than what a plain layer is fingerprinted of.
            let contents = format!("{at} {letter} ").repeat(2000 * (file % 3));
            tar = tar.file(format!("d/{file}-{}", file * at % 7), contents);
        }
        tar.finish()
    };
    (0..count).map(layer).collect()
}

fn takes_one_at_a_time() -> bool {
    std::thread::available_parallelism().map_or(1, usize::from) < 2
}

#[test]
fn extracting_all_opens_each_compressed_layer_once() {
    let place = Place::new();
    let source = watched(&place.compressed("image", &layers(5, "x")), None);
    let loader = loaded(&source);
    let plan = extract::plan(&loader.stack(), NodeId::ROOT, 4);
    let dest = place.path("dest");
    let made = extract::to_disk(&*source, &plan, &dest, false, &Unwatched).unwrap();
    assert_eq!((made.failed, made.cancelled), (0, false), "{:?}", made.failures);
    assert_eq!(source.opened(), [1; 5]);
    let mut tar = Vec::new();
    extract::to_stream(&*source, &plan, &mut tar, &Unwatched).unwrap();
    assert_eq!(source.opened(), [2; 5]);
    // The two ways have the same contents.
    for entry in tar::Archive::new(&tar[..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents).unwrap();
        let path = dest.join(entry.path().unwrap());
        assert!(path.is_dir() || std::fs::read(path).unwrap() == contents);
    }
}

#[test]
fn extracting_onto_a_disk_decodes_layers_side_by_side() {
    if takes_one_at_a_time() {
        return;
    }
    let place = Place::new();
    let image = place.compressed("image", &layers(2, "x"));
    let source = watched(&image, Some((Meeting::default(), 2)));
    let loader = loaded(&source);
    let plan = extract::plan(&loader.stack(), NodeId::ROOT, 1);
    let made = extract::to_disk(&*source, &plan, &place.path("dest"), false, &Unwatched).unwrap();
    assert_eq!(made.failed, 0, "{:?}", made.failures);
}

#[test]
fn comparing_reads_the_contents_of_both_images_at_the_same_time() {
    let place = Place::new();
    let meeting = Meeting::default();
    let [old, new] = ["x", "y"].map(|letter| {
        // Plain layers have no fingerprints of long files: contents of equal size have to be read.
        let image = place.image(letter, &layers(1, letter));
        watched(&image, Some((meeting.clone(), 2)))
    });
    let loaders = [loaded(&old), loaded(&new)];
    let [one, other] = loaders.each_ref().map(Loader::stack);
    let mut files = Files::of(
        Side { source: &*old, stack: &one, layer: 0 },
        Side { source: &*new, stack: &other, layer: 0 },
        &Terms::default(),
    );
    files.decide(&*old, &*new, &Unwatched);
    assert_eq!(files.unread, []);
    assert!(files.differences.iter().all(|difference| difference.meaning == Meaning::Content));
    assert!(!files.differences.is_empty());
}

/// Versions of files in which `1 x` is found, and how often each layer was opened for that.
fn searched(source: &Arc<Watched>, while_listing: bool) -> (usize, Vec<usize>) {
    let lines = Wanted::Lines { before: 0, after: 0 };
    let query = Query::new("1 x", LineOptions::default(), lines).unwrap();
    let last = source.image().layers.len() - 1;
    let tap = Arc::new(Tap::new(query, Scope::default(), 0..=last));
    let shared: Arc<dyn Source> = Arc::<Watched>::clone(source);
    let mut loader = Loader::new(shared, None);
    if while_listing {
        loader = loader.examined_by(Arc::<Tap>::clone(&tap));
    }
    loader.run(Want::Tree, &|_| {});
    let selection = Selection { layers: 0..=last, visible_at: None };
    let mut files = 0;
    let outcome = search(&loader, &tap, &selection, &|_| {}, &mut |_| {
        files += 1;
        Ok(())
    });
    assert_eq!(outcome.unwrap().unread_count, 0);
    (files, source.opened())
}

#[test]
fn a_search_of_contents_decodes_each_compressed_layer_once() {
    let place = Place::new();
    let image = place.compressed("image", &layers(5, "x"));
    // While it is listed, or, where the listing is known, in one pass.
    let listed = searched(&watched(&image, None), true);
    let passed = searched(&watched(&image, None), false);
    assert!(listed.0 > 20, "{listed:?}");
    assert_eq!(listed, (passed.0, vec![0; 5]));
    assert_eq!(passed.1, [1; 5]);
}

/// However large a file is: it is not only counted when it was searched to its end, and its holes are not.
#[test]
fn a_search_of_contents_tells_how_much_it_has_read() {
    let place = Place::new();
    let large = Tar::new().file("large", "a line of text\n".repeat(1_000_000));
    let tar = large.gnu_sparse("sparse", 50_000_000, &[(0, &[b'x'; 512])]).finish();
    let source = watched(&place.image("image", std::slice::from_ref(&tar)), None);
    let loader = loaded(&source);
    let query = Query::new("text$", LineOptions::default(), Wanted::Count).unwrap();
    let tap = Tap::new(query, Scope::default(), 0..=0);
    let told = Mutex::new(Vec::new());
    let report = |event: Event| {
        if let Event::Reading { done, .. } = event {
            told.lock().unwrap().push(done);
        }
    };
    let selection = Selection { layers: 0..=0, visible_at: None };
    search(&loader, &tap, &selection, &report, &mut |_| Ok(())).unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.len() > 10 && told.is_sorted(), "{told:?}");
    assert!(told.iter().all(|&done| done <= tar.len() as u64), "{told:?}");
}

#[test]
fn a_search_of_contents_reads_layers_side_by_side() {
    if takes_one_at_a_time() {
        return;
    }
    let place = Place::new();
    let image = place.compressed("image", &layers(2, "x"));
    let (_, opened) = searched(&watched(&image, Some((Meeting::default(), 2))), false);
    assert_eq!(opened, [1, 1]);
}

/// What the explorer is told as it is found is what the command finds.
#[test]
fn hits_that_are_told_one_by_one_are_those_of_the_whole_search() {
    let place = Place::new();
    let source = watched(&place.compressed("image", &layers(5, "x")), None);
    let loader = loaded(&source);
    let lines = Wanted::Lines { before: 0, after: 0 };
    let query = Query::new("1 x", LineOptions::default(), lines).unwrap();
    let (told, files) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let take = |hits: Vec<VersionHit>| told.lock().unwrap().extend(hits);
    let report = || _ = files.fetch_add(1, Ordering::Relaxed);
    let below = |path: &[u8]| loader.stack().find(path).unwrap();
    let stop = AtomicBool::new(false);
    let unread = stream(&loader, &query, below(b"/d"), &stop, &report, &take);
    assert_eq!((unread, source.opened()), (0, vec![1; 5]));
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), searched(&watched(&place.path("image"), None), true).0);
    assert!(told.iter().all(|hit| hit.layer == 1 && hit.hit.line == 1));
    assert!(files.into_inner() > told.len());
    stop.store(true, Ordering::Relaxed);
    stream(&loader, &query, below(b"/d"), &stop, &|| {}, &|_| panic!("it was stopped"));
}

/// A program of two windows with the headers of its sections at its end.
fn program() -> Vec<u8> {
    let mut bytes = vec![0; 2 << 20];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[16] = 2;
    let at = bytes.len() as u64 - 128;
    bytes[40..48].copy_from_slice(&at.to_le_bytes());
    (bytes[58], bytes[60]) = (64, 2);
    bytes
}

#[test]
fn the_facts_about_a_file_are_read_once_in_one_pass_while_they_are_wanted() {
    let place = Place::new();
    let image = place.compressed("image", &[Tar::new().file("program", program()).finish()]);
    let (fails, failing) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let fail = Arc::clone(&fails);
    let source = Watched::open(image.to_str().unwrap(), move || {
        // The bytes of the part come first.
        let second = fail.load(Ordering::Relaxed) && failing.fetch_add(1, Ordering::Relaxed) == 1;
        if second { Err(io::Error::other("lost")) } else { Ok(()) }
    });
    let node = |loader: &Loader| loader.stack().find(b"/program").unwrap();
    let read = |loader: &Loader, wanted: &dyn Fn() -> bool| {
        let event = loader.stack().visible(node(loader), 0).unwrap().event;
        part::part(loader, event, &part::Part::At(0), wanted)
    };
    let loader = loaded(&source);
    let before = source.opened()[0];
    let first = read(&loader, &|| true).unwrap();
    assert!(first.facts.contains(&("symbols", "stripped".to_owned())), "{:?}", first.facts);
    assert_eq!(source.opened()[0] - before, 2, "its bytes and its facts");
    assert_eq!(read(&loader, &|| true).unwrap().facts, first.facts);
    assert_eq!(source.opened()[0] - before, 3, "its facts are known");

    let loader = loaded(&source);
    let (asked, most) = (AtomicUsize::new(0), (1 << 20 >> 16) + 2);
    let stopped = read(&loader, &|| asked.fetch_add(1, Ordering::Relaxed) < most);
    assert_eq!(stopped.unwrap_err().kind(), io::ErrorKind::Interrupted);
    assert_eq!(asked.load(Ordering::Relaxed), most + 1);

    fails.store(true, Ordering::Relaxed);
    let facts = read(&loader, &|| true).unwrap().facts;
    assert_eq!(facts, [("not read", "lost".to_owned())]);
    assert_eq!(read(&loader, &|| true).unwrap().facts, first.facts, "it is tried again");
}
