//! Engines behind a socket: Docker, podman, and others that implement Docker's API.
//!
//! ```text
//! environment ─► endpoint ─► wire (socket, ssh) ─► api ─┬► describe ─► the stack, at once
//!                                                  ├► the engine's own store, where it can be read
//!                                                  ├► export ─► listed while it passes by; contents kept if wanted
//!                                                  └► container ─► its image's layers, and its changes on top
//! ```
//!
//! Only `GET` requests are sent: nothing is pulled, started or changed. Engines are contacted only for references to an
//! engine, or for a name that no local store has.

pub(crate) mod api;
mod certificates;
mod connections;
mod container;
mod describe;
mod dial;
pub(crate) mod endpoint;
mod export;
mod local_stream;
mod reading;
mod socket;
mod ssh;
mod usual;
pub(crate) mod wire;

use std::path::PathBuf;

use serde_json::Value;

use crate::image::platform::Platform;
use crate::image::reference::Store;
use crate::layer::changes::Changes;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{ChoiceKind, Opened, Source};
use crate::source::engine::api::{Engine, full_id};
use crate::source::engine::container::Container;
pub(super) use crate::source::engine::endpoint::Kind;
use crate::source::engine::endpoint::endpoints;
use crate::source::engine::export::Export;
use crate::source::engine::wire::{Fault, TimeLimits};
use crate::source::environment::Environment;
use crate::source::{Error, local as stores};

/// The most names that an error lists.
const MOST_NAMES: usize = 100;

/// The engines of a kind that answer, and the errors of the others.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) engines: Vec<Engine>,
    /// Usual addresses where nothing listens.
    empty: Vec<String>,
    pub(crate) errors: Vec<Error>,
}

impl Found {
    pub(crate) fn look(kind: Kind, environment: &Environment, time_limits: TimeLimits) -> Self {
        let mut found = Self::default();
        let endpoints = match endpoints(kind, environment) {
            Ok(endpoints) => endpoints,
            Err(what) => {
                let place = kind.transport().to_owned();
                let remedy = "correct it, or unset it for the usual sockets".to_owned();
                found.errors.push(Error::Engine { place, what, remedy });
                return found;
            }
        };
        for endpoint in endpoints {
            let unspoken = endpoint.told_by.is_none();
            match Engine::connect(endpoint.clone(), time_limits) {
                Ok(engine) => found.engines.push(engine),
                Err(Fault::NotListening) if unspoken => found.empty.push(endpoint.address()),
                Err(fault) => found.errors.push(wire::error(&endpoint, fault)),
            }
        }
        found
    }
}

/// Opens an image of an engine of this kind.
///
/// # Errors
/// If no engine answers, or the engine has no such image.
pub(super) fn open(kind: Kind, name: &str, ask: &Ask) -> Result<Opened, Error> {
    let environment = Environment::of_process().with(&ask.variables);
    let mut found = Found::look(kind, &environment, TimeLimits::default());
    let mut without = Vec::new();
    for engine in found.engines {
        match engine.image(name, ask.platform.as_ref()) {
            Ok(Some(inspect)) => return opened(engine, &inspect, ask),
            Ok(None) => without.push(engine),
            Err(fault) => found.errors.push(engine.error(fault)),
        }
    }
    if let Some(engine) = without.first() {
        return Err(no_such_image(engine, name));
    }
    if !found.errors.is_empty() {
        return Err(found.errors.swap_remove(0));
    }
    Err(Error::NoEngine {
        reference: ask.reference.clone(),
        tried: found.empty,
        remedy: kind.start(),
    })
}

fn no_such_image(engine: &Engine, name: &str) -> Error {
    let images = match engine.images() {
        Ok(images) => images,
        Err(fault) => {
            return match engine.error(fault) {
                Error::Engine { place, what, remedy } => {
                    let what =
                        format!("no image `{name}` here; those here cannot be listed: {what}");
                    Error::Engine { place, what, remedy }
                }
                other => other,
            };
        }
    };
    let names = images.into_iter().flat_map(|kept| kept.names);
    let names = names.map(|name| format!("{}:{name}", engine.kind().transport()));
    Error::NoSuchImage {
        place: engine.place(),
        what: "image",
        pick: format!(" `{name}`"),
        available: names.take(MOST_NAMES).collect(),
    }
}

