//! Docker ≥ 1.10: `image/<driver>`, where an image is a config and layers are found by chain ID.
//!
//! Source: moby, `image/fs.go`, `image/store.go`, `layer/layer_store.go`.

use std::collections::{HashMap, HashSet};

use crate::image::config::Parsed;
use crate::image::digest::Digest;
use crate::image::{StatedDocument, config};
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::documents::assemble;
use crate::source::documents::assemble::{Parts, assemble};
use crate::source::documents::budget::Budget;
use crate::source::local::docker::containers::{Recorded, sort_key};
use crate::source::local::docker::driver::{Driver, driver_contents};
use crate::source::local::docker::layerdb::{LayerDb, Mount};
use crate::source::local::docker::names::{ImageNames, Names};
use crate::source::local::docker::on_disk::{ContainerLayers, container_layers};
use crate::source::local::docker::{ids, layerdb};
use crate::source::local::root::{StorageRoot, StoreContents, StoreEntry, opened};

/// A store of one driver.
pub(super) struct ImageStore {
    layers: LayerDb,
    names: Names,
    contents: StoreContents,
    /// In the order of `contents`.
    records: Vec<(Recorded, Mount)>,
}

impl ImageStore {
    /// Reads names, configs and layer records, but no layer. `recorded` are the containers of the root, of any
    /// driver.
    pub(super) fn read(driver: Driver, recorded: &[Recorded], mut problems: Vec<String>) -> Self {
        let base = format!("image/{}", driver.name);
        let layers = LayerDb { driver, base };
        let records = &layers.driver.records;
        let repositories = format!("{}/repositories.json", layers.base);
        let names = Names::read(records, &repositories, &mut problems);
        let mut sizes = HashMap::new();
        let images = images(&layers, &names, &mut sizes, &mut problems);
        let mut all = containers_of(&layers, recorded);
        all.sort_by_key(|(recorded, _)| sort_key(&recorded.entry()));
        let entry = |(recorded, mount): &(Recorded, Mount)| {
            let mut entry = recorded.entry();
            let top = mount.parent.as_deref();
            let (steps, broken) = top.map(|top| layers.down_from(top)).unwrap_or_default();
            let own = usize::from(mount.init.is_some()) + 1;
            entry.layers = Some(steps.len() + own);
            entry.problem = entry.problem.or(broken.map(Into::into));
            entry
        };
        let containers = all.iter().map(entry).collect();
        let contents = driver_contents(&layers.driver, images, containers, problems);
        Self { layers, names, contents, records: all }
    }

    fn config(&self, id: &str, stated: &mut Vec<StatedDocument>) -> Parsed {
        let Some(hex) = ids::sha256_hex(id) else {
            return assemble::read_config(Err(format!("`{id}` is not an image ID")));
        };
        let path = format!("{}/imagedb/content/sha256/{hex}", self.layers.base);
        let bytes = match self.layers.driver.records.document(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return assemble::read_config(Err(format!("`{path}` is not here"))),
            Err(error) => return assemble::read_config(Err(error)),
        };
        stated.extend(Digest::parse(id).map(|id| StatedDocument::new("config", &id, Some(&bytes))));
        assemble::read_config(Ok(bytes))
    }

    fn parts_of(&self, id: &str, ask: &Ask) -> (Parts, ImageNames) {
        let problems = self.contents.problems.clone();
        let mut documents = Vec::new();
        let config = self.config(id, &mut documents);
        let found_names = self.names.of_image(id);
        let parts = Parts {
            source: "docker-root",
            id: Some(id.to_owned()),
            manifest_digest: found_names.manifest(&ask.reference),
            names: found_names.names(),
            config,
            documents,
            problems,
            ..Parts::default()
        };
        (parts, found_names)
    }
}

