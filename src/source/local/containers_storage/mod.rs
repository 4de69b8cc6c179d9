//! containers/storage: the store of podman, buildah, skopeo and CRI-O, with any of its drivers.
//!
//! ```text
//! configuration ─► roots ─► store ─┬► records (images, layers, containers) ─► layers (chains)
//!                                  └► open ─► image ─► documents (manifest, config) and, for each layer, content
//! ```
//!
//! Layout: containers/storage, `store.go`, `images.go`, `layers.go`, `containers.go`; `storage.conf(5)`.

mod configuration;
mod content;
mod documents;
mod driver;
mod image;
mod layers;
mod list;
mod open;
mod owners;
mod records;
mod settings;
mod store;
mod store_root;

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::source::Error;
use crate::source::environment::Environment;
use crate::source::local::containers_storage::driver::Driver;
use crate::source::local::containers_storage::owners::Accounts;
use crate::source::local::containers_storage::store::Store;
use crate::source::local::root::{Found, StorageRoot};

type Stores = Vec<Box<dyn StorageRoot>>;

/// The stores with graphroot `root`, one for each driver; `None` if it is not a graphroot. Further roots that the
/// configuration assigns to this graphroot are included.
pub(super) fn find(root: &Path) -> Option<Result<Stores, Error>> {
    let environment = Environment::of_process();
    let same = |other: &Path| match (fs::canonicalize(root), fs::canonicalize(other)) {
        (Ok(root), Ok(other)) => root == other,
        _ => false,
    };
    let configured = configuration::roots(&environment, &Accounts::of_system());
    let others = configured.into_iter().find(|configured| same(&configured.graph));
    let mut roots = vec![root.to_path_buf()];
    roots.extend(others.into_iter().flat_map(|configured| configured.others));
    find_all(&roots, &Accounts::of_system())
}

/// The stores at the configured roots.
pub(super) fn in_configured_roots(environment: &Environment) -> Found {
    let accounts = Accounts::of_system();
    let configured = configuration::roots(environment, &accounts);
    let found = configured.into_iter().filter_map(|root| {
        let exists = fs::metadata(&root.graph);
        if exists.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return None;
        }
        let roots: Vec<PathBuf> = [root.graph].into_iter().chain(root.others).collect();
        find_all(&roots, &accounts)
    });
    let flat = found.flat_map(|found| match found {
        Ok(stores) => stores.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    flat.collect()
}

/// The stores of a graphroot (the first of `roots`) and its further roots, one for each driver.
fn find_all(roots: &[PathBuf], accounts: &Accounts) -> Option<Result<Stores, Error>> {
    let graph = roots.first()?;
    let mut stores: Vec<Store> = Vec::new();
    let mut errors = Vec::new();
    for driver in Driver::ALL {
        match holds(graph, driver) {
            Ok(false) => {}
            Ok(true) => match Store::read(driver, roots, accounts) {
                Ok(store) => stores.push(store),
                Err(error) => errors.push(error),
            },
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Some(Err(Error::Closed { place: graph.display().to_string() }));
            }
            Err(_) => return None,
        }
    }
    let Some(first) = stores.first_mut() else { return errors.into_iter().next().map(Err) };
    // Broken records of one driver do not hide the others.
    first.contents.problems.extend(errors.iter().map(ToString::to_string));
    Some(Ok(stores.into_iter().map(|store| Box::new(store) as Box<dyn StorageRoot>).collect()))
}

/// Whether a directory is a root of a store with this driver.
fn holds(root: &Path, driver: Driver) -> io::Result<bool> {
    for what in ["images", "layers"] {
        match fs::metadata(root.join(format!("{}-{what}", driver.name()))) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
