//! Docker's data root (`/var/lib/docker`) of any version, read without Docker.
//!
//! | file | what |
//! |---|---|
//! | `records`, `ids` | small files of the root; validation of IDs before they become part of a path |
//! | `driver` | directory and form of a layer, by storage driver |
//! | `on_disk` | a layer's records and directory as a part of an image |
//! | `names`, `containers` | names of images; records of containers |
//! | `image_store`, `layerdb` | Docker ≥ 1.10: configs, and layers by chain ID |
//! | `graph_store`, `graph` | Docker ≤ 1.9: each layer is an image with a parent |
//!
//! Docker's containerd store in the same root is read by `containerd`.

mod containers;
mod driver;
mod graph;
mod graph_store;
mod ids;
mod image_store;
mod layerdb;
mod names;
mod on_disk;
mod records;

use std::path::Path;
use std::{fs, io};

use crate::layer::directory::{IdMaps, IdRange};
use crate::source::Error;
use crate::source::documents::folder::MOST_ENTRIES;
use crate::source::local::docker::driver::Driver;
use crate::source::local::docker::graph_store::GraphStore;
use crate::source::local::docker::image_store::ImageStore;
use crate::source::local::docker::records::Records;
use crate::source::local::root::StorageRoot;

/// Upper bound of IDs in a user namespace. The directory name gives only the first ID, not the number.
const MOST_IDS: u64 = 1 << 32;

type Roots = Vec<Box<dyn StorageRoot>>;

/// The stores of the data root at `root`: one for each driver, including those of user namespaces; `None` if it is
/// not a data root.
///
/// # Errors
/// If it is not readable.
pub(super) fn find(root: &Path) -> Option<Result<Roots, Error>> {
    let names = match names(root) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Some(Err(closed(root)));
        }
        Err(_) => return None,
    };
    let mut problems = Vec::new();
    if names.len() == MOST_ENTRIES {
        let root = root.display();
        problems.push(format!("{root}: only {MOST_ENTRIES} of its entries were read"));
    }
    let mut remapped = Roots::new();
    let mut first_error = None;
    for name in &names {
        let Some((uid, gid)) = ids::namespace(name) else { continue };
        match stores_of(&root.join(name), &shifted(uid, gid), Vec::new()) {
            Some(Ok(roots)) => remapped.extend(roots),
            Some(Err(error)) => {
                problems.push(error.to_string());
                first_error.get_or_insert(error);
            }
            None => {}
        }
    }
    match stores_of(root, &IdMaps::default(), problems) {
        Some(Ok(mut roots)) => {
            roots.append(&mut remapped);
            Some(Ok(roots))
        }
        Some(Err(error)) if remapped.is_empty() => Some(Err(error)),
        _ if !remapped.is_empty() => Some(Ok(remapped)),
        _ => first_error.map(Err),
    }
}

/// The stores of one root, without those of user namespaces. A root that was migrated from Docker < 1.10 has both
/// kinds of records; the newer ones count.
fn stores_of(root: &Path, ids: &IdMaps, problems: Vec<String>) -> Option<Result<Roots, Error>> {
    for place in [root.to_owned(), root.join("image"), root.join("graph")] {
        if let Err(error) = names(&place)
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            return Some(Err(closed(&place)));
        }
    }
    let records = Records::new(root).ok()?;
    let driver = |name: &String| Driver::new(name, records.clone(), ids.clone());
    let has = |path: String| matches!(records.directory(&path), Ok(Some(_)));
    let drivers = records.names("image").unwrap_or_default();
    let drivers: Vec<String> = drivers
        .into_iter()
        .filter(|name| ids::is_driver(name))
        .filter(|name| has(format!("image/{name}/imagedb")) || has(format!("image/{name}/layerdb")))
        .collect();
    if drivers.is_empty() {
        return GraphStore::find(&records, ids, &problems).map(Ok);
    }
    let mut problems = problems;
    let containers = containers::read(&records, "config.v2.json", &mut problems);
    // Problems of the root as a whole go to the first store.
    let store = |name| {
        let problems = std::mem::take(&mut problems);
        Box::new(ImageStore::read(driver(name), &containers, problems)) as Box<dyn StorageRoot>
    };
    Some(Ok(drivers.iter().map(store).collect()))
}

fn names(place: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(place)?.take(MOST_ENTRIES);
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}

fn closed(place: &Path) -> Error {
    Error::Closed { place: format!("docker-root {}", place.display()) }
}

/// The ID map of a user namespace that begins at these IDs.
fn shifted(uid: u32, gid: u32) -> IdMaps {
    let range = |host: u32| {
        let host = u64::from(host);
        vec![IdRange { container: 0, host, size: MOST_IDS - host }]
    };
    IdMaps { uids: range(uid), gids: range(gid) }
}