impl StorageRoot for ImageStore {
    fn contents(&self) -> &StoreContents {
        &self.contents
    }

    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let id = self.contents.images.get(at).and_then(|image| image.ids.first());
        let id = id.ok_or_else(|| ask.no_such_image(Vec::new()))?;
        let (mut parts, found_names) = self.parts_of(id, ask);
        let steps = layerdb::chain(&parts.config.config.diff_ids);
        parts.layers = self.layers.parts(&steps, &found_names.repositories()).0;
        opened(assemble(ask, parts), ask)
    }

    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let (recorded, mount) =
            self.records.get(at).ok_or_else(|| ask.no_such_image(Vec::new()))?;
        let (mut parts, found_names) = match &recorded.container.image_id {
            Some(id) => self.parts_of(id, ask),
            None => Default::default(),
        };
        recorded.describe(&self.layers.driver.records, &mut parts);
        // The recorded parent of the mount counts, not the layers of its image, which may be deleted.
        let (steps, broken) = match &mount.parent {
            Some(top) => self.layers.down_from(top),
            None => Default::default(),
        };
        parts.problems.extend(broken);
        let (layers, below) = self.layers.parts(&steps, &found_names.repositories());
        let own = ContainerLayers {
            init: mount.init.clone(),
            writable: mount.writable.clone().ok_or_else(|| {
                format!("`{}/layerdb/mounts/{}` does not name it", self.layers.base, recorded.id)
            }),
            created: recorded.container.created.clone(),
        };
        let own = container_layers(&self.layers.driver, own, below.as_ref());
        parts.own = own.len();
        parts.layers = layers.into_iter().chain(own).collect();
        Ok(Opened::Image(Box::new(assemble(ask, parts))))
    }
}

/// Images to list: those with names and those that are not the parent of another. Intermediate images of the classic
/// builder are not listed, unless the names are unknown.
fn images(
    layers: &LayerDb,
    names: &Names,
    sizes: &mut HashMap<String, Option<u64>>,
    problems: &mut Vec<String>,
) -> Vec<StoreEntry> {
    let records = &layers.driver.records;
    let content = format!("{}/imagedb/content/sha256", layers.base);
    let found = records.names(&content).unwrap_or_else(|error| {
        problems.push(error);
        Vec::new()
    });
    let found: Vec<String> = found.into_iter().filter(|name| ids::is_id(name)).collect();
    let parent = |hex: &String| {
        let path = format!("{}/imagedb/metadata/sha256/{hex}/parent", layers.base);
        ids::sha256_hex(&records.text(&path).ok()??)
    };
    let parents: HashSet<String> = found.iter().filter_map(parent).collect();
    let known: HashSet<&str> = found.iter().map(String::as_str).collect();
    for (id, found_names) in names.ids() {
        if !ids::sha256_hex(id).is_some_and(|hex| known.contains(hex.as_str())) {
            let called = found_names.names().first().cloned().unwrap_or_default();
            problems.push(format!("`{called}` is {id}, which is not here"));
        }
    }
    let mut budget = Budget::new();
    let mut images = Vec::new();
    for hex in &found {
        let id = format!("sha256:{hex}");
        let found_names = names.of_image(&id);
        if found_names.is_empty() && names.known && parents.contains(hex) {
            continue;
        }
        if !budget.allows() {
            problems.push("more images than are read: the rest is left out".to_owned());
            break;
        }
        let bytes = records.document(&format!("{content}/{hex}")).and_then(|bytes| {
            bytes.ok_or_else(|| "its config is not here: it is being deleted".to_owned())
        });
        budget.spend(bytes.as_ref().map_or(0, Vec::len));
        let parsed = bytes.and_then(|bytes| {
            config::parse(&bytes).map_err(|error| format!("its config cannot be read ({error})"))
        });
        let (parsed, problem) = match parsed {
            Ok(parsed) => (parsed, None),
            Err(problem) => (Parsed::default(), Some(problem)),
        };
        let steps = layerdb::chain(&parsed.config.diff_ids);
        let size = |step: &layerdb::Step| {
            let size = sizes.entry(step.chain_id.clone());
            *size.or_insert_with(|| layers.size(&step.chain_id))
        };
        images.push(StoreEntry {
            names: found_names.names(),
            ids: found_names.ids(&id),
            platform: parsed.platform,
            layers: Some(steps.len()),
            size: steps
                .iter()
                .map(size)
                .try_fold(0, |sum: u64, size| Some(sum.saturating_add(size?)))
                .filter(|_| problem.is_none()),
            created: parsed.config.created,
            image: None,
            intermediate: false,
            problem: problem.map(Into::into),
        });
    }
    images.sort_by_key(sort_key);
    images
}

/// The containers of this driver.
fn containers_of(layers: &LayerDb, recorded: &[Recorded]) -> Vec<(Recorded, Mount)> {
    let mut own = Vec::new();
    for recorded in recorded {
        let mut recorded = recorded.clone();
        let mount = layers.mount(&recorded.id).unwrap_or_else(|error| {
            recorded.problem.get_or_insert(error);
            Mount::default()
        });
        let by_driver = recorded.container.driver.as_ref() == Some(&layers.driver.name);
        if mount.writable.is_some() || by_driver {
            own.push((recorded, mount));
        }
    }
    own
}
