//! Images in registries, without any engine: the distribution-spec's pull side.
//!
//! | file | what |
//! |---|---|
//! | `settings` | what somebody may want otherwise: trust, sign-in files, where blobs are kept |
//! | `repository` | one repository of one registry: asking, signing in, redirects, trying again |
//! | `wire`, `trust` | connections: proxies, certificates, stalls, stopping |
//! | `challenge`, `token`, `credentials`, `keychain`, `secret` | who asks |
//! | `failure` | why it did not work, and what to do |
//! | `documents` | from a reference to manifest and config, and which platform's |
//! | `remote`, `part`, `shelf` | layers: coming, as a whole or in part; verified; kept |
//!
//! Manifest and config are fetched when an image is opened; a layer comes when it is listed or one of its files is
//! opened, and only if it is not here from an earlier time.

mod challenge;
mod credentials;
mod documents;
mod failure;
mod keychain;
mod part;
mod remote;
mod repository;
mod secret;
mod settings;
mod shelf;
mod token;
mod trust;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

pub use settings::{Pull, Registries};
pub use shelf::{Shelf, Stock};

use self::documents::Found;
use self::remote::Remote;
use self::repository::Repository;
use super::ask::Ask;
use super::choose::Known;
use super::files::Files;
use super::layout::Layout;
use super::oci;
use super::store::{Naming, Store};
use super::{Error, Opened, index};
use crate::image::digest::Digest;
use crate::image::manifest::Descriptor;
use crate::image::name::Name;
use crate::layer::blob::Blob;

/// Opens the image that `text` names in its registry. Fetches documents, never a layer.
pub(super) fn open(text: &str, ask: &Ask, settings: &Registries) -> Result<Opened, Error> {
    let name = Name::parse(text).filter(repository::is_askable).ok_or_else(|| Error::Registry {
        reference: ask.reference.clone(),
        what: format!("`{text}` is no name that a registry could have"),
        remedy: "write docker://HOST/PATH:TAG or docker://HOST/PATH@DIGEST".to_owned(),
    })?;
    let repository = Arc::new(Repository::new(&name, settings));
    let found = documents::fetch(&repository, &name, ask)?;
    layout(&repository, found, &name, settings).open(ask)
}

/// Everything that was fetched, as a layout that is here but for its layers.
fn layout(
    repository: &Arc<Repository>,
    found: Found,
    name: &Name,
    settings: &Registries,
) -> Layout {
    let Found { top, media_type, documents, layers } = found;
    let path = |digest: &Digest| format!("blobs/{}/{}", digest.algorithm(), digest.encoded());
    let mut known: HashMap<String, Blob> = HashMap::new();
    for (digest, bytes) in documents {
        known.insert(path(&digest), Blob::memory(bytes));
    }
    for (digest, size) in layers {
        let shelf = settings.shelf.clone();
        let remote = Remote::new(Arc::clone(repository), digest.clone(), size, shelf);
        known.insert(path(&digest), Blob::distant(Arc::new(remote), size));
    }
    let descriptor: Descriptor = oci::inline(&top, media_type);
    let entries =
        vec![Known { names: vec![name.to_string()], ids: vec![descriptor.stated_digest.clone()] }];
    let store = Store::new(Arc::new(Files::Known(known)), Naming::Layout);
    let leaves = index::walk(&store, &[descriptor]);
    Layout { source: "registry", store, entries, leaves, problems: Vec::new(), complete: None }
}
