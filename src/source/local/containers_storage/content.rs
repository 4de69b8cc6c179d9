//! What one layer of a store is read from: its tar-split with the contents beside it, or its directory alone.
//!
//! Nothing of a layer is read here but the table of contents of one whose files lie under digests.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::layer::directory::{IdMaps, Tree};
use crate::layer::split::{Contents, Split};
use crate::layer::toc;
use crate::source::documents::blobs::Content;
use crate::source::local::containers_storage::driver::Driver;
use crate::source::local::containers_storage::layers::Held;
use crate::source::local::containers_storage::owners::through;
use crate::source::local::containers_storage::place::StoreRoot;
use crate::source::local::containers_storage::records::{LayerRecord, is_flat};
use crate::source::local::containers_storage::store::Store;

/// Key of what a partial pull of a zstd:chunked layer notes: whether the layer's files lie under their digests.
const LAYER_DATA: &str = "zstd-chunked-layer-data";

/// Key of the table of contents of such a layer.
const TABLE_OF_CONTENTS: &str = "zstd-chunked-manifest";

/// What a layer is read from, and where that is.
pub(super) struct Reading {
    pub(super) content: Content,
    /// The directory of the layer's files.
    pub(super) directory: Option<PathBuf>,
    /// What is known to be wrong.
    pub(super) problems: Vec<String>,
}

/// Finds out what a layer is read from.
pub(super) fn reading(store: &Store, held: &Held) -> Reading {
    let record = &held.record;
    let mut problems = Vec::new();
    let (directory, missing) = match directory(store, held) {
        Ok(directory) => (Some(directory), String::new()),
        Err(why) => (None, why),
    };
    let flat = is_composefs(store, held);
    let content = match tar_split(store, held, &mut problems) {
        Some(listing) => {
            let contents = match &directory {
                None => Err(missing),
                Some(root) if flat => by_digest(store, held, root.clone()),
                Some(root) => Ok(Contents::Directory(root.clone())),
            };
            let contents = contents.unwrap_or_else(|why| {
                let why = format!("the files' contents cannot be read: {why}");
                problems.push(why.clone());
                Contents::Unavailable(why)
            });
            Content::Split(Split::new(listing, contents, key(record)))
        }
        None => match &directory {
            None => absent(&missing, &mut problems),
            Some(_) if flat => absent(
                "its files lie under the digests of their contents and its tar-split is not here",
                &mut problems,
            ),
            Some(root) => Content::Tree(tree(store, held, root.clone(), &mut problems)),
        },
    };
    Reading { content, directory, problems }
}

fn absent(why: &str, problems: &mut Vec<String>) -> Content {
    let why = format!("{why}: nothing of this layer can be shown");
    problems.push(why.clone());
    Content::Absent(why)
}

/// Layers of one tar have the same rows, whatever they lie on. A diff ID that nobody computed promises nothing.
fn key(record: &LayerRecord) -> String {
    let verified = record.diff_digest.as_ref().filter(|_| !record.unverified);
    verified.unwrap_or(&record.id).clone()
}

/// The roots of the store, that which recorded the layer first: a layer's parts may lie in another one.
fn places<'s>(store: &'s Store, held: &Held) -> impl Iterator<Item = &'s StoreRoot> + use<'s> {
    let first = held.place;
    let others = store.places.iter().enumerate().filter(move |(at, _)| *at != first);
    store.places.get(first).into_iter().chain(others.map(|(_, place)| place))
}

fn tar_split(
    store: &Store,
    held: &Held,
    problems: &mut Vec<String>,
) -> Option<crate::layer::blob::Blob> {
    for place in places(store, held) {
        match place.tar_split(&held.record.id) {
            Ok(None) => {}
            Ok(found) => return found,
            Err(why) => problems.push(format!("the tar-split cannot be read: {why}")),
        }
    }
    None
}

/// The directory that holds a layer's files.
fn directory(store: &Store, held: &Held) -> Result<PathBuf, String> {
    let id = &held.record.id;
    let mut why = format!("{} is not there", store.driver.contents(id));
    for place in places(store, held) {
        match place.contents(id) {
            Ok(None) => {}
            // A dataset that is not mounted leaves its mount point, empty.
            Ok(Some(at)) if store.driver == Driver::Zfs && is_empty(&at) => {
                why = format!(
                    "{} is empty: its zfs dataset is not mounted (`zfs mount`)",
                    at.display()
                );
            }
            Ok(Some(at)) => return Ok(at),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

fn is_empty(directory: &std::path::Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

/// Whether the layer is one of composefs: its files lie under the digests of their contents.
fn is_composefs(store: &Store, held: &Held) -> bool {
    let noted = held.record.big_data.iter().any(|key| key == LAYER_DATA);
    noted
        && places(store, held)
            .find_map(|place| place.layer_data(&held.record.id, LAYER_DATA).ok())
            .is_some_and(|data| is_flat(&data))
}

fn by_digest(store: &Store, held: &Held, root: PathBuf) -> Result<Contents, String> {
    let mut why = format!("`{TABLE_OF_CONTENTS}` is not here");
    for place in places(store, held) {
        let digests = place.layer_data(&held.record.id, TABLE_OF_CONTENTS).and_then(|bytes| {
            toc::digests(&bytes).map_err(|error| format!("`{TABLE_OF_CONTENTS}`: {error}"))
        });
        match digests {
            Ok(digests) => return Ok(Contents::ByDigest { root, digests: Arc::new(digests) }),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// A layer without a tar-split: a container's own one, or one that an engine never made a tar of.
fn tree(store: &Store, held: &Held, root: PathBuf, problems: &mut Vec<String>) -> Tree {
    let below = held.record.parent.as_deref();
    let parent = below.filter(|_| store.driver.copies()).and_then(|id| {
        let parent = store.layers.get(id).ok_or_else(|| format!("layer {id} is not in this store"));
        let found = parent.and_then(|parent| directory(store, parent));
        let missing = |why| {
            problems.push(format!(
                "nothing to compare it with ({why}): all that it holds is shown as its own"
            ));
        };
        found.map_err(missing).ok()
    });
    Tree { root, form: store.driver.form(parent), ids: owners(store, held) }
}

fn owners(store: &Store, held: &Held) -> IdMaps {
    let Some(place) = store.places.get(held.place) else { return IdMaps::default() };
    IdMaps {
        uids: through(&held.record.uids, &place.owners.uids),
        gids: through(&held.record.gids, &place.owners.gids),
    }
}
