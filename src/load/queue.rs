//! The order of work: chooses the next layer to list and returns listings in layer order.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::layer::{Examine, Listing, Watch};
use crate::load::Loader;
use crate::load::cache::Keep;
use crate::load::event::Event;
use crate::stack::kept::table::Table;
use crate::sync;

/// Maximum number of threads. More gain nothing, because the largest layer alone takes longest.
const THREADS: usize = 8;

/// Maximum number of threads for a source that pushes layers, whose threads mostly wait. Engines build images of at
/// most 127 layers.
const MOST_WAITING: usize = 128;

/// An item of the queue, in layer order.
pub(super) enum Arrival<'a> {
    /// The rows of the first layer so far, while it is being read.
    Rows(&'a Table),
    /// The listing of the next layer.
    Layer(usize, &'a Listing),
}

/// A message from a worker.
enum Done {
    /// Further rows of the first layer, and how many it has with them.
    Rows(Vec<u8>, u64),
    Listed(usize, Arc<Listing>),
}

/// Lists all layers that are not part of the stack, each blob once, and calls `take` for each in layer order. After a
/// stop, `take` is called up to the first incomplete layer; listings above it are kept for the next call.
///
/// One worker takes the lowest layers, which are folded first, so that a tree can be shown early. The others take the
/// largest of the shown layer's tree, so that the largest is not the last to end.
pub(super) fn in_order(
    loader: &Loader,
    report: &(dyn Fn(Event) + Sync),
    mut take: impl FnMut(Arrival<'_>),
) {
    let layers = loader.source.image().layers.len();
    let mut due = loader.stack().folded();
    let mut waiting = loader.take_listed();
    waiting.resize(layers, None);
    let jobs = jobs(loader, |layer| layer >= due && waiting[layer].is_none());
    let most = if loader.source.is_pushed() { MOST_WAITING } else { threads() };
    let workers = most.min(jobs.len());
    let jobs = Mutex::new(jobs);
    let idle_cpus = AtomicUsize::new(threads().saturating_sub(workers));
    let (send, receive) = mpsc::channel::<Done>();
    thread::scope(|scope| {
        for worker in 0..workers {
            let send = send.clone();
            let (jobs, idle_cpus) = (&jobs, &idle_cpus);
            scope.spawn(move || {
                let next = || {
                    let mut jobs = sync::lock(jobs);
                    if worker == 0 {
                        return take_lowest(&mut jobs);
                    }
                    take_largest(&mut jobs, loader.shown.load(Ordering::Relaxed))
                };
                while let Some(same) = next() {
                    let (listing, keep) = list(loader, same[0], &send, idle_cpus, report);
                    let listing = Arc::new(listing);
                    for layer in same {
                        if !was_stopped(loader, &listing) {
                            report(Event::Listed(layer, Arc::clone(&listing)));
                        }
                        if send.send(Done::Listed(layer, Arc::clone(&listing))).is_err() {
                            return;
                        }
                    }
                    // Written here, in parallel to the fold.
                    if let (Some(cache), Some(keep)) = (&loader.cache, keep) {
                        cache.keep(&keep, &listing);
                    }
                }
                idle_cpus.fetch_add(1, Ordering::Relaxed);
            });
        }
        drop(send);
        let mut first = Table::default();
        let arrivals = receive.into_iter().map(Some).chain([None]);
        for done in arrivals {
            match done {
                Some(Done::Rows(more, rows)) => {
                    first.append(&more, rows);
                    take(Arrival::Rows(&first));
                }
                Some(Done::Listed(layer, listing)) if !was_stopped(loader, &listing) => {
                    waiting[layer] = Some(listing);
                }
                // `None`, at the end: takes listings that an earlier call left, even if nothing was to be listed.
                Some(Done::Listed(..)) | None => {}
            }
            while let Some(listing) = waiting.get_mut(due).and_then(Option::take) {
                // The listing contains all rows.
                first = Table::default();
                take(Arrival::Layer(due, &listing));
                due += 1;
            }
        }
        loader.keep_listed(waiting);
    });
}

/// Whether a listing is incomplete because reading was stopped.
fn was_stopped(loader: &Loader, listing: &Listing) -> bool {
    listing.cancelled || (loader.stopped() && listing.faulty)
}

/// Number of threads to start.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(THREADS)
}

/// The wanted layers, grouped by equal content, the largest first.
fn jobs(loader: &Loader, wanted: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let source = &loader.source;
    let layers = 0..source.image().layers.len();
    let mut jobs =
        group(layers.map(|layer| (source.content_key(layer), source.listing_cost(layer))));
    for same in &mut jobs {
        same.retain(|layer| wanted(*layer));
    }
    jobs.retain(|same| !same.is_empty());
    jobs
}

/// Groups layers by content key, the largest cost first. `layers` has the content key and the cost of each layer.
fn group(layers: impl Iterator<Item = (Option<String>, u64)>) -> Vec<Vec<usize>> {
    let (keys, weights): (Vec<_>, Vec<_>) = layers.unzip();
    let mut jobs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (layer, first) in first_alike(keys).into_iter().enumerate() {
        jobs.entry(first).or_default().push(layer);
    }
    let mut jobs: Vec<Vec<usize>> = jobs.into_values().collect();
    jobs.sort_by_key(|same| std::cmp::Reverse(weights[same[0]]));
    jobs
}

/// For each layer, the first one with the same content key.
pub(super) fn first_alike(keys: impl IntoIterator<Item = Option<String>>) -> Vec<usize> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let first = |(layer, key): (usize, Option<String>)| match key {
        Some(key) => *known.entry(key).or_insert(layer),
        None => layer,
    };
    keys.into_iter().enumerate().map(first).collect()
}

