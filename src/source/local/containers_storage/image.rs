//! Assembles an image or a container with its layers from the store's records.

use crate::image::digest::{Digest, chain_id};
use crate::image::layer::{Layer, LayerStore};
use crate::image::manifest::Descriptor;
use crate::image::mount::{Mounts, bundle};
use crate::source::contract::ask::Ask;
use crate::source::documents::assemble::{Part, Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::content::Content;
use crate::source::local::containers_storage::content::Reading;
use crate::source::local::containers_storage::documents::Documents;
use crate::source::local::containers_storage::layers::{Chain, RecordedLayer};
use crate::source::local::containers_storage::records::{ContainerRecord, ImageRecord};
use crate::source::local::containers_storage::store::Store;
use crate::source::local::containers_storage::{content, documents};
use crate::source::local::root::WRITABLE_LAYER;
use crate::text::Foreign;

/// Assembles the image of a record.
pub(super) fn image(store: &Store, record: &ImageRecord, documents: Documents, ask: &Ask) -> Blobs {
    let chain = store.chain_of(record);
    let mut parts = parts(store, &chain, documents);
    parts.names.clone_from(&record.names);
    if parts.id.is_none() {
        parts.id = Digest::from_sha256_hex(&record.id).map(|id| id.as_str().to_owned());
    }
    finish(ask, parts)
}

/// Assembles a container: the layers of its image and its writable layer. podman and buildah have no init layer.
pub(super) fn container(store: &Store, record: &ContainerRecord, ask: &Ask) -> Blobs {
    let own = record.layer.as_deref().and_then(|id| store.layers.get(id));
    // A container in a user namespace may use a copy of the image's top layer, so the parent of its own layer counts.
    let chain = store.layers.chain(own.and_then(|own| own.record.parent.as_deref()));
    let image = record.image.as_deref().and_then(|id| store.image(id));
    let documents = image.map(|image| documents::read(&store.roots[image.root], &image.record));
    let mut parts = parts(store, &chain, documents.unwrap_or_default());
    parts.names.clone_from(&record.names);
    if let (Some(id), None) = (&record.image, image) {
        let problem = format!(
            "its image {id} is not in this store any more: what its config said is not known"
        );
        parts.config.config.unread = Some(problem.as_str().into());
        parts.problems.push(problem);
    }
    if own.is_none() {
        let id = record.layer.as_deref().unwrap_or("of no name");
        parts.problems.push(format!("its own layer {id} is not in this store"));
    }
    match mounts(store, &record.id) {
        Ok(Some(mounts)) => {
            parts.problems.extend(mounts.problems);
            parts.mounts = Some(mounts.understood);
        }
        Ok(None) => {}
        Err(problem) => parts.problems.push(problem),
    }
    let mut blobs = finish(ask, parts);
    if let Some(own) = own {
        let Part { mut layer, content } = part(store, own, None);
        layer.writable = true;
        layer.created_by = Some(WRITABLE_LAYER.into());
        layer.created = record.created.clone().map(Into::into);
        blobs.image.layers.push(layer);
        blobs.contents.push(content);
    }
    blobs
}

/// The mounts of a container as its bundle records them, in the graphroot; podman's own record is in its database.
fn mounts(store: &Store, id: &str) -> Result<Option<Mounts>, String> {
    for root in &store.roots {
        if let Some(bytes) = root.bundle(id)? {
            let mounts = bundle::parse(&bytes, id);
            return mounts.map(Some).map_err(|error| format!("bundle of {id}: {error}"));
        }
    }
    Ok(None)
}

fn parts(store: &Store, chain: &Chain<'_>, mut documents: Documents) -> Parts {
    let mut problems = store.contents.problems.clone();
    problems.append(&mut documents.problems);
    problems.extend(chain.broken.clone());
    let diff_ids = &documents.config.config.diff_ids;
    // If the base is missing, placeholders keep the positions of the layers above it.
    let above = chain.layers.len();
    let absent = match &chain.broken {
        Some(_) => diff_ids.len().max(documents.layers.len()).saturating_sub(above),
        None => 0,
    };
    let described = documents.layers.len() == absent + above;
    if !described && !documents.layers.is_empty() {
        let stated = documents.layers.len();
        problems.push(format!("the manifest lists {stated} layers, the store has {above}"));
    }
    let descriptor = |at: usize| documents.layers.get(at).filter(|_| described);
    let mut layers: Vec<Part> = (0..absent).map(|at| missing(descriptor(at))).collect();
    for (at, recorded) in (absent..).zip(&chain.layers) {
        let mut part = part(store, recorded, descriptor(at));
        part.layer.problems.extend(other_diff_id(recorded, diff_ids.get(at)).map(Into::into));
        layers.push(part);
    }
    Parts {
        source: "containers-storage",
        id: documents.id,
        manifest_digest: documents.manifest_digest,
        annotations: documents.annotations,
        documents: documents.stated,
        config: documents.config,
        layers,
        problems,
        ..Parts::default()
    }
}

fn missing(descriptor: Option<&Descriptor>) -> Part {
    let why = "not in this store: this layer cannot be shown".to_owned();
    let layer = Layer {
        digest: descriptor.and_then(Descriptor::digest).map(|it| it.as_str().to_owned()),
        media_type: descriptor.and_then(|it| it.media_type.clone()).map(Into::into),
        compressed_bytes: descriptor.and_then(|it| it.size),
        problems: vec![why.as_str().into()],
        ..Layer::default()
    };
    Part { layer, content: Content::Absent(why) }
}

/// A layer, described by the manifest if there is a descriptor, else by the store's record.
fn part(store: &Store, recorded: &RecordedLayer, descriptor: Option<&Descriptor>) -> Part {
    let record = &recorded.record;
    let Reading { content, directory, mut problems } = content::reading(store, recorded);
    if record.unverified {
        let toc = record.toc_digest.as_deref().unwrap_or("unknown");
        problems.push(format!(
            "pulled in part: its contents were recorded against the table of contents {toc}, its diff ID was not computed"
        ));
    }
    let stated = descriptor.and_then(Descriptor::digest).map(|it| it.as_str().to_owned());
    let layer = Layer {
        diff_id: record.diff_digest.clone(),
        digest: stated.or_else(|| record.compressed_digest.clone()),
        media_type: descriptor.and_then(|it| it.media_type.clone()).map(Into::into),
        compressed_bytes: descriptor.and_then(|it| it.size).or(record.compressed_size),
        created: record.created.clone().map(Into::into),
        store: Some(LayerStore {
            driver: store.driver.name().into(),
            cache_id: Some(record.id.as_str().into()),
            chain_id: None,
            directory,
        }),
        problems: Foreign::list(problems),
        ..Layer::default()
    };
    Part { layer, content }
}

fn other_diff_id(recorded: &RecordedLayer, stated: Option<&String>) -> Option<String> {
    let (stored, stated) = (recorded.record.diff_digest.as_ref()?, stated?);
    (stored != stated).then(|| format!("the store says diff ID {stored}, the config {stated}"))
}

/// Assembles the image and sets the chain IDs of its layers (OCI image-spec, `config.md`).
fn finish(ask: &Ask, parts: Parts) -> Blobs {
    let mut blobs = assemble(ask, parts);
    let mut below: Option<String> = None;
    for (at, layer) in blobs.image.layers.iter_mut().enumerate() {
        let diff_id = layer.diff_id.as_deref().filter(|id| Digest::parse(id).is_some());
        let diff_id = diff_id.filter(|_| at == 0 || below.is_some());
        below = diff_id.map(|diff_id| chain_id(below.as_deref(), diff_id));
        if let Some(layer_store) = &mut layer.store {
            layer_store.chain_id.clone_from(&below);
        }
    }
    blobs
}
