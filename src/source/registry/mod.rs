//! Images in registries, without any engine: the distribution-spec's pull side.
//!
//! | file | what |
//! |---|---|
//! | `settings` | trust, credential files, cache |
//! | `configuration` | registries.conf, and what a short name means by it |
//! | `mirrors` | the registries to try for a name |
//! | `repository` | requests to one repository: authentication, redirects, retries |
//! | `wire`, `trust` | connections: proxies, certificates, time limits, cancelling |
//! | `challenge`, `token`, `credentials`, `login_files`, `keychain`, `secret` | authentication |
//! | `failure`, `retry` | errors, remedies, retries |
//! | `documents` | manifest and config, for a platform |
//! | `referrers`, `soci` | signatures, SBOMs, attestations; zTOCs of layers |
//! | `remote`, `part`, `blob_cache` | layers: fetched as a whole or in part, verified, cached |
//!
//! Manifest and config are fetched when an image is opened, a layer when it is listed or one of its files is opened, if
//! it is not in the cache.

mod blob_cache;
mod challenge;
mod configuration;
mod credentials;
mod documents;
mod failure;
mod keychain;
mod login_files;
mod mirrors;
mod part;
mod referrers;
mod remote;
mod repository;
mod retry;
mod secret;
mod settings;
mod soci;
mod token;
mod trust;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use crate::image::digest::Digest;
use crate::image::manifest::Descriptor;
use crate::image::name::Name;
use crate::layer::blob::Blob;
use crate::source::Error;
use crate::source::contract::ask::Ask;
use crate::source::contract::source::{Choice, Opened, Several};
use crate::source::documents::blobs::{Blobs, ExtraDocuments};
use crate::source::documents::choose::Known;
use crate::source::documents::files::Files;
use crate::source::documents::layout::Layout;
use crate::source::documents::store::{Naming, Store};
use crate::source::documents::{index, oci};
pub use crate::source::registry::blob_cache::{BlobCache, CacheUsage};
pub use crate::source::registry::configuration::Configuration;
use crate::source::registry::configuration::{Candidates, Rules};
use crate::source::registry::documents::Found;
use crate::source::registry::referrers::Referrers;
use crate::source::registry::remote::Remote;
use crate::source::registry::repository::Repository;
pub use crate::source::registry::settings::{Pull, Registries};
use crate::source::registry::soci::Soci;

/// The digits of an ID that engines show.
const SHORT_ID: usize = 12;

/// Opens the image `text` from its registry. Fetches documents, but no layer.
pub(super) fn open(text: &str, ask: &Ask, settings: &Registries) -> Result<Opened, Error> {
    let name =
        Name::parse(text).filter(repository::is_askable).ok_or_else(|| no_name(text, ask))?;
    open_first(&[name], ask, settings)
}

/// Opens the image of a name with an optional registry, by the aliases and the search list of
/// containers-registries.conf(5), as podman does; a list if the user must choose.
pub(super) fn open_short(text: &str, ask: &Ask, settings: &Registries) -> Result<Opened, Error> {
    let candidates = candidates(text, ask, settings)?;
    if candidates.ambiguous {
        return Ok(to_choose(candidates.names, ask, settings, Vec::new()));
    }
    open_first(&candidates.names, ask, settings)
}

/// The registry images that `text` means, as choices: no request is sent before the user chooses. `None` if `text` is
/// not a valid name, or more likely a prefix of an ID.
pub(super) fn offer(
    text: &str,
    ask: &Ask,
    settings: &Registries,
    unreadable: &[String],
) -> Option<Opened> {
    let is_id = text.len() >= SHORT_ID && text.bytes().all(|c| c.is_ascii_hexdigit());
    let candidates = candidates(text, ask, settings).ok().filter(|_| !is_id)?;
    Some(to_choose(candidates.names, ask, settings, unreadable.to_vec()))
}

fn no_name(text: &str, ask: &Ask) -> Error {
    Error::Registry {
        reference: ask.reference.clone(),
        what: format!("`{text}` is not a valid image name for a registry"),
        remedy: "write docker://HOST/PATH:TAG or docker://HOST/PATH@DIGEST".to_owned(),
    }
}

