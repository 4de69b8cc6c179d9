//! Extracts a file or a subtree of the merged tree at one layer to a disk or to a tar stream.
//!
//! ```text
//! stack ─► plan (items: path, attributes, payload) ─► run ─┬► disk    below one directory, no link followed
//!                            source ─► contents ───────────┴► stream  a tar
//! ```
//!
//! Directories are created first and finished last. Files come in between, in the order in which their layers store them, so
//! that a compressed layer is decoded once; onto a disk, those of several layers at once. A failed item is recorded and the
//! others are still extracted.

#[cfg(unix)]
mod attributes;
mod destination;
#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod node;
pub mod sink;
mod stream;

use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use crate::extract::destination::{is_occupied, place};
use crate::extract::sink::{Error, Failure, Sink};
use crate::layer::Watch;
use crate::load::at_once::at_once;
use crate::load::files::pass::Payloads;
use crate::load::files::plan::Body;
pub use crate::load::files::plan::{Item, Plan, locate, plan};
use crate::source::Source;
use crate::stack::Payload;
use crate::text;

/// The most failures that are recorded with their reasons.
const FAILURES_MAX: usize = 1000;

/// The result of an extraction.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Extracted items.
    pub done: u64,
    /// Bytes written, without holes.
    pub bytes: u64,
    /// The first [`FAILURES_MAX`] items that failed entirely or in part: the path in raw bytes, relative to the extracted
    /// directory, and the reason.
    pub failures: Vec<(Vec<u8>, String)>,
    /// The number of all failed items.
    pub failed: u64,
    /// Stopped by [`Watch::cancelled`].
    pub cancelled: bool,
}

impl Outcome {
    /// Counts the result of an item. A fatal failure ends the extraction.
    fn record(&mut self, item: &Item, result: Result<(), Failure>) -> Result<(), Error> {
        match result {
            Ok(()) => self.done += 1,
            Err(Failure::Item(error)) => {
                self.failed += 1;
                if self.failures.len() < FAILURES_MAX {
                    self.failures.push((item.path.clone(), error.to_string()));
                }
            }
            Err(Failure::Unreadable(error)) => {
                return Err(Error::Reading(text::visible(&item.path).to_string(), error));
            }
            Err(Failure::Fatal(error)) => return Err(Error::Writing(error)),
        }
        Ok(())
    }

    /// Adds the result of a layer.
    fn add(&mut self, layer: Self) {
        self.done += layer.done;
        self.bytes += layer.bytes;
        self.failed += layer.failed;
        self.cancelled |= layer.cancelled;
        let room = FAILURES_MAX - self.failures.len();
        self.failures.extend(layer.failures.into_iter().take(room));
    }
}

/// Extracts a plan to `dest`. The contents of a directory are put into `dest`, which is created if it does not exist;
/// anything else becomes `dest`, or is put into it if that is a directory. Without `force`, existing files are an error and
/// are kept; with it, directories are merged and files replaced. Reports the bytes written to `watch`.
///
/// Only root can set owners and attributes other than `user.` and create devices. Without root, owners and these attributes
/// are skipped, and devices are failures.
///
/// # Errors
/// If `dest` cannot be used, or a write fails in a way that all others would. Failures of single items are in the
/// [`Outcome`].
#[cfg(unix)]
pub fn to_disk(
    source: &dyn Source,
    plan: &Plan,
    dest: &Path,
    force: bool,
    watch: &dyn Watch,
) -> Result<Outcome, Error> {
    let mut disk = disk::Disk::open(plan, dest, force)?;
    run(source, plan, &mut disk, watch)
}

/// Not supported on this system, which has no way to create files without following links.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn to_disk(
    _source: &dyn Source,
    _plan: &Plan,
    dest: &Path,
    _force: bool,
    _watch: &dyn Watch,
) -> Result<Outcome, Error> {
    let message = "not supported on this system; extract to a tar stream (-) instead";
    let error = io::Error::new(io::ErrorKind::Unsupported, message);
    Err(Error::Destination(dest.display().to_string(), error))
}

/// Writes a plan as a tar, with pax records for fields that the header cannot hold. Paths begin with the name of the
/// extracted directory; a directory comes after its children. Reports the bytes of contents written to `watch`.
///
/// # Errors
/// If writing to `out` fails, or the contents of a file end early. The tar is incomplete then.
pub fn to_stream(
    source: &dyn Source,
    plan: &Plan,
    out: &mut dyn Write,
    watch: &dyn Watch,
) -> Result<Outcome, Error> {
    let mut stream = stream::Tar::new(out, plan.name());
    let outcome = run(source, plan, &mut stream, watch)?;
    stream.finish().map_err(Error::Writing)?;
    Ok(outcome)
}

