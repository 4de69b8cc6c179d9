//! SOCI indexes: the zTOCs of an image's layers.
//!
//! soci-snapshotter, `docs/soci-index-manifest.md`: an index of the first version refers to the image and is found by the
//! referrers API; one of the second is named by an annotation of the image's manifest. Either is a manifest whose
//! layers are zTOCs, each with the digest of the layer that it is about.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::image::digest::Digest;
use crate::image::manifest;
use crate::image::manifest::Document;
use crate::source::registry::failure::{Failure, FailureKind};
use crate::source::registry::repository::Repository;
use crate::source::registry::{documents, referrers};
use crate::sync;

/// The annotation of a zTOC that names its layer.
const LAYER: &str = "com.amazon.soci.image-layer-digest";

/// The artifact type of an index.
const REFERRING: &str = "application/vnd.amazon.soci.index.v1+json";

/// The smallest layer for which an index is requested; a smaller one is fetched as quickly. Writers omit layers below
/// 10 MiB.
pub(super) const WORTH: u64 = 1 << 20;

/// The most indexes of one image that are read.
const MOST: usize = 4;

/// The indexes of one image.
#[derive(Debug)]
pub(super) struct Soci {
    repository: Arc<Repository>,
    manifest: Digest,
    named: Option<Digest>,
    known: Mutex<Option<Result<Known, Failure>>>,
}

/// Digest and size of a layer's zTOC, by the layer's digest.
type Known = HashMap<String, (Digest, u64)>;

impl Soci {
    /// For the image with this manifest, which may name its index. Sends no request.
    pub(super) fn new(
        repository: &Arc<Repository>,
        manifest: Digest,
        named: Option<Digest>,
    ) -> Self {
        let repository = Arc::clone(repository);
        Self { repository, manifest, named, known: Mutex::default() }
    }

    /// Digest and size of a layer's zTOC, if there is one. The first call waits for the index.
    pub(super) fn of(
        &self,
        layer: &Digest,
        stop: &AtomicBool,
    ) -> Result<Option<(Digest, u64)>, Failure> {
        let mut known = sync::lock(&self.known);
        if known.is_none() {
            match self.look(stop) {
                // A later call may wait for it.
                Err(failure) if failure.kind == FailureKind::Stopped => return Err(failure),
                found => *known = Some(found),
            }
        }
        match known.as_ref() {
            Some(Ok(known)) => Ok(known.get(layer.as_str()).cloned()),
            Some(Err(failure)) => Err(failure.clone()),
            None => Ok(None),
        }
    }

    fn look(&self, stop: &AtomicBool) -> Result<Known, Failure> {
        let referring = || {
            // Without its index a layer is read in another way.
            let all = referrers::listed(&self.repository, &self.manifest, Some(REFERRING), stop);
            let indexes = all.found.into_iter().filter(|it| {
                [&it.artifact_type, &it.media_type]
                    .iter()
                    .any(|it| it.as_deref() == Some(REFERRING))
            });
            indexes.filter_map(|it| it.digest()).take(MOST).collect()
        };
        let indexes: Vec<Digest> = self.named.clone().map_or_else(referring, |it| vec![it]);
        let mut known = Known::new();
        for digest in indexes {
            let bytes = documents::manifest_with(&self.repository, &digest, stop)?;
            let Ok(Document::Manifest(index)) = manifest::parse(&bytes) else {
                let what = format!("the SOCI index {digest} is not a manifest");
                return Err(Failure::new(FailureKind::Mismatch, what, "create it again"));
            };
            for table in &index.layers {
                if let (Some(layer), Some(digest), Some(size)) =
                    (table.annotation(LAYER), table.digest(), table.size)
                {
                    known.entry(layer.to_owned()).or_insert((digest, size));
                }
            }
        }
        Ok(known)
    }
}
