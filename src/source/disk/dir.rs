//! skopeo's `dir:`: `manifest.json` (schema 2, OCI, schema 1 or a list), `version`, and blobs named by bare digest.

use std::sync::Arc;

use crate::image::manifest;
use crate::image::manifest::Document;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::documents::choose::Known;
use crate::source::documents::files::Files;
use crate::source::documents::index;
use crate::source::documents::layout::Layout;
use crate::source::documents::oci::inline;
use crate::source::documents::store::{Naming, Store};

/// Reads the manifest and the documents that it references.
pub(super) fn read(files: &Arc<Files>, ask: &Ask) -> Result<Layout, Error> {
    let broken = |reason: String| Error::Document {
        place: ask.place.clone(),
        document: "manifest.json".to_owned(),
        reason,
    };
    let bytes = files.document("manifest.json").map_err(|missing| broken(missing.to_string()))?;
    let media_type = match manifest::parse(&bytes).map_err(|error| broken(error.to_string()))? {
        Document::Index(index) => index.media_type,
        Document::Manifest(manifest) => manifest.media_type,
        Document::Schema1(_) => None,
    };
    // A descriptor of the manifest itself, so that a list is read like an index of a layout.
    let top = [inline(&bytes, media_type)];
    let store = Store::new(Arc::clone(files), Naming::Flat);
    let leaves = index::walk(&store, &top);
    let entries = vec![Known { ids: vec![top[0].stated_digest.clone()], ..Known::default() }];
    let problems = files.problem().map(str::to_owned).into_iter().collect();
    Ok(Layout { source: "dir", store, entries, leaves, problems, all_there: false, complete: None })
}
