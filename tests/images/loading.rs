//! Loading whole images: what is folded while it is read, and contents compared in the background.

use std::sync::{Arc, Mutex};

use layertui::layer::Severity;
use layertui::load::{Event, LayerState, Loader, Want};
use layertui::source::Source;
use layertui::stack::kept::entry::Row;
use layertui::stack::{ChangeKind, EventId, Stack};

use crate::build::Image;
use crate::stage::{Stage, image};
use crate::support::compress::gzip;
use crate::support::tarball::Tar;

/// The image that has these tars as layers.
fn source(stage: &Stage, layers: Vec<Vec<u8>>) -> Arc<dyn Source> {
    let empty = vec![&[][..]; layers.len()];
    let saved = Image { layers, ..Image::new(&empty) };
    Arc::from(image(&stage.file("image.tar", &saved.docker(&["x:1"]).pack())))
}

fn kinds(stack: &Stack, layer: usize, names: &[&str]) -> Vec<&'static str> {
    let kind = |name: &&str| {
        stack.change(stack.find(name.as_bytes()).unwrap(), layer).unwrap().kind.name()
    };
    names.iter().map(kind).collect()
}

#[test]
fn a_first_layer_is_the_same_whether_folded_while_it_is_read_or_after() {
    let mut tar = Tar::new().whiteout("z/nothing").opaque("d1").opaque("none");
    for n in 0..7000 {
        tar = tar.file(format!("d{}/f{n}", n / 50), n.to_string());
    }
    tar = tar
        .whiteout("a/nothing")
        .file("d1/f60", "again")
        .hardlink("link", "d2/f100")
        .symlink("d3", "d4");
    let stage = Stage::new();
    let loader =
        Loader::new(source(&stage, vec![tar.finish(), Tar::new().whiteout("d5").finish()]), None);
    let states = loader.run(Want::Kinds, &|_| {});

    let listing = loader.source().list(0, &layertui::layer::Unwatched);
    let mut whole = Stack::new(2);
    let oddities = whole.fold(&listing.table);
    assert_eq!(states[0].problems.len(), oddities.len());
    let says =
        |text: &str| states[0].problems.iter().any(|problem| problem.message.ends_with(text));
    assert!(says("no lower layer has: /z/nothing and 1 more"), "{:?}", states[0].problems);
    assert!(says("does not exist: /none"), "{:?}", states[0].problems);

    let stack = loader.stack();
    assert_eq!(stack.path_count(), whole.path_count());
    let mut rows = listing.table.rows();
    let mut seen = 0;
    while let Some(row) = rows.next() {
        let Row::Entry(entry) = row else { continue };
        seen += 1;
        let (node, same) = (stack.find(entry.path).unwrap(), whole.find(entry.path).unwrap());
        assert_eq!(node, same);
        assert_eq!(stack.visible(node, 0), whole.visible(same, 0));
    }
    assert_eq!(seen, 7003);
    let gone = stack.find(b"d5/f250").unwrap();
    assert!(stack.visible(gone, 0).is_some() && stack.visible(gone, 1).is_none());
}

#[test]
fn the_first_rows_of_the_lowest_layer_are_told_before_it_is_read() {
    let stage = Stage::new();
    let layer = |rows: usize| {
        let tar = (0..rows).fold(Tar::new(), |tar, n| tar.file(format!("f{n:05}"), "x"));
        gzip(&tar.finish())
    };
    let source = source(&stage, vec![layer(9_000), layer(9_000)]);
    let told = |brief: bool| {
        let mut loader = Loader::new(Arc::clone(&source), None);
        if brief {
            loader = loader.brief();
        }
        let events = Mutex::new(Vec::new());
        loader.run(Want::Kinds, &|event| match event {
            Event::Rows(table) => events.lock().unwrap().push(table.len()),
            Event::Folded(0, _) => events.lock().unwrap().push(0),
            _ => {}
        });
        events.into_inner().unwrap()
    };
    let rows = told(false);
    let [first, more, 0] = rows[..] else { panic!("{rows:?}") };
    assert!(first < 100 && (2_000..9_000).contains(&more), "{rows:?}");
    assert_eq!(told(true), [0], "a command asks for the whole");
}

#[test]
fn bytes_decide_wherever_they_differ() {
    let long = vec![b'x'; 300_000];
    let changed_at = |at: usize| {
        let mut bytes = long.clone();
        bytes[at] = b'y';
        bytes
    };
    let below = ["same", "first", "middle", "last"]
        .into_iter()
        .fold(Tar::new(), |tar, name| tar.file(name, &long));
    let below = below.file("short", "abc").file("touched", "abc").file("empty", "");
    let above = Tar::new()
        .file("same", &long)
        .file("first", changed_at(0))
        .file("middle", changed_at(150_000))
        .file("last", changed_at(299_999))
        .file("short", "abd")
        .file("touched", "abc")
        .mtime(77)
        .file("empty", "");
    let stage = Stage::new();
    let loader = Loader::new(source(&stage, vec![below.finish(), above.finish()]), None);
    loader.run(Want::Kinds, &|_| {});
    let names = ["same", "first", "middle", "last", "short", "touched", "empty"];
    assert_eq!(
        kinds(&loader.stack(), 1, &names),
        ["rewritten", "modified", "modified", "modified", "modified", "metadata", "rewritten"]
    );
}

