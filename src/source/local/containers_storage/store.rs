//! One store with one driver: the records of all its roots.
//!
//! A store is a graphroot and its further roots: a separate image store, additional read-only stores, and the runroot
//! with volatile records. Images, layers and contents may be in different roots.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::image::digest::Digest;
use crate::source::Error;
use crate::source::documents::budget::Budget;
use crate::source::local::containers_storage::documents;
use crate::source::local::containers_storage::driver::Driver;
use crate::source::local::containers_storage::layers::{Chain, Layers};
use crate::source::local::containers_storage::owners::Accounts;
use crate::source::local::containers_storage::records::{ContainerRecord, ImageRecord};
use crate::source::local::containers_storage::store_root::StoreRoot;
use crate::source::local::root::{StoreContents, StoreEntry};

/// Maximum number of layers visited to list a store. A thousand images of a hundred layers need 100,000.
const MOST_STEPS: usize = 4_000_000;

/// An image record and the index of the root that has it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) record: ImageRecord,
    pub(super) root: usize,
}

/// A store with one driver.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) driver: Driver,
    pub(super) roots: Vec<StoreRoot>,
    pub(super) layers: Layers,
    pub(super) images: Vec<Stored>,
    /// Indexes into `images` by ID.
    by_id: HashMap<String, usize>,
    pub(super) containers: Vec<ContainerRecord>,
    pub(super) contents: StoreContents,
}

impl Store {
    /// Reads the records of all roots; the first is the graphroot.
    ///
    /// # Errors
    /// If the graphroot's records cannot be read. Errors of other roots become problems.
    pub(super) fn read(
        driver: Driver,
        roots: &[PathBuf],
        accounts: &Accounts,
    ) -> Result<Self, Error> {
        let mut store = Self {
            driver,
            roots: Vec::new(),
            layers: Layers::default(),
            images: Vec::new(),
            by_id: HashMap::new(),
            containers: Vec::new(),
            contents: StoreContents {
                kind: "containers-storage",
                root: roots.first().cloned().unwrap_or_default(),
                qualifier: driver.name().to_owned(),
                ..StoreContents::default()
            },
        };
        for (at, root) in roots.iter().enumerate() {
            let added = store.add(root, accounts);
            match added {
                Err(error) if at == 0 => return Err(error),
                Err(error) => store.contents.problems.push(error.to_string()),
                Ok(()) => {}
            }
        }
        store.describe();
        Ok(store)
    }