/// Opens the image of a bare name: of the first local store that has it, else of the first engine.
///
/// # Errors
/// If none has it; the error names the stores and engines that could not be read.
pub(super) fn named(name: &str, ask: &Ask) -> Result<Opened, Error> {
    let stored = stores::named(name, ask);
    let Err(Error::NotStored { reference, remedy, mut unreadable }) = stored else { return stored };
    let image = |engine: Engine| match engine.image(name, ask.platform.as_ref()) {
        Ok(inspect) => Ok(inspect.map(|inspect| opened(engine, &inspect, ask))),
        Err(fault) => Err(engine.error(fault)),
    };
    match first(&ask.variables, image) {
        Ok(opened) => opened,
        Err(silent) => {
            unreadable.extend(silent.errors);
            Err(Error::NotStored { reference, remedy, unreadable })
        }
    }
}

/// Opens a container of a local store or, if none has it and the reference has no root, of an engine: from the engine's
/// store with all layers, else from its API with the image and the container's changes.
///
/// # Errors
/// If none has it.
pub(super) fn container(store: &Store, ask: &Ask) -> Result<Opened, Error> {
    let stored = stores::stored(None, store, ChoiceKind::Container, ask);
    if stored.is_ok() || store.root.is_some() || store.name.is_empty() {
        return stored;
    }
    let container = |engine: Engine| match engine.container(&store.name) {
        Ok(inspect) => Ok(inspect.map(|inspect| opened_container(engine, &inspect, ask))),
        Err(fault) => Err(engine.error(fault)),
    };
    match (first(&ask.variables, container), stored) {
        (Ok(opened), _) => Ok(opened),
        (Err(silent), Err(Error::NotStored { reference, remedy, mut unreadable })) => {
            unreadable.extend(silent.errors.into_iter().chain(silent.absent));
            Err(Error::NotStored { reference, remedy, unreadable })
        }
        // A list of stores must not hide errors of engines.
        (Err(silent), Err(Error::NoSuchImage { .. })) if !silent.errors.is_empty() => {
            Err(Error::NotStored {
                reference: ask.reference.clone(),
                remedy: "`layertui images` for what there is".to_owned(),
                unreadable: silent.errors.into_iter().chain(silent.absent).collect(),
            })
        }
        (Err(_), stored) => stored,
    }
}

/// The engines that could not be asked.
#[derive(Default)]
struct Silent {
    /// Errors of engines that answered.
    errors: Vec<String>,
    /// Usual sockets where nothing listens.
    absent: Vec<String>,
}

