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

/// Hits that are told of one file, so that no file fills the list alone.
pub const HITS_PER_FILE: usize = 200;

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
    /// It is the last of [`HITS_PER_FILE`]; the version has more, which are not told.
    pub more: bool,
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
                        let mut found = Found::default();
                        let read = contents.and_then(|contents| {
                            search.search(contents, &mut |hit| found.keep(hit))
                        });
                        if let Some(owners) = owners.get(&(layer, job.place))
                            && !found.hits.is_empty()
                        {
                            take(of_versions(owners, &found));
                        }
                        if read.is_err() && !found.more && !stop.load(Ordering::Relaxed) {
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

/// What was found in one file.
#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    /// There are more than [`HITS_PER_FILE`].
    more: bool,
}

impl Found {
    /// Keeps a hit; an error ends the search of a file with many.
    fn keep(&mut self, hit: Hit) -> io::Result<()> {
        if !matches!(hit.kind, HitKind::Match | HitKind::Binary) {
            return Ok(());
        }
        self.more = self.hits.len() == HITS_PER_FILE;
        if self.more {
            return Err(io::Error::other("enough"));
        }
        self.hits.push(hit);
        Ok(())
    }
}

fn of_versions(owners: &[Owner], found: &Found) -> Vec<VersionHit> {
    let of = |&(node, event, layer): &Owner| {
        found.hits.iter().enumerate().map(move |(at, hit)| {
            let more = found.more && at + 1 == found.hits.len();
            VersionHit { node, event, layer, hit: hit.clone(), more }
        })
    };
    owners.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{Found, HITS_PER_FILE, of_versions};
    use crate::load::grep::file::FileSearch;
    use crate::load::grep::query::{Query, Wanted};
    use crate::stack::{EventId, NodeId, notation};
    use crate::text::pattern::LineOptions;

    /// An owner: a path, an event, a layer.
    fn owner() -> (NodeId, EventId, usize) {
        let stack = notation::stack("0: +a:1").unwrap().0;
        let (event, node) = stack.files_of(0).next().unwrap();
        (node, event, 0)
    }

    #[test]
    fn only_a_file_with_more_lines_than_are_told_is_cut() {
        let wanted = Wanted::Lines { before: 0, after: 0 };
        let query = Query::new("x", LineOptions::default(), wanted).unwrap();
        for lines in [1, HITS_PER_FILE, HITS_PER_FILE + 1] {
            let text = "x\n".repeat(lines);
            let mut found = Found::default();
            let read =
                FileSearch::new(&query).search(&mut text.as_bytes(), &mut |hit| found.keep(hit));
            let told = of_versions(&[owner()], &found);
            assert_eq!(told.len(), lines.min(HITS_PER_FILE));
            let cut = lines > HITS_PER_FILE;
            let marked: Vec<_> = told.iter().map(|hit| hit.more).collect();
            assert_eq!(marked.iter().filter(|more| **more).count(), usize::from(cut), "{lines}");
            assert_eq!((marked.last(), read.is_err()), (Some(&cut), cut), "{lines}");
        }
    }
}
