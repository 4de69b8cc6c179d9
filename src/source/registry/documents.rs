//! Fetches the documents of one image: index, manifest and config, each checked against its digest.
//!
//! Of an index only the manifest for the platform is fetched, so that layers are known after two or three requests.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use crate::image::digest::Digest;
use crate::image::manifest::{Descriptor, Document, Manifest};
use crate::image::media_type::{DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};
use crate::image::name::Name;
use crate::image::{document, manifest, platform};
use crate::source::contract::ask::Ask;
use crate::source::registry::failure::{Failure, FailureKind};
use crate::source::registry::repository;
use crate::source::registry::repository::{Item, Repository};
use crate::source::{Error, registry};

/// The greatest depth of nested indexes. Real ones have depth 2.
const DEEPEST: usize = 8;

/// The most attempts for a document whose transfer breaks.
const ATTEMPTS: u32 = 4;

/// A schema 1 manifest, signed or not: what very old registries have.
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/// The fetched documents.
pub(super) struct Found {
    /// The document of the reference.
    pub(super) top: Vec<u8>,
    pub(super) media_type: Option<String>,
    /// Manifests and config below it.
    pub(super) documents: HashMap<Digest, Vec<u8>>,
    /// The layers' blobs and their sizes.
    pub(super) layers: Vec<(Digest, u64)>,
    /// The image's manifest, and the SOCI index that its annotations name.
    pub(super) manifest: Option<(Digest, Option<Digest>)>,
}

/// Fetches what is needed to describe the image.
pub(super) fn fetch(repository: &Repository, name: &Name, ask: &Ask) -> Result<Found, Error> {
    let failed = |failure: Failure| failure.about(&ask.reference);
    let named = match (&name.digest, &name.tag) {
        (Some(digest), _) => digest.as_str().to_owned(),
        (None, tag) => tag.clone().unwrap_or_else(|| "latest".to_owned()),
    };
    let (top, media_type) = manifest_named(repository, &named).map_err(failed)?;
    if let Some(digest) = &name.digest {
        verified(digest, &top).map_err(failed)?;
    }
    let mut found = Found {
        top: top.clone(),
        media_type,
        documents: HashMap::new(),
        layers: Vec::new(),
        manifest: None,
    };
    let mut bytes = top;
    for _ in 0..DEEPEST {
        match manifest::parse(&bytes) {
            Ok(Document::Index(index)) => {
                let Some(chosen) = chosen(&index.manifests, ask)? else { return Ok(found) };
                let Some(digest) = chosen.digest() else { return Ok(found) };
                let (next, _) = manifest_named(repository, digest.as_str()).map_err(failed)?;
                verified(&digest, &next).map_err(failed)?;
                found.documents.insert(digest, next.clone());
                bytes = next;
            }
            Ok(Document::Manifest(manifest)) => {
                let soci =
                    manifest::annotation(&manifest.annotations, registry::documents::ANNOTATION);
                found.manifest = Some((Digest::of(&bytes), soci.and_then(Digest::parse)));
                image(repository, &manifest, &mut found).map_err(failed)?;
                return Ok(found);
            }
            Ok(Document::Schema1(schema1)) => {
                let layers = schema1.steps.iter().filter_map(|(digest, _)| Digest::parse(digest));
                for digest in layers {
                    let size = size_of(repository, &digest).map_err(failed)?;
                    found.layers.push((digest, size));
                }
                return Ok(found);
            }
            // The error is reported by the reader of the documents.
            Err(_) => return Ok(found),
        }
    }
    Ok(found)
}

fn image(repository: &Repository, manifest: &Manifest, found: &mut Found) -> Result<(), Failure> {
    if manifest.artifact().is_none()
        && let Some(config) = &manifest.config
        && config.data.is_none()
        && let Some(digest) = config.digest()
    {
        let item =
            Item { name: &format!("blobs/{digest}"), accept: "*/*", range: None, head: false };
        let bytes = document(repository, item, &AtomicBool::new(false))?.0;
        verified(&digest, &bytes)?;
        found.documents.insert(digest, bytes);
    }
    for layer in &manifest.layers {
        if let Some(digest) = layer.digest().filter(|_| layer.urls.is_empty()) {
            let size = match layer.size {
                Some(size) => size,
                None => size_of(repository, &digest)?,
            };
            found.layers.push((digest, size));
        }
    }
    Ok(())
}

