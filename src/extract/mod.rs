//! Getting files out of an image: a file or a subtree as one layer sees it, onto a disk or into a tar stream.
//!
//! ```text
//! stack ─► plan (what, under which name, whose bytes) ─► run ─┬► disk    below one directory, no link followed
//!                              source ─► contents ────────────┴► stream  a tar
//! ```
//!
//! Directories come first and are finished last, files in between in the order in which their layers store them, so
//! that a compressed layer is decoded once. What fails is noted and the rest goes on. Everything here is bytes and
//! paths: what is said of it, and where, is for whoever asked.

#[cfg(unix)]
mod attributes;
mod contents;
#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod node;
pub mod packages;
mod plan;
mod stream;

use std::io::{self, Write};
use std::path::Path;

pub use self::contents::each;
use self::contents::{Contents, Payloads};
use self::plan::Body;
pub use self::plan::{Item, Plan, locate, plan};
use crate::layer::Watch;
use crate::source::Source;
use crate::stack::Payload;

/// The most failures that are kept with their reasons.
const FAILURES_MAX: usize = 1000;

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Objects that are there now.
    pub done: u64,
    /// Bytes written, holes not counted.
    pub bytes: u64,
    /// Paths (relative to what was asked for, raw) that could not be made, or only in part, and why: the first thousand.
    pub failures: Vec<(Vec<u8>, String)>,
    /// How many there were.
    pub failed: u64,
    /// It was asked to stop.
    pub cancelled: bool,
}

impl Outcome {
    fn note(&mut self, path: &[u8], why: String) {
        self.failed += 1;
        if self.failures.len() < FAILURES_MAX {
            self.failures.push((path.to_vec(), why));
        }
    }
}

/// Why nothing, or nothing more, was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is something already, and it was not said that it may be overwritten.
    #[error("{0} is there already and not empty; --force writes into it")]
    Exists(String),
    /// The place could not be entered or made.
    #[error("{0}: {1}")]
    Place(String, #[source] io::Error),
    /// Writing failed for a reason that the next file would meet, too.
    #[error("writing: {0}")]
    Writing(#[source] io::Error),
}

/// Why one object was not made.
#[derive(Debug)]
enum Trouble {
    /// It alone.
    One(io::Error),
    /// No other will be, either.
    All(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error.kind() {
            BrokenPipe | QuotaExceeded | ReadOnlyFilesystem | StorageFull => Self::All(error),
            _ => Self::One(error),
        }
    }
}

/// Where objects go.
trait Sink {
    /// A directory, open for what goes into it.
    fn directory(&mut self, item: &Item) -> Result<(), Trouble>;
    /// A regular file.
    fn file(&mut self, item: &Item, contents: &mut Contents<'_>) -> Result<(), Trouble>;
    /// One more name for a file that is there.
    fn link(&mut self, item: &Item, first: &Item) -> Result<(), Trouble>;
    /// A symbolic link, a device, a pipe or a socket.
    fn node(&mut self, item: &Item) -> Result<(), Trouble>;
    /// A directory into which all has been put.
    fn settle(&mut self, item: &Item) -> Result<(), Trouble>;
}

/// Puts what was planned to `dest`. A directory's contents go into `dest`, which is made where it is not there; anything
/// else becomes `dest`, or goes into it where that is a directory. Without `force`, what is there already is an error and
/// stays as it is; with it, directories are merged and files replaced. `watch` is told how many bytes were written.
///
/// Owners, devices and attributes other than `user.` are made by root only; for anybody else devices are failures.
///
/// # Errors
/// Where the place cannot be used, or writing failed for good. What befell single paths is in the [`Outcome`].
#[cfg(unix)]
pub fn to_disk(
    source: &dyn Source,
    plan: &Plan,
    dest: &Path,
    force: bool,
    watch: &dyn Watch,
) -> Result<Outcome, Error> {
    let mut disk = disk::Disk::enter(plan, dest, force)?;
    run(source, plan, &mut disk, watch)
}

/// There is no way to do it without following links on this system.
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
    let error =
        io::Error::new(io::ErrorKind::Unsupported, "not on this system; a tar stream (-) is");
    Err(Error::Place(dest.display().to_string(), error))
}

/// Writes what was planned as a tar, with pax records where the old header is too small; a directory's own name stands
/// before the names of what it holds. Directories come behind what they hold. `watch` is told how many bytes of contents were written.
///
/// # Errors
/// Where `out` fails, or a file's bytes end in the middle of it: what was written by then is not a whole tar.
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
    let directories = || plan.items.iter().filter(|item| matches!(item.body, Body::Directory));
    for item in directories() {
        settled(&mut outcome, item, sink.directory(item))?;
    }
    for layer in plan.by_layer() {
        let stored: Vec<&Payload> = layer.iter().map(|(_, payload)| *payload).collect();
        let mut payloads = Payloads::new(source, &stored);
        for (item, payload) in layer {
            if watch.cancelled() {
                outcome.cancelled = true;
                break;
            }
            let made = payloads.contents(payload).map_err(Trouble::One).and_then(|mut contents| {
                let made = sink.file(item, &mut contents);
                outcome.bytes += contents.passed();
                made
            });
            settled(&mut outcome, item, made)?;
            watch.progress(outcome.bytes);
        }
    }
    for item in &plan.items {
        if outcome.cancelled || watch.cancelled() {
            outcome.cancelled = true;
            break;
        }
        let made = match &item.body {
            Body::Directory | Body::File(_) => continue,
            Body::Link(first) => sink.link(item, &plan.items[*first]),
            Body::Impossible(why) => Err(Trouble::One(io::Error::other(why.clone()))),
            _ => sink.node(item),
        };
        settled(&mut outcome, item, made)?;
    }
    // The innermost first: making a file in a directory changes its time, and its mode may forbid it.
    for item in plan.items.iter().rev().filter(|item| matches!(item.body, Body::Directory)) {
        if let Err(trouble) = sink.settle(item) {
            settled(&mut outcome, item, Err(trouble))?;
        }
    }
    Ok(outcome)
}

/// Counts what was made and notes what was not.
fn settled(outcome: &mut Outcome, item: &Item, made: Result<(), Trouble>) -> Result<(), Error> {
    match made {
        Ok(()) => outcome.done += 1,
        Err(Trouble::One(error)) => outcome.note(&item.path, error.to_string()),
        Err(Trouble::All(error)) => return Err(Error::Writing(error)),
    }
    Ok(())
}
