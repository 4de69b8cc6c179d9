//! Recognises the form of a directory or archive by its contents. Names are only hints: a web project has an
//! `index.json` too.

use crate::image::docker_save::SavedImage;
use crate::image::manifest::Document;
use crate::image::{docker_save, manifest};
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::documents::files::Files;
use crate::source::documents::found::Missing;

/// The forms that hold images.
#[derive(Debug)]
pub(crate) enum Form {
    /// `manifest.json` that lists images.
    DockerArchive(Vec<SavedImage>),
    /// v1 directories.
    DockerV1,
    /// `index.json` (and `oci-layout`).
    Oci,
    /// `manifest.json` that is a manifest.
    Dir,
}

impl Form {
    /// The name of the form in messages.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::DockerArchive(_) | Self::DockerV1 => "a docker archive",
            Self::Oci => "an OCI layout",
            Self::Dir => "a `dir:` directory",
        }
    }
}

/// Returns the form; `None` if there is no image, so that it may be a root filesystem.
///
/// # Errors
/// If the first document of the only possible form is invalid or missing.
pub(crate) fn recognise(files: &Files, ask: &Ask) -> Result<Option<Form>, Error> {
    let broken = |document: &str, reason: String| Error::Document {
        place: ask.place.clone(),
        document: document.to_owned(),
        reason,
    };
    let saved = docker_manifest(files);
    if let Some(Ok(form)) = saved {
        return Ok(Some(form));
    }
    let index = match files.document("index.json") {
        Ok(bytes) => Some(manifest::parse(&bytes).map_err(|error| error.to_string())),
        Err(Missing::Absent | Missing::NoFile) => None,
        Err(missing) => Some(Err(missing.to_string())),
    };
    let is_layout = files.has("oci-layout");
    match index {
        Some(Ok(Document::Index(_) | Document::Manifest(_))) => return Ok(Some(Form::Oci)),
        Some(Err(reason)) if is_layout => return Err(broken("index.json", reason)),
        _ => {}
    }
    if is_v1(files) {
        return Ok(Some(Form::DockerV1));
    }
    if is_layout {
        return Err(broken("index.json", cut_off(files, "an OCI layout without it")));
    }
    if let Files::Archive(archive) = files
        && archive.looks_like_a_save()
    {
        let reason = cut_off(files, "a saved image without it");
        return Err(broken("manifest.json or index.json", reason));
    }
    // Other software uses the name manifest.json. Beside these files it is an image's, and invalid.
    let ours = match files {
        Files::Archive(archive) => !archive.looks_like_a_root(),
        Files::Folder(_) | Files::Known(_) => files.has("version") || files.has("repositories"),
    };
    match saved {
        Some(Err(reason)) if ours => Err(broken("manifest.json", reason)),
        _ => Ok(None),
    }
}

/// The form of `manifest.json`; `None` if it is absent.
fn docker_manifest(files: &Files) -> Option<Result<Form, String>> {
    let bytes = match files.document("manifest.json") {
        Ok(bytes) => bytes,
        Err(Missing::Absent | Missing::NoFile) => return None,
        Err(missing) => return Some(Err(missing.to_string())),
    };
    let error = match docker_save::parse(&bytes) {
        // An empty list beside an index with images.
        Ok(images) if images.is_empty() && files.has("index.json") => return None,
        Ok(images) => return Some(Ok(Form::DockerArchive(images))),
        Err(error) => error,
    };
    match manifest::parse(&bytes) {
        Ok(document) if document.states_digests() => Some(Ok(Form::Dir)),
        _ => Some(Err(error.to_string())),
    }
}

/// Directories with a `json`, named by ID or by `repositories`.
fn is_v1(files: &Files) -> bool {
    let ids = files.v1_ids();
    let is_id = |id: &String| id.len() == 64 && id.bytes().all(|c| c.is_ascii_hexdigit());
    let named = || {
        let bytes = files.document("repositories").ok()?;
        docker_save::parse_repositories(&bytes).ok()
    };
    !ids.is_empty() && (ids.iter().any(is_id) || named().is_some())
}

fn cut_off(files: &Files, what: &str) -> String {
    match files.problem() {
        Some(problem) => format!("{what} ({problem})"),
        None => what.to_owned(),
    }
}

/// Names files that are often mistaken for images, by their first bytes.
pub(crate) fn what_it_is(first: &[u8]) -> &'static str {
    let known: [(usize, &[u8], &'static str); 8] = [
        (0, b"PK\x03\x04", "a zip file"),
        (0, b"\x7fELF", "a program"),
        (0, b"hsqs", "a squashfs file system"),
        (
            32,
            b"SIF_MAGIC",
            "a Singularity image (`apptainer build --sandbox` unpacks it to a root filesystem)",
        ),
        (0, b"QFI\xfb", "a disk of a virtual machine"),
        (0, b"7z\xbc\xaf\x27\x1c", "a 7z file"),
        (0, b"{", "a JSON document"),
        (0, b"#!", "a script"),
    ];
    let found = known
        .iter()
        .find(|(at, magic, _)| first.get(*at..).is_some_and(|it| it.starts_with(magic)));
    match found {
        Some((.., what)) => what,
        None if first.len() < 512 => "less than one header of a tar",
        None if first.iter().all(|&byte| byte >= b' ' || byte.is_ascii_whitespace()) => "a text",
        None => "bytes of a kind that is not known",
    }
}