#[test]
fn pairs_on_screen_are_compared_first() {
    // Too long to be fingerprinted.
    let layer = |mark: &str| {
        let files = (0..3000)
            .fold(Tar::new(), |tar, n| tar.file(format!("f{n}"), format!("{n:5000}{mark}")));
        files.finish()
    };
    let stage = Stage::new();
    let source = source(&stage, vec![layer("a"), layer("b")]);
    // Events have the same numbers each time an image is loaded.
    let before = Loader::new(Arc::clone(&source), None);
    before.run(Want::Tree, &|_| {});
    let pairs = before.stack().undecided(1);
    assert_eq!(pairs.len(), 3000);
    let wanted = pairs[2900..2950].to_vec();

    let loader = Loader::new(source, None);
    loader.prefer(wanted.clone());
    let at_first = Mutex::new(None);
    loader.run(Want::Kinds, &|event| {
        if matches!(event, Event::Deciding { .. }) {
            let stack = loader.stack();
            let is_open = |pair: &&(EventId, EventId)| stack.is_undecided(pair.0);
            at_first.lock().unwrap().get_or_insert((
                wanted.iter().filter(is_open).count(),
                pairs.iter().filter(is_open).count(),
            ));
        }
    });
    let (wanted_open, open) = at_first.into_inner().unwrap().unwrap();
    assert_eq!(wanted_open, 0);
    assert!(open > 0, "all was compared before anything was told");
    assert!(loader.stack().undecided(1).is_empty());
    let all = loader.stack().find(b"f2901").unwrap();
    assert_eq!(loader.stack().change(all, 1).unwrap().kind, ChangeKind::Modified);
}

fn was_read(state: &LayerState) -> bool {
    state.problems.iter().all(|problem| problem.severity < Severity::Error)
}

/// Wherever reading is stopped: what is then read makes the same stack as reading it in one go, and nothing is read twice.
#[test]
fn reading_goes_on_where_it_was_stopped() {
    let tar = |name: &str| {
        (0..3000)
            .fold(Tar::new(), |tar, n| tar.file(format!("{name}/f{n}"), n.to_string()))
            .finish()
    };
    let stage = Stage::new();
    let layers: Vec<_> = ["a", "b", "c"].into_iter().map(tar).collect();
    let whole = Loader::new(source(&stage, layers.clone()), None);
    assert_eq!(whole.run(Want::Tree, &|_| {}).len(), 3);
    for after in [0, 1, 2, 3, 5, 8] {
        let loader = Loader::new(source(&stage, layers.clone()), None);
        let events = std::sync::atomic::AtomicUsize::new(0);
        let first = loader.run(Want::Tree, &|event| {
            let happened = events.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if happened >= after && !matches!(event, Event::Finished) {
                loader.stop();
            }
        });
        assert_eq!(loader.stack().folded(), first.len(), "no layer is part of the stack unread");
        loader.resume();
        let rest = loader.run(Want::Tree, &|_| {});
        assert_eq!(first.len() + rest.len(), 3, "stopped after {after}");
        let (stack, same) = (loader.stack(), whole.stack());
        assert_eq!(stack.path_count(), same.path_count());
        assert_eq!(stack.balance(), same.balance());
        assert!(first.iter().chain(&rest).all(|state| was_read(state)));
    }
}

/// A file that is written to or cut after it was opened is noticed when a layer is listed and when a file is read.
#[test]
fn a_file_that_changes_while_it_is_open_is_noticed() {
    use layertui::image::problem::CHANGED;
    use std::io::Read as _;
    let layer = (0..200).fold(Tar::new(), |tar, n| tar.file(format!("f{n}"), [b'x'; 2000]));
    let layer = layer.finish();
    let damages: [fn(&std::path::Path); 2] = [
        |path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, vec![b'#'; bytes.len()]).unwrap();
        },
        |path| {
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_len(1000).unwrap();
        },
    ];
    for damage in damages {
        let stage = Stage::new();
        let saved = Image { layers: vec![layer.clone()], ..Image::new(&[&[][..]]) };
        let path = stage.file("image.tar", &saved.docker(&["x:1"]).pack());
        let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(past).unwrap();
        let source: Arc<dyn Source> = Arc::from(image(&path));
        let loader = Loader::new(Arc::clone(&source), None);
        assert!(was_read(&loader.run(Want::Tree, &|_| {})[0]));
        let payload = {
            let stack = loader.stack();
            let version = stack.visible(stack.find(b"f199").unwrap(), 0).unwrap();
            stack.payload(version.event).unwrap()
        };
        let mut open_before = loader.open(&payload).unwrap();
        damage(path.as_ref());
        assert!(source.changed(0));
        let mut bytes = Vec::new();
        let error = open_before.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(error.to_string(), CHANGED);
        assert_eq!(loader.open(&payload).err().unwrap().to_string(), CHANGED);
        let again = source.list(0, &layertui::layer::Unwatched);
        assert_eq!(again.problems[0].message, CHANGED);
    }
}
