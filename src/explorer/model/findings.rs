//! Problems to fix in the image, for the page of findings. They are found in another thread, since contents are read.

use std::collections::HashMap;

use crate::findings::place::{Location, UnreadFile};
use crate::findings::{Id, Topic};
use crate::text::Foreign;

/// Places of a finding that are listed; the others are counted.
const PLACES: usize = 100;

/// The findings, or the progress of finding them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingsState {
    /// Contents of files are being read.
    Running {
        /// Files read so far.
        files: u64,
    },
    /// All that was found.
    Done(Box<FindingsReport>),
}

/// All that was found, by what users look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingsReport {
    /// Layers that were folded when it was made.
    pub folded: usize,
    /// Problems, in the order of the page.
    pub problems: Vec<Problem>,
    /// Files that could not be read, although a finding depends on them.
    pub unread: Vec<UnreadFile>,
    /// The instruction of each layer with a finding, as one line without secrets.
    pub commands: HashMap<usize, Foreign>,
}

/// A problem with the places that are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub id: Id,
    /// Its topic: the heading that it stands under.
    pub topic: Topic,
    /// Bytes at stake in all places.
    pub bytes: u64,
    /// The places that are listed, most bytes first.
    pub places: Vec<Location>,
    /// Number of places that are not listed.
    pub more: usize,
}

/// The heading of a topic.
#[must_use]
pub const fn heading(topic: Topic) -> &'static str {
    match topic {
        Topic::Secrets => "Secrets",
        Topic::Rights => "Rights",
        Topic::Caches => "Caches still visible",
        Topic::Bytes => "Bytes that can come back",
    }
}

impl FindingsReport {
    /// Sorts findings by topic; within a topic they keep their order.
    #[must_use]
    pub fn new(
        found: crate::findings::Findings,
        folded: usize,
        commands: HashMap<usize, Foreign>,
    ) -> Self {
        let unread = found.unread;
        let mut problems: Vec<Problem> = found
            .list
            .into_iter()
            .map(|mut finding| {
                let topic = finding.id.facts().topic;
                if topic == Topic::Caches {
                    // Those that were deleted later are listed as that.
                    finding.places.retain(|place| !place.hidden);
                }
                let (bytes, all) = (finding.bytes(), finding.places.len());
                finding.places.truncate(PLACES);
                let more = all - finding.places.len();
                Problem { id: finding.id, topic, bytes, places: finding.places, more }
            })
            .filter(|problem| !problem.places.is_empty())
            .collect();
        problems.sort_by_key(|problem| problem.topic);
        Self { folded, problems, unread, commands }
    }

    /// The places in the order of the page: its items.
    pub fn places(&self) -> impl Iterator<Item = &Location> {
        self.problems.iter().flat_map(|problem| &problem.places)
    }
}
