//! The packages of an image from layer to layer. Each database is read once for each layer that wrote it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::content::packages::Packages;
use crate::content::packages::package::Package;
use crate::content::packages::timeline::Timeline;
use crate::layer::Watch;
use crate::load::Loader;
use crate::load::files::packages::{Database, Databases, contents, databases};
use crate::stack::EventId;

/// Maximum number of notes; a database of many files may have one for each.
const NOTES_MAX: usize = 100;

/// The packages of an image and what could not be read.
#[derive(Debug, Default)]
pub struct PackageLayers {
    /// The packages, and what each layer did to them.
    pub timeline: Timeline,
    /// Whether there is a database at any of the layers.
    pub has_database: bool,
    /// Databases that could not be read, a sentence each. Raw.
    pub notes: Vec<String>,
}

/// What is known of a file of a database.
#[derive(Clone, Default)]
struct Known {
    packages: Arc<[Package]>,
    whole: bool,
}

type State = HashMap<EventId, Known>;

/// Reads the packages of layers `0..=last`.
#[must_use]
pub fn package_layers(loader: &Loader, last: usize, watch: &dyn Watch) -> PackageLayers {
    let mut found = PackageLayers::default();
    let (mut state, mut events) = (State::new(), Vec::new());
    for layer in 0..=last {
        let Databases { found: databases, notes } = databases(&loader.stack(), layer, false);
        let here: Vec<EventId> = databases.iter().map(|database| database.event).collect();
        if here == events {
            continue;
        }
        events = here;
        found.has_database |= !databases.is_empty();
        let many = notes.is_empty();
        found.note(notes);
        state = found.read(loader, &databases, &state, watch);
        let packages = events.iter().filter_map(|event| state.get(event));
        let packages = packages.flat_map(|known| known.packages.iter().cloned()).collect();
        let whole = many && state.values().all(|known| known.whole);
        found.timeline.step(layer, packages, whole);
    }
    found
}

impl PackageLayers {
    fn note(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            if self.notes.len() < NOTES_MAX && !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// What is known of the files at the next layer, where `before` is what was known at the layer below.
    fn read(
        &mut self,
        loader: &Loader,
        databases: &[Database],
        before: &State,
        watch: &dyn Watch,
    ) -> State {
        let is_known = |database: &&Database| before.contains_key(&database.event);
        let (known, unread): (Vec<_>, Vec<_>) = databases.iter().partition(is_known);
        let known = known.into_iter().map(|database| database.event);
        let mut state: State =
            known.filter_map(|event| Some((event, before.get(&event)?.clone()))).collect();
        let contents = contents(loader.source().as_ref(), &unread, watch);
        for (database, bytes) in unread.into_iter().zip(contents) {
            let mut packages = Packages::default();
            let taken = bytes.and_then(|bytes| database.parse(&bytes, &mut packages));
            let known = Known { packages: packages.list().into(), whole: taken.is_ok() };
            state.insert(database.event, known);
            self.note(taken.err().map(|why| database.note(&why)));
        }
        state
    }
}
