//! Docker ≤ 1.9: images of `graph/` with one driver, and their containers.

use crate::layer::directory::IdMaps;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::Opened;
use crate::source::documents::assemble::{Parts, assemble};
use crate::source::local::docker::containers::{Recorded, sort_key};
use crate::source::local::docker::driver::{Driver, LayerOwner, driver_contents};
use crate::source::local::docker::graph::{Chain, Graph};
use crate::source::local::docker::names::Names;
use crate::source::local::docker::on_disk::{ContainerLayers, container_layers};
use crate::source::local::docker::records::Records;
use crate::source::local::docker::{containers, ids};
use crate::source::local::root::{StorageRoot, StoreContents, StoreEntry, opened};

/// Drivers of Docker ≤ 1.9, which are also the names of their directories.
const DRIVERS: [&str; 6] = ["aufs", "btrfs", "devicemapper", "overlay", "vfs", "zfs"];

/// A store of one driver.
pub(super) struct GraphStore {
    driver: Driver,
    graph: Graph,
    names: Names,
    contents: StoreContents,
    /// In the order of `contents`.
    records: Vec<Recorded>,
}

impl GraphStore {
    /// The stores of a root, one for each driver; `None` if there is no graph.
    pub(super) fn find(
        records: &Records,
        ids: &IdMaps,
        problems: &[String],
    ) -> Option<Vec<Box<dyn StorageRoot>>> {
        let entries = records.names("graph").unwrap_or_default();
        let top = records.names("").unwrap_or_default();
        let named: Vec<&str> =
            top.iter().filter_map(|name| name.strip_prefix("repositories-")).collect();
        let has_names = !named.is_empty() || top.iter().any(|name| name == "repositories");
        if entries.is_empty() || !(has_names || entries.iter().any(|name| ids::is_id(name))) {
            return None;
        }
        let mut drivers: Vec<&str> =
            named.into_iter().filter(|driver| ids::is_driver(driver)).collect();
        if drivers.is_empty() {
            let is_here = |driver: &&str| top.iter().any(|name| name == driver);
            drivers = DRIVERS.into_iter().filter(is_here).collect();
        }
        if drivers.is_empty() {
            // Docker < 0.7 had no other driver.
            drivers.push("aufs");
        }
        let mut problems = problems.to_vec();
        let graph = Graph::read(records, &mut problems);
        let containers = containers::read(records, "config.json", &mut problems);
        let only_driver = drivers.len() == 1;
        let store = |name: &&str| {
            let driver = Driver::new(name, records.clone(), ids.clone());
            let own = |recorded: &&Recorded| {
                only_driver || recorded.container.driver.as_deref() == Some(*name)
            };
            let containers = containers.iter().filter(own).cloned().collect();
            let problems = std::mem::take(&mut problems);
            Box::new(Self::new(driver, graph.clone(), containers, only_driver, problems)) as Box<_>
        };
        Some(drivers.iter().map(store).collect())
    }

    /// `only_driver`: the root has one driver, so images without a directory belong to it.
    fn new(
        driver: Driver,
        graph: Graph,
        mut records: Vec<Recorded>,
        only_driver: bool,
        mut problems: Vec<String>,
    ) -> Self {
        let own = format!("repositories-{}", driver.name);
        // The file had no suffix until Docker 0.7.
        let file = match driver.records.file(&own) {
            Ok(None) => "repositories",
            _ => own.as_str(),
        };
        let names = Names::read(&driver.records, file, &mut problems);
        let mut images = Vec::new();
        for (id, found_names) in names.ids() {
            if graph.has(id) {
                continue;
            }
            let called = found_names.names().first().cloned().unwrap_or_default();
            problems.push(format!("`{called}` is {id}, which is not here"));
        }
        let untagged = graph.heads().filter(|id| names.of_image(id).is_empty());
        let untagged = untagged.filter(|id| only_driver || driver.has(id));
        let tagged = names.ids().map(|(id, _)| id).filter(|id| graph.has(id));
        for id in tagged.chain(untagged) {
            let chain = graph.chain(id);
            let found_names = names.of_image(id);
            let head = chain.layers.last().map(|(_, entry)| &entry.image.parsed);
            images.push(StoreEntry {
                names: found_names.names(),
                ids: found_names.ids(id),
                platform: head.and_then(|parsed| parsed.platform.clone()),
                layers: Some(chain.layers.len()),
                size: chain.size(),
                created: head.and_then(|parsed| parsed.config.created.clone()),
                image: None,
                intermediate: false,
                problem: chain.broken.map(Into::into),
            });
        }
        images.sort_by_key(sort_key);
        records.sort_by_key(|recorded| sort_key(&recorded.entry()));
        let entry = |recorded: &Recorded| {
            let chain = graph.chain(recorded.container.image_id.as_deref().unwrap_or_default());
            let mut entry = recorded.entry();
            entry.layers =
                Some(chain.layers.len() + 1 + usize::from(init(&driver, recorded).is_some()));
            entry.problem = entry.problem.or(chain.broken.map(Into::into));
            entry
        };
        let containers = records.iter().map(entry).collect();
        let contents = driver_contents(&driver, images, containers, problems);
        Self { driver, graph, names, contents, records }
    }

    fn parts(&self, chain: &Chain<'_>, id: &str, ask: &Ask) -> Parts {
        let found_names = self.names.of_image(id);
        let mut problems = self.contents.problems.clone();
        problems.extend(chain.broken.clone());
        let mut config =
            chain.layers.last().map(|(_, entry)| entry.image.parsed.clone()).unwrap_or_default();
        config.history = chain.layers.iter().map(|(_, entry)| entry.image.step.clone()).collect();
        // In this format every step has a layer, possibly an empty one.
        config.history.iter_mut().for_each(|step| step.empty_layer = false);
        Parts {
            source: "docker-root",
            id: Some(id.to_owned()),
            manifest_digest: found_names.manifest(&ask.reference),
            names: found_names.names(),
            config,
            problems,
            ..Parts::default()
        }
    }
}

/// The ID of a container's init layer; Docker < 0.7 created none.
fn init(driver: &Driver, recorded: &Recorded) -> Option<String> {
    let id = format!("{}-init", recorded.id);
    driver.layer_dir(&id, LayerOwner::Container).is_ok().then_some(id)
}

impl StorageRoot for GraphStore {
    fn contents(&self) -> &StoreContents {
        &self.contents
    }

    fn open_image(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let id = self.contents.images.get(at).and_then(|image| image.ids.first());
        let id = id.ok_or_else(|| ask.no_such_image(Vec::new()))?;
        let chain = self.graph.chain(id);
        let mut parts = self.parts(&chain, id, ask);
        parts.layers = chain.parts(&self.driver).0;
        opened(assemble(ask, parts), ask)
    }

    fn open_container(&self, at: usize, ask: &Ask) -> Result<Opened, Error> {
        let recorded = self.records.get(at).ok_or_else(|| ask.no_such_image(Vec::new()))?;
        let image = recorded.container.image_id.as_deref().unwrap_or_default();
        let chain = self.graph.chain(image);
        let mut parts = self.parts(&chain, image, ask);
        recorded.describe(&self.driver.records, &mut parts);
        let (layers, below) = chain.parts(&self.driver);
        let own = ContainerLayers {
            init: init(&self.driver, recorded),
            writable: Ok(recorded.id.clone()),
            created: recorded.container.created.clone(),
        };
        let own = container_layers(&self.driver, own, below.as_ref());
        parts.own = own.len();
        parts.layers = layers.into_iter().chain(own).collect();
        Ok(Opened::Image(Box::new(assemble(ask, parts))))
    }
}
