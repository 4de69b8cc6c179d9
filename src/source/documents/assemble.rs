//! Builds an image from manifest, config and found blobs, for every form.

use std::collections::HashMap;
use std::sync::Arc;

use crate::image::config::{Config, Parsed, pairs};
use crate::image::layer::Layer;
use crate::image::manifest::Descriptor;
use crate::image::mount::Mount;
use crate::image::{Image, Other, StatedDocument, config, history};
use crate::layer::encoding::Codec;
use crate::layer::toc::{SociLayer, TocDescriptor, TocLayer};
use crate::layer::{codec, tar};
use crate::source::contract::ask::Ask;
use crate::source::documents::blobs::Blobs;
use crate::source::documents::content::Content;
use crate::source::documents::found::{Found, Missing};
use crate::source::documents::store::Store;
use crate::text::Foreign;

/// What a form found.
#[derive(Default)]
pub(crate) struct Parts {
    /// The name of the form: `docker-archive`, `oci`, …
    pub(crate) source: &'static str,
    pub(crate) id: Option<String>,
    pub(crate) manifest_digest: Option<String>,
    pub(crate) names: Vec<String>,
    pub(crate) annotations: Vec<(String, String)>,
    pub(crate) config: Parsed,
    /// Those with another digest become problems.
    pub(crate) documents: Vec<StatedDocument>,
    pub(crate) layers: Vec<Part>,
    /// The number of layers at the top that belong to a container: config and history do not describe them.
    pub(crate) own: usize,
    pub(crate) others: Vec<Other>,
    pub(crate) mounts: Option<Vec<Mount>>,
    pub(crate) problems: Vec<String>,
}

/// A layer and its contents.
pub(crate) struct Part {
    pub(crate) layer: Layer,
    pub(crate) content: Content,
}

/// Builds the image.
pub(crate) fn assemble(ask: &Ask, mut parts: Parts) -> Blobs {
    let mut problems = parts.problems;
    problems.append(&mut parts.config.problems);
    problems.extend(parts.documents.iter().filter(|it| it.differs()).map(ToString::to_string));
    let Parsed { config, platform, mut history, .. } = parts.config;
    problems.extend(order_by_diff_ids(&mut parts.layers, &config.diff_ids));
    let (mut layers, contents): (Vec<_>, Vec<_>) =
        parts.layers.into_iter().map(|part| (part.layer, part.content)).unzip();
    let image_layers = layers.len().saturating_sub(parts.own);
    let described = &mut layers[..image_layers];
    if config.diff_ids.len() == described.len() {
        for (layer, diff_id) in described.iter_mut().zip(&config.diff_ids) {
            layer.diff_id = Some(diff_id.clone());
        }
    } else if !config.diff_ids.is_empty() {
        let (ids, layers) = (config.diff_ids.len(), described.len());
        problems.push(format!("the config lists {ids} diff IDs, the image has {layers} layers"));
    }
    problems.extend(history::pair(&mut history, described));
    let image = Image {
        reference: ask.reference.as_str().into(),
        source: parts.source.to_owned(),
        id: parts.id,
        manifest_digest: parts.manifest_digest,
        platform,
        names: Foreign::list(parts.names),
        config,
        annotations: pairs(parts.annotations),
        documents: parts.documents,
        layers,
        history,
        others: parts.others,
        mounts: parts.mounts,
        problems: Foreign::list(problems),
    };
    Blobs::new(image, contents)
}

/// Parses a config. If it cannot be read, the image is shown without one.
pub(crate) fn read_config(bytes: Result<Vec<u8>, String>) -> Parsed {
    let parsed = bytes.and_then(|bytes| config::parse(&bytes).map_err(|error| error.to_string()));
    parsed.unwrap_or_else(|reason| {
        let problem = format!("the config cannot be read ({reason}): what it says is not known");
        let config = Config { unread: Some(problem.as_str().into()), ..Config::default() };
        Parsed { config, problems: vec![problem], ..Parsed::default() }
    })
}

