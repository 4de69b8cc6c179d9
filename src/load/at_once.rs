//! Independent jobs on several threads, mostly one a layer.

use std::sync::Mutex;
use std::thread;

use crate::load::queue;
use crate::sync;

/// Runs `work` for each job, the most expensive first, so that a large one is not the last to end. Each job comes with its
/// cost in any unit. Returns the results in the order of the jobs.
pub(crate) fn at_once<J: Send, R: Send>(
    jobs: Vec<(u64, J)>,
    work: impl Fn(J) -> R + Sync,
) -> Vec<R> {
    at_most(queue::threads(), jobs, work)
}

/// As [`at_once`], on at most this many threads.
pub(crate) fn at_most<J: Send, R: Send>(
    most: usize,
    jobs: Vec<(u64, J)>,
    work: impl Fn(J) -> R + Sync,
) -> Vec<R> {
    let mut queue: Vec<(usize, (u64, J))> = jobs.into_iter().enumerate().collect();
    // The last one is taken first; of equal ones, the first.
    queue.sort_by_key(|&(at, (cost, _))| (cost, std::cmp::Reverse(at)));
    let threads = most.min(queue::threads()).min(queue.len());
    let (queue, done) = (Mutex::new(queue), Mutex::new(Vec::new()));
    let run = || {
        loop {
            let next = sync::lock(&queue).pop();
            let Some((at, (_, job))) = next else { return };
            let result = work(job);
            sync::lock(&done).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    let mut done = std::mem::take(&mut *sync::lock(&done));
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_jobs_and_the_most_expensive_begin_first() {
        let begun = Mutex::new(Vec::new());
        let jobs = vec![(1, 'a'), (7, 'b'), (3, 'c'), (7, 'd')];
        let results = at_once(jobs, |job| {
            sync::lock(&begun).push(job);
            job.to_ascii_uppercase()
        });
        assert_eq!(results, ['A', 'B', 'C', 'D']);
        let mut first = sync::lock(&begun)[..2].to_vec();
        first.sort_unstable();
        if queue::threads() <= 2 {
            assert_eq!(first, ['b', 'd']);
        }
        assert_eq!(at_once(Vec::<(u64, ())>::new(), |()| ()), []);
    }
}
