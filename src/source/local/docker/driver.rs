//! Storage drivers: the directory of a layer and the form of its content.
//!
//! Source: moby, `daemon/graphdriver/*` of the versions that had each driver.

use std::fs;
use std::path::PathBuf;

use crate::layer::directory::{Form, IdMaps};
use crate::source::local::docker::ids;
use crate::source::local::docker::records::Records;
use crate::source::local::root::{StoreContents, StoreEntry};

/// The directory of a layer, or why it cannot be read.
pub(super) type LayerDir = Result<PathBuf, String>;

/// Some drivers store layers of images and of containers differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerOwner {
    Image,
    Container,
}

/// One driver of one data root.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    /// Docker's name of the driver.
    pub(super) name: String,
    kind: Kind,
    /// The data root.
    pub(super) records: Records,
    /// Map of owners in the image to owners on disk (`userns-remap`).
    pub(super) ids: IdMaps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `overlay2`, and `fuse-overlayfs`, which has the same layout.
    Overlay2,
    /// `overlay`, the first overlay driver: complete trees of hard links.
    Overlay,
    Aufs,
    Vfs,
    Btrfs,
    DeviceMapper,
    Zfs,
    Unknown,
}

impl Driver {
    pub(super) fn new(name: &str, records: Records, ids: IdMaps) -> Self {
        let kind = match name {
            "overlay2" | "fuse-overlayfs" => Kind::Overlay2,
            "overlay" => Kind::Overlay,
            "aufs" => Kind::Aufs,
            "vfs" => Kind::Vfs,
            "btrfs" => Kind::Btrfs,
            "devicemapper" => Kind::DeviceMapper,
            "zfs" => Kind::Zfs,
            _ => Kind::Unknown,
        };
        Self { name: name.to_owned(), kind, records, ids }
    }

    /// Whether the driver has an image layer with this ID.
    pub(super) fn has(&self, id: &str) -> bool {
        ids::is_cache_id(id)
            && match self.kind {
                Kind::DeviceMapper => {
                    let metadata = format!("devicemapper/metadata/{id}");
                    matches!(self.records.file(&metadata), Ok(Some(_)))
                }
                _ => self.layer_dir(id, LayerOwner::Image).is_ok(),
            }
    }

    /// The directory of a layer.
    pub(super) fn layer_dir(&self, id: &str, owner: LayerOwner) -> LayerDir {
        match (self.kind, owner) {
            (Kind::Overlay, LayerOwner::Image) => self.directory(id, &format!("overlay/{id}/root")),
            (Kind::Overlay, LayerOwner::Container) => {
                self.directory(id, &format!("overlay/{id}/upper"))
            }
            (Kind::Aufs, LayerOwner::Image) => self.aufs(id, &format!("graph/{id}/layer")),
            (Kind::Aufs, LayerOwner::Container) => self.aufs(id, &format!("containers/{id}/rw")),
            _ => self.either(id),
        }
    }

    /// The form of a layer in its directory, and a problem if the layer below is needed and missing: a complete tree
    /// shows changes only in comparison with it.
    pub(super) fn form(
        &self,
        owner: LayerOwner,
        below: Option<&LayerDir>,
    ) -> (Form, Option<String>) {
        match (self.kind, owner) {
            (Kind::Overlay2, _) | (Kind::Overlay, LayerOwner::Container) => (Form::Overlay, None),
            (Kind::Aufs, _) => (Form::Aufs, None),
            _ => match below {
                Some(Ok(parent)) => (Form::FullCopy { parent: Some(parent.clone()) }, None),
                Some(Err(why)) => {
                    let problem = format!(
                        "{} keeps complete trees and the one below is missing ({why}): everything in this one counts as this layer's",
                        self.name
                    );
                    (Form::FullCopy { parent: None }, Some(problem))
                }
                None => (Form::FullCopy { parent: None }, None),
            },
        }
    }

    /// The directory of a layer for drivers that store layers of images and containers alike.
    fn either(&self, id: &str) -> LayerDir {
        let name = &self.name;
        match self.kind {
            Kind::Overlay2 => self.directory(id, &format!("{name}/{id}/diff")),
            Kind::Vfs => self.directory(id, &format!("vfs/dir/{id}")),
            Kind::Btrfs => self.directory(id, &format!("btrfs/subvolumes/{id}")),
            Kind::Zfs => self.zfs(id),
            Kind::DeviceMapper => Err(
                "devicemapper keeps the files in its thin pool, which is not read: to read them, start a Docker that \
                 has this driver and use `docker save`"
                    .to_owned(),
            ),
            Kind::Overlay | Kind::Aufs | Kind::Unknown => {
                Err(format!("where the driver {name} keeps its layers is not known"))
            }
        }
    }