/// Docker 25.0.0 wrote OCI manifests with unordered layers. The digest of an uncompressed layer is its diff ID, so if
/// all layers are uncompressed, the config gives the order.
fn order_by_diff_ids(layers: &mut Vec<Part>, diff_ids: &[String]) -> Option<String> {
    let digest = |part: &Part| part.layer.digest.clone().unwrap_or_default();
    let stored: Vec<String> = layers.iter().map(digest).collect();
    if stored.len() != diff_ids.len() || stored == diff_ids {
        return None;
    }
    let mut by_digest: HashMap<String, Vec<Part>> = HashMap::new();
    let (mut sorted, mut wanted) = (stored, diff_ids.to_vec());
    sorted.sort();
    wanted.sort();
    if sorted != wanted {
        return None;
    }
    for part in layers.drain(..).rev() {
        by_digest.entry(digest(&part)).or_default().push(part);
    }
    layers.extend(diff_ids.iter().filter_map(|id| by_digest.get_mut(id)?.pop()));
    Some(
        "the manifest lists the layers in another order than the config: the config's is shown"
            .to_owned(),
    )
}

/// A layer from the result of finding its blob.
pub(crate) fn part(mut layer: Layer, found: Result<Found, Missing>, what: &str) -> Part {
    let content = match found {
        Ok(found) => {
            let length = found.blob.len();
            layer.compressed_bytes = Some(length);
            if let Some(size) = found.cut_from {
                layer.problems.push(
                    format!(
                        "the archive ends inside this layer: {length} of {size} bytes are here"
                    )
                    .into(),
                );
            }
            Content::Blob { blob: found.blob, key: found.key, soci: None }
        }
        Err(missing) => {
            let reason = match missing {
                Missing::Absent => {
                    format!("{what} is not here: this layer cannot be shown")
                }
                missing => format!("{what}: {missing}: this layer cannot be shown"),
            };
            layer.problems.push(reason.as_str().into());
            Content::Absent(reason)
        }
    };
    Part { layer, content }
}

/// The layer of a manifest's descriptor.
pub(super) fn described(store: &Store, descriptor: &Descriptor) -> Part {
    let media_type = descriptor.media_type.as_deref().unwrap_or_default();
    let mut layer = Layer {
        digest: descriptor.digest().map(|digest| digest.as_str().to_owned()),
        media_type: descriptor.media_type.clone().map(Into::into),
        compressed_bytes: descriptor.size,
        problems: Foreign::list(descriptor.problems.iter().cloned()),
        ..Layer::default()
    };
    let found = store.fetch(descriptor);
    layer.problems.extend(descriptor.data_mismatch().map(Into::into));
    if let (Ok(found), Some(size)) = (&found, descriptor.size)
        && found.blob.len() != size
    {
        let length = found.blob.len();
        layer
            .problems
            .push(format!("the manifest says {size} bytes, the blob has {length}").into());
    }
    if descriptor.is_foreign() && found.is_err() {
        return part(layer, Err(foreign(descriptor)), "the blob");
    }
    if media_type.ends_with("+encrypted") {
        match &found {
            Ok(found) if is_readable(found) => {
                layer.problems.push("called encrypted and is not".into());
            }
            _ => {
                let why = "encrypted; decrypt it with `skopeo copy --decryption-key`".to_owned();
                return part(layer, Err(Missing::Refused(why)), "the blob");
            }
        }
    }
    let what = match descriptor.stated_digest.as_str() {
        "" => "the blob".to_owned(),
        digest => format!("the blob {digest}"),
    };
    let mut part = part(layer, found, &what);
    if let Content::Blob { blob, key, soci } = &mut part.content {
        let stated = TocDescriptor::of(&descriptor.annotations);
        if let Some(toc) = stated.and_then(|stated| TocLayer::new(blob, stated)) {
            // Another manifest may state another table of contents for the same blob.
            let key = format!("{key} by {}", toc.digest());
            part.content = Content::Toc { toc: Arc::new(toc), key };
        } else if media_type.ends_with("gzip") {
            *soci = SociLayer::new(blob).map(Arc::new);
        }
    }
    part
}

/// The reason for the absence of a layer that registries may not distribute.
pub(crate) fn foreign(descriptor: &Descriptor) -> Missing {
    let from = descriptor.urls.first().map(|url| format!(", it can be fetched from {url}"));
    Missing::Refused(format!(
        "a foreign layer (non-distributable, as base layers of Windows are), so not part of this copy{}",
        from.unwrap_or_default()
    ))
}

/// Whether the first bytes are those of an unencrypted layer.
fn is_readable(found: &Found) -> bool {
    let mut first = [0; 1024];
    let count = found.blob.fill_at(&mut first, 0).unwrap_or(0);
    codec::sniff(&first[..count]) != Codec::Plain || tar::begins(&first[..count])
}
