//! The OCI image layout, as a directory or in a tar: `oci-layout`, `index.json`, `blobs/<algorithm>/<hex>`.

use std::sync::Arc;

use crate::image::document::Fields;
use crate::image::manifest::{Descriptor, Document};
use crate::image::{document, manifest};
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::documents::choose::Known;
use crate::source::documents::files::Files;
use crate::source::documents::found::Missing;
use crate::source::documents::index;
use crate::source::documents::layout::Layout;
use crate::source::documents::store::{Naming, Store};

/// The annotation in which containerd and Docker write the full name.
const FULL_NAME: &str = "io.containerd.image.name";
/// The annotation of the image-spec: a tag, or a full name as podman and skopeo write it.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Reads the index and all documents that it leads to.
pub(crate) fn read(files: &Arc<Files>, source: &'static str, ask: &Ask) -> Result<Layout, Error> {
    let broken = |reason: String| Error::Document {
        place: ask.place.clone(),
        document: "index.json".to_owned(),
        reason,
    };
    let bytes = files.document("index.json").map_err(|missing| broken(missing.to_string()))?;
    let mut problems: Vec<String> = files.problem().map(str::to_owned).into_iter().collect();
    problems.extend(version(files));
    let top = match manifest::parse(&bytes).map_err(|error| broken(error.to_string()))? {
        Document::Index(index) => {
            problems.extend(index.problems);
            index.manifests
        }
        // Not as specified, but sufficient.
        Document::Manifest(manifest) => {
            problems.push("index.json holds a manifest where an index should be".to_owned());
            vec![inline(&bytes, manifest.media_type)]
        }
        Document::Schema1(_) => {
            return Err(broken("a schema 1 manifest where an index should be".to_owned()));
        }
    };
    let store = Store::new(Arc::clone(files), Naming::Layout);
    let leaves = index::walk(&store, &top);
    let entries = top.iter().map(known).collect();
    Ok(Layout { source, store, entries, leaves, problems, all_there: false, complete: None })
}

/// A descriptor with the document inline.
pub(crate) fn inline(bytes: &[u8], media_type: Option<String>) -> Descriptor {
    Descriptor {
        media_type,
        stated_digest: crate::image::digest::Digest::of(bytes).as_str().to_owned(),
        size: Some(bytes.len() as u64),
        data: Some(bytes.to_vec()),
        ..Descriptor::default()
    }
}

fn known(descriptor: &Descriptor) -> Known {
    // A comma separates names: BuildKit writes several names into one annotation.
    let listed = |key| {
        let names = descriptor.annotation(key).unwrap_or_default().split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<String>>()
    };
    let (mut names, mut also) = (listed(FULL_NAME), listed(REF_NAME));
    if names.is_empty() {
        std::mem::swap(&mut names, &mut also);
    }
    Known { names, also, ids: vec![descriptor.stated_digest.clone()] }
}

fn version(files: &Files) -> Option<String> {
    let bytes = match files.document("oci-layout") {
        Ok(bytes) => bytes,
        Err(Missing::Absent) => return Some("the file oci-layout is missing".to_owned()),
        Err(missing) => return Some(format!("oci-layout: {missing}")),
    };
    let stated = document::parse(&bytes).and_then(|value| {
        let fields = Fields::of(&value, "")?;
        fields.text("imageLayoutVersion")
    });
    match stated.unwrap_or_default().as_deref() {
        Some(version) if version.starts_with("1.") => None,
        Some(version) => Some(format!("layout version {version} is not known, read as 1.0.0")),
        None => Some("oci-layout states no version".to_owned()),
    }
}
