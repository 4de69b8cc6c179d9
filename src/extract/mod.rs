//! Extracts a file or a subtree of the merged tree at one layer to a disk or to a tar stream.
//!
//! ```text
//! stack ─► plan (items: path, attributes, payload) ─► run ─┬► disk    below one directory, no link followed
//!                            source ─► contents ───────────┴► stream  a tar
//! ```
//!
//! Directories are created first and finished last. Files come in between, in the order in which their layers store them, so
//! that a compressed layer is decoded once. A failed item is recorded and the others are still extracted.

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

use crate::extract::sink::{Error, Failure, Sink};
use crate::layer::Watch;
use crate::load::files::pass::Payloads;
use crate::load::files::plan::Body;
pub use crate::load::files::plan::{Item, Plan, locate, plan};
use crate::source::Source;
use crate::stack::Payload;

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
            Err(Failure::Fatal(error)) => return Err(Error::Writing(error)),
        }
        Ok(())
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
    let directories = || plan.items.iter().filter(|item| matches!(item.body, Body::Directory));
    for item in directories() {
        outcome.record(item, sink.directory(item))?;
    }
    for layer in plan.by_layer() {
        let stored: Vec<&Payload> = layer.iter().map(|(_, payload)| *payload).collect();
        let mut payloads = Payloads::new(source, &stored);
        for (item, payload) in layer {
            if watch.cancelled() {
                outcome.cancelled = true;
                break;
            }
            let result =
                payloads.contents(payload).map_err(Failure::Item).and_then(|mut contents| {
                    let result = sink.file(item, &mut contents);
                    outcome.bytes += contents.bytes_read();
                    result
                });
            outcome.record(item, result)?;
            watch.progress(outcome.bytes);
        }
    }
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
    for item in plan.items.iter().rev().filter(|item| matches!(item.body, Body::Directory)) {
        if let Err(failure) = sink.finish_directory(item) {
            outcome.record(item, Err(failure))?;
        }
    }
    Ok(outcome)
}