/// The manifest of an index for the requested platform, else for the host's.
fn chosen<'m>(manifests: &'m [Descriptor], ask: &Ask) -> Result<Option<&'m Descriptor>, Error> {
    let images: Vec<&Descriptor> =
        manifests.iter().filter(|it| !it.is_attestation() && it.non_manifest().is_none()).collect();
    let platforms: Vec<_> = images.iter().map(|it| it.platform.clone()).collect();
    if let Some(at) = platform::choose(&platforms, ask.platform.as_ref()) {
        return Ok(Some(images[at]));
    }
    // A manifest without a platform may be the requested one.
    if let Some(at) = platforms.iter().position(Option::is_none) {
        return Ok(Some(images[at]));
    }
    match &ask.platform {
        Some(asked) => Err(Error::NoSuchPlatform {
            place: ask.reference.clone(),
            asked: asked.clone(),
            available: platforms.iter().flatten().map(ToString::to_string).collect(),
        }),
        None => Ok(images.first().copied()),
    }
}

fn manifest_named(
    repository: &Repository,
    named: &str,
) -> Result<(Vec<u8>, Option<String>), Failure> {
    let accept = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST, SCHEMA_1].join(", ");
    let item =
        Item { name: &format!("manifests/{named}"), accept: &accept, range: None, head: false };
    document(repository, item, &AtomicBool::new(false))
}

/// Fetches a manifest by its digest.
pub(super) fn manifest_with(
    repository: &Repository,
    digest: &Digest,
    stop: &AtomicBool,
) -> Result<Vec<u8>, Failure> {
    let name = format!("manifests/{digest}");
    let item = Item { name: &name, accept: OCI_MANIFEST, range: None, head: false };
    let (bytes, _) = document(repository, item, stop)?;
    verified(digest, &bytes)?;
    Ok(bytes)
}

/// A whole document and its media type.
fn document(
    repository: &Repository,
    item: Item<'_>,
    stop: &AtomicBool,
) -> Result<(Vec<u8>, Option<String>), Failure> {
    let mut attempt = 1;
    loop {
        let mut answer = repository.get(item, stop)?;
        let media_type = answer
            .header("content-type")
            .map(|text| text.split(';').next().unwrap_or_default().trim().to_owned());
        match answer.body.with_config().limit(document::LIMIT).read_to_vec() {
            Ok(bytes) => return Ok((bytes, media_type)),
            // The transfer broke.
            Err(_) if attempt < ATTEMPTS => repository::sleep(repository.pause(attempt), stop)?,
            Err(error) => return Err(Failure::line(repository.host(), &error)),
        }
        attempt += 1;
    }
}

fn verified(digest: &Digest, bytes: &[u8]) -> Result<(), Failure> {
    if digest.verify(bytes) == Some(true) {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Mismatch,
        format!("the data received for {digest} does not have that digest"),
        "check whether a proxy is in between, and report it to the registry's operator",
    ))
}

/// The size of a blob whose descriptor does not state it.
fn size_of(repository: &Repository, digest: &Digest) -> Result<u64, Failure> {
    let item = Item { name: &format!("blobs/{digest}"), accept: "*/*", range: None, head: true };
    let answer = repository.get(item, &AtomicBool::new(false))?;
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    length.ok_or_else(|| {
        Failure::new(
            FailureKind::Mismatch,
            format!("{} does not say how large {digest} is", repository.host()),
            "push the image again with a newer engine",
        )
    })
}

/// The annotation of an image's manifest that names its index.
pub(super) const ANNOTATION: &str = "com.amazon.soci.index-digest";