fn run(
    source: &dyn Source,
    plan: &Plan,
    sink: &mut dyn Sink,
    watch: &dyn Watch,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let directories: Vec<&Item> =
        plan.items.iter().filter(|item| matches!(item.body, Body::Directory)).collect();
    // A directory counts once: here if it cannot be created, else when it is finished.
    let mut created = Vec::with_capacity(directories.len());
    for item in directories {
        match sink.directory(item) {
            Ok(()) => created.push(item),
            failed => outcome.record(item, failed)?,
        }
    }
    files(source, plan, sink, watch, &mut outcome)?;
    for item in &plan.items {
        if outcome.cancelled || watch.cancelled() {
            outcome.cancelled = true;
            break;
        }
        let result = match &item.body {
            Body::Directory | Body::File(_) => continue,
            Body::Link(first) => sink.link(item, &plan.items[*first]),
            Body::Impossible(why) => Err(Failure::Item(io::Error::other(why.clone()))),
            _ => sink.node(item),
        };
        outcome.record(item, result)?;
    }
    // The deepest first: creating a file in a directory changes its mtime, and its mode may not allow it.
    for item in created.into_iter().rev() {
        outcome.record(item, sink.finish_directory(item))?;
    }
    Ok(outcome)
}

/// The regular files, those of several layers at once where the sink allows it.
fn files(
    source: &dyn Source,
    plan: &Plan,
    sink: &mut dyn Sink,
    watch: &dyn Watch,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let shared = Shared { source, watch, bytes: AtomicU64::new(0), stop: AtomicBool::new(false) };
    let layers = plan.by_layer();
    let jobs: Option<Vec<_>> = layers
        .iter()
        .map(|layer| Some((source.listing_cost(layer[0].1.layer), (layer, sink.another()?))))
        .collect();
    let Some(jobs) = jobs else {
        for layer in &layers {
            outcome.add(files_of_layer(&shared, layer, sink)?);
        }
        return Ok(());
    };
    let results = at_once(jobs, |(layer, mut sink)| files_of_layer(&shared, layer, &mut *sink));
    for result in results {
        outcome.add(result?);
    }
    Ok(())
}

/// What the threads of an extraction share.
struct Shared<'s> {
    source: &'s dyn Source,
    watch: &'s dyn Watch,
    /// Bytes of contents written.
    bytes: AtomicU64,
    /// A thread had a fatal failure or was cancelled.
    stop: AtomicBool,
}

fn files_of_layer(
    shared: &Shared<'_>,
    layer: &[(&Item, &Payload)],
    sink: &mut dyn Sink,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let stored: Vec<&Payload> = layer.iter().map(|(_, payload)| *payload).collect();
    let mut payloads = Payloads::new(shared.source, &stored);
    for (item, payload) in layer {
        if shared.watch.cancelled() || shared.stop.load(Ordering::Relaxed) {
            outcome.cancelled = true;
            break;
        }
        let contents = payloads.contents(payload).map_err(Failure::Item);
        let result = contents.and_then(|mut contents| {
            let result = sink.file(item, &mut contents);
            let bytes = contents.bytes_read();
            outcome.bytes += bytes;
            shared.watch.progress(shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes);
            result
        });
        if let Err(error) = outcome.record(item, result) {
            shared.stop.store(true, Ordering::Relaxed);
            return Err(error);
        }
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Unwatched;
    use crate::load::files::pass::Contents;
    use crate::source::{Opened, Options};
    use crate::stack::{NodeId, notation};

    /// Cannot create the directory `a`, and cannot set the attributes of `b`.
    struct Failing;

    impl Sink for Failing {
        fn directory(&mut self, item: &Item) -> Result<(), Failure> {
            fail_if(item.path == b"a")
        }
        fn file(&mut self, _: &Item, _: &mut Contents<'_>) -> Result<(), Failure> {
            fail_if(true)
        }
        fn link(&mut self, _: &Item, _: &Item) -> Result<(), Failure> {
            fail_if(true)
        }
        fn node(&mut self, _: &Item) -> Result<(), Failure> {
            Ok(())
        }
        fn finish_directory(&mut self, item: &Item) -> Result<(), Failure> {
            fail_if(item.path == b"a" || item.path == b"b")
        }
    }

    fn fail_if(fails: bool) -> Result<(), Failure> {
        if fails { Err(Failure::Item(io::Error::other("no"))) } else { Ok(()) }
    }

    #[test]
    fn each_directory_counts_once() {
        let (stack, _) = notation::stack("0: +a/ +b/ +c/ +l->c").unwrap();
        let plan = plan(&stack, NodeId::ROOT, 0);
        let demo = format!("{}/assets/demo/image.tar", env!("CARGO_MANIFEST_DIR"));
        let Ok(Opened::Image(source)) = crate::source::open(&demo, &Options::default()) else {
            panic!("the demo is an image");
        };
        let made = run(source.as_ref(), &plan, &mut Failing, &Unwatched).unwrap();
        // Done are the root, c, and the link.
        assert_eq!((made.done, made.failed), (3, 2));
        let failed: Vec<_> = made.failures.iter().map(|(path, _)| path.as_slice()).collect();
        assert_eq!(failed, [b"a", b"b"]);
    }
}
