//! Searches the files of a loaded image, and returns what was found layer by layer.

use std::io;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use crate::load::grep::found::{FileHits, Found, Keeper, Place};
use crate::load::grep::reading::{Job, read_layer};
use crate::load::grep::scope::Roots;
use crate::load::grep::tap::Tap;
use crate::load::{Event, Loader, queue};
use crate::stack::{EventId, NodeId, Stack, VersionState};
use crate::sync;

/// Unread files that an outcome names; the others are counted.
const NAMED_MAX: usize = 20;

/// The versions of files that are searched.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The layers that wrote them.
    pub layers: RangeInclusive<usize>,
    /// Only what is visible in the merged tree at this layer.
    pub visible_at: Option<usize>,
}

/// A version of a file that has a match.
pub struct FoundFile<'f> {
    /// The absolute path.
    pub path: Vec<u8>,
    /// The layer that wrote the version.
    pub layer: usize,
    /// What became of it.
    pub state: VersionState,
    /// Its matches.
    pub hits: FileHits<'f>,
}

/// A file that could not be read to its end.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its layer.
    pub layer: usize,
    /// Its absolute path.
    pub path: Vec<u8>,
    /// Why.
    pub error: String,
}

/// How a search ended.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Versions of files with a match.
    pub files: u64,
    /// Files that could not be read, at most 20 of them.
    pub unread: Vec<Unread>,
    /// The number of all of them.
    pub unread_count: usize,
    /// Paths of the scope that no layer has.
    pub missing: Vec<Vec<u8>>,
    /// Why what was found is incomplete for another reason.
    pub failed: Option<String>,
}

/// A version to search.
#[derive(Clone, Copy)]
pub(super) struct Version {
    pub(super) event: EventId,
    pub(super) node: NodeId,
    /// The layer that stores its bytes, or the first one with the same bytes.
    pub(super) stored_in: usize,
    pub(super) place: Place,
}

/// What a worker found in a layer.
struct Searched {
    layer: usize,
    found: Found,
    unread: Vec<Unread>,
    unread_count: usize,
}

