//! Snapshots: unpacked layers and the writable layers of containers.
//!
//! A snapshotter has a `metadata.db` of its own (containerd, `core/snapshots/storage/bolt.go`), in which snapshots
//! have the names that `meta.db` maps their keys to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::image::layer::LayerStore;
use crate::layer::directory::{Form, IdMaps, Tree};
use crate::source::local::containerd::bolt;
use crate::source::local::containerd::bolt::Db;
use crate::source::local::containerd::values::{text, unsigned};

/// The snapshots of one namespace.
#[derive(Debug)]
pub(super) struct Snapshots {
    /// Sorted by name, `overlayfs` first.
    snapshotters: Vec<Snapshotter>,
}

/// One snapshotter.
#[derive(Debug)]
struct Snapshotter {
    name: String,
    directory: PathBuf,
    /// The snapshotter's names by snapshot key.
    names: HashMap<String, String>,
    /// Records of `metadata.db`, read on first use.
    records: OnceLock<Result<HashMap<String, Record>, String>>,
}

/// A snapshot in `metadata.db`.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    id: u64,
    parent: Option<String>,
    /// Active, not committed: the writable layer of a container.
    is_active: bool,
}

/// A snapshot and its content.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// The chain ID up to this layer, or the key that the client chose for a container.
    pub(super) key: String,
    /// Active: the writable layer of a container.
    pub(super) is_active: bool,
    /// Driver, key and directory.
    pub(super) store: LayerStore,
    /// The directory tree, or why it cannot be read.
    pub(super) content: Result<Tree, String>,
}

impl Snapshots {
    /// `names` is the map of `meta.db`: by snapshotter, then by key.
    pub(super) fn new(root: &Path, names: &HashMap<String, HashMap<String, String>>) -> Self {
        let sorted: BTreeMap<_, _> =
            names.iter().map(|(name, keys)| ((name != "overlayfs", name), keys)).collect();
        let known = sorted.into_iter().filter(|((_, name), _)| is_name(name));
        let snapshotters = known.map(|((_, name), names)| Snapshotter {
            name: name.clone(),
            directory: root.join(format!("io.containerd.snapshotter.v1.{name}")),
            names: names.clone(),
            records: OnceLock::new(),
        });
        Self { snapshotters: snapshotters.collect() }
    }

    /// The snapshot with a chain ID, from the first snapshotter that has it.
    pub(super) fn of_chain(&self, chain_id: &str) -> Option<Snapshot> {
        self.snapshotters.iter().find_map(|snapshotter| {
            let name = snapshotter.names.get(chain_id)?;
            Some(snapshotter.snapshot(name, chain_id))
        })
    }

    /// The snapshot with a key and its parents, base first.
    ///
    /// # Errors
    /// If the key is unknown or the snapshotter's records cannot be read.
    pub(super) fn stack(&self, snapshotter: &str, key: &str) -> Result<Vec<Snapshot>, String> {
        let found = self.snapshotters.iter().find(|known| known.name == snapshotter);
        let missing = || format!("there is no snapshot `{key}` of snapshotter `{snapshotter}`");
        let snapshotter = found.ok_or_else(missing)?;
        let mut next = Some(snapshotter.names.get(key).ok_or_else(missing)?.clone());
        let mut seen = HashSet::new();
        let mut stack = Vec::new();
        while let Some(name) = next.take().filter(|name| seen.insert(name.clone())) {
            // `<namespace>/<number>/<key>`; the key may contain slashes.
            let key = name.splitn(3, '/').nth(2).unwrap_or(&name);
            stack.push(snapshotter.snapshot(&name, key));
            next.clone_from(&snapshotter.record(&name)?.parent);
        }
        stack.reverse();
        Ok(stack)
    }
}

impl Snapshotter {
    fn record(&self, name: &str) -> Result<&Record, String> {
        let records = self.records.get_or_init(|| {
            let place = self.directory.join("metadata.db");
            let records = Db::open(&place).and_then(|db| read(&db));
            records.map_err(|error| format!("{}: {error}", place.display()))
        });
        match records {
            Ok(records) => records.get(name).ok_or_else(|| {
                format!("snapshotter {} does not know the snapshot `{name}`", self.name)
            }),
            Err(error) => Err(error.clone()),
        }
    }

    fn snapshot(&self, name: &str, key: &str) -> Snapshot {
        let record = self.record(name);
        let content = record.clone().and_then(|record| self.content(record));
        let directory = content.as_ref().ok().map(|tree| tree.root.clone());
        Snapshot {
            key: key.to_owned(),
            is_active: record.is_ok_and(|record| record.is_active),
            store: LayerStore {
                driver: self.name.as_str().into(),
                cache_id: Some(key.into()),
                chain_id: None,
                directory,
            },
            content,
        }
    }

    fn content(&self, record: &Record) -> Result<Tree, String> {
        let form = match self.name.as_str() {
            "native" | "btrfs" => {
                let parent = record.parent.as_deref().map(|name| self.record(name)).transpose()?;
                let parent = parent.map(|parent| self.directory_of(parent)).transpose()?;
                Form::FullCopy { parent }
            }
            _ => Form::Overlay,
        };
        Ok(Tree { root: self.directory_of(record)?, form, ids: IdMaps::default() })
    }

    /// The directory of the files. IDs are numbers and links are not followed, so the path stays inside the
    /// snapshotter's directory.
    fn directory_of(&self, record: &Record) -> Result<PathBuf, String> {
        let id = record.id;
        let below = match self.name.as_str() {
            "btrfs" if record.is_active => format!("active/{id}"),
            "native" | "btrfs" => format!("snapshots/{id}"),
            _ => format!("snapshots/{id}/fs"),
        };
        let directory = self.directory.join(below);
        match fs::symlink_metadata(&directory) {
            Ok(found) if found.is_dir() => Ok(directory),
            Ok(_) => Err(format!("{} is not a directory", directory.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(format!(
                "snapshotter {} keeps it in no directory of its own ({} does not exist)",
                self.name,
                directory.display()
            )),
            Err(error) => Err(format!("{}: {error}", directory.display())),
        }
    }
}

/// `v1/snapshots/<name>/{id,kind,parent}`.
fn read(db: &Db) -> Result<HashMap<String, Record>, bolt::Error> {
    const ACTIVE: u64 = 2;
    db.view(|top| {
        let mut records = HashMap::new();
        let version = top.bucket(b"v1")?;
        let Some(snapshots) = version.map_or(Ok(None), |it| it.bucket(b"snapshots"))? else {
            return Ok(records);
        };
        for item in snapshots.items() {
            let item = item?;
            let Some(bucket) = item.bucket()? else { continue };
            // Without a valid ID the record is skipped.
            let Some(id) = bucket.get(b"id")?.and_then(|value| unsigned(&value)) else { continue };
            let kind = bucket.get(b"kind")?.and_then(|value| unsigned(&value));
            let parent = bucket.get(b"parent")?.filter(|parent| !parent.is_empty());
            let parent = parent.map(|value| text(&value));
            records
                .insert(text(item.key()), Record { id, parent, is_active: kind == Some(ACTIVE) });
        }
        Ok(records)
    })
}

/// Whether a snapshotter's name is safe as part of a directory name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c))
}