/// The result of the first engine that has one.
///
/// # Errors
/// If none has one; the error names the engines that could not be asked.
fn first<T>(
    variables: &[(&'static str, String)],
    mut ask: impl FnMut(Engine) -> Result<Option<T>, Error>,
) -> Result<T, Silent> {
    let environment = Environment::of_process().with(variables);
    let mut silent = Silent::default();
    for kind in [Kind::Docker, Kind::Podman] {
        let found = Found::look(kind, &environment, TimeLimits::default());
        silent.errors.extend(found.errors.iter().map(ToString::to_string));
        let absent =
            found.empty.iter().map(|address| format!("{address}: nothing is listening there"));
        silent.absent.extend(absent);
        for engine in found.engines {
            match ask(engine) {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                Err(error) => silent.errors.push(error.to_string()),
            }
        }
    }
    Err(silent)
}

pub(crate) fn opened_container(engine: Engine, inspect: &Value, ask: &Ask) -> Opened {
    let id = inspect["Id"].as_str().unwrap_or_default();
    if let Some(opened) = in_its_store(&engine, id, ChoiceKind::Container, ask) {
        return opened;
    }
    let question = engine.tree_of(id);
    match layers_of(&engine, inspect, ask) {
        Ok((below, changes)) => {
            let top = Export::tree(engine, question, Vec::new(), ask);
            Opened::Image(Box::new(Container::new(below, top, changes, inspect)))
        }
        Err(why) => {
            let place = engine.place();
            let note =
                format!("the merged tree of a container, from {place}, shown as one layer: {why}");
            Opened::Image(Box::new(Export::tree(engine, question, vec![note], ask)))
        }
    }
}

/// The image of a container and the changes above it; an error if the engine does not state them.
fn layers_of(
    engine: &Engine,
    inspect: &Value,
    ask: &Ask,
) -> Result<(Box<dyn Source>, Changes), String> {
    let told = |fault| engine.error(fault).to_string();
    let id = inspect["Id"].as_str().unwrap_or_default();
    let changes = engine.changes(id).map_err(told)?;
    let changes =
        container::changes(&changes).ok_or("its list of changes has an unknown format")?;
    let image = full_id(inspect["Image"].as_str().unwrap_or_default());
    let found = engine.image(&image, None).map_err(told)?;
    let found = found.ok_or_else(|| format!("its image {image} is no longer there"))?;
    let endpoint = engine.wire.endpoint.clone();
    let of_image = Engine::connect(endpoint, TimeLimits::default()).map_err(told)?;
    match opened(of_image, &found, &Ask { platform: None, ..ask.clone() }) {
        Ok(Opened::Image(below)) => Ok((below, changes)),
        Ok(Opened::Several(_)) => Err(format!("{image} is several images")),
        Err(error) => Err(error.to_string()),
    }
}

/// Opens an image of the engine.
pub(crate) fn opened(engine: Engine, inspect: &Value, ask: &Ask) -> Result<Opened, Error> {
    if let Some(asked) = &ask.platform {
        serves(&engine, inspect, asked)?;
    }
    let id = full_id(inspect["Id"].as_str().unwrap_or_default());
    if let Some(opened) = in_its_store(&engine, &id, ChoiceKind::Image, ask) {
        return Ok(opened);
    }
    let platform = ask.platform.as_ref();
    let steps = engine.history(&id, platform);
    let source = engine.kind().transport();
    let known = steps.as_ref().unwrap_or(&Value::Null);
    let mut described = describe::describe(inspect, known, source, &ask.reference)
        .map_err(|what| engine.error(Fault::Broken(what)))?;
    if let Err(fault) = steps {
        let problem = format!("the history cannot be read: {}", engine.error(fault));
        described.image.problems.push(problem.into());
    }
    let question = engine.export_of(&id, platform);
    Ok(Opened::Image(Box::new(Export::new(engine, question, described, ask))))
}

fn serves(engine: &Engine, inspect: &Value, asked: &Platform) -> Result<(), Error> {
    let text = |key: &str| inspect[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (Some(os), Some(architecture)) = (text("Os"), text("Architecture")) else { return Ok(()) };
    let platform = Platform { os, architecture, variant: text("Variant") };
    match platform.serves(asked) {
        Some(_) => Ok(()),
        None => Err(Error::NoSuchPlatform {
            place: engine.place(),
            asked: asked.clone(),
            available: vec![platform.to_string()],
        }),
    }
}

/// Opens the same image or container from the engine's store; `None` if the store is not readable: the engine is on
/// another machine, or its files belong to another user. Equal IDs mean equal images.
fn in_its_store(engine: &Engine, id: &str, what: ChoiceKind, ask: &Ask) -> Option<Opened> {
    if !engine.wire.endpoint.is_local() || id.is_empty() {
        return None;
    }
    let root = engine.root().ok()?;
    let directory = PathBuf::from(&root.directory);
    if !directory.is_absolute() {
        return None;
    }
    stores::with_id(&directory, root.containerd, id, what, ask)
}
