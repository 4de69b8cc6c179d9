//! Opens the place that a reference means: paths, streams, stores, engines, registries.

pub(crate) mod inventory;
pub(super) mod options;

use std::path::Path;
use std::{fs, io};

use crate::image::reference;
use crate::image::reference::Transport;
use crate::layer::blob::Blob;
use crate::layer::{Unwatched, Watch};
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{ChoiceKind, Opened};
use crate::source::disk::open::{Wanted, archive, path};
use crate::source::disk::recognise::recognise;
use crate::source::disk::standard_input;
use crate::source::documents::files::Files;
use crate::source::documents::folder::Folder;
use crate::source::open::options::Options;
use crate::source::registry::Pull;
use crate::source::{Error, engine, local, registry};

/// Opens `reference` (see [`crate::image::reference`]). Reads manifests and configs but no layer; only a stream or a
/// compressed archive is copied to a temporary file first.
///
/// # Errors
/// If the place does not exist, holds no image, or not the requested one.
pub fn open(reference: &str, options: &Options<'_>) -> Result<Opened, Error> {
    let parsed = reference::parse(reference)?;
    let ask = Ask {
        reference: reference.to_owned(),
        platform: options.platform.clone(),
        contents: options.contents,
        variables: options.variables.clone(),
        ..Ask::default()
    };
    let watch = options.watch.unwrap_or(&Unwatched);
    match parsed.place {
        Transport::StandardInput(pick) => standard_input::open(&pick, ask, watch),
        Transport::Bare(text) => open_bare(&text, &ask, options),
        Transport::DockerArchive(rest) => {
            let rest = without_dives_slashes(&rest);
            open_path_or_pick(rest, "docker-archive:", Wanted::DockerArchive, ask, watch)
        }
        Transport::Oci(rest) => open_path_or_pick(&rest, "oci:", Wanted::Oci, ask, watch),
        Transport::OciArchive(rest) => {
            open_path_or_pick(&rest, "oci-archive:", Wanted::Oci, ask, watch)
        }
        Transport::Dir(rest) => open_path(&rest, Wanted::Dir, ask, watch),
        Transport::Rootfs(rest) => open_path(&rest, Wanted::Rootfs, ask, watch),
        Transport::Layer(rest) => open_path(&rest, Wanted::Layer, ask, watch),
        Transport::DockerRoot(_) | Transport::ContainersStorage(_) | Transport::Containerd(_)
            if cfg!(windows) =>
        {
            Err(Error::Unsupported {
                reference: ask.reference,
                what: "storage of engines is not read on Windows".to_owned(),
                remedy: "use docker-daemon:NAME, podman:NAME, a saved image or a registry"
                    .to_owned(),
            })
        }
        Transport::DockerRoot(store) => {
            local::stored(Some("docker-root"), &store, ChoiceKind::Image, &ask)
        }
        Transport::ContainersStorage(store) => {
            local::stored(Some("containers-storage"), &store, ChoiceKind::Image, &ask)
        }
        Transport::Containerd(store) => {
            local::stored(Some("containerd"), &store, ChoiceKind::Image, &ask)
        }
        Transport::Container(store) => engine::container(&store, &ask),
        Transport::DockerDaemon(name) => engine::open(engine::Kind::Docker, &name, &ask),
        Transport::Podman(name) => engine::open(engine::Kind::Podman, &name, &ask),
        Transport::Registry(name) => registry::open(&name, &ask, &options.registries),
    }
}

/// Opens an archive in memory. `name` is its name in messages.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(bytes: &[u8], name: &str) -> Result<Opened, Error> {
    let ask = Ask {
        reference: name.to_owned(),
        base: name.to_owned(),
        place: name.to_owned(),
        ..Ask::default()
    };
    archive(Blob::memory(bytes), Wanted::Anything, &ask, &Unwatched)
}

/// Opens `PATH[:REF or @INDEX]` after a transport.
fn open_path_or_pick(
    rest: &str,
    transport: &str,
    wanted: Wanted,
    ask: Ask,
    watch: &dyn Watch,
) -> Result<Opened, Error> {
    for split in reference::splits(rest) {
        if exists(split.path) {
            let ask = Ask {
                base: format!("{transport}{}", split.path),
                place: split.path.to_owned(),
                pick: split.pick,
                ..ask
            };
            return path(Path::new(split.path), wanted, &ask, watch);
        }
    }
    Err(Error::NoSuchPath { path: rest.to_owned() })
}

/// dive writes `docker-archive://FILE`, also of a relative path. A path that exists as it is written comes first.
fn without_dives_slashes(rest: &str) -> &str {
    let is_path = || reference::splits(rest).iter().any(|split| exists(split.path));
    rest.strip_prefix("//").filter(|_| !is_path()).unwrap_or(rest)
}

/// Opens a path after a transport that takes no name.
pub(crate) fn open_path(
    rest: &str,
    wanted: Wanted,
    ask: Ask,
    watch: &dyn Watch,
) -> Result<Opened, Error> {
    if !exists(rest) {
        return Err(Error::NoSuchPath { path: rest.to_owned() });
    }
    let ask = Ask { base: ask.reference.clone(), place: rest.to_owned(), ..ask };
    path(Path::new(rest), wanted, &ask, watch)
}

/// Opens a reference without a transport: a path, a path with a name or index, or a name.
fn open_bare(text: &str, ask: &Ask, options: &Options<'_>) -> Result<Opened, Error> {
    let watch = options.watch.unwrap_or(&Unwatched);
    for split in reference::splits(text) {
        // `nginx:1.2` is an image even beside a directory nginx: with a name behind it, only a path that holds images
        // matches.
        let place = Path::new(split.path);
        let whole = split.path == text;
        if !exists(split.path) {
            continue;
        }
        let picking = Ask {
            base: split.path.to_owned(),
            place: split.path.to_owned(),
            pick: split.pick,
            ..ask.clone()
        };
        if whole || place.is_file() {
            return path(place, Wanted::Anything, &picking, watch);
        }
        // Recognising a store reads its records, so they are used at once.
        if let Some(opened) = local::in_stores(place, &picking) {
            return opened;
        }
        if holds_images(place, ask) {
            return path(place, Wanted::Anything, &picking, watch);
        }
    }
    let extension = Path::new(text).extension().unwrap_or_default();
    let is_path = text.starts_with(['/', '.', '~'])
        || text.ends_with('/')
        || ["tar", "gz", "tgz", "zst", "xz", "bz2"]
            .iter()
            .any(|it| extension.eq_ignore_ascii_case(it));
    if is_path {
        return Err(Error::NoSuchPath { path: text.to_owned() });
    }
    if options.pull == Pull::Always {
        return registry::open_short(text, ask, &options.registries);
    }
    match engine::named(text, ask) {
        Err(Error::NotStored { .. }) if options.pull == Pull::Missing => {
            registry::open_short(text, ask, &options.registries)
        }
        Err(Error::NotStored { reference, remedy, unreadable })
            if options.pull == Pull::Offered =>
        {
            let offered = registry::offer(text, ask, &options.registries, &unreadable);
            offered.ok_or(Error::NotStored { reference, remedy, unreadable })
        }
        other => other,
    }
}

/// Whether the path exists, readable or not.
fn exists(path: &str) -> bool {
    match fs::metadata(path) {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

fn holds_images(path: &Path, ask: &Ask) -> bool {
    let files = Folder::new(path).map(Files::Folder);
    files.is_ok_and(|files| !matches!(recognise(&files, ask), Ok(None)))
}
