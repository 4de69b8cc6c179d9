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
#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod node;
pub mod sink;
mod stream;

use std::io;
use std::io::Write;
use std::path::Path;

use crate::extract::sink::{Error, Sink, Trouble};
use crate::layer::Watch;
use crate::load::files::pass::Payloads;
pub use crate::load::files::pass::each;
use crate::load::files::plan::Body;
pub use crate::load::files::plan::{Item, Plan, locate, plan};
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
