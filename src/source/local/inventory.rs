//! The images and containers of all local stores, for `layertui images` and the explorer's first list.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, ChoiceKind, Opened, Several, Source};
use crate::source::environment::Environment;
use crate::source::local::in_default_roots;
use crate::source::local::root::{StorageRoot, StoreEntry};
use crate::source::open::options::Options;
use crate::text::Foreign;

/// Images and containers of local stores and engines.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Readable stores, then engines that answered.
    pub stores: Vec<StoreListing>,
    /// Stores and engines that could not be read: a sentence each, with the place and a remedy.
    pub unreadable: Vec<String>,
}

/// The images and containers of one store.
#[derive(Clone, Debug, Default)]
pub struct StoreListing {
    /// The transport: `docker-root`, `containers-storage`, `containerd`; `docker-daemon`, `podman`.
    pub kind: &'static str,
    /// Storage driver or namespace; for an engine, the version of its API.
    pub qualifier: String,
    /// The root directory, or the address of an engine's socket.
    pub root: PathBuf,
    /// Its images.
    pub images: Vec<Listed>,
    /// Its containers.
    pub containers: Vec<Listed>,
    /// Parts of the store that could not be read.
    pub problems: Vec<String>,
}

/// An image or container and a reference to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// An `<image>` argument.
    pub reference: String,
    /// Its entry in the store.
    pub entry: StoreEntry,
}

/// Lists the stores in default and configured locations. Reads records, never a layer.
pub(in crate::source) fn inventory() -> Inventory {
    let (roots, unreadable) = in_default_roots(&Environment::of_process());
    Inventory { stores: roots.iter().map(|root| listing(root.as_ref())).collect(), unreadable }
}

fn listing(root: &dyn StorageRoot) -> StoreListing {
    let store = root.contents();
    let list = |kind| {
        let listed = store.entries(kind).iter().enumerate();
        let listed = listed.map(|(at, entry)| Listed {
            reference: reference(root, kind, at),
            entry: entry.clone(),
        });
        listed.collect()
    };
    StoreListing {
        kind: store.kind,
        qualifier: store.qualifier.clone(),
        root: store.root.clone(),
        images: list(ChoiceKind::Image),
        containers: list(ChoiceKind::Container),
        problems: store.problems.clone(),
    }
}

/// The part of a reference that names a store.
pub(super) fn base(root: &dyn StorageRoot) -> String {
    let store = root.contents();
    format!("{}:[{}@{}]", store.kind, store.qualifier, store.root.display())
}

/// A reference to an image or container: by a name that is unique in the store, else by ID.
pub(super) fn reference(root: &dyn StorageRoot, kind: ChoiceKind, at: usize) -> String {
    let store = root.contents();
    let name = unique_name(store.entries(kind), at);
    match kind {
        ChoiceKind::Image => format!("{}{name}", base(root)),
        ChoiceKind::Container => format!("container:[{}]{name}", store.root.display()),
    }
}

fn unique_name(all: &[StoreEntry], at: usize) -> &str {
    let Some(entry) = all.get(at) else { return "" };
    let owners = |name: &String| all.iter().filter(|other| other.names.contains(name)).count();
    let name = entry.names.iter().find(|name| owners(name) == 1);
    name.or_else(|| entry.ids.first()).map_or("", String::as_str)
}

/// An image or container in a list of stores, by index.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) root: usize,
    pub(super) kind: ChoiceKind,
    pub(super) at: usize,
}

/// All images and containers of local stores, to choose from.
///
/// # Errors
/// If there are none: lists the stores that could not be read.
pub(in crate::source) fn every_choice(options: &Options<'_>) -> Result<Several, Error> {
    let (roots, unreadable) = in_default_roots(&Environment::of_process());
    let targets = all(&roots);
    if targets.is_empty() {
        return Err(Error::NothingLocal { unreadable });
    }
    let ask = Ask { platform: options.platform.clone(), ..Ask::default() };
    Ok(Several { notes: unreadable, ..several(roots, targets, &ask) })
}

/// All images and containers of some stores.
pub(super) fn all(roots: &[Box<dyn StorageRoot>]) -> Vec<Target> {
    let targets = roots.iter().enumerate().flat_map(|(root, store)| {
        let targets = move |kind, count| (0..count).map(move |at| Target { root, kind, at });
        let containers = targets(ChoiceKind::Container, store.contents().containers.len());
        targets(ChoiceKind::Image, store.contents().images.len()).chain(containers)
    });
    targets.collect()
}

/// A list of targets to choose from.
pub(super) fn several(
    roots: Vec<Box<dyn StorageRoot>>,
    targets: Vec<Target>,
    ask: &Ask,
) -> Several {
    let choices = targets.iter().map(|target| choice(roots[target.root].as_ref(), *target));
    let choices: Vec<Choice> = choices.collect();
    let references: Vec<String> = choices.iter().map(|choice| choice.reference.clone()).collect();
    let (roots, ask) = (Arc::new(roots), ask.clone());
    let opener = move |choice: usize| -> Result<Box<dyn Source>, Error> {
        let (Some(target), Some(reference)) = (targets.get(choice), references.get(choice)) else {
            return Err(ask.no_such_image(references.clone()));
        };
        let ask = Ask { reference: reference.clone(), ..ask.clone() };
        match open(roots[target.root].as_ref(), *target, &ask)? {
            Opened::Image(source) => Ok(source),
            // Several platforms, none of which is the host's: opens the first.
            Opened::Several(several) => several.open(0),
        }
    };
    Several { choices, notes: Vec::new(), opener: Box::new(opener) }
}

/// Opens a target.
pub(super) fn open(root: &dyn StorageRoot, target: Target, ask: &Ask) -> Result<Opened, Error> {
    let ask = Ask { base: base(root), place: base(root), ..ask.clone() };
    match target.kind {
        ChoiceKind::Image => root.open_image(target.at, &ask),
        ChoiceKind::Container => root.open_container(target.at, &ask),
    }
}

fn choice(root: &dyn StorageRoot, target: Target) -> Choice {
    let store = root.contents();
    let Some(entry) = store.entries(target.kind).get(target.at) else { return Choice::default() };
    Choice {
        reference: reference(root, target.kind, target.at),
        names: entry.names.clone(),
        id: entry.ids.first().cloned(),
        platform: entry.platform.clone(),
        layers: entry.layers,
        size: entry.size.unwrap_or(0),
        kind: target.kind,
        created: entry.created.clone(),
        intermediate: entry.intermediate,
        remote: false,
        group: Some(format!("{} {} {}", store.kind, store.qualifier, store.root.display())),
        note: entry
            .image
            .clone()
            .map(|image| format!("of {image}"))
            .or_else(|| entry.problem.clone().map(Foreign::into_raw)),
    }
}
