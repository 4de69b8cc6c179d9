//! Docker schema 1 manifests, signed or not. Both lists are newest first, and the first history item contains the
//! config.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::image::config::Parsed;
use crate::image::digest::Digest;
use crate::image::document::{DocumentError, Fields, Value, kept};
use crate::image::v1::V1Image;
use crate::image::{document, v1};

/// Digest of the gzipped empty tar that steps without a layer refer to.
pub const EMPTY_LAYER: &str =
    "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";

/// A schema 1 manifest with its lists reversed: base first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema1 {
    /// `name:tag`, or the one of them that is present.
    pub name: Option<String>,
    /// Blob digest as stated and step, base first, including empty steps.
    pub steps: Vec<(String, V1Image)>,
    /// Config and platform of the newest step.
    pub parsed: Parsed,
    /// Digest of the document without its signatures.
    pub digest: Option<Digest>,
    /// Problems found while parsing.
    pub problems: Vec<String>,
}

/// Reads a manifest; `bytes` is the whole document.
pub(super) fn read(fields: &Fields<'_>, bytes: &[u8]) -> Result<Schema1, DocumentError> {
    let mut problems = Vec::new();
    let blobs = fields.list("fsLayers")?;
    let history = kept(fields.list("history"), &mut problems);
    if blobs.len() != history.len() {
        let (blobs, history) = (blobs.len(), history.len());
        problems.push(format!("`fsLayers` has {blobs} items and `history` {history}"));
    }
    let mut steps = Vec::with_capacity(blobs.len());
    let mut newest = None;
    for (at, blob) in blobs.iter().enumerate() {
        let sum = Fields::of(blob, format!("fsLayers[{at}]")).and_then(|f| f.text("blobSum"));
        let image = history
            .get(at)
            .map_or_else(V1Image::default, |item| kept(compatibility(item, at), &mut problems));
        if at == 0 {
            newest = Some(image.parsed.clone());
        }
        steps.push((kept(sum, &mut problems).unwrap_or_default(), image));
    }
    steps.reverse();
    let name = kept(fields.text("name"), &mut problems);
    let tag = kept(fields.text("tag"), &mut problems);
    let name = match (name, tag) {
        (Some(name), Some(tag)) => Some(format!("{name}:{tag}")),
        (name, tag) => name.or(tag),
    };
    let mut parsed = newest.unwrap_or_default();
    if parsed.platform.is_none() {
        parsed.platform = crate::image::platform::Platform::read(fields, &mut problems);
    }
    let digest = Some(Digest::of(&unsigned(fields, bytes).unwrap_or_else(|| bytes.to_vec())));
    Ok(Schema1 { name, steps, parsed, digest, problems })
}

fn compatibility(item: &Value, at: usize) -> Result<V1Image, DocumentError> {
    let text = Fields::of(item, format!("history[{at}]"))?.text("v1Compatibility")?;
    text.map_or_else(|| Ok(V1Image::default()), |text| v1::parse(text.as_bytes()))
}

/// The signed bytes: the header of each signature contains their length and their end (JWS, "prettyjws").
fn unsigned(fields: &Fields<'_>, bytes: &[u8]) -> Option<Vec<u8>> {
    let signature = Fields::of(fields.list("signatures").ok()?.first()?, "signatures[0]").ok()?;
    let header = URL_SAFE_NO_PAD.decode(signature.text("protected").ok()??).ok()?;
    let header = document::parse(&header).ok()?;
    let header = Fields::of(&header, "protected").ok()?;
    let length = usize::try_from(header.number("formatLength").ok()??).ok()?;
    let tail = URL_SAFE_NO_PAD.decode(header.text("formatTail").ok()??).ok()?;
    let mut payload = bytes.get(..length)?.to_vec();
    payload.extend(tail);
    Some(payload)
}
