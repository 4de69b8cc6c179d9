//! Extracting for the explorer, in a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::explorer::model::extraction::{ExtractionRequest, ExtractionResult};
use crate::extract;
use crate::layer::Watch;
use crate::load::Loader;

/// Between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// Extracts what `request` names. `report` gets the bytes written, at most once per [`PROGRESS_INTERVAL`].
pub(super) fn extract(
    loader: &Loader,
    request: &ExtractionRequest,
    stop: &AtomicBool,
    report: &(dyn Fn(u64) + Sync),
) -> ExtractionResult {
    let plan = {
        let stack = loader.stack();
        extract::plan(&stack, request.node, request.layer)
    };
    let dest = expand_home(&request.dest);
    // The user is asked before anything is written.
    if !request.force && extract::is_occupied(&plan, &dest) {
        return ExtractionResult::Occupied;
    }
    let watch = Reporting { stop, report, next: Mutex::new(Instant::now()) };
    match extract::to_disk(loader.source().as_ref(), &plan, &dest, request.force, &watch) {
        Ok(made) => ExtractionResult::Done {
            objects: made.done,
            bytes: made.bytes,
            failed: made.failed,
            first: made.failures.into_iter().next(),
            stopped: made.cancelled,
        },
        Err(extract::sink::Error::Exists(_)) => ExtractionResult::Occupied,
        Err(error) => ExtractionResult::Failed(error.to_string()),
    }
}

/// Expands a leading `~/`, as a shell would: the prompt has none.
pub(super) fn expand_home(dest: &str) -> PathBuf {
    match (dest.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(dest),
    }
}

struct Reporting<'t> {
    stop: &'t AtomicBool,
    report: &'t (dyn Fn(u64) + Sync),
    next: Mutex<Instant>,
}

impl Watch for Reporting<'_> {
    fn progress(&self, done: u64) {
        let Ok(mut next) = self.next.lock() else { return };
        let now = Instant::now();
        if now >= *next {
            *next = now + PROGRESS_INTERVAL;
            (self.report)(done);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
