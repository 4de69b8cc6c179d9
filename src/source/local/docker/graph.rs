//! `graph/`: images of Docker ≤ 1.9. Each is one layer and names its parent.
//!
//! Source: moby v1.9.1, `graph/graph.go`, `image/image.go`; v0.6, `image.go`.

use std::collections::{BTreeMap, HashSet};

use crate::image::layer::Layer;
use crate::image::v1;
use crate::image::v1::V1Image;
use crate::source::documents::assemble::Part;
use crate::source::documents::budget::Budget;
use crate::source::local::docker::driver::{Driver, LayerDir, LayerOwner};
use crate::source::local::docker::ids;
use crate::source::local::docker::on_disk::{OnDisk, parts};
use crate::source::local::docker::records::Records;

/// All images of a graph, by ID.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    entries: BTreeMap<String, Entry>,
}

/// One image, which is one layer.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Directory name: the ID, unless the graph is damaged.
    directory: String,
    pub(super) image: V1Image,
    parent: Option<String>,
    /// Size of the layer's files in bytes.
    size: Option<u64>,
}

/// An image and its parents.
pub(super) struct Chain<'g> {
    /// IDs and images, base first.
    pub(super) layers: Vec<(&'g str, &'g Entry)>,
    /// Why the chain is incomplete.
    pub(super) broken: Option<String>,
}

impl Graph {
    /// Reads the records of all images. Directories whose name is not an ID (`_tmp`, being written or deleted) are
    /// skipped.
    pub(super) fn read(records: &Records, problems: &mut Vec<String>) -> Self {
        let names = records.names("graph").unwrap_or_else(|error| {
            problems.push(error);
            Vec::new()
        });
        let mut graph = Self::default();
        let mut budget = Budget::new();
        for directory in names.into_iter().filter(|name| ids::is_id(name)) {
            if !budget.allows() {
                problems.push("more images than are read: the rest is left out".to_owned());
                break;
            }
            let path = format!("graph/{directory}/json");
            let bytes = match records.document(&path) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    problems
                        .push(format!("`{path}` is not here: a partly deleted image, left out"));
                    continue;
                }
                Err(error) => {
                    problems.push(error);
                    Vec::new()
                }
            };
            budget.spend(bytes.len());
            let image = v1::parse(&bytes).unwrap_or_else(|error| {
                problems.push(format!("`{path}`: {error}: what it says is not known"));
                V1Image::default()
            });
            graph.add(records, directory, image, problems);
        }
        graph
    }

    fn add(
        &mut self,
        records: &Records,
        directory: String,
        image: V1Image,
        problems: &mut Vec<String>,
    ) {
        let mut text = |name: &str| {
            records.text(&format!("graph/{directory}/{name}")).unwrap_or_else(|error| {
                problems.push(error);
                None
            })
        };
        // The `parent` file that a pull by digest wrote takes precedence over the image's own field.
        let parent = text("parent").or_else(|| image.parent.clone());
        let size = text("layersize").and_then(|size| size.parse().ok());
        let parent = parent.map(|id| id.strip_prefix("sha256:").unwrap_or(&id).to_owned());
        let stated = image.id.clone().filter(|id| *id != directory);
        let id = match stated {
            Some(id) if ids::is_id(&id) && !self.entries.contains_key(&id) => {
                problems.push(format!("`graph/{directory}` has the ID {id} in its record"));
                id
            }
            _ => directory.clone(),
        };
        self.entries.insert(id, Entry { directory, image, parent, size });
    }

    /// Whether there is an image with this ID.
    pub(super) fn has(&self, id: &str) -> bool {
        self.entries.contains_key(id)
    }

    /// IDs of the images that are not the parent of another.
    pub(super) fn heads(&self) -> impl Iterator<Item = &str> {
        let parents: HashSet<&str> =
            self.entries.values().filter_map(|entry| entry.parent.as_deref()).collect();
        self.entries.keys().map(String::as_str).filter(move |id| !parents.contains(id))
    }

    /// The images from the base up to `head`.
    pub(super) fn chain<'g>(&'g self, head: &'g str) -> Chain<'g> {
        let (layers, broken) = v1::chain(head, |id| {
            let (id, entry) = self.entries.get_key_value(id)?;
            Some(((id.as_str(), entry), entry.parent.as_deref()))
        });
        let broken = broken.map(|broken| format!("broken: {broken}"));
        Chain { layers, broken }
    }
}

impl Chain<'_> {
    /// Sum of the layer sizes in bytes, if all are known.
    pub(super) fn size(&self) -> Option<u64> {
        let mut sizes = self.layers.iter().map(|(_, entry)| entry.size);
        sizes.try_fold(0, |sum: u64, size| Some(sum.saturating_add(size?)))
    }

    /// The layers as parts of an image, and the directory of the topmost one.
    pub(super) fn parts(&self, driver: &Driver) -> (Vec<Part>, Option<LayerDir>) {
        // The directory of a parent without a record still serves for comparison.
        let base = self.layers.first().filter(|_| self.broken.is_some());
        let lost = base.and_then(|(_, entry)| entry.parent.as_ref());
        let below = lost.map(|parent| driver.layer_dir(parent, LayerOwner::Image));
        parts(driver, below, self.layers.iter().map(|(id, entry)| entry.on_disk(id, driver)))
    }
}

impl Entry {
    fn on_disk(&self, id: &str, driver: &Driver) -> OnDisk {
        let at = format!("graph/{}", self.directory);
        let checksum = driver.records.text(&format!("{at}/checksum")).ok().flatten();
        let digest = checksum.filter(|digest| ids::sha256_hex(digest).is_some());
        OnDisk {
            layer: Layer { digest, ..Layer::default() },
            dir: driver.layer_dir(id, LayerOwner::Image),
            cache_id: Some(id.to_owned()),
            chain_id: None,
            split: driver.records.file(&format!("{at}/tar-data.json.gz")),
            key: id.to_owned(),
        }
    }
}