/// The job with the lowest layer.
fn take_lowest(jobs: &mut Vec<Vec<usize>>) -> Option<Vec<usize>> {
    let (at, _) = jobs.iter().enumerate().min_by_key(|(_, same)| same.iter().min())?;
    Some(jobs.remove(at))
}

/// The first job, which is the largest, for the tree of the shown layer, else the first of all.
fn take_largest(jobs: &mut Vec<Vec<usize>>, shown: usize) -> Option<Vec<usize>> {
    let needed = jobs.iter().position(|same| same.iter().any(|&layer| layer <= shown));
    let at = needed.or_else(|| (!jobs.is_empty()).then_some(0))?;
    Some(jobs.remove(at))
}

fn list(
    loader: &Loader,
    layer: usize,
    send: &Sender<Done>,
    idle_cpus: &AtomicUsize,
    report: &(dyn Fn(Event) + Sync),
) -> (Listing, Option<Keep>) {
    if loader.stopped() {
        return (Listing { cancelled: true, ..Listing::default() }, None);
    }
    let total = loader.source.listing_cost(layer);
    let rows = (layer == 0).then(|| Mutex::new((send.clone(), 0)));
    let progress = Progress { loader, layer, total, rows, idle_cpus, report };
    match &loader.cache {
        Some(cache) => cache.list(&*loader.source, layer, &progress),
        None => (loader.source.list(layer, &progress), None),
    }
}

struct Progress<'a> {
    loader: &'a Loader,
    layer: usize,
    total: u64,
    /// For the first layer: the channel for its rows, and the number of bytes already sent.
    rows: Option<Mutex<(Sender<Done>, usize)>>,
    /// Number of CPUs without a layer to list.
    idle_cpus: &'a AtomicUsize,
    report: &'a (dyn Fn(Event) + Sync),
}

impl Watch for Progress<'_> {
    fn progress(&self, done: u64) {
        (self.report)(Event::Reading { layer: self.layer, done, total: self.total });
    }

    fn cancelled(&self) -> bool {
        self.loader.stopped()
    }

    fn take_idle_cpu(&self) -> bool {
        let one_less = |idle_cpus: usize| idle_cpus.checked_sub(1);
        self.idle_cpus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    fn examiner(&self) -> Option<Box<dyn Examine + '_>> {
        self.loader.examiners.as_ref()?.of(self.layer)
    }

    fn rows(&self, table: &Table) {
        let Some(rows) = &self.rows else { return };
        let (send, sent) = &mut *sync::lock(rows);
        // The receiver is gone only if reading was stopped.
        let _ = send.send(Done::Rows(table.tail(*sent), table.len()));
        *sent = table.as_bytes().len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_of_the_shown_tree_come_first() {
        let all = || vec![vec![3], vec![0], vec![4, 1], vec![2]];
        let order = |shown: usize| {
            let mut jobs = all();
            std::iter::from_fn(|| take_largest(&mut jobs, shown)).map(|same| same[0]).collect()
        };
        let orders: [Vec<usize>; 3] = [order(4), order(1), order(2)];
        assert_eq!(orders, [vec![3, 0, 4, 2], vec![0, 4, 3, 2], vec![0, 4, 2, 3]]);
        let mut jobs = all();
        let first = take_largest(&mut jobs, 0);
        assert_eq!(
            (first, take_largest(&mut jobs, 2)),
            (Some(vec![0]), Some(vec![4, 1])),
            "it moves"
        );
    }

    #[test]
    fn one_worker_takes_the_lowest_layers_in_order() {
        let mut jobs = vec![vec![3], vec![5, 0], vec![4, 1], vec![2]];
        let order = std::iter::from_fn(|| take_lowest(&mut jobs));
        assert_eq!(order.collect::<Vec<_>>(), [vec![5, 0], vec![4, 1], vec![2], vec![3]]);
    }

    #[test]
    fn layers_with_the_same_bytes_are_one_job_and_the_largest_come_first() {
        let layers = [(None, 5), (Some("same"), 7), (None, 9), (Some("same"), 7), (None, 9)];
        let layers = layers.map(|(key, weight): (Option<&str>, u64)| (key.map(Into::into), weight));
        assert_eq!(group(layers.into_iter()), [vec![2], vec![4], vec![1, 3], vec![0]]);
    }
}
