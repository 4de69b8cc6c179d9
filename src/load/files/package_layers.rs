//! The packages of an image from layer to layer. Each database is read once for each layer that wrote it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::content::packages::distribution::{Distribution, OS_RELEASE};
use crate::content::packages::package::{Manager, Package};
use crate::content::packages::timeline::Timeline;
use crate::content::packages::{PACKAGES_MAX, Packages, TOO_MANY_PACKAGES};
use crate::layer::Watch;
use crate::load::Loader;
use crate::load::files::packages::{Database, Databases, contents, databases};
use crate::load::files::part::whole;
use crate::stack::EventId;

/// Maximum size of an os-release file in bytes; those of distributions have some hundreds.
const OS_RELEASE_MAX: u64 = 64 * 1024;
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

/// By the events that store a database and its log.
type State = HashMap<Key, Known>;
type Key = [Option<EventId>; 2];

/// Reads the packages of layers `0..=last`.
#[must_use]
pub fn package_layers(loader: &Loader, last: usize, watch: &dyn Watch) -> PackageLayers {
    let mut found = PackageLayers::default();
    let (mut state, mut events) = (State::new(), Vec::new());
    for layer in 0..=last {
        let Databases { found: databases, notes, .. } = databases(&loader.stack(), layer, false);
        let here: Vec<Key> = databases.iter().map(|database| database.events).collect();
        if here == events {
            continue;
        }
        events = here;
        found.has_database |= !databases.is_empty();
        // Only directories of dpkg are not read whole for other reasons than their contents.
        let mut not_whole: Vec<Manager> =
            notes.first().map(|_| Manager::Dpkg).into_iter().collect();
        found.note(notes);
        state = found.read(loader, &databases, &state, watch);
        let packages = events.iter().filter_map(|event| state.get(event));
        let packages = packages.flat_map(|known| known.packages.iter().cloned()).collect();
        let damaged =
            databases.iter().filter(|it| !state.get(&it.events).is_some_and(|it| it.whole));
        not_whole.extend(damaged.map(|database| database.place.manager()));
        found.timeline.step(layer, packages, &not_whole);
    }
    found
}

/// The distribution of the merged tree of layers `0..=layer`, as far as it says.
///
/// # Errors
/// If its file could not be read: a sentence. Raw.
pub fn distribution(loader: &Loader, layer: usize) -> Result<Distribution, String> {
    for path in OS_RELEASE {
        let event = {
            let stack = loader.stack();
            let node = stack.follow(path.as_bytes(), layer);
            let version = node.and_then(|node| stack.visible(node, layer));
            version.filter(|version| version.kind.is_regular()).map(|version| version.event)
        };
        if let Some(event) = event {
            let bytes = whole(loader, event, OS_RELEASE_MAX, &|| true);
            return match bytes {
                Ok(bytes) => Ok(Distribution::parse(&bytes)),
                Err(error) => Err(format!("/{path}: {error}")),
            };
        }
    }
    Ok(Distribution::default())
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
        let is_known = |database: &&Database| before.contains_key(&database.events);
        let (known, unread): (Vec<_>, Vec<_>) = databases.iter().partition(is_known);
        let known = known.into_iter().map(|database| database.events);
        let mut state: State =
            known.filter_map(|event| Some((event, before.get(&event)?.clone()))).collect();
        let mut total: usize = state.values().map(|known| known.packages.len()).sum();
        let contents = contents(loader.source().as_ref(), &unread, watch);
        for (database, bytes) in unread.into_iter().zip(contents) {
            let mut packages = Packages::without_files();
            let taken = bytes.and_then(|bytes| database.parse(&bytes, &mut packages));
            let found = packages.list();
            // All files of a directory together have no more than one file may have.
            let fits = found.len().min(PACKAGES_MAX.saturating_sub(total));
            total += fits;
            let taken = if fits < found.len() { Err(TOO_MANY_PACKAGES.to_owned()) } else { taken };
            let known = Known { packages: found[..fits].into(), whole: taken.is_ok() };
            state.insert(database.events, known);
            self.note(taken.err().map(|why| database.note(&why)));
        }
        state
    }
}