    fn directory(&self, id: &str, path: &str) -> LayerDir {
        if !ids::is_cache_id(id) {
            return Err(format!(
                "`{id}` cannot be the name of a layer's directory: not looked for"
            ));
        }
        self.records.directory(path)?.ok_or_else(|| format!("`{path}` is not here"))
    }

    /// The directory of an aufs layer. Docker 0.7 migrated older layers as links to their previous path (`older`);
    /// before 0.7 there is only that path.
    fn aufs(&self, id: &str, older: &str) -> LayerDir {
        let path = format!("aufs/diff/{id}");
        if !ids::is_cache_id(id) {
            return self.directory(id, &path);
        }
        let link = fs::read_link(self.records.root().join(&path));
        match link.as_deref().map(migrated_path) {
            Ok(Some(inside)) => self.directory(id, &inside),
            Ok(None) => Err(format!("`{path}` is a link that leads elsewhere: not followed")),
            Err(_) => match self.records.directory(&path)? {
                Some(directory) => Ok(directory),
                None => match self.records.directory(older)? {
                    Some(directory) => Ok(directory),
                    None => Err(format!("`{path}` is not here")),
                },
            },
        }
    }

    /// The mount point of a zfs dataset, which is mounted only while in use.
    fn zfs(&self, id: &str) -> LayerDir {
        let path = format!("zfs/graph/{id}");
        let directory = self.directory(id, &path);
        let is_empty =
            |place: &PathBuf| fs::read_dir(place).is_ok_and(|mut it| it.next().is_none());
        match directory {
            Ok(place) if !is_empty(&place) => Ok(place),
            _ => Err(format!(
                "its dataset is not mounted at `{path}`: mount it there (`mount -t zfs`) to read its files"
            )),
        }
    }
}

/// The contents of the store of one driver.
pub(super) fn driver_contents(
    driver: &Driver,
    images: Vec<StoreEntry>,
    containers: Vec<StoreEntry>,
    problems: Vec<String>,
) -> StoreContents {
    StoreContents {
        kind: "docker-root",
        root: driver.records.root().to_path_buf(),
        qualifier: driver.name.clone(),
        images,
        containers,
        problems,
    }
}

/// The path below the root that a link of the 0.7 migration points to, `graph/<id>/layer` or `containers/<id>/rw`,
/// wherever the root was at that time.
fn migrated_path(link: &std::path::Path) -> Option<String> {
    let text = link.to_str()?;
    let mut parts = text.rsplit('/');
    let (last, id, first) = (parts.next()?, parts.next()?, parts.next()?);
    let known = matches!((first, last), ("graph", "layer") | ("containers", "rw"));
    (known && ids::is_id(id)).then(|| format!("{first}/{id}/{last}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_links_of_the_migration_are_followed() {
        let id = "a".repeat(64);
        for root in ["/var/lib/docker", "/mnt/old/docker", "../.."] {
            let link = format!("{root}/graph/{id}/layer");
            assert_eq!(migrated_path(Path::new(&link)), Some(format!("graph/{id}/layer")));
        }
        let link = format!("/x/containers/{id}/rw");
        assert_eq!(migrated_path(Path::new(&link)), Some(format!("containers/{id}/rw")));
        for link in ["/etc", "graph/../layer", "/graph/x/layer", "", "layer"] {
            assert_eq!(migrated_path(Path::new(link)), None, "{link}");
        }
    }

    #[test]
    fn an_invalid_id_is_not_looked_up() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("outside/diff")).unwrap();
        fs::create_dir_all(root.path().join("store/overlay2")).unwrap();
        let records = Records::new(&root.path().join("store")).unwrap();
        for name in ["overlay2", "overlay", "aufs", "vfs", "btrfs", "zfs", "devicemapper", "other"]
        {
            let driver = Driver::new(name, records.clone(), IdMaps::default());
            for id in ["../../outside", "..", "", "a/b"] {
                assert!(!driver.has(id));
                assert!(driver.layer_dir(id, LayerOwner::Image).is_err(), "{name} {id}");
                assert!(driver.layer_dir(id, LayerOwner::Container).is_err(), "{name} {id}");
            }
        }
    }
}
