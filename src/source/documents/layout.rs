//! Images by manifest: the common part of OCI layouts and `dir:` directories after their first document.
//!
//! `selection` chooses the image; this module builds it with its layers.

use std::collections::HashSet;

use crate::image::config::Parsed;
use crate::image::manifest::{Descriptor, Manifest};
use crate::image::schema1::{EMPTY_LAYER, Schema1};
use crate::image::{Other, StatedDocument, artifact};
use crate::source::contract::ask::Ask;
use crate::source::documents::assemble;
use crate::source::documents::assemble::{Parts, assemble};
use crate::source::documents::blobs::Blobs;
use crate::source::documents::choose::Known;
use crate::source::documents::index::{Leaf, What};
use crate::source::documents::store::Store;

/// A set of images that are found through manifests.
pub(crate) struct Layout {
    /// The name of the form: `oci`, `oci-archive`, `dir`.
    pub(crate) source: &'static str,
    pub(crate) store: Store,
    /// For each item of the top index: its names, the full name first, and its digest.
    pub(crate) entries: Vec<Known>,
    pub(crate) leaves: Vec<Leaf>,
    /// Problems of the layout as a whole.
    pub(crate) problems: Vec<String>,
    /// Whether documents that were not read are listed as present.
    pub(crate) all_there: bool,
    /// Adds what a store knows of an image's layers beside their blobs.
    pub(crate) complete: Option<Box<Complete>>,
}

/// Completes an image that was built from manifest, config and blobs.
pub(super) type Complete = dyn Fn(&mut Blobs) + Send + Sync;

impl Layout {
    /// Builds the image of one manifest.
    pub(crate) fn image(&self, at: usize, ask: &Ask) -> Blobs {
        let leaf = &self.leaves[at];
        let mut parts = match &leaf.what {
            What::Image(manifest) => self.manifest_parts(manifest),
            What::Schema1(schema1) => self.schema1_parts(schema1),
            _ => Parts::default(),
        };
        parts.source = self.source;
        parts.documents.splice(..0, leaf.stated.clone());
        if parts.manifest_digest.is_none() {
            parts.manifest_digest =
                leaf.descriptor.digest().map(|digest| digest.as_str().to_owned());
        }
        let same = |other: &&Leaf| {
            other.descriptor.stated_digest == leaf.descriptor.stated_digest && other.is_image()
        };
        for same in self.leaves.iter().filter(same) {
            for name in &self.entries[same.entry].names {
                if !parts.names.contains(name) {
                    parts.names.push(name.clone());
                }
            }
        }
        parts.others.extend(self.others(&leaf.descriptor.stated_digest));
        parts.problems = [&self.problems[..], &leaf.problems, &parts.problems].concat();
        let mut blobs = assemble(ask, parts);
        if blobs.image.platform.is_none() {
            blobs.image.platform.clone_from(&leaf.platform);
        }
        if ask.platform.is_some() && blobs.image.platform.is_none() {
            let note = "the image does not say what platform it is for".to_owned();
            blobs.image.problems.push(note.into());
        }
        if let Some(complete) = &self.complete {
            complete(&mut blobs);
        }
        blobs
    }

    /// The other documents of the layout.
    pub(crate) fn others(&self, chosen: &str) -> Vec<Other> {
        let mut seen = HashSet::new();
        let others = self.leaves.iter().filter(|leaf| leaf.descriptor.stated_digest != chosen);
        let others = others.filter(|leaf| seen.insert(leaf.descriptor.stated_digest.clone()));
        let other = |leaf: &Leaf| leaf.other(&self.entries[leaf.entry].names, self.all_there);
        others.map(other).collect()
    }

    fn manifest_parts(&self, manifest: &Manifest) -> Parts {
        let mut problems = Vec::new();
        let bytes = match &manifest.config {
            None => Err("the manifest names none".to_owned()),
            Some(config) => match self.store.read(config) {
                Ok(document) => {
                    problems = document.problems;
                    Ok(document.bytes)
                }
                Err(missing) => Err(missing.to_string()),
            },
        };
        let id = manifest.config.as_ref().and_then(Descriptor::digest);
        let bytes_at_hand = bytes.as_deref().ok();
        let stated = id.as_ref().map(|id| StatedDocument::new("config", id, bytes_at_hand));
        let config = assemble::read_config(bytes);
        let (layers, documents) = self.set_documents_apart(manifest, &config);
        Parts {
            documents: stated.into_iter().collect(),
            id: id.map(|id| id.as_str().to_owned()),
            annotations: manifest.annotations.clone(),
            config,
            layers: layers
                .into_iter()
                .map(|layer| assemble::described(&self.store, layer))
                .collect(),
            others: documents,
            problems,
            ..Parts::default()
        }
    }

    /// The layers of the manifest. Documents among them (in-toto statements) have neither diff ID nor history and are
    /// omitted, as containerd does, unless the config counts them as layers.
    fn set_documents_apart<'m>(
        &self,
        manifest: &'m Manifest,
        config: &Parsed,
    ) -> (Vec<&'m Descriptor>, Vec<Other>) {
        let all = manifest.layers.iter();
        if config.config.diff_ids.len() == manifest.layers.len() {
            return (all.collect(), Vec::new());
        }
        let (documents, layers): (Vec<_>, Vec<_>) = all.partition(|layer| layer.is_document());
        let other = |document: &Descriptor| {
            let media_type = document.media_type.clone().unwrap_or_default();
            Other {
                kind: artifact::kind(&media_type).to_owned(),
                digest: document.digest().map(|digest| digest.as_str().to_owned()),
                platform: None,
                size: document.size,
                present: self.all_there || self.store.fetch(document).is_ok(),
                note: format!("among the layers, {media_type}").into(),
            }
        };
        (layers, documents.into_iter().map(other).collect())
    }

    fn schema1_parts(&self, schema1: &Schema1) -> Parts {
        let layers = stack(schema1).map(|digest| {
            let descriptor =
                Descriptor { stated_digest: digest.to_owned(), ..Descriptor::default() };
            assemble::described(&self.store, &descriptor)
        });
        let mut config = schema1.parsed.clone();
        let steps = schema1.steps.iter().map(|(digest, image)| {
            let empty_layer = image.throwaway || digest == EMPTY_LAYER;
            crate::image::history::HistoryStep { empty_layer, ..image.step.clone() }
        });
        config.history = steps.collect();
        Parts {
            manifest_digest: schema1.digest.as_ref().map(|digest| digest.as_str().to_owned()),
            names: schema1.name.iter().cloned().collect(),
            config,
            layers: layers.collect(),
            problems: schema1.problems.clone(),
            ..Parts::default()
        }
    }
    /// The manifest with this config, for archives that describe an image twice.
    pub(crate) fn manifest_of(&self, id: &str) -> Option<(&Manifest, &Leaf)> {
        self.leaves.iter().find_map(|leaf| match &leaf.what {
            What::Image(manifest) if leaf.id() == Some(id) => Some((&**manifest, leaf)),
            _ => None,
        })
    }
}

/// The layers of a schema 1 manifest.
pub(crate) fn stack(schema1: &Schema1) -> impl Iterator<Item = &str> {
    let steps =
        schema1.steps.iter().filter(|(digest, image)| !image.throwaway && digest != EMPTY_LAYER);
    steps.map(|(digest, _)| digest.as_str())
}