fn misconfigured(what: String, ask: &Ask) -> Error {
    let remedy = "see containers-registries.conf(5)".to_owned();
    Error::Registry { reference: ask.reference.clone(), what, remedy }
}

fn candidates(text: &str, ask: &Ask, settings: &Registries) -> Result<Candidates, Error> {
    let rules = Rules::read(&settings.mirrors).map_err(|what| misconfigured(what, ask))?;
    let mut candidates = rules.candidates(text).ok_or_else(|| no_name(text, ask))?;
    candidates.names.retain(repository::is_askable);
    if candidates.names.is_empty() { Err(no_name(text, ask)) } else { Ok(candidates) }
}

fn to_choose(names: Vec<Name>, ask: &Ask, settings: &Registries, notes: Vec<String>) -> Opened {
    let choice = |name: &Name| Choice {
        reference: format!("docker://{name}"),
        names: vec![name.to_string()],
        remote: true,
        ..Choice::default()
    };
    let choices = names.iter().map(choice).collect();
    let (ask, settings) = (ask.clone(), settings.clone());
    let opener = move |at: usize| match open_first(&names[at..=at], &ask, &settings)? {
        Opened::Image(source) => Ok(source),
        Opened::Several(several) => several.open(0),
    };
    Opened::Several(Several { choices, notes, opener: Box::new(opener) })
}

/// Opens the first image that a registry or one of its mirrors has; else the errors of all of them.
fn open_first(names: &[Name], ask: &Ask, settings: &Registries) -> Result<Opened, Error> {
    let rules = Rules::read(&settings.mirrors).map_err(|what| misconfigured(what, ask))?;
    let mut errors = Vec::new();
    for name in names {
        let places = match mirrors::of(name, &rules) {
            Ok(places) => places,
            Err(what) => {
                errors.push(misconfigured(what, ask));
                continue;
            }
        };
        for place in places.iter().filter(|place| repository::is_askable(&place.name)) {
            let repository = Arc::new(Repository::new(place, settings));
            match documents::fetch(&repository, &place.name, ask) {
                Ok(found) => {
                    let mut layout = layout(&repository, found, name, settings);
                    if place.mirror || !errors.is_empty() {
                        let mut reasons: Vec<String> = errors.iter().map(cause).collect();
                        let Name { domain, path, .. } = &place.name;
                        reasons.push(format!("this came from {domain}/{path}"));
                        layout.problems.push(reasons.join("; "));
                    }
                    return layout.open(ask);
                }
                Err(error @ Error::Cancelled { .. }) => return Err(error),
                Err(error) => errors.push(error),
            }
        }
    }
    Err(none_has_it(errors, ask))
}

/// The error without the reference and the remedy, if it has them.
fn cause(error: &Error) -> String {
    match error {
        Error::Registry { what, .. } => what.clone(),
        other => other.to_string(),
    }
}

/// The error, or several combined.
fn none_has_it(mut errors: Vec<Error>, ask: &Ask) -> Error {
    let Some(last) = errors.pop() else {
        return misconfigured("no registry to fetch it from is configured".to_owned(), ask);
    };
    if errors.is_empty() {
        return last;
    }
    errors.push(last);
    let causes: Vec<String> = errors.iter().map(cause).collect();
    let mut remedies: Vec<String> = errors
        .into_iter()
        .filter_map(|error| match error {
            Error::Registry { remedy, .. } => Some(remedy),
            _ => None,
        })
        .collect();
    remedies.dedup();
    Error::Registry {
        reference: ask.reference.clone(),
        what: causes.join("; "),
        remedy: remedies.join("; "),
    }
}

/// The fetched documents as a layout without layers.
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
        let blob_cache = settings.blob_cache.clone();
        let remote = Remote::new(Arc::clone(repository), digest.clone(), size, blob_cache);
        let remote = remote.known_to(soci.as_ref());
        known.insert(path(&digest), Blob::remote(Arc::new(remote), size));
    }
    let descriptor: Descriptor = oci::inline(&top, media_type);
    let entries = vec![Known {
        names: vec![name.to_string()],
        ids: vec![descriptor.stated_digest.clone()],
        ..Known::default()
    }];
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
        image.extra = Some(Box::new(about) as Box<dyn ExtraDocuments>);
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
