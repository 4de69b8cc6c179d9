//! Searches files below a directory, and tells each hit when it is found.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::load::grep::Selection;
use crate::load::grep::file::{FileSearch, Hit, HitKind};
use crate::load::grep::found::Place;
use crate::load::grep::query::Query;
use crate::load::grep::reading::read_layer;
use crate::load::grep::run::{Jobs, jobs, plan};
use crate::load::grep::scope::Roots;
use crate::load::{Loader, queue};
use crate::stack::{EventId, NodeId};

/// Hits that are told of one file; a file with more is told by these.
const HITS_PER_FILE: usize = 200;

/// A hit in a version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionHit {
    /// The path.
    pub node: NodeId,
    /// The event of the version.
    pub event: EventId,
    /// The layer that has it.
    pub layer: usize,
    /// The line.
    pub hit: Hit,
}

/// A version: path, event, layer.
type Owner = (NodeId, EventId, usize);

/// Searches all versions of the files below `below`, in the layers that are folded. `take` gets the hits of one file at a time,
/// from several threads; `report` is called after each file. Ends soon after `stop` is set. Returns the number of
/// files that could not be read to their end.
pub fn stream(
    loader: &Loader,
    query: &Query,
    below: NodeId,
    stop: &AtomicBool,
    report: &(dyn Fn() + Sync),
    take: &(dyn Fn(Vec<VersionHit>) + Sync),
) -> usize {
    let (plan, jobs) = {
        let stack = loader.stack();
        let selection = Selection { layers: 0..=stack.folded(), visible_at: None };
        let plan = plan(loader, &stack, &Roots::below(below), &selection);
        let jobs = jobs(&stack, &plan, &[]);
        (plan, jobs)
    };
    // Which versions have the bytes at a place.
    let mut owners: HashMap<(usize, Place), Vec<Owner>> = HashMap::new();
    for (layer, versions) in plan.iter().enumerate() {
        for it in versions {
            let owner = (it.node, it.event, layer);
            owners.entry((it.stored_in, it.place)).or_default().push(owner);
        }
    }
    drop(plan);
    let (jobs, unread) = (Jobs::new(jobs), AtomicUsize::new(0));
    thread::scope(|scope| {
        for worker in 0..queue::threads().min(jobs.count()) {
            let (jobs, owners, unread) = (&jobs, &owners, &unread);
            scope.spawn(move || {
                let mut search = FileSearch::new(query);
                while let Some((layer, of_layer)) = jobs.next(worker == 0) {
                    read_layer(loader, layer, &of_layer, stop, &|_| {}, &mut |job, contents| {
                        let mut hits = Vec::new();
                        let read = contents.and_then(|contents| {
                            search.search(contents, &mut |hit| keep(&mut hits, hit))
                        });
                        let whole = read.is_ok() || hits.len() == HITS_PER_FILE;
                        if let Some(owners) = owners.get(&(layer, job.place))
                            && !hits.is_empty()
                        {
                            take(of_versions(owners, &hits));
                        }
                        if !whole && !stop.load(Ordering::Relaxed) {
                            unread.fetch_add(1, Ordering::Relaxed);
                        }
                        report();
                        !stop.load(Ordering::Relaxed)
                    });
                }
            });
        }
    });
    unread.into_inner()
}

/// Keeps a hit; an error ends the search of a file with many.
fn keep(hits: &mut Vec<Hit>, hit: Hit) -> io::Result<()> {
    if matches!(hit.kind, HitKind::Match | HitKind::Binary) {
        hits.push(hit);
    }
    if hits.len() < HITS_PER_FILE { Ok(()) } else { Err(io::Error::other("enough")) }
}

fn of_versions(owners: &[Owner], hits: &[Hit]) -> Vec<VersionHit> {
    let of = |&(node, event, layer): &Owner| {
        hits.iter().map(move |hit| VersionHit { node, event, layer, hit: hit.clone() })
    };
    owners.iter().flat_map(of).collect()
}