    /// Adds the records of one root. Images are read before layers: an engine writes a layer before the image that
    /// uses it.
    fn add(&mut self, root: &Path, accounts: &Accounts) -> Result<(), Error> {
        let store_root = match StoreRoot::new(root, self.driver, accounts) {
            Ok(store_root) => store_root,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(Error::Closed { place: root.display().to_string() });
            }
            Err(source) => {
                let place = root.display().to_string();
                return Err(Error::Io { place, doing: "cannot be read", source });
            }
        };
        let problems = &mut self.contents.problems;
        let images: Vec<ImageRecord> = store_root.records("images", "images.json", problems)?;
        let mut layers = store_root.records("layers", "layers.json", problems)?;
        // Volatile records are optional: they are lost at the next boot.
        let volatile = store_root.records("layers", "volatile-layers.json", problems);
        layers.extend(or_problem(volatile, problems));
        let containers = ["containers.json", "volatile-containers.json"];
        for file in containers {
            let found = store_root.records("containers", file, problems);
            self.containers.extend(or_problem::<ContainerRecord>(found, problems));
        }
        let at = self.roots.len();
        self.images.extend(images.into_iter().map(|record| Stored { record, root: at }));
        self.layers.add(at, layers);
        self.roots.push(store_root);
        Ok(())
    }

    /// The image with this ID.
    pub(super) fn image(&self, id: &str) -> Option<&Stored> {
        self.by_id.get(id).and_then(|&at| self.images.get(at))
    }

    /// The layer chain of an image.
    pub(super) fn chain_of(&self, image: &ImageRecord) -> Chain<'_> {
        let here = image.layers.iter().find(|id| self.layers.get(id).is_some());
        self.layers.chain(here.or(image.layers.first()).map(String::as_str))
    }

    /// Sorts images and containers and builds their list entries.
    fn describe(&mut self) {
        // The first record of an ID counts.
        let mut seen = HashSet::new();
        self.images.retain(|image| seen.insert(image.record.id.clone()));
        seen.clear();
        self.containers.retain(|container| seen.insert(container.id.clone()));
        // Unnamed images last.
        self.images.sort_by_cached_key(|image| {
            let name = image.record.names.first().cloned();
            (name.is_none(), name, image.record.id.clone())
        });
        self.containers.sort_by_cached_key(|it| (it.names.first().cloned(), it.id.clone()));
        let ids = self.images.iter().enumerate().map(|(at, it)| (it.record.id.clone(), at));
        self.by_id = ids.collect();
        let (mut budget, mut steps) = (Budget::new(), MOST_STEPS);
        let images = self.images.iter();
        self.contents.images =
            images.map(|it| self.image_entry(it, &mut budget, &mut steps)).collect();
        let own: HashSet<&str> =
            self.containers.iter().filter_map(|it| it.layer.as_deref()).collect();
        let below = self.layers.parents(&own);
        for (entry, image) in self.contents.images.iter_mut().zip(&self.images) {
            let top = image.record.layers.first();
            entry.intermediate =
                entry.names.is_empty() && top.is_some_and(|top| below.contains(top.as_str()));
        }
        let containers = self.containers.iter();
        self.contents.containers =
            containers.map(|it| self.container_entry(it, &mut steps)).collect();
    }

    fn image_entry(&self, image: &Stored, budget: &mut Budget, steps: &mut usize) -> StoreEntry {
        let record = &image.record;
        let chain = chain_within(steps, || self.chain_of(record));
        let mut platform = None;
        if budget.allows() {
            let (config, length) = documents::config_alone(&self.roots[image.root], record);
            budget.spend(length);
            platform = config.platform;
        }
        let own = Digest::from_sha256_hex(&record.id).map(|id| id.as_str().to_owned());
        let config = documents::config_digest(record).map(|id| id.as_str().to_owned());
        let manifests = record.big_data.iter().filter_map(|key| key.strip_prefix("manifest-"));
        let manifests = record.digest.iter().map(String::as_str).chain(manifests);
        let mut ids: Vec<String> = Vec::new();
        for id in config.into_iter().chain(own).chain(manifests.map(str::to_owned)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let list = record.is_list().then(|| "a manifest list".to_owned());
        StoreEntry {
            names: record.names.clone(),
            ids,
            platform,
            layers: Some(chain.layers.len()),
            size: chain.size().filter(|_| list.is_none()),
            created: record.created.clone().map(Into::into),
            image: None,
            intermediate: false,
            problem: chain.broken.or(list).map(Into::into),
        }
    }

    fn container_entry(&self, container: &ContainerRecord, steps: &mut usize) -> StoreEntry {
        let chain = chain_within(steps, || self.layers.chain(container.layer.as_deref()));
        let image = container.image.as_deref();
        let named = image.and_then(|id| self.image(id)?.record.names.first().cloned());
        StoreEntry {
            names: container.names.clone(),
            ids: vec![container.id.clone()],
            layers: Some(chain.layers.len()),
            created: container.created.clone().map(Into::into),
            image: container.image_name.clone().or(named).or_else(|| image.map(str::to_owned)),
            problem: chain.broken.map(Into::into),
            ..StoreEntry::default()
        }
    }
}

/// The chain, unless the limit of visited layers is reached.
fn chain_within<'l>(steps: &mut usize, chain: impl FnOnce() -> Chain<'l>) -> Chain<'l> {
    if *steps == 0 {
        let broken = Some("its layers were not counted: this store has too many".to_owned());
        return Chain { broken, ..Chain::default() };
    }
    let chain = chain();
    *steps = steps.saturating_sub(chain.layers.len() + 1);
    chain
}

/// Turns an error into a problem, for optional records.
fn or_problem<R>(found: Result<Vec<R>, Error>, problems: &mut Vec<String>) -> Vec<R> {
    found.unwrap_or_else(|error| {
        problems.push(error.to_string());
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_with_too_many_layers_says_that_they_are_not_counted() {
        let mut steps = 3;
        let counted = chain_within(&mut steps, Chain::default);
        assert_eq!((counted.broken, steps), (None, 2));
        let left_out = chain_within(&mut 0, || panic!("looked at"));
        let says = "its layers were not counted: this store has too many";
        assert_eq!(left_out.broken.as_deref(), Some(says));
    }
}
