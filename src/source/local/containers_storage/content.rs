//! How one layer is read: by its tar-split and the contents in its directory, or by the directory alone.
//!
//! Reads nothing of a layer but the table of contents of a composefs layer.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::layer::directory::{IdMaps, Tree};
use crate::layer::split::{Contents, Split};
use crate::layer::toc;
use crate::source::documents::content::Content;
use crate::source::local::containers_storage::driver::Driver;
use crate::source::local::containers_storage::layers::RecordedLayer;
use crate::source::local::containers_storage::owners::compose;
use crate::source::local::containers_storage::records::{LayerRecord, is_flat};
use crate::source::local::containers_storage::store::Store;
use crate::source::local::containers_storage::store_root::StoreRoot;

/// Big-data key of a partially pulled zstd:chunked layer: says whether its files are stored by digest.
const LAYER_DATA: &str = "zstd-chunked-layer-data";

/// Big-data key of the table of contents of such a layer.
const TABLE_OF_CONTENTS: &str = "zstd-chunked-manifest";

/// The source of a layer's content.
pub(super) struct Reading {
    pub(super) content: Content,
    /// The layer's directory.
    pub(super) directory: Option<PathBuf>,
    /// Problems found so far.
    pub(super) problems: Vec<String>,
}

/// Determines how a layer is read.
pub(super) fn reading(store: &Store, recorded: &RecordedLayer) -> Reading {
    let record = &recorded.record;
    let mut problems = Vec::new();
    let (directory, missing) = match directory(store, recorded) {
        Ok(directory) => (Some(directory), String::new()),
        Err(why) => (None, why),
    };
    let flat = is_composefs(store, recorded);
    let content = match tar_split(store, recorded, &mut problems) {
        Some(listing) => {
            let contents = match &directory {
                None => Err(missing),
                Some(root) if flat => by_digest(store, recorded, root.clone()),
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
            Some(root) => Content::Tree(tree(store, recorded, root.clone(), &mut problems)),
        },
    };
    Reading { content, directory, problems }
}

fn absent(why: &str, problems: &mut Vec<String>) -> Content {
    let why = format!("{why}: this layer cannot be shown");
    problems.push(why.clone());
    Content::Absent(why)
}

/// Layers of the same tar have the same key, whatever is below them. An unverified diff ID does not count as a key.
fn key(record: &LayerRecord) -> String {
    let verified = record.diff_digest.as_ref().filter(|_| !record.unverified);
    verified.unwrap_or(&record.id).clone()
}

/// The roots of the store, starting with the one that recorded the layer: parts of a layer may be in another root.
fn roots<'s>(
    store: &'s Store,
    recorded: &RecordedLayer,
) -> impl Iterator<Item = &'s StoreRoot> + use<'s> {
    let first = recorded.root;
    let others = store.roots.iter().enumerate().filter(move |(at, _)| *at != first);
    store.roots.get(first).into_iter().chain(others.map(|(_, store_root)| store_root))
}

fn tar_split(
    store: &Store,
    recorded: &RecordedLayer,
    problems: &mut Vec<String>,
) -> Option<crate::layer::blob::Blob> {
    for store_root in roots(store, recorded) {
        match store_root.tar_split(&recorded.record.id) {
            Ok(None) => {}
            Ok(found) => return found,
            Err(why) => problems.push(format!("the tar-split cannot be read: {why}")),
        }
    }
    None
}

/// The directory of a layer's files.
fn directory(store: &Store, recorded: &RecordedLayer) -> Result<PathBuf, String> {
    let id = &recorded.record.id;
    let mut why = format!("{} is not there", store.driver.contents(id));
    for store_root in roots(store, recorded) {
        match store_root.contents(id) {
            Ok(None) => {}
            // An empty mount point: the dataset is not mounted.
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

/// Whether the layer is a composefs layer, whose files are stored by the digests of their contents.
fn is_composefs(store: &Store, recorded: &RecordedLayer) -> bool {
    let noted = recorded.record.big_data.iter().any(|key| key == LAYER_DATA);
    noted
        && roots(store, recorded)
            .find_map(|store_root| store_root.layer_data(&recorded.record.id, LAYER_DATA).ok())
            .is_some_and(|data| is_flat(&data))
}

fn by_digest(store: &Store, recorded: &RecordedLayer, root: PathBuf) -> Result<Contents, String> {
    let mut why = format!("`{TABLE_OF_CONTENTS}` is not here");
    for store_root in roots(store, recorded) {
        let digests =
            store_root.layer_data(&recorded.record.id, TABLE_OF_CONTENTS).and_then(|bytes| {
                toc::digests(&bytes).map_err(|error| format!("`{TABLE_OF_CONTENTS}`: {error}"))
            });
        match digests {
            Ok(digests) => return Ok(Contents::ByDigest { root, digests: Arc::new(digests) }),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// A layer without a tar-split: a container's writable layer, or one that was never exported as a tar.
fn tree(
    store: &Store,
    recorded: &RecordedLayer,
    root: PathBuf,
    problems: &mut Vec<String>,
) -> Tree {
    let below = recorded.record.parent.as_deref();
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
    Tree { root, form: store.driver.form(parent), ids: owners(store, recorded) }
}

fn owners(store: &Store, recorded: &RecordedLayer) -> IdMaps {
    let Some(store_root) = store.roots.get(recorded.root) else { return IdMaps::default() };
    IdMaps {
        uids: compose(&recorded.record.uids, &store_root.owners.uids),
        gids: compose(&recorded.record.gids, &store_root.owners.gids),
    }
}
