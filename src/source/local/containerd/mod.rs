//! containerd's store, including the one that Docker ≥ 25 keeps inside its data root. Layout: containerd
//! `core/metadata/buckets.go` (`meta.db`), `core/snapshots/storage` (`metadata.db`), `plugins/content/local` (blobs).
//!
//! ```text
//! meta.db ─► records ─► images ─────► documents and blobs of the content store, like those of an OCI layout
//!                    └► containers ─► snapshots, which stand in for blobs that are not kept, too
//! ```
//!
//! Each namespace is a store of its own. `bolt` reads the databases and has no other user.

pub mod bolt;
mod containers;
mod images;
mod records;
mod snapshots;
mod values;

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::local::containerd::images::Images;
use crate::source::local::containerd::records::{Container, Namespace, Record};
use crate::source::local::containerd::snapshots::Snapshots;
use crate::source::local::root::{StorageRoot, StoreContents, StoreEntry};

/// containerd's metadata database, below its root.
const RECORDS: &str = "io.containerd.metadata.v1.bolt/meta.db";

/// The root of the containerd that Docker runs itself, below Docker's data root.
pub(super) const IN_DOCKER: &str = "containerd/daemon";

type Roots = Vec<Box<dyn StorageRoot>>;

/// The namespaces with images or containers of the store at `root` and of the one inside a Docker data root; `None`
/// if there is neither.
///
/// # Errors
/// If the store is not readable or its metadata is damaged.
pub(super) fn find(root: &Path) -> Option<Result<Roots, Error>> {
    let own = namespaces(root);
    let inside = namespaces(&root.join(IN_DOCKER));
    match (own, inside) {
        (Some(Ok(mut roots)), Some(Ok(inside))) => {
            roots.extend(inside);
            Some(Ok(roots))
        }
        // An unreadable or damaged store does not hide the other.
        (Some(Ok(roots)), _) | (_, Some(Ok(roots))) => Some(Ok(roots)),
        (own, inside) => own.or(inside),
    }
}

fn namespaces(root: &Path) -> Option<Result<Roots, Error>> {
    let file = root.join(RECORDS);
    match file.metadata() {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Some(Err(closed(root)));
        }
        Err(_) => return None,
    }
    let records = bolt::Db::open(&file).and_then(|db| records::read(&db));
    Some(match records {
        Ok(namespaces) => stores(root, namespaces),
        Err(bolt::Error::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(closed(root))
        }
        Err(error) => {
            Err(Error::Records { place: file.display().to_string(), reason: error.to_string() })
        }
    })
}

fn stores(root: &Path, namespaces: Vec<Namespace>) -> Result<Roots, Error> {
    let content = root.join(images::CONTENT);
    if let Err(error) = content.join("blobs").read_dir()
        && error.kind() == io::ErrorKind::PermissionDenied
    {
        return Err(closed(root));
    }
    let holds = |it: &Namespace| !(it.images.is_empty() && it.containers.is_empty());
    let mut roots = Roots::new();
    for namespace in namespaces.into_iter().filter(|it| holds(it) || !it.problems.is_empty()) {
        let store = Store::new(root, namespace).map_err(|source| Error::Io {
            place: content.display().to_string(),
            doing: "cannot be read",
            source,
        })?;
        roots.push(Box::new(store));
    }
    Ok(roots)
}

fn closed(root: &Path) -> Error {
    Error::Closed { place: format!("containerd {}", root.display()) }
}

/// One namespace of one store.
struct Store {
    /// In the order of `contents`.
    records: Vec<Record>,
    /// In the order of `contents`.
    container_records: Vec<Container>,
    images: Images,
    snapshots: Arc<Snapshots>,
    contents: StoreContents,
}

impl Store {
    fn new(root: &Path, namespace: Namespace) -> io::Result<Self> {
        let snapshots = Arc::new(Snapshots::new(root, &namespace.snapshots));
        let images = Images::new(root, Arc::clone(&snapshots))?;
        let image_entries = namespace.images.iter().map(|record| images.entry(record)).collect();
        let entry =
            namespace.containers.iter().map(|container| containers::entry(container, &snapshots));
        let mut containers: Vec<(StoreEntry, Container)> =
            entry.zip(namespace.containers.iter().cloned()).collect();
        containers.sort_by(|(one, _), (other, _)| {
            (&one.names, &one.ids).cmp(&(&other.names, &other.ids))
        });
        let (container_entries, container_records) = containers.into_iter().unzip();
        Ok(Self {
            records: namespace.images,
            container_records,
            images,
            snapshots,
            contents: StoreContents {
                kind: "containerd",
                root: root.to_owned(),
                qualifier: namespace.name,
                images: image_entries,
                containers: container_entries,
                problems: namespace.problems,
            },
        })
    }
}

impl StorageRoot for Store {
    fn contents(&self) -> &StoreContents {
        &self.contents
    }

    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let record = self.records.get(at).ok_or_else(|| ask.no_such_image(Vec::new()))?;
        // The image is already chosen; only its platform is open.
        self.images.layout(record).open(&Ask { pick: None, ..ask.clone() })
    }

    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let container =
            self.container_records.get(at).ok_or_else(|| ask.no_such_image(Vec::new()))?;
        let is_its_image = |record: &&Record| {
            record.names.contains(&container.image) || record.other_ids.contains(&container.image)
        };
        let record = self.records.iter().find(is_its_image);
        let blobs = containers::open(container, record, &self.images, &self.snapshots, ask)?;
        Ok(Opened::Image(Box::new(blobs)))
    }
}
