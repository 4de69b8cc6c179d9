//! Records of images, containers and snapshots in containerd's `meta.db`.
//!
//! Layout: `v1/<namespace>/{images,containers,snapshots}/…` (containerd, `core/metadata/buckets.go`). Strings are
//! untrusted; no path is built from them here.

use std::collections::HashMap;

use crate::image::manifest::Descriptor;
use crate::source::local::containerd::bolt;
use crate::source::local::containerd::bolt::{Bucket, Db};
use crate::source::local::containerd::values::{signed, text, time};

/// Prefix of the names that Docker gives to untagged images.
const DANGLING: &str = "moby-dangling@";

/// The records of one namespace.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    pub(super) name: String,
    /// Sorted by first name, unnamed images last.
    pub(super) images: Vec<Record>,
    /// Sorted by ID.
    pub(super) containers: Vec<Container>,
    /// By snapshotter, then by snapshot key: the snapshotter's own name of the snapshot.
    pub(super) snapshots: HashMap<String, HashMap<String, String>>,
    /// What could not be read.
    pub(super) problems: Vec<String>,
}

/// An image record: a target and all names that point to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Names with tags; empty for an untagged image.
    pub(super) names: Vec<String>,
    /// Names by digest and by ID.
    pub(super) other_ids: Vec<String>,
    pub(super) target: Descriptor,
    /// Creation time of the first name.
    pub(super) created: Option<String>,
}

/// A container.
#[derive(Clone, Debug, Default)]
pub(super) struct Container {
    pub(super) id: String,
    /// Name of its image.
    pub(super) image: String,
    pub(super) snapshotter: String,
    /// Snapshot key of its writable layer.
    pub(super) snapshot: String,
    pub(super) created: Option<String>,
    /// Names from labels of tools (nerdctl, CRI).
    pub(super) names: Vec<String>,
}

/// Reads all namespaces from one state of the database.
pub(super) fn read(db: &Db) -> Result<Vec<Namespace>, bolt::Error> {
    db.view(|top| {
        let mut namespaces = Vec::new();
        let Some(version) = top.bucket(b"v1")? else { return Ok(namespaces) };
        for item in version.items() {
            let item = item?;
            if let Some(bucket) = item.bucket()? {
                namespaces.push(namespace(text(item.key()), &bucket));
            }
        }
        Ok(namespaces)
    })
}

/// Damage loses only the part of the namespace that it is in.
fn namespace(name: String, bucket: &Bucket<'_>) -> Namespace {
    let mut problems = Vec::new();
    let mut note = |what: &str, error: bolt::Error| {
        problems.push(format!("not all {what} of namespace {name} can be read: meta.db: {error}"));
    };
    let mut images = Vec::new();
    images_of(bucket, &mut images).unwrap_or_else(|error| note("images", error));
    let mut containers = Vec::new();
    containers_of(bucket, &mut containers).unwrap_or_else(|error| note("containers", error));
    let mut snapshots = HashMap::new();
    snapshots_of(bucket, &mut snapshots).unwrap_or_else(|error| note("snapshots", error));
    images.sort_by(|one: &Record, other| {
        (one.names.is_empty(), &one.names).cmp(&(other.names.is_empty(), &other.names))
    });
    Namespace { name, images, containers, snapshots, problems }
}

/// Calls `each` with every sub-bucket; stops at the first error.
fn each(
    parent: &Bucket<'_>,
    key: &[u8],
    mut each: impl FnMut(String, &Bucket<'_>) -> Result<(), bolt::Error>,
) -> Result<(), bolt::Error> {
    let Some(bucket) = parent.bucket(key)? else { return Ok(()) };
    for item in bucket.items() {
        let item = item?;
        if let Some(below) = item.bucket()? {
            each(text(item.key()), &below)?;
        }
    }
    Ok(())
}

fn texts(bucket: &Bucket<'_>, key: &[u8]) -> Result<String, bolt::Error> {
    Ok(bucket.get(key)?.map(|value| text(&value)).unwrap_or_default())
}

/// Merges names of the same target into one image: Kubernetes gives each image three.
fn images_of(namespace: &Bucket<'_>, images: &mut Vec<Record>) -> Result<(), bolt::Error> {
    let mut by_digest: HashMap<String, usize> = HashMap::new();
    each(namespace, b"images", |name, bucket| {
        let created = bucket.get(b"createdat")?.and_then(|value| time(&value));
        let target = match bucket.bucket(b"target")? {
            Some(target) => Descriptor {
                stated_digest: texts(&target, b"digest")?,
                media_type: target.get(b"mediatype")?.map(|value| text(&value)),
                size: target.get(b"size")?.and_then(|value| signed(&value)),
                ..Descriptor::default()
            },
            None => Descriptor::default(),
        };
        let at = *by_digest.entry(target.stated_digest.clone()).or_insert(images.len());
        if at == images.len() {
            images.push(Record { target, created, ..Record::default() });
        }
        match name.starts_with(DANGLING) {
            true => {}
            false if name.starts_with("sha256:") || name.contains("@sha256:") => {
                images[at].other_ids.push(name);
            }
            false => images[at].names.push(name),
        }
        Ok(())
    })?;
    Ok(())
}

fn containers_of(
    namespace: &Bucket<'_>,
    containers: &mut Vec<Container>,
) -> Result<(), bolt::Error> {
    each(namespace, b"containers", |id, bucket| {
        let mut names = Vec::new();
        if let Some(labels) = bucket.bucket(b"labels")? {
            for label in [&b"nerdctl/name"[..], b"io.kubernetes.container.name"] {
                names.extend(labels.get(label)?.map(|value| text(&value)));
            }
        }
        containers.push(Container {
            id,
            image: texts(bucket, b"image")?,
            snapshotter: texts(bucket, b"snapshotter")?,
            snapshot: texts(bucket, b"snapshotKey")?,
            created: bucket.get(b"createdat")?.and_then(|value| time(&value)),
            names,
        });
        Ok(())
    })
}

fn snapshots_of(
    namespace: &Bucket<'_>,
    snapshots: &mut HashMap<String, HashMap<String, String>>,
) -> Result<(), bolt::Error> {
    each(namespace, b"snapshots", |snapshotter, bucket| {
        let mut names = HashMap::new();
        for item in bucket.items() {
            let item = item?;
            if let Some(snapshot) = item.bucket()? {
                names.insert(text(item.key()), texts(&snapshot, b"name")?);
            }
        }
        snapshots.insert(snapshotter, names);
        Ok(())
    })
}
