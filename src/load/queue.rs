//! The order of work: chooses the next layer to list and returns listings in layer order.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

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
    /// The next rows of the first layer, while it is being read.
    Rows(&'a Table),
    /// The listing of the next layer.
    Layer(usize, &'a Listing),
}

/// A message from a worker.
enum Done {
    /// Further rows of the first layer.
    Rows(Table),
    Listed(usize, Arc<Listing>),
}

/// Lists all layers that are not part of the stack, each blob once, and calls `take` for each in layer order. After a
/// stop, `take` is called up to the first incomplete layer; listings above it are kept for the next call. Threads that have
/// nothing else to do call `beside`, which returns after `take` is dropped.
///
/// One worker takes the lowest layers, which are folded first, so that a tree can be shown early. The others take the
/// largest of the shown layer's tree, so that the largest is not the last to end.
pub(super) fn in_order(
    loader: &Loader,
    report: &(dyn Fn(Event) + Sync),
    mut take: impl FnMut(Arrival<'_>),
    beside: impl Fn(&Cpus) + Sync,
) {
    let layers = loader.source.image().layers.len();
    let mut due = loader.stack().folded();
    let mut waiting = loader.take_listed();
    waiting.resize(layers, None);
    let jobs = jobs(loader, |layer| layer >= due && waiting[layer].is_none());
    let pushed = loader.source.is_pushed();
    let most = if pushed { MOST_WAITING } else { threads() };
    let workers = most.min(jobs.len());
    let jobs = Mutex::new(jobs);
    let cpus = Cpus::new(threads());
    let (send, receive) = mpsc::channel::<Done>();
    thread::scope(|scope| {
        for worker in 0..workers {
            let send = send.clone();
            let (jobs, cpus, beside) = (&jobs, &cpus, &beside);
            scope.spawn(move || {
                let next = || {
                    // The fold waits for the lowest layer, and the other workers for the fold; a source that pushes
                    // waits for all.
                    let cpu = if worker == 0 || pushed { cpus.take() } else { cpus.wait() };
                    let mut jobs = sync::lock(jobs);
                    let same = if worker == 0 {
                        take_lowest(&mut jobs)
                    } else {
                        take_largest(&mut jobs, loader.shown.load(Ordering::Relaxed))
                    };
                    Some((same?, cpu))
                };
                while let Some((same, _cpu)) = next() {
                    let (listing, keep) = list(loader, same[0], &send, cpus, report);
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
                // The end of this channel tells that all is listed.
                drop(send);
                beside(cpus);
            });
        }
        drop(send);
        let mut cpu = None;
        let mut folding = Duration::ZERO;
        let mut ended = false;
        while !ended {
            // Rows of a plain first layer come about as fast as they are folded: the fold keeps its CPU for a moment.
            let done = receive.recv_timeout(2 * folding).or_else(|_| {
                cpu = None;
                receive.recv()
            });
            match done {
                Ok(Done::Rows(rows)) => {
                    cpu.get_or_insert_with(|| cpus.take());
                    let begun = Instant::now();
                    take(Arrival::Rows(&rows));
                    folding = begun.elapsed();
                }
                Ok(Done::Listed(layer, listing)) if !was_stopped(loader, &listing) => {
                    waiting[layer] = Some(listing);
                }
                Ok(Done::Listed(..)) => {}
                // At the end: takes listings that an earlier call left, even if nothing was to be listed.
                Err(_) => ended = true,
            }
            while let Some(listing) = waiting.get_mut(due).and_then(Option::take) {
                cpu.get_or_insert_with(|| cpus.take());
                take(Arrival::Layer(due, &listing));
                (due, folding) = (due + 1, Duration::ZERO);
            }
        }
        loader.keep_listed(waiting);
        drop(take);
        drop(cpu);
        beside(&cpus);
    });
}

/// CPUs without work. The fold takes one while it has rows: with as many workers beside it, it would get two thirds of one,
/// and all layers are listed long before they are folded.
pub(super) struct Cpus {
    idle: Mutex<isize>,
    freed: Condvar,
}

/// A CPU in use.
pub(super) struct Cpu<'c>(&'c Cpus);

impl Cpus {
    const fn new(count: usize) -> Self {
        Self { idle: Mutex::new(count as isize), freed: Condvar::new() }
    }

    /// Takes a CPU, in use or not.
    fn take(&self) -> Cpu<'_> {
        *sync::lock(&self.idle) -= 1;
        Cpu(self)
    }

    /// Takes a CPU as soon as one is idle.
    pub(super) fn wait(&self) -> Cpu<'_> {
        let mut idle = sync::lock(&self.idle);
        while *idle <= 0 {
            idle = sync::wait(&self.freed, idle);
        }
        *idle -= 1;
        Cpu(self)
    }

    /// Takes a CPU if one is idle.
    fn take_idle(&self) -> Option<Cpu<'_>> {
        let mut idle = sync::lock(&self.idle);
        (*idle > 0).then(|| {
            *idle -= 1;
            Cpu(self)
        })
    }
}

impl Drop for Cpu<'_> {
    fn drop(&mut self) {
        *sync::lock(&self.0.idle) += 1;
        self.0.freed.notify_one();
    }
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
    cpus: &Cpus,
    report: &(dyn Fn(Event) + Sync),
) -> (Listing, Option<Keep>) {
    if loader.stopped() {
        return (Listing { cancelled: true, ..Listing::default() }, None);
    }
    let total = loader.source.listing_cost(layer);
    let rows = (layer == 0).then(|| Mutex::new((send.clone(), 0, 0)));
    let progress = Progress { loader, layer, total, rows, cpus, more: Mutex::default(), report };
    match &loader.cache {
        Some(cache) => cache.list(&*loader.source, layer, &progress),
        None => (loader.source.list(layer, &progress), None),
    }
}

struct Progress<'a> {
    loader: &'a Loader,
    layer: usize,
    total: u64,
    /// For the first layer: the channel for its rows, and the numbers of bytes and rows already sent.
    rows: Option<Mutex<(Sender<Done>, usize, u64)>>,
    cpus: &'a Cpus,
    /// Those of further threads, until the layer is listed.
    more: Mutex<Vec<Cpu<'a>>>,
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
        let cpu = self.cpus.take_idle();
        let taken = cpu.is_some();
        sync::lock(&self.more).extend(cpu);
        taken
    }

    fn examiner(&self) -> Option<Box<dyn Examine + '_>> {
        self.loader.examiners.as_ref()?.of(self.layer)
    }

    fn rows(&self, table: &Table) {
        let Some(rows) = &self.rows else { return };
        let (send, bytes, sent) = &mut *sync::lock(rows);
        // The receiver is gone only if reading was stopped.
        let _ = send.send(Done::Rows(table.part(*bytes, *sent)));
        (*bytes, *sent) = (table.as_bytes().len(), table.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_waits_for_a_cpu_that_the_fold_has() {
        let cpus = Cpus::new(1);
        let fold = cpus.take();
        assert!(cpus.take_idle().is_none());
        let (send, begun) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _cpu = cpus.wait();
                send.send(()).unwrap();
            });
            assert!(begun.recv_timeout(Duration::from_millis(50)).is_err());
            drop(fold);
            begun.recv().unwrap();
        });
        assert!(cpus.take_idle().is_some(), "the worker gave it back");
        let (one, other) = (cpus.take(), cpus.take());
        drop(one);
        assert!(cpus.take_idle().is_none(), "more were taken than there are");
        drop(other);
        assert!(cpus.take_idle().is_some());
    }

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
