//! Manifest and config of an image, which the store keeps as big data.

use crate::image::config::Parsed;
use crate::image::digest::Digest;
use crate::image::history::HistoryStep;
use crate::image::manifest::{Descriptor, Document, Index, Manifest};
use crate::image::schema1::{EMPTY_LAYER, Schema1};
use crate::image::{StatedDocument, config, manifest};
use crate::source::documents::assemble;
use crate::source::documents::layout::stack;
use crate::source::local::containers_storage::records::ImageRecord;
use crate::source::local::containers_storage::store_root::StoreRoot;

/// The parsed documents of an image.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Digest of the manifest, as recorded.
    pub(super) manifest_digest: Option<String>,
    /// The image ID: the digest of the config.
    pub(super) id: Option<String>,
    pub(super) config: Parsed,
    /// Manifest and config, if their digests are stated.
    pub(super) stated: Vec<StatedDocument>,
    pub(super) annotations: Vec<(String, String)>,
    /// Layers of the manifest, base first.
    pub(super) layers: Vec<Descriptor>,
    /// Set if the record is a manifest list (`podman manifest create`).
    pub(super) list: Option<Index>,
    pub(super) problems: Vec<String>,
}

/// Reads manifest and config. A document that cannot be read becomes a problem.
pub(super) fn read(store_root: &StoreRoot, image: &ImageRecord) -> Documents {
    let mut documents = Documents { manifest_digest: image.digest.clone(), ..Documents::default() };
    let bytes = manifest(store_root, image);
    if let Some(digest) = image.digest.as_deref().and_then(Digest::parse) {
        let bytes = bytes.as_deref().ok();
        documents.stated.push(StatedDocument::new("manifest", &digest, bytes));
    }
    match bytes.and_then(|bytes| {
        manifest::parse(&bytes).map_err(|error| format!("the manifest cannot be read: {error}"))
    }) {
        Ok(Document::Index(list)) => documents.list = Some(list),
        Ok(Document::Schema1(schema1)) => documents.read_schema1(*schema1),
        Ok(Document::Manifest(manifest)) => documents.read_manifest(store_root, image, *manifest),
        Err(why) => {
            documents.problems.push(why);
            documents.read_config(store_root, image, config_digest(image));
        }
    }
    documents
}

/// The config alone, for lists of images, and the number of bytes read.
pub(super) fn config_alone(store_root: &StoreRoot, image: &ImageRecord) -> (Parsed, usize) {
    let config =
        config_digest(image).and_then(|id| store_root.image_data(&image.id, id.as_str()).ok());
    let length = config.as_ref().map_or(0, Vec::len);
    (config.and_then(|bytes| config::parse(&bytes).ok()).unwrap_or_default(), length)
}

/// The digest of the config: the only big-data key that is a digest, else the image ID.
pub(super) fn config_digest(image: &ImageRecord) -> Option<Digest> {
    let key = image.big_data.iter().find_map(|key| Digest::parse(key));
    key.or_else(|| Digest::from_sha256_hex(&image.id))
}

/// The manifest: by key `manifest-<digest>` (an image pulled by a list has the list's as well), else by `manifest`.
fn manifest(store_root: &StoreRoot, image: &ImageRecord) -> Result<Vec<u8>, String> {
    let digest = image.digest.as_deref().and_then(Digest::parse);
    let named =
        digest.map(|digest| store_root.image_data(&image.id, &format!("manifest-{digest}")));
    match named {
        Some(Ok(bytes)) => Ok(bytes),
        _ => store_root.image_data(&image.id, "manifest"),
    }
}

impl Documents {
    fn read_manifest(
        &mut self,
        store_root: &StoreRoot,
        image: &ImageRecord,
        mut manifest: Manifest,
    ) {
        self.problems.append(&mut manifest.problems);
        self.annotations = manifest.annotations;
        self.layers = manifest.layers;
        let stated = manifest.config.as_ref().and_then(Descriptor::digest);
        self.read_config(store_root, image, stated.or_else(|| config_digest(image)));
    }

    fn read_config(&mut self, store_root: &StoreRoot, image: &ImageRecord, digest: Option<Digest>) {
        let Some(digest) = digest else {
            self.config = assemble::read_config(Err("no big data of the image is one".to_owned()));
            return;
        };
        let bytes = store_root.image_data(&image.id, digest.as_str());
        self.stated.push(StatedDocument::new("config", &digest, bytes.as_deref().ok()));
        self.config = assemble::read_config(bytes);
        self.id = Some(digest.as_str().to_owned());
    }

    /// A schema 1 manifest contains the config in its history.
    fn read_schema1(&mut self, mut schema1: Schema1) {
        self.problems.append(&mut schema1.problems);
        let descriptor =
            |digest: &str| Descriptor { stated_digest: digest.to_owned(), ..Descriptor::default() };
        self.layers = stack(&schema1).map(descriptor).collect();
        self.config = schema1.parsed;
        let steps = schema1.steps.into_iter().map(|(digest, image)| HistoryStep {
            empty_layer: image.throwaway || digest == EMPTY_LAYER,
            ..image.step
        });
        self.config.history = steps.collect();
    }
}
