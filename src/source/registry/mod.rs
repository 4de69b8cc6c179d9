//! Images in registries, without any engine: the distribution-spec's pull side.
//!
//! | file | what |
//! |---|---|
//! | `settings` | what somebody may want otherwise: trust, sign-in files, where blobs are kept |
//! | `places` | where a name is asked for: mirrors, then its registry |
//! | `repository` | one repository of one registry: asking, signing in, redirects, trying again |
//! | `wire`, `trust` | connections: proxies, certificates, stalls, stopping |
//! | `challenge`, `token`, `credentials`, `keychain`, `secret` | who asks |
//! | `failure` | why it did not work, and what to do |
//! | `documents` | from a reference to manifest and config, and which platform's |
//! | `referrers`, `soci` | what else there is about an image, and about its layers |
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
mod places;
mod referrers;
mod remote;
mod repository;
mod secret;
mod settings;
mod shelf;
mod soci;
mod token;
mod trust;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

pub use places::Configuration;
pub use settings::{Pull, Registries};
pub use shelf::{Shelf, Stock};

use self::documents::Found;
use self::referrers::Referrers;
use self::remote::Remote;
use self::repository::Repository;
use self::soci::Soci;
use super::ask::Ask;
use super::blobs::{Beside, Blobs};
use super::choose::Known;
use super::files::Files;
use super::layout::Layout;
use super::oci;
use super::store::{Naming, Store};
use super::{Choice, Error, Opened, Several, index};
use crate::image::digest::Digest;
use crate::image::manifest::Descriptor;
use crate::image::name::Name;
use crate::layer::blob::Blob;

/// So many digits of an ID are what engines show of it.
const SHORT_ID: usize = 12;

/// Opens the image that `text` names in its registry. Fetches documents, never a layer.
pub(super) fn open(text: &str, ask: &Ask, settings: &Registries) -> Result<Opened, Error> {
    let name = Name::parse(text).filter(repository::is_askable).ok_or_else(|| Error::Registry {
        reference: ask.reference.clone(),
        what: format!("`{text}` is no name that a registry could have"),
        remedy: "write docker://HOST/PATH:TAG or docker://HOST/PATH@DIGEST".to_owned(),
    })?;
    let refused = |what| Error::Registry {
        reference: ask.reference.clone(),
        what,
        remedy: "see containers-registries.conf(5)".to_owned(),
    };
    let places = places::of(&name, &settings.mirrors).map_err(refused)?;
    let mut failed = Vec::new();
    let mut last = None;
    for place in places.iter().filter(|place| repository::is_askable(&place.name)) {
        let repository = Arc::new(Repository::new(place, settings));
        match documents::fetch(&repository, &place.name, ask) {
            Ok(found) => {
                let mut layout = layout(&repository, found, &name, settings);
                if place.mirror || !failed.is_empty() {
                    let from = &place.name;
                    failed.push(format!("this came from {}/{}", from.domain, from.path));
                    layout.problems.push(failed.join("; "));
                }
                return layout.open(ask);
            }
            Err(error @ Error::Cancelled { .. }) => return Err(error),
            Err(error) => {
                failed.push(format!("{} does not have it", place.name.domain));
                last = Some(error);
            }
        }
    }
    Err(last.unwrap_or_else(|| refused("there is no place to ask for it".to_owned())))
}

/// The image that `text` names in its registry, as the one thing there is to choose: nothing is asked there before
/// somebody chooses it. `None` where `text` is no name of a registry's image, or rather the beginning of an ID.
pub(super) fn offer(
    text: &str,
    ask: &Ask,
    settings: &Registries,
    unreadable: &[String],
) -> Option<Opened> {
    let is_id = text.len() >= SHORT_ID && text.bytes().all(|c| c.is_ascii_hexdigit());
    let name = Name::parse(text).filter(|name| !is_id && repository::is_askable(name))?;
    let choice = Choice {
        reference: format!("docker://{text}"),
        names: vec![name.to_string()],
        remote: true,
        ..Choice::default()
    };
    let (text, ask, settings) = (text.to_owned(), ask.clone(), settings.clone());
    let opener = move |_| match open(&text, &ask, &settings)? {
        Opened::Image(source) => Ok(source),
        Opened::Several(several) => several.open(0),
    };
    let (choices, notes) = (vec![choice], unreadable.to_vec());
    Some(Opened::Several(Several { choices, notes, opener: Box::new(opener) }))
}

/// Everything that was fetched, as a layout that is here but for its layers.
fn layout(
    repository: &Arc<Repository>,
    found: Found,
    name: &Name,
    settings: &Registries,
) -> Layout {
    let Found { top, media_type, documents, layers, manifest } = found;
    let soci = manifest.map(|(digest, named)| Arc::new(Soci::new(repository, digest, named)));
    let path = |digest: &Digest| format!("blobs/{}/{}", digest.algorithm(), digest.encoded());
    let mut known: HashMap<String, Blob> = HashMap::new();
    for (digest, bytes) in documents {
        known.insert(path(&digest), Blob::memory(bytes));
    }
    for (digest, size) in layers {
        let shelf = settings.shelf.clone();
        let remote = Remote::new(Arc::clone(repository), digest.clone(), size, shelf);
        let remote = remote.known_to(soci.as_ref());
        known.insert(path(&digest), Blob::distant(Arc::new(remote), size));
    }
    let descriptor: Descriptor = oci::inline(&top, media_type);
    let entries =
        vec![Known { names: vec![name.to_string()], ids: vec![descriptor.stated_digest.clone()] }];
    let store = Store::new(Arc::new(Files::Known(known)), Naming::Layout);
    let leaves = index::walk(&store, &[descriptor]);
    let about = Arc::clone(repository);
    let attached: Vec<Descriptor> = leaves
        .iter()
        .map(|leaf| &leaf.descriptor)
        .filter(|descriptor| descriptor.is_attestation())
        .cloned()
        .collect();
    let complete = move |image: &mut Blobs| {
        let Some(manifest) = image.image.manifest_digest.as_deref().and_then(Digest::parse) else {
            return;
        };
        let about = Referrers::new(Arc::clone(&about), manifest, &attached);
        image.beside = Some(Box::new(about) as Box<dyn Beside>);
    };
    Layout {
        source: "registry",
        store,
        entries,
        leaves,
        problems: Vec::new(),
        all_there: true,
        complete: Some(Box::new(complete)),
    }
}
