//! Resolves a reference to an image or container of a local store.

use std::path::Path;

use crate::image::reference::{Pick, Store};
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{ChoiceKind, Opened};
use crate::source::documents::choose;
use crate::source::documents::choose::Known;
use crate::source::environment::Environment;
use crate::source::local::inventory::{Target, all, base, several};
use crate::source::local::root::{Found, Readable, StorageRoot, StoreEntry};
use crate::source::local::{
    containerd, default_roots, in_default_roots, inventory, nearby, recognise,
};

/// The transport of Docker's data roots.
const DOCKER: &str = "docker-root";

/// The namespace in which Docker keeps its images in containerd.
const MOBY: &str = "moby";

/// Opens a reference with a transport: an image of one kind of store, or a container of any. Without a name, all are
/// offered.
pub(in crate::source) fn stored(
    kind: Option<&'static str>,
    store: &Store,
    what: ChoiceKind,
    ask: &Ask,
) -> Result<Opened, Error> {
    let (mut roots, unreadable) = match &store.root {
        Some(root) => {
            let root = without_options(kind, root);
            // Canonical, so that reported layer directories are valid from any working directory.
            let place = std::fs::canonicalize(root).map_err(|source| no_root(root, source))?;
            let mut found = nearby::stores(&place);
            if kind == Some(DOCKER) {
                found.extend(docker_stores_near(&place));
            }
            if found.is_empty() {
                return Err(no_store(root, ask));
            }
            readable(found)?
        }
        None => in_default_roots(&Environment::of_process()),
    };
    let available: Vec<String> = roots.iter().map(|root| base(root.as_ref())).collect();
    roots.retain(|root| kind.is_none_or(|kind| is_of_kind(root.as_ref(), kind)));
    if let Some(qualifier) = &store.qualifier {
        roots.retain(|root| root.contents().qualifier == *qualifier);
    }
    if roots.is_empty() && store.root.is_some() {
        return Err(wrong_store(&available, ask));
    }
    let mut targets = match store.name.as_str() {
        "" => all(&roots),
        name => matching(&roots, name, what),
    };
    targets.retain(|target| target.kind == what);
    let ask = Ask { pick: Some(Pick::Text(store.name.clone())), ..ask.clone() };
    if targets.is_empty() && store.name.is_empty() && roots.is_empty() {
        return Err(Error::NothingLocal { unreadable });
    }
    if targets.is_empty() {
        let remedy = engine_command(kind, what, &store.name);
        return Err(not_found(&roots, what, remedy, unreadable, &ask));
    }
    one_of(roots, targets, &ask)
}

/// Whether a store belongs to a transport. Since Docker 25, `docker-root` includes containerd stores: of the
/// containerd that Docker runs itself, or the namespace `moby` of the system's.
fn is_of_kind(root: &dyn StorageRoot, kind: &str) -> bool {
    let store = root.contents();
    let is_dockers = || store.root.ends_with(containerd::IN_DOCKER) || store.qualifier == MOBY;
    store.kind == kind || (kind == DOCKER && store.kind == "containerd" && is_dockers())
}

/// Docker's images in a containerd store next to its data root (`/var/lib/containerd` next to `/var/lib/docker`).
fn docker_stores_near(root: &Path) -> Found {
    let near =
        root.parent().map(|parent| recognise(&parent.join("containerd"))).unwrap_or_default();
    // Errors are ignored: that containerd need not be Docker's.
    near.into_iter().flatten().filter(|root| root.contents().qualifier == MOBY).map(Ok).collect()
}

/// The root of `ROOT+RUNROOT:OPTION,…` (containers-transports(5)); run root and options do not affect what is stored.
/// An existing directory of that name is used as it is.
fn without_options<'r>(kind: Option<&str>, root: &'r str) -> &'r str {
    if kind != Some("containers-storage") || Path::new(root).exists() {
        return root;
    }
    let root = root.split_once(':').map_or(root, |(root, _)| root);
    root.split_once('+').map_or(root, |(root, _)| root)
}

fn no_store(root: &str, ask: &Ask) -> Error {
    if let Some(above) = nearby::root_above(Path::new(root)) {
        return inside_root(&above, ask);
    }
    let what = "not a storage root of Docker, podman or containerd".to_owned();
    Error::NotAnImage { place: root.to_owned(), what }
}

/// The root has stores, but none of the requested kind, driver or namespace.
fn wrong_store(available: &[String], ask: &Ask) -> Error {
    Error::Unsupported {
        reference: ask.reference.clone(),
        what: "what is there is another kind of store, driver or namespace".to_owned(),
        remedy: format!("ask for {}", available.join(" or ")),
    }
}

/// The reference names a directory inside a storage root.
fn inside_root(root: &Path, ask: &Ask) -> Error {
    Error::Unsupported {
        reference: ask.reference.clone(),
        what: format!("this is a part of the storage root {}", root.display()),
        remedy: format!(
            "use {}, or rootfs:DIRECTORY to see the directory as it is",
            root.display()
        ),
    }
}

/// Opens an image by its bare name, from the first local store that has it.
pub(in crate::source) fn named(name: &str, ask: &Ask) -> Result<Opened, Error> {
    let (roots, unreadable) = in_default_roots(&Environment::of_process());
    let mut targets = matching(&roots, name, ChoiceKind::Image);
    let Some(first) = targets.first().map(|target| target.root) else {
        let remedy = format!(
            "`docker save {name} | layertui -` on a machine that has it, or `--pull missing`, which asks its registry"
        );
        return Err(Error::NotStored { reference: name.to_owned(), remedy, unreadable });
    };
    targets.retain(|target| target.root == first);
    let ask = Ask { pick: Some(Pick::Text(name.to_owned())), ..ask.clone() };
    one_of(roots, targets, &ask)
}

