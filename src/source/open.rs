//! From `<image>` to an opened place: paths, streams, and what is told to those who ask for anything else.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Archive;
use super::ask::Ask;
use super::files::Files;
use super::folder::Folder;
use super::given;
use super::recognise::{Form, recognise, what_it_is};
use super::registry::{self, Pull};
use super::{
    ChoiceKind, Error, Opened, Options, WHAT_OPENS, dir, docker_archive, docker_v1, engine, local,
    oci, rootfs, spool, standard_input,
};
use crate::image::reference::{self, Place};
use crate::layer::blob::Blob;
use crate::layer::{Unwatched, Watch};

/// What is told of a place that has the names of one of the forms, and not enough to tell which.
const A_SAVED_IMAGE: &str = "a saved image";

/// What a place must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Anything,
    DockerArchive,
    Oci,
    Dir,
    Rootfs,
    Layer,
}

/// Opens what `reference` names (see [`crate::image::reference`]). Reads manifests and configs, never a layer; only
/// a stream or a compressed archive is read as a whole, into a temporary copy.
///
/// # Errors
/// Where there is nothing, nothing that is an image, or nothing that was asked for.
pub fn open(reference: &str, options: &Options<'_>) -> Result<Opened, Error> {
    let parsed = reference::parse(reference)?;
    let ask = Ask {
        reference: reference.to_owned(),
        platform: options.platform.clone(),
        contents: options.contents,
        ..Ask::default()
    };
    let watch = options.watch.unwrap_or(&Unwatched);
    match parsed.place {
        Place::StandardInput(pick) => standard_input::open(&pick, ask, watch),
        Place::Bare(text) => bare(&text, &ask, options),
        Place::DockerArchive(rest) => {
            split(&rest, "docker-archive:", Wanted::DockerArchive, ask, watch)
        }
        Place::Oci(rest) => split(&rest, "oci:", Wanted::Oci, ask, watch),
        Place::OciArchive(rest) => split(&rest, "oci-archive:", Wanted::Oci, ask, watch),
        Place::Dir(rest) => whole(&rest, Wanted::Dir, ask, watch),
        Place::Rootfs(rest) => whole(&rest, Wanted::Rootfs, ask, watch),
        Place::Layer(rest) => whole(&rest, Wanted::Layer, ask, watch),
        Place::DockerRoot(store) => {
            local::stored(Some("docker-root"), &store, ChoiceKind::Image, &ask)
        }
        Place::ContainersStorage(store) => {
            local::stored(Some("containers-storage"), &store, ChoiceKind::Image, &ask)
        }
        Place::Containerd(store) => {
            local::stored(Some("containerd"), &store, ChoiceKind::Image, &ask)
        }
        Place::Container(store) => engine::container(&store, &ask),
        Place::DockerDaemon(name) => engine::open(engine::Kind::Docker, &name, &ask),
        Place::Podman(name) => engine::open(engine::Kind::Podman, &name, &ask),
        Place::Registry(name) => registry::open(&name, &ask, &options.registries),
    }
}

/// Opens an archive that comes as a stream; `pick` is what follows the `-`: empty, `:REF` or `@INDEX`.
///
/// # Errors
/// As [`open`].
pub fn open_stream(
    stream: impl Read,
    reference: &str,
    options: &Options<'_>,
) -> Result<Opened, Error> {
    let watch = options.watch.unwrap_or(&Unwatched);
    let pick = match reference::parse(reference)?.place {
        Place::StandardInput(pick) => reference::parse_pick(&pick).flatten(),
        _ => None,
    };
    let ask = Ask {
        reference: reference.to_owned(),
        base: "-".to_owned(),
        place: "standard input".to_owned(),
        pick,
        platform: options.platform.clone(),
        contents: options.contents,
    };
    let blob = spool::stream(stream, &ask.place, watch)?;
    archive(blob, Wanted::Anything, &ask, watch)
}

/// Opens an archive that is in memory already, under a name for messages.
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