/// Searches a loaded image. `tap` has searched what was listed. `take` gets the files with a match by layer, in each layer
/// sorted by path.
///
/// # Errors
/// Errors of `take`.
pub fn search(
    loader: &Loader,
    tap: &Tap,
    selection: &Selection,
    report: &(dyn Fn(Event) + Sync),
    take: &mut dyn FnMut(FoundFile<'_>) -> io::Result<()>,
) -> io::Result<Outcome> {
    let stack = loader.stack();
    let (roots, missing) = tap.scope.resolved(&stack);
    let plan = plan(loader, &stack, &roots, selection);
    let mut found: Vec<Vec<Found>> =
        tap.take(stack.folded()).into_iter().map(|found| found.into_iter().collect()).collect();
    let jobs = jobs(&stack, &plan, &found);
    let mut pending: Vec<bool> = jobs.iter().map(|job| !job.is_empty()).collect();
    let mut outcome = Outcome { missing, ..Outcome::default() };
    for found in found.iter().flatten() {
        outcome.failed = outcome.failed.or_else(|| found.failed.clone());
    }
    let stop = AtomicBool::new(false);
    let jobs = Jobs::new(jobs);
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel::<Searched>();
        for worker in 0..queue::threads().min(jobs.count()) {
            let (send, stop, jobs) = (send.clone(), &stop, &jobs);
            scope.spawn(move || {
                while let Some((layer, files)) = jobs.next(worker == 0) {
                    let searched = search_layer(loader, tap, layer, &files, stop, report);
                    if send.send(searched).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for (layer, versions) in plan.iter().enumerate() {
            while versions.iter().any(|version| pending[version.stored_in]) {
                let Ok(searched) = receive.recv() else { break };
                pending[searched.layer] = false;
                outcome.add(&searched);
                found[searched.layer].push(searched.found);
            }
            let emitted = emit(&stack, layer, versions, &mut found, take);
            match emitted {
                Ok(files) => outcome.files += files,
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(outcome)
    })
}

/// The versions of each layer that are selected.
pub(super) fn plan(
    loader: &Loader,
    stack: &Stack,
    roots: &Roots,
    selection: &Selection,
) -> Vec<Vec<Version>> {
    let (source, layers) = (loader.source(), 0..stack.folded());
    let first_alike = queue::first_alike(layers.clone().map(|layer| source.content_key(layer)));
    layers.map(|layer| versions(stack, roots, selection, layer, &first_alike)).collect()
}

/// The selected versions that a layer wrote.
fn versions(
    stack: &Stack,
    roots: &Roots,
    selection: &Selection,
    layer: usize,
    first_alike: &[usize],
) -> Vec<Version> {
    if !selection.layers.contains(&layer) {
        return Vec::new();
    }
    let is_visible = |event, node| {
        selection
            .visible_at
            .is_none_or(|at| stack.visible(node, at).is_some_and(|version| version.event == event))
    };
    let files = stack
        .files_of(layer)
        .filter(|&(event, node)| is_visible(event, node) && roots.has(stack, node));
    files
        .filter_map(|(event, node)| {
            let payload = stack.payload_event(event)?;
            let (stored_in, offset, length) = if let Some(extent) = stack.extent(event) {
                (extent.layer, Some(extent.offset), extent.size)
            } else {
                let payload = stack.payload(event)?;
                (payload.layer, payload.offset, payload.length())
            };
            (length > 0 && roots.has_size(length)).then(|| Version {
                event,
                node,
                stored_in: first_alike.get(stored_in).copied().unwrap_or(stored_in),
                place: offset.map_or(Place::Event(payload.0), Place::Offset),
            })
        })
        .collect()
}

/// The files that are still to be searched, by layer, in stored order. `found`: what was found of each layer already.
pub(super) fn jobs(stack: &Stack, plan: &[Vec<Version>], found: &[Vec<Found>]) -> Vec<Vec<Job>> {
    let mut jobs: Vec<Vec<Job>> = plan.iter().map(|_| Vec::new()).collect();
    for version in plan.iter().flatten() {
        let mut found = found.get(version.stored_in).into_iter().flatten();
        let is_searched = found.any(|it| it.is_searched(version.place));
        if !is_searched && let Some(payload) = stack.payload_event(version.event) {
            jobs[version.stored_in].push(Job { place: version.place, payload });
        }
    }
    for files in &mut jobs {
        files.sort_unstable_by_key(|job| job.place);
        files.dedup_by_key(|job| job.place);
    }
    jobs
}

/// The layers that are to be read.
pub(super) struct Jobs(Mutex<Vec<(usize, Vec<Job>)>>);

impl Jobs {
    pub(super) fn new(jobs: Vec<Vec<Job>>) -> Self {
        let jobs = jobs.into_iter().enumerate().filter(|(_, files)| !files.is_empty());
        Self(Mutex::new(jobs.collect()))
    }

    pub(super) fn count(&self) -> usize {
        sync::lock(&self.0).len()
    }

    /// The lowest layer, which is returned first; else the one with the most bytes before the end of its last file, which takes
    /// longest.
    pub(super) fn next(&self, lowest: bool) -> Option<(usize, Vec<Job>)> {
        let mut jobs = sync::lock(&self.0);
        let end = |files: &[Job]| files.last().map(|job| job.place);
        let largest = jobs.iter().enumerate().max_by_key(|(_, (_, files))| end(files))?.0;
        let at = if lowest { 0 } else { largest };
        Some(jobs.remove(at))
    }
}

fn search_layer(
    loader: &Loader,
    tap: &Tap,
    layer: usize,
    files: &[Job],
    stop: &AtomicBool,
    report: &(dyn Fn(Event) + Sync),
) -> Searched {
    let mut keeper = Keeper::new(&tap.query);
    let mut searched =
        Searched { layer, found: Found::default(), unread: Vec::new(), unread_count: 0 };
    read_layer(loader, layer, files, stop, report, &mut |job, contents| {
        let read =
            contents.and_then(|contents| keeper.search(job.place, contents, &mut searched.found));
        if searched.found.failed.is_some() {
            return false;
        }
        if let Err(error) = read
            && !stop.load(Ordering::Relaxed)
        {
            searched.unread_count += 1;
            if searched.unread.len() < NAMED_MAX
                && let Some(payload) = loader.stack().payload(job.payload)
            {
                let path = [b"/", &payload.path[..]].concat();
                let (layer, error) = (payload.layer, error.to_string());
                searched.unread.push(Unread { layer, path, error });
            }
        }
        true
    });
    searched.found.finish();
    searched
}

impl Outcome {
    fn add(&mut self, searched: &Searched) {
        self.unread_count += searched.unread_count;
        let left = NAMED_MAX.saturating_sub(self.unread.len());
        self.unread.extend(searched.unread.iter().take(left).cloned());
        self.failed = self.failed.take().or_else(|| searched.found.failed.clone());
    }
}

/// Passes the files of a layer that have a match to `take`; returns their number.
fn emit(
    stack: &Stack,
    layer: usize,
    versions: &[Version],
    found: &mut [Vec<Found>],
    take: &mut dyn FnMut(FoundFile<'_>) -> io::Result<()>,
) -> io::Result<u64> {
    let has =
        |version: &&Version| found[version.stored_in].iter().any(|found| found.has(version.place));
    let mut files: Vec<(Vec<u8>, Version)> =
        versions.iter().filter(has).map(|&it| (stack.path(it.node), it)).collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    let count = files.len() as u64;
    for (path, version) in files {
        for found in &mut found[version.stored_in] {
            if let Some(hits) = found.hits(version.place)? {
                let state = stack.version_state(version.event);
                take(FoundFile { path, layer, state, hits })?;
                break;
            }
        }
    }
    Ok(count)
}