/// Opens the image or container with exactly this ID in the stores of an engine's root directory or, with
/// `containerd`, in containerd's default roots. `None` if it is missing, incomplete or not readable.
pub(in crate::source) fn with_id(
    root: &Path,
    containerd: bool,
    id: &str,
    what: ChoiceKind,
    ask: &Ask,
) -> Option<Opened> {
    let mut places = vec![root.to_path_buf()];
    if containerd {
        places.extend(default_roots::containerd(&Environment::of_process()));
    }
    let stores = places.iter().flat_map(|place| recognise(place)).filter_map(Result::ok);
    for store in stores {
        let entry = store.contents().entries(what);
        let Some(at) = entry.iter().position(|entry| entry.ids.iter().any(|it| it == id)) else {
            continue;
        };
        let target = Target { root: 0, kind: what, at };
        if let Ok(Opened::Image(source)) = inventory::open(store.as_ref(), target, ask)
            && source.image().layers.iter().all(|layer| layer.problems.is_empty())
        {
            return Some(Opened::Image(source));
        }
    }
    None
}

/// As [`in_stores`]; an error if the directory is a part of a storage root.
pub(in crate::source) fn in_directory(root: &Path, ask: &Ask) -> Option<Result<Opened, Error>> {
    in_stores(root, ask)
        .or_else(|| nearby::root_above(root).map(|above| Err(inside_root(&above, ask))))
}

/// Opens an image or container of a directory that is a storage root or contains some; `None` if it is neither.
pub(in crate::source) fn in_stores(root: &Path, ask: &Ask) -> Option<Result<Opened, Error>> {
    let found = nearby::stores(root);
    if found.is_empty() {
        return None;
    }
    let roots = match readable(found) {
        Ok((roots, _)) => roots,
        Err(error) => return Some(Err(error)),
    };
    let targets = match &ask.pick {
        None => all(&roots),
        Some(Pick::Index(index)) => all(&roots).into_iter().skip(*index).take(1).collect(),
        Some(Pick::Text(text)) => {
            let images = matching(&roots, text, ChoiceKind::Image);
            if images.is_empty() { matching(&roots, text, ChoiceKind::Container) } else { images }
        }
    };
    Some(if targets.is_empty() {
        Err(not_found(&roots, ChoiceKind::Image, String::new(), Vec::new(), ask))
    } else {
        one_of(roots, targets, ask)
    })
}

/// The readable stores; an error only if there are none.
fn readable(found: Found) -> Result<Readable, Error> {
    let (mut roots, mut errors) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Ok(root) => roots.push(root),
            Err(error) => errors.push(error),
        }
    }
    match (roots.is_empty(), errors.is_empty()) {
        (true, false) => Err(errors.swap_remove(0)),
        _ => Ok((roots, errors.iter().map(ToString::to_string).collect())),
    }
}

/// All images or containers of the stores that match a name, a tag or an ID.
fn matching(roots: &[Box<dyn StorageRoot>], name: &str, kind: ChoiceKind) -> Vec<Target> {
    let targets = roots.iter().enumerate().flat_map(|(root, store)| {
        let entry = store.contents().entries(kind);
        let known: Vec<Known> = entry.iter().map(known).collect();
        choose::matching(name, &known).into_iter().map(move |at| Target { root, kind, at })
    });
    targets.collect()
}

fn known(entry: &StoreEntry) -> Known {
    Known { names: entry.names.clone(), ids: entry.ids.clone(), ..Known::default() }
}

/// Opens the only target, or offers several.
fn one_of(
    roots: Vec<Box<dyn StorageRoot>>,
    targets: Vec<Target>,
    ask: &Ask,
) -> Result<Opened, Error> {
    match targets[..] {
        [only] => inventory::open(roots[only.root].as_ref(), only, ask),
        _ => Ok(Opened::Several(several(roots, targets, ask))),
    }
}

/// The command that exports the image or container from its engine.
fn engine_command(kind: Option<&str>, what: ChoiceKind, name: &str) -> String {
    match (what, kind) {
        (ChoiceKind::Container, _) => {
            format!("`docker export {name} | layertui -` (the merged tree as one layer)")
        }
        (_, Some("containers-storage")) => format!("`podman save {name} | layertui -`"),
        (_, Some("containerd")) => format!("`ctr images export - {name} | layertui -`"),
        _ => format!("`docker save {name} | layertui -`"),
    }
}

fn not_found(
    roots: &[Box<dyn StorageRoot>],
    what: ChoiceKind,
    remedy: String,
    unreadable: Vec<String>,
    ask: &Ask,
) -> Error {
    if roots.is_empty() || !unreadable.is_empty() {
        return Error::NotStored { reference: ask.reference.clone(), remedy, unreadable };
    }
    let place: Vec<String> = roots.iter().map(|root| base(root.as_ref())).collect();
    let available = all(roots)
        .into_iter()
        .filter(|target| target.kind == what)
        .map(|target| inventory::reference(roots[target.root].as_ref(), what, target.at));
    let available = available.collect();
    let ask = Ask { place: place.join(", "), ..ask.clone() };
    match what {
        ChoiceKind::Image => ask.no_such_image(available),
        ChoiceKind::Container => ask.no_such("container", available),
    }
}

fn no_root(root: &str, source: std::io::Error) -> Error {
    match source.kind() {
        std::io::ErrorKind::NotFound => Error::NoSuchPath { path: root.to_owned() },
        std::io::ErrorKind::PermissionDenied => Error::Closed { place: root.to_owned() },
        _ => Error::Io { place: root.to_owned(), doing: "cannot be read", source },
    }
}