/// `PATH[:REF or @INDEX]` after a transport.
fn split(
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

/// A path after a transport that takes nothing else.
fn whole(rest: &str, wanted: Wanted, ask: Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    if !exists(rest) {
        return Err(Error::NoSuchPath { path: rest.to_owned() });
    }
    let ask = Ask { base: ask.reference.clone(), place: rest.to_owned(), ..ask };
    path(Path::new(rest), wanted, &ask, watch)
}

/// A path, or a path and a pick, or a name.
fn bare(text: &str, ask: &Ask, options: &Options<'_>) -> Result<Opened, Error> {
    let watch = options.watch.unwrap_or(&Unwatched);
    for split in reference::splits(text) {
        // `nginx:1.2` is an image even where a directory is called nginx: with a pick, only a place that holds
        // images is meant.
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
        // A store's records are read once: to find out that it is one is to have read them.
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

/// An archive that was copied from elsewhere.
pub(super) fn archive_in(blob: Blob, ask: &Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    archive(blob, Wanted::Anything, ask, watch)
}

/// Whether there is something, be it something that cannot be read.
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

fn path(path: &Path, wanted: Wanted, ask: &Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    let failed = |doing| {
        let place = ask.place.clone();
        move |source| Error::Io { place, doing, source }
    };
    let metadata = fs::metadata(path).map_err(failed("cannot be read"))?;
    if metadata.is_dir() {
        let folder = Folder::new(path).map_err(failed("cannot be read"))?;
        return directory(folder, wanted, ask);
    }
    let blob = if given::is_pipe(metadata.file_type()) {
        let pipe = given::open_pipe(path).map_err(failed("cannot be read"))?;
        spool::stream(pipe, &ask.place, watch)?
    } else {
        let file = given::open(path).map_err(failed("cannot be opened"))?;
        Blob::whole(file).map_err(failed("cannot be read"))?
    };
    archive(blob, wanted, ask, watch)
}

fn directory(folder: Folder, wanted: Wanted, ask: &Ask) -> Result<Opened, Error> {
    let root: PathBuf = folder.root().to_path_buf();
    let tree = || Ok(Opened::Image(Box::new(rootfs::directory(&root, ask))));
    if wanted == Wanted::Rootfs {
        return tree();
    }
    if wanted == Wanted::Layer {
        return Err(Error::Unsupported {
            reference: ask.reference.clone(),
            what: "this is a directory, and layer: reads a tar".to_owned(),
            remedy: format!("ask for rootfs:{}", ask.place),
        });
    }
    if wanted == Wanted::Anything
        && let Some(opened) = local::in_directory(&root, ask)
    {
        return opened;
    }
    let files = Arc::new(Files::Folder(folder));
    let forced = format!("rootfs:{} shows the directory as it is", ask.place);
    match recognise(&files, ask).map_err(|error| error.guessed(A_SAVED_IMAGE, &forced))? {
        Some(form) => form_of(files, form, "oci", wanted, ask, &forced),
        None if wanted == Wanted::Anything && ask.pick.is_none() => tree(),
        None => Err(unknown(ask, "a directory that holds no image".to_owned())),
    }
}

/// A file, or a copy of a stream.
fn archive(blob: Blob, wanted: Wanted, ask: &Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    let stored = blob.len();
    if blob.is_empty() {
        return Err(unknown(ask, "there is nothing in it".to_owned()));
    }
    let spool::Spooled { blob, problem } = spool::plain(blob, &ask.place, watch)?;
    let mut first = [0; 1024];
    let count = blob.fill_at(&mut first, 0).map_err(|source| Error::Io {
        place: ask.place.clone(),
        doing: "cannot be read",
        source,
    })?;
    if !spool::begins_a_tar(&first[..count]) {
        return Err(unknown(ask, format!("no archive, but {}", what_it_is(&first[..count]))));
    }
    let mut archive = Archive::new(blob.clone());
    archive.note(problem);
    let problems = archive.problem().map(str::to_owned).into_iter().collect();
    let listing = archive.take_listing();
    let tree = |asked, problems| {
        let image = rootfs::tar(blob, stored, listing, problems, asked, ask);
        Ok(Opened::Image(Box::new(image)))
    };
    if matches!(wanted, Wanted::Rootfs | Wanted::Layer) {
        return tree(wanted == Wanted::Layer, problems);
    }
    // Somebody may have packed a layout together with the directory it was in.
    let mut files = Files::Archive(archive);
    let forced = match ask.place.as_str() {
        "standard input" => "save it to a file: layer:FILE shows it as one layer".to_owned(),
        place => format!("layer:{place} shows it as one layer"),
    };
    let mut form = recognise(&files, ask).map_err(|error| error.guessed(A_SAVED_IMAGE, &forced))?;
    if let (None, Files::Archive(archive)) = (&form, &mut files)
        && archive.descend()
    {
        form = recognise(&files, ask).unwrap_or_default();
    }
    match form {
        Some(form) => form_of(Arc::new(files), form, "oci-archive", wanted, ask, &forced),
        None if wanted == Wanted::Anything && ask.pick.is_none() => tree(false, problems),
        None => Err(unknown(ask, format!("a tar that holds no image; {forced}"))),
    }
}

fn form_of(
    files: Arc<Files>,
    form: Form,
    oci_source: &'static str,
    wanted: Wanted,
    ask: &Ask,
    forced: &str,
) -> Result<Opened, Error> {
    let name = form.name();
    let guessed = |error: Error| match wanted {
        Wanted::Anything => error.guessed(name, forced),
        _ => error,
    };
    opened_as(files, form, oci_source, wanted, ask).map_err(guessed)
}

fn opened_as(
    files: Arc<Files>,
    form: Form,
    oci_source: &'static str,
    wanted: Wanted,
    ask: &Ask,
) -> Result<Opened, Error> {
    let name = form.name();
    let other = |transport: &str| Error::Unsupported {
        reference: ask.reference.clone(),
        what: format!("this is {name}"),
        remedy: format!("ask for {transport}{}, or just {}", ask.place, ask.place),
    };
    match (form, wanted) {
        (Form::DockerArchive(images), Wanted::Anything | Wanted::DockerArchive) => {
            docker_archive::open(files, images, ask)
        }
        (Form::DockerV1, Wanted::Anything | Wanted::DockerArchive) => docker_v1::open(files, ask),
        // Docker 25 and later write both; who asks for the layout gets it.
        (Form::DockerArchive(_), Wanted::Oci) if files.has("index.json") => {
            oci::read(&files, oci_source, ask)?.open(ask)
        }
        (Form::Oci, Wanted::Anything | Wanted::Oci) => {
            oci::read(&files, oci_source, ask)?.open(ask)
        }
        (Form::Dir, Wanted::Anything | Wanted::Dir) => dir::read(&files, ask)?.open(ask),
        (Form::DockerArchive(_) | Form::DockerV1, _) => Err(other("docker-archive:")),
        (Form::Oci, _) => Err(other(&format!("{oci_source}:"))),
        (Form::Dir, _) => Err(other("dir:")),
    }
}

fn unknown(ask: &Ask, what: String) -> Error {
    Error::Unknown { place: ask.place.clone(), what, remedy: WHAT_OPENS }
}
