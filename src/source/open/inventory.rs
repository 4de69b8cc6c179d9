//! The images of local stores and engines: for `layertui images` and the explorer's list.
//!
//! An image that a local store lists under the same names is omitted from the engine's list: the store is read without
//! the engine.

use std::path::PathBuf;

use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, ChoiceKind, Opened, Several, Source};
use crate::source::engine::api::Engine;
use crate::source::engine::endpoint::{Endpoint, Kind};
use crate::source::engine::wire::{Fault, TimeLimits};
use crate::source::engine::{Found, opened, opened_container, wire};
use crate::source::environment::Environment;
use crate::source::local::root::StoreEntry;
use crate::source::local::{Inventory, Listed, StoreListing};
use crate::source::open::options::Options;
use crate::source::{Error, local};

/// Lists all images of readable local stores and of engines. Reads records, not layers.
#[must_use]
pub fn inventory() -> Inventory {
    let mut inventory = local::inventory();
    for kind in [Kind::Docker, Kind::Podman] {
        let found = Found::look(kind, &Environment::of_process(), TimeLimits::short());
        inventory.unreadable.extend(found.errors.iter().map(ToString::to_string));
        for engine in found.engines {
            match listing(&engine, &inventory.stores) {
                Ok(listing) => inventory.stores.extend(listing),
                Err(fault) => inventory.unreadable.push(engine.error(fault).to_string()),
            }
        }
    }
    inventory
}

/// The images that one engine lists and no store has; `None` if there are none.
fn listing(engine: &Engine, stores: &[StoreListing]) -> Result<Option<StoreListing>, Fault> {
    let (mut images, mut containers) = (engine.images()?, engine.containers()?);
    let total = images.len() + containers.len();
    let known = |entry: &StoreEntry, list: &[Listed]| {
        list.iter().any(|other| {
            other.entry.ids.first() == entry.ids.first() && same_names(&other.entry, entry)
        })
    };
    images.retain(|entry| !stores.iter().any(|listing| known(entry, &listing.images)));
    containers.retain(|entry| !stores.iter().any(|listing| known(entry, &listing.containers)));
    let seen = total > 0 && images.is_empty() && containers.is_empty();
    let transport = engine.kind().transport();
    Ok((!seen).then(|| StoreListing {
        kind: transport,
        qualifier: engine.version(),
        root: PathBuf::from(engine.wire.endpoint.address()),
        images: listed(images, transport),
        containers: listed(containers, "container"),
        problems: Vec::new(),
    }))
}

/// Whether both entries have the same names in any order.
fn same_names(one: &StoreEntry, other: &StoreEntry) -> bool {
    one.names.len() == other.names.len() && one.names.iter().all(|name| other.names.contains(name))
}

fn listed(entries: Vec<StoreEntry>, transport: &str) -> Vec<Listed> {
    let reference = |entry: &StoreEntry| {
        let name = entry.names.first().or_else(|| entry.ids.first());
        format!("{transport}:{}", name.map_or("", String::as_str))
    };
    entries.into_iter().map(|entry| Listed { reference: reference(&entry), entry }).collect()
}

/// All images and containers of local stores and engines, as choices.
///
/// # Errors
/// If there are none; the error names the places and the unreadable stores.
pub fn local_choices(options: &Options<'_>) -> Result<Several, Error> {
    let (stores, mut notes) = match local::every_choice(options) {
        Ok(several) => (Some(several), Vec::new()),
        Err(Error::NothingLocal { unreadable }) => (None, unreadable),
        Err(error) => return Err(error),
    };
    let mut choices = Vec::new();
    let mut targets = Vec::new();
    for kind in [Kind::Docker, Kind::Podman] {
        let found = Found::look(kind, &Environment::of_process(), TimeLimits::short());
        notes.extend(found.errors.iter().map(ToString::to_string));
        for engine in found.engines {
            match listing(&engine, &[]) {
                Ok(listing) => offer(listing, &engine, stores.as_ref(), &mut choices, &mut targets),
                Err(fault) => notes.push(engine.error(fault).to_string()),
            }
        }
    }
    if let Some(stores) = stores.as_ref() {
        notes.splice(0..0, stores.notes.iter().cloned());
    } else if choices.is_empty() {
        return Err(Error::NothingLocal { unreadable: notes });
    }
    let ask =
        Ask { platform: options.platform.clone(), contents: options.contents, ..Ask::default() };
    let before = stores.as_ref().map_or(0, |stores| stores.choices.len());
    let mut all = stores.as_ref().map_or_else(Vec::new, |stores| stores.choices.clone());
    all.append(&mut choices);
    let opener = move |choice: usize| match (&stores, targets.get(choice.wrapping_sub(before))) {
        (Some(stores), _) if choice < before => stores.open(choice),
        (_, Some(target)) => target.open(&ask),
        _ => Err(ask.no_such_image(Vec::new())),
    };
    Ok(Several { choices: all, notes, opener: Box::new(opener) })
}

/// An image or container of an engine, by its ID.
struct Target {
    endpoint: Endpoint,
    kind: ChoiceKind,
    id: String,
    reference: String,
}

impl Target {
    fn open(&self, ask: &Ask) -> Result<Box<dyn Source>, Error> {
        let ask = Ask { reference: self.reference.clone(), ..ask.clone() };
        let error = |fault| wire::error(&self.endpoint, fault);
        let engine =
            Engine::connect(self.endpoint.clone(), TimeLimits::default()).map_err(error)?;
        let inspect = match self.kind {
            ChoiceKind::Image => engine.image(&self.id, ask.platform.as_ref()),
            ChoiceKind::Container => engine.container(&self.id),
        };
        let Some(inspect) = inspect.map_err(error)? else {
            return Err(Ask { place: engine.place(), ..ask }.no_such_image(Vec::new()));
        };
        let opened = match self.kind {
            ChoiceKind::Image => opened(engine, &inspect, &ask)?,
            ChoiceKind::Container => opened_container(engine, &inspect, &ask),
        };
        match opened {
            Opened::Image(source) => Ok(source),
            Opened::Several(several) => several.open(0),
        }
    }
}

/// Adds an engine's image or container to the choices, unless a store has it.
fn offer(
    listing: Option<StoreListing>,
    engine: &Engine,
    stores: Option<&Several>,
    choices: &mut Vec<Choice>,
    targets: &mut Vec<Target>,
) {
    let Some(listing) = listing else { return };
    let images = listing.images.into_iter().map(|it| (ChoiceKind::Image, it));
    let containers = listing.containers.into_iter().map(|it| (ChoiceKind::Container, it));
    for (kind, Listed { reference, entry }) in images.chain(containers) {
        let id = entry.ids.first().cloned();
        let offered = |other: &Choice| {
            other.kind == kind
                && other.id == id
                && other.names.len() == entry.names.len()
                && other.names.iter().all(|name| entry.names.contains(name))
        };
        if stores.is_some_and(|stores| stores.choices.iter().any(offered)) {
            continue;
        }
        let endpoint = engine.wire.endpoint.clone();
        let target = Target {
            endpoint,
            kind,
            id: id.clone().unwrap_or_default(),
            reference: reference.clone(),
        };
        targets.push(target);
        choices.push(Choice {
            reference,
            names: entry.names,
            id,
            platform: entry.platform,
            layers: entry.layers,
            size: entry.size.unwrap_or(0),
            kind,
            created: entry.created,
            intermediate: entry.intermediate,
            remote: false,
            group: Some(format!("{} {}", listing.kind, listing.root.display())),
            note: entry.image.map(|image| format!("of {image}")),
        });
    }
}
