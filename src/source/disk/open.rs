//! Opens files and directories by what they contain.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::layer::blob::Blob;
use crate::layer::{Watch, tar};
use crate::source::contract::ask::Ask;
use crate::source::contract::error::{Error, WHAT_OPENS};
use crate::source::contract::source::Opened;
use crate::source::disk::recognise::{Form, recognise, what_it_is};
use crate::source::disk::{dir, docker_archive, docker_v1, given, rootfs};
use crate::source::documents::archive::Archive;
use crate::source::documents::files::Files;
use crate::source::documents::folder::Folder;
use crate::source::documents::{oci, spool};
use crate::source::local;

/// The form in messages about a directory or archive that has the names of several forms.
const A_SAVED_IMAGE: &str = "a saved image";

/// The form that a transport requires.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    DockerArchive,
    Oci,
    Dir,
    Rootfs,
    Layer,
}

/// Opens an archive from a copied stream.
pub(crate) fn archive_in(blob: Blob, ask: &Ask, watch: &dyn Watch) -> Result<Opened, Error> {
    archive(blob, Wanted::Anything, ask, watch)
}

pub(crate) fn path(
    path: &Path,
    wanted: Wanted,
    ask: &Ask,
    watch: &dyn Watch,
) -> Result<Opened, Error> {
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

pub(crate) fn directory(folder: Folder, wanted: Wanted, ask: &Ask) -> Result<Opened, Error> {
    let root: PathBuf = folder.root().to_path_buf();
    let tree = || Ok(Opened::Image(Box::new(rootfs::directory(&root, ask))));
    if wanted == Wanted::Rootfs {
        return tree();
    }
    if wanted == Wanted::Layer {
        return Err(Error::Unsupported {
            reference: ask.reference.clone(),
            what: "this is a directory, and layer: reads a tar".to_owned(),
            remedy: format!("use rootfs:{}", ask.place),
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

/// Opens an archive from a file or a copied stream.
pub(crate) fn archive(
    blob: Blob,
    wanted: Wanted,
    ask: &Ask,
    watch: &dyn Watch,
) -> Result<Opened, Error> {
    let stored = blob.len();
    if blob.is_empty() {
        return Err(unknown(ask, "there is nothing in it".to_owned()));
    }
    let spool::Spooled { blob, problem } = spool::uncompressed(blob, &ask.place, watch)?;
    let mut first = [0; 1024];
    let count = blob.fill_at(&mut first, 0).map_err(|source| Error::Io {
        place: ask.place.clone(),
        doing: "cannot be read",
        source,
    })?;
    if !tar::begins(&first[..count]) {
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
    // The archive may contain the layout's directory instead of its files.
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
        remedy: format!("use {transport}{}, or just {}", ask.place, ask.place),
    };
    match (form, wanted) {
        (Form::DockerArchive(images), Wanted::Anything | Wanted::DockerArchive) => {
            docker_archive::open(files, images, ask)
        }
        (Form::DockerV1, Wanted::Anything | Wanted::DockerArchive) => docker_v1::open(files, ask),
        // Docker 25 and later write both; `oci:` selects the layout.
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
